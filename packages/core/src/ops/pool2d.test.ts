import { expect, it } from 'vitest';
import { describeOp } from '../../test/describe-op.ts';
import { type Pool2dAttributes, pool2d } from './pool2d.ts';

const max: Pool2dAttributes = {
  kind: 'max',
  kernel: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
  countPadding: false,
};
const average: Pool2dAttributes = { ...max, kind: 'average' };

describeOp('pool2d', [
  { attributes: max, inputs: [[1, 5, 8, 8]] },
  { attributes: { ...max, kernel: [3, 3], padding: [1, 1, 1, 1] }, inputs: [[2, 7, 9, 11]] },
  { attributes: { ...max, kernel: [3, 3], ceilMode: true }, inputs: [[1, 4, 8, 10]] },
  { attributes: { ...max, kernel: [3, 2], ceilMode: true, padding: [1, 1, 1, 0] }, inputs: [[1, 4, 8, 9]] },
  { attributes: { ...max, kernel: [3, 3], stride: [1, 1], dilation: [2, 2] }, inputs: [[1, 3, 9, 9]] },
  { attributes: { ...max, kernel: [3, 3], padding: 'sameUpper' }, inputs: [[1, 3, 8, 9]] },
  { attributes: average, inputs: [[1, 5, 8, 8]] },
  { attributes: { ...average, kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1] }, inputs: [[1, 6, 7, 7]] },
  {
    attributes: { ...average, kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1], countPadding: true },
    inputs: [[1, 6, 7, 7]],
  },
  {
    attributes: { ...average, kernel: [3, 3], padding: [1, 0, 1, 0], ceilMode: true, countPadding: true },
    inputs: [[1, 6, 8, 8]],
  },
  { attributes: { ...average, kernel: [3, 3], padding: [1, 0, 1, 0], ceilMode: true }, inputs: [[1, 6, 8, 8]] },
  // [n, c, l] is a row; Lp is made of other kernels; indices and other p run on the twin.
  { attributes: { ...max, kernel: [1, 3], stride: [1, 2], padding: [0, 1, 0, 1] }, inputs: [[2, 5, 9]] },
  { attributes: { ...average, kernel: [1, 3], stride: [1, 2], padding: [0, 1, 0, 1] }, inputs: [[2, 5, 9]] },
  ...[1, 2, 3].map((p) => ({
    attributes: { ...max, kind: 'lp' as const, kernel: [3, 2] as const, padding: [1, 0, 1, 1] as const, p },
    inputs: [[1, 6, 7, 8]],
  })),
  { attributes: { ...max, kind: 'lp', kernel: [3, 3], ceilMode: true }, inputs: [[1, 6, 8, 8]] },
  { attributes: { ...max, kernel: [3, 3], padding: [1, 1, 1, 1] }, inputs: [[2, 3, 6, 7]], nOutputs: 2 },
]);

const volume = { stride: [2, 1, 2], padding: [1, 0, 0, 0, 1, 1], dilation: [1, 2, 1], ceilMode: true, countPadding: false };
describeOp(
  'poolNd',
  (['max', 'average', 'lp'] as const).map((kind) => ({
    attributes: { ...volume, kind, kernel: [2, 2, 3] },
    inputs: [[1, 2, 5, 6, 7]],
  })),
);

it('indices of the largest count over all of x, row by row or column by column (by hand)', () => {
  const x = { dtype: 'float32' as const, shape: [1, 2, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6, 9, 8, 7, 6, 5, 4) };
  const attributes = { ...max, kernel: [2, 2] as const, stride: [1, 1] as const };
  const [y, rows] = pool2d.reference(attributes, [x]);
  const [, columns] = pool2d.reference({ ...attributes, columnMajor: true }, [x]);
  expect([...y!.data]).toEqual([5, 6, 9, 8]);
  expect([...rows!.data]).toEqual([4, 5, 6, 7]);
  expect([...columns!.data]).toEqual([3, 5, 6, 8]);
});
