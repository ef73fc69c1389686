import { describeOp, randomTensor, weight } from '../../test/describe-op.ts';
import { activationFns } from './unary.ts';

describeOp(
  'unary',
  [...activationFns].map((fn) => ({
    attributes: { fn, alpha: fn === 'clip' ? -0.5 : 0.2, beta: fn === 'clip' ? 0.7 : 0.5 },
    inputs: [[2, 3, 4, 5]],
    range: [-4, 4] as const,
  })),
);
describeOp('unary', [
  { attributes: { fn: 'exp', alpha: 0, beta: 0 }, inputs: [[3, 7]], range: [-10, 10] },
  { attributes: { fn: 'log', alpha: 0, beta: 0 }, inputs: [[3, 7]], range: [0.01, 10] },
  { attributes: { fn: 'sqrt', alpha: 0, beta: 0 }, inputs: [[3, 7]], range: [0, 10] },
  { attributes: { fn: 'erf', alpha: 0, beta: 0 }, inputs: [[3, 7]], range: [-3, 3] },
  { attributes: { fn: 'affine', alpha: 3, beta: -1 }, inputs: [[3, 7]] },
  ...(['abs', 'neg', 'reciprocal', 'sin', 'cos', 'square'] as const).map((fn) => ({
    attributes: { fn, alpha: 0, beta: 0 },
    inputs: [[3, 7]],
    range: [-3, 3] as const,
  })),
  ...(['floor', 'ceil', 'round', 'sign'] as const).map((fn) => ({
    attributes: { fn, alpha: 0, beta: 0 },
    inputs: [[3, 7]],
    range: [-3, 3] as const,
    isStepwise: true,
  })),
]);

describeOp('binary', [
  {
    attributes: { fn: 'add' },
    inputs: [
      [2, 3, 4, 5],
      [2, 3, 4, 5],
    ],
  },
  {
    attributes: { fn: 'mul' },
    inputs: [
      [2, 3, 4, 5],
      [2, 3, 1, 1],
    ],
  },
  { attributes: { fn: 'add' }, inputs: [[2, 3, 4, 5], weight(3, 1, 1)] },
  { attributes: { fn: 'sub' }, inputs: [weight(5), [2, 3, 4, 5]] },
  { attributes: { fn: 'div' }, inputs: [[2, 3, 4, 5], randomTensor([4, 1], 5, [1, 2])] },
  { attributes: { fn: 'pow' }, inputs: [[2, 9], { dtype: 'float32', shape: [], data: Float32Array.of(2) }], range: [0.1, 2] },
  { attributes: { fn: 'pow' }, inputs: [randomTensor([3, 1], 4, [0.2, 3]), [2, 3, 4]] },
  { attributes: { fn: 'min' }, inputs: [[4, 5], [5]] },
  { attributes: { fn: 'mod' }, inputs: [[4, 5], randomTensor([5], 2, [0.3, 0.5])] },
  { attributes: { fn: 'div' }, inputs: [weight(3, 1), randomTensor([1, 4], 5, [1, 2])] },
  { attributes: { fn: 'prelu' }, inputs: [[1, 6, 3, 3], weight(6, 1, 1)] },
  {
    attributes: { fn: 'max' },
    inputs: [
      [4, 1],
      [1, 5],
    ],
  },
]);

describeOp('where', [
  { attributes: {}, inputs: [{ dtype: 'bool', shape: [4, 1], data: Float64Array.of(1, 0, 0, 1) }, [2, 3, 4, 5], [1, 3, 1, 1]] },
]);
