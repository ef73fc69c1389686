import { describeOp } from '../../test/describe-op.ts';
import type { Pool2dAttributes } from './pool2d.ts';

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
]);
