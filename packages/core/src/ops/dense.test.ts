import { describeOp, weight } from '../../test/describe-op.ts';
import type { DenseAttributes } from './dense.ts';

const plain: DenseAttributes = { alpha: 1, beta: 1, transA: false, transB: false };

describeOp('dense', [
  { attributes: plain, inputs: [[1, 20], weight(20, 10), weight(10)] },
  { attributes: { ...plain, transB: true }, inputs: [[5, 33], weight(17, 33), weight(1, 17)] },
  { attributes: { ...plain, transA: true }, inputs: [[9, 4], weight(9, 6)] },
  { attributes: { ...plain, alpha: 0.5, beta: -2 }, inputs: [[3, 7], weight(7, 9), weight(1)] },
  {
    attributes: { ...plain, transB: true, activation: { fn: 'relu', alpha: 0, beta: 0 } },
    inputs: [[2, 64], weight(8, 64), weight(8)],
  },
]);

describeOp('matmul', [
  { attributes: {}, inputs: [[1, 6, 5], weight(5, 9)] },
  {
    attributes: {},
    inputs: [
      [2, 3, 4, 5],
      [2, 3, 5, 7],
    ],
  },
  {
    attributes: {},
    inputs: [
      [2, 1, 4, 5],
      [1, 3, 5, 7],
    ],
  },
  { attributes: {}, inputs: [[3, 5], weight(5)] },
  { attributes: { activation: { fn: 'gelu', alpha: 0, beta: 0 } }, inputs: [[1, 4, 4, 6], weight(6, 8), weight(8)] },
]);
