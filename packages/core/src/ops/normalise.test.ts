import { expect, it } from 'vitest';
import { describeOp, randomTensor, weight } from '../../test/describe-op.ts';
import { groupNorm } from './group-norm.ts';

const variance = (c: number) => randomTensor([c], 3, [0.5, 2]);

describeOp('batchNorm', [
  { attributes: { epsilon: 1e-5 }, inputs: [[2, 6, 5, 5], weight(6), weight(6), weight(6), variance(6)] },
  { attributes: { epsilon: 1e-3 }, inputs: [[3, 9], weight(9), weight(9), weight(9), variance(9)] },
  {
    attributes: { epsilon: 1e-3, activation: { fn: 'tanh', alpha: 0, beta: 0 } },
    inputs: [[1, 3, 4, 4], weight(3), weight(3), weight(3), variance(3)],
  },
]);

describeOp('layerNorm', [
  { attributes: { axis: -1, epsilon: 1e-6 }, inputs: [[1, 4, 4, 24], weight(24), weight(24)] },
  { attributes: { axis: 1, epsilon: 1e-5 }, inputs: [[2, 3, 4, 5], weight(3, 4, 5)] },
]);

describeOp('lrn', [
  { attributes: { size: 5, alpha: 1e-4, beta: 0.75, bias: 1 }, inputs: [[1, 16, 6, 6]], range: [-20, 20] },
  { attributes: { size: 4, alpha: 0.5, beta: 0.5, bias: 2 }, inputs: [[2, 7, 3, 3]] },
]);

describeOp('softmax', [
  { attributes: { axis: -1, log: false, flattened: false }, inputs: [[3, 11]] },
  { attributes: { axis: 1, log: false, flattened: false }, inputs: [[2, 9, 4, 5]], range: [-30, 30] },
  { attributes: { axis: 3, log: true, flattened: false }, inputs: [[2, 3, 4, 5]] },
  { attributes: { axis: 1, log: false, flattened: true }, inputs: [[2, 3, 4, 5]] },
]);

describeOp('globalPool', [
  { attributes: { kind: 'average' }, inputs: [[2, 7, 5, 6]] },
  { attributes: { kind: 'max' }, inputs: [[2, 7, 5, 6]] },
  { attributes: { kind: 'lp' }, inputs: [[2, 7, 5, 6]] },
  { attributes: { kind: 'lp', p: 1 }, inputs: [[2, 7, 5, 6]] },
  { attributes: { kind: 'lp', p: 3 }, inputs: [[2, 7, 5, 6]] },
]);

describeOp('groupNorm', [
  { attributes: { epsilon: 1e-5 }, inputs: [[2, 6, 5, 4], weight(6), weight(6)] },
  { attributes: { groups: 2, epsilon: 1e-5 }, inputs: [[2, 6, 5, 4], weight(6), weight(6)] },
  { attributes: { groups: 3, epsilon: 1e-2 }, inputs: [[2, 6, 5, 4], weight(3), weight(3)] },
  { attributes: { groups: 1, epsilon: 1e-5 }, inputs: [[1, 4, 9], weight(4), weight(4)] },
  { attributes: { groups: 2, epsilon: 1e-5 }, inputs: [[1, 4, 3, 3], [4], [4]] },
]);

it('groupNorm: two groups of two values become ±1 times scale plus shift (by hand)', () => {
  const row = (...values: number[]) => ({ dtype: 'float64' as const, shape: [values.length], data: Float64Array.from(values) });
  const x = { ...row(0, 2, 5, 9), shape: [1, 4, 1, 1] };
  const [y] = groupNorm.reference({ groups: 2, epsilon: 0 }, [x, row(1, 1, 2, 2), row(0, 0, 1, 1)]);
  expect([...y!.data]).toEqual([-1, 1, -1, 3]);
});

describeOp('reduce', [
  {
    attributes: { fn: 'mean', keepDims: true, noopWithoutAxes: false },
    inputs: [[2, 3, 4, 5], { dtype: 'int64', shape: [2], data: Float64Array.of(2, 3) }],
  },
  {
    attributes: { fn: 'sum', keepDims: false, noopWithoutAxes: false },
    inputs: [[2, 3, 4, 5], { dtype: 'int64', shape: [1], data: Float64Array.of(1) }],
  },
  {
    attributes: { fn: 'max', keepDims: true, noopWithoutAxes: false },
    inputs: [[2, 3, 4, 5], { dtype: 'int64', shape: [2], data: Float64Array.of(1, 3) }],
  },
  {
    attributes: { fn: 'l2', keepDims: false, noopWithoutAxes: false },
    inputs: [[2, 3, 4, 5], { dtype: 'int64', shape: [2], data: Float64Array.of(1, 2) }],
  },
]);
