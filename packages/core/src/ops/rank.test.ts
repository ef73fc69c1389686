import { expect, it } from 'vitest';
import { describeOp, integers } from '../../test/describe-op.ts';
import { argMax, hardmax, topK } from './rank.ts';

const first = { axis: 1, keepDims: true, lastIndex: false, smallest: false };

describeOp('argMax', [
  { attributes: first, inputs: [[2, 7, 3, 4]] },
  { attributes: { ...first, axis: -1, keepDims: false, smallest: true }, inputs: [[2, 7, 3, 4]] },
]);
describeOp('topK', [{ attributes: { axis: 1, largest: true }, inputs: [[2, 7, 3, 4], integers([3])], nOutputs: 2 }]);
describeOp('hardmax', [
  { attributes: { axis: -1, flattened: false }, inputs: [[2, 3, 4]], isStepwise: true },
  { attributes: { axis: 1, flattened: true }, inputs: [[2, 3, 4]], isStepwise: true },
]);

const x = { dtype: 'float32' as const, shape: [2, 4], data: Float32Array.of(3, 5, 5, 1, 2, 2, 0, 0) };

it('argMax: of equal values the first or the last (by hand)', () => {
  const positions = (attributes: object) => [...argMax.reference({ ...first, ...attributes }, [x])[0]!.data];
  expect(positions({})).toEqual([1, 0]);
  expect(positions({ lastIndex: true })).toEqual([2, 1]);
  expect(positions({ smallest: true, lastIndex: true })).toEqual([3, 3]);
});

it('topK: equal values stay in their order (by hand)', () => {
  const [values, at] = topK.reference({ axis: 1, largest: true }, [x, integers([3])]);
  expect([[...values!.data], [...at!.data]]).toEqual([
    [5, 5, 3, 2, 2, 0],
    [1, 2, 0, 0, 1, 2],
  ]);
  expect(() => topK.infer({ axis: 1, largest: true }, [x, { ...integers([5]), constant: integers([5]) }])).toThrow(
    'cannot take 5 of the 4 values along axis 1 of [2, 4].',
  );
});

it('hardmax: one 1 a row (by hand)', () => {
  expect([...hardmax.reference({ axis: 1, flattened: false }, [x])[0]!.data]).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
});
