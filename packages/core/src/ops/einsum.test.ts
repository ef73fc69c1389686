import { expect, it } from 'vitest';
import { describeOp, randomTensor } from '../../test/describe-op.ts';
import { einsum } from './einsum.ts';
import { matmul } from './matmul.ts';

describeOp('einsum', [
  {
    attributes: { equation: 'bij, bjk -> bik' },
    inputs: [
      [2, 3, 4],
      [2, 4, 5],
    ],
  },
  { attributes: { equation: '...ii->...i' }, inputs: [[2, 3, 3]] },
  { attributes: { equation: 'ij->' }, inputs: [[3, 4]] },
  { attributes: { equation: 'ba' }, inputs: [[3, 4]] },
  {
    attributes: { equation: 'a...,b...->ab...' },
    inputs: [
      [2, 1, 3],
      [4, 5, 3],
    ],
  },
]);

it('bij,bjk->bik is the matrix product', () => {
  const [a, b] = [randomTensor([2, 3, 4], 1), randomTensor([2, 4, 5], 2)];
  const [y, z] = [einsum.reference({ equation: 'bij,bjk->bik' }, [a, b])[0]!, matmul.reference({}, [a, b])[0]!];
  expect(y.shape).toEqual(z.shape);
  for (const [i, v] of y.data.entries()) expect(v).toBeCloseTo(z.data[i]!, 6);
});

it('without an arrow the letters that stand once are the result, in their order (by hand: the transpose)', () => {
  const x = { dtype: 'float64' as const, shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) };
  expect([...einsum.reference({ equation: 'ba' }, [x])[0]!.data]).toEqual([1, 3, 2, 4]);
});

it.each(['ij,jk->ik', 'ijk->i', 'ij->z', 'i1->i'])('%s of one [3, 4] is refused', (equation) => {
  expect(() => einsum.infer({ equation }, [{ dtype: 'float32', shape: [3, 4] }])).toThrow(
    `equation "${equation}" does not fit inputs [3, 4].`,
  );
});
