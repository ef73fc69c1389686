import { describe, expect, test } from 'vitest';
import { cellAt, gridFor, gridHeight } from './maps.ts';

describe.each([
  [1, 32, 32, 440],
  [3, 224, 224, 700],
  [64, 55, 55, 440],
  [2048, 7, 7, 440],
  [1000, 1, 1, 440],
  [96, 20, 60, 358],
])('%i maps of %i×%i units in %i px', (n, h, w, width) => {
  const grid = gridFor(n, h, w, width);
  const [stepX, stepY] = [grid.cellWidth + grid.gap, grid.cellHeight + grid.gap];
  test('fit the width, keep their shape and can be seen', () => {
    expect(grid.columns * stepX - grid.gap).toBeLessThanOrEqual(width);
    expect(grid.cellWidth).toBeGreaterThanOrEqual(12);
    if (grid.cellHeight > 12) expect(Math.abs(grid.cellHeight - (grid.cellWidth * h) / w)).toBeLessThanOrEqual(0.5);
  });
  test('the middle of the first and the last cell finds them, a gap and the space after the last find none', () => {
    const last = n - 1;
    const middle = (cell: number) =>
      [
        (cell % grid.columns) * stepX + grid.cellWidth / 2,
        Math.floor(cell / grid.columns) * stepY + grid.cellHeight / 2,
      ] as const;
    expect(cellAt(grid, n, ...middle(0))).toMatchObject({ cell: 0, fx: 0.5, fy: 0.5 });
    expect(cellAt(grid, n, ...middle(last))?.cell).toBe(last);
    expect(cellAt(grid, n, ...middle(last + 1))).toBeUndefined();
    expect(cellAt(grid, n, grid.cellWidth + grid.gap / 2, 1)).toBeUndefined();
    expect(gridHeight(grid, n)).toBeGreaterThanOrEqual(middle(last)[1] + grid.cellHeight / 2);
  });
});
