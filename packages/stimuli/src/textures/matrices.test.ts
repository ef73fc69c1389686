import { describe, expect, test } from 'vitest';
import { product, solve, symmetricFunction } from './matrices.ts';

describe('solve', () => {
  test('by hand, with a pivot that is 0: y = 2, x + y = 5', () => {
    expect(
      solve(
        [
          [0, 1],
          [1, 1],
        ],
        [2, 5],
      ),
    ).toEqual([3, 2]);
  });
  test('no inverse: not a number, never a wrong one', () => {
    expect(
      solve(
        [
          [1, 1],
          [1, 1],
        ],
        [1, 2],
      ).every(Number.isFinite),
    ).toBe(false);
  });
});

describe('symmetricFunction', () => {
  // Eigenvalues 1 and 3 along (1, −1) and (1, 1).
  const a = [
    [2, 1],
    [1, 2],
  ];
  test('by hand: the root of [[2, 1], [1, 2]] has (√3 ± 1)/2', () => {
    const [diagonal, beside] = [(Math.sqrt(3) + 1) / 2, (Math.sqrt(3) - 1) / 2];
    const root = symmetricFunction(a, Math.sqrt);
    expect(root[0]![0]).toBeCloseTo(diagonal, 14);
    expect(root[0]![1]).toBeCloseTo(beside, 14);
    expect(root[1]![1]).toBeCloseTo(diagonal, 14);
  });
  test('of a matrix of 8×8: its root squared is the matrix', () => {
    const rows = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (__, j) => Math.sin(3 * i + 5 * j * j + i * j)));
    const positive = product(
      rows,
      rows[0]!.map((_, j) => rows.map((row) => row[j]!)),
    );
    const root = symmetricFunction(positive, Math.sqrt);
    const squared = product(root, root);
    for (const [i, row] of positive.entries())
      for (const [j, value] of row.entries()) expect(squared[i]![j]!).toBeCloseTo(value, 4);
  });
  test('a negative eigenvalue counts as next to nothing', () => {
    const root = symmetricFunction(
      [
        [4, 0],
        [0, -1],
      ],
      Math.sqrt,
    );
    expect(root[0]![0]).toBeCloseTo(2, 12);
    expect(root[1]![1]).toBeCloseTo(2e-5, 12);
  });
});
