import { describe, expect, it } from 'vitest';
import { describeOp, integers, randomTensor, weight } from '../../test/describe-op.ts';
import { createRandom } from '../rng.ts';
import { reshapedOrder, rowMajor, stridesOf, transposedOrder } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import { sizeOf } from '../tensor/tensor.ts';
import { depthToSpace, spaceToDepth } from './depth-to-space.ts';
import { resize } from './resize.ts';

describeOp('concat', [
  {
    attributes: { axis: 1 },
    inputs: [
      [2, 3, 4, 5],
      [2, 6, 4, 5],
    ],
  },
  {
    attributes: { axis: -1 },
    inputs: [
      [2, 3, 4, 5],
      [2, 3, 4, 2],
      [2, 3, 4, 1],
    ],
  },
  { attributes: { axis: 2 }, inputs: [[1, 3, 4, 5], weight(1, 3, 2, 5)] },
]);
describeOp('slice', [
  {
    attributes: {},
    inputs: [[1, 4, 8, 8], integers([0, 0]), integers([2 ** 53 - 1, 2 ** 53 - 1]), integers([2, 3]), integers([2, 2])],
  },
  { attributes: {}, inputs: [[1, 4, 8, 8], integers([-3, 1]), integers([-1, 7]), integers([1, -1])] },
  { attributes: {}, inputs: [[2, 9], integers([8]), integers([-10]), integers([1]), integers([-2])] },
]);
describeOp('split', [
  { attributes: { axis: 1, nOutputs: 2 }, inputs: [[2, 6, 3, 3]], nOutputs: 2 },
  { attributes: { axis: 2, nOutputs: 3 }, inputs: [[2, 6, 7, 3], integers([1, 4, 2])], nOutputs: 3 },
]);
describeOp('pad', [
  { attributes: { mode: 'constant' }, inputs: [[1, 3, 4, 4], integers([0, 1, 2, 0, 0, 2, 1, 3])] },
  {
    attributes: { mode: 'constant' },
    inputs: [[1, 3, 4, 4], integers([1, 1]), { dtype: 'float32', shape: [], data: Float32Array.of(7) }, integers([-1])],
  },
  { attributes: { mode: 'reflect' }, inputs: [[1, 2, 5, 6], integers([0, 0, 2, 3, 0, 0, 1, 4])] },
  { attributes: { mode: 'edge' }, inputs: [[1, 2, 5, 6], integers([0, 0, 2, 3, 0, 0, 1, 4])] },
  { attributes: { mode: 'wrap' }, inputs: [[1, 2, 5, 6], integers([0, 0, 2, 3, 0, 0, 1, 4])] },
  { attributes: { mode: 'constant' }, inputs: [[1, 3, 6, 6], integers([0, 0, -1, -2, 0, 0, 1, -1])] },
]);
describeOp('reshape', [
  { attributes: { allowZero: false }, inputs: [[2, 6, 4, 4], integers([2, 2, 3, 4, 4])] },
  { attributes: { allowZero: false }, inputs: [[2, 6, 4, 5], integers([0, -1])] },
  { attributes: { allowZero: false }, inputs: [[1, 24], integers([1, 6, 2, 2])] },
]);
describeOp('flatten', [
  { attributes: { axis: 1 }, inputs: [[2, 6, 3, 4]] },
  { attributes: { axis: 1 }, inputs: [[2, 6, 1, 1]] },
]);
describeOp('squeeze', [
  { attributes: {}, inputs: [[2, 6, 1, 1]] },
  { attributes: {}, inputs: [[2, 6, 1, 1], integers([3])] },
]);
describeOp('unsqueeze', [
  { attributes: {}, inputs: [[2, 6], integers([2, 3])] },
  { attributes: {}, inputs: [[2, 6], integers([0])] },
]);
describeOp('identity', [{ attributes: {}, inputs: [[2, 6, 3, 2]] }]);
describeOp('transpose', [
  { attributes: { perm: [0, 2, 3, 1] }, inputs: [[2, 6, 3, 2]] },
  { attributes: {}, inputs: [[2, 6, 3, 2]] },
]);
describeOp('gather', [
  { attributes: { axis: 1 }, inputs: [[2, 6, 3, 2], integers([4, 0, -1])] },
  { attributes: { axis: 0 }, inputs: [[4, 3], integers([2], [])] },
]);
describeOp('expand', [
  { attributes: {}, inputs: [[2, 1, 3, 1], integers([2, 5, 1, 4])] },
  { attributes: {}, inputs: [[3, 1], integers([2, 3, 4])] },
]);
describeOp('tile', [{ attributes: {}, inputs: [[2, 3, 2, 2], integers([1, 2, 3, 1])] }]);
describeOp(
  'resize',
  (['halfPixel', 'pytorchHalfPixel', 'alignCorners', 'asymmetric', 'halfPixelSymmetric'] as const).flatMap((coordinates) =>
    (['nearest', 'linear'] as const).map((mode) => ({
      attributes: { mode, coordinates, nearest: 'roundPreferFloor' as const },
      inputs: [[1, 3, 5, 6], { dtype: 'float32' as const, shape: [4], data: Float32Array.of(1, 1, 2, 1.5) }],
    })),
  ),
);

const scales = { dtype: 'float32' as const, shape: [4], data: Float32Array.of(1, 1, 0.6, 1.7) };
const cubic = { mode: 'cubic', coordinates: 'halfPixel', nearest: 'floor' } as const;
const crop = { mode: 'linear', coordinates: 'cropAndResize', nearest: 'floor' } as const;
const region = (...values: number[]) => ({ dtype: 'float32' as const, shape: [8], data: Float32Array.from(values) });
describeOp('resize', [
  { attributes: cubic, inputs: [[1, 3, 7, 6], scales] },
  { attributes: { ...cubic, cubicA: -0.5, excludeOutside: true, antialias: true }, inputs: [[1, 3, 7, 6], scales] },
  { attributes: { ...cubic, mode: 'linear', antialias: true }, inputs: [[1, 3, 7, 6], scales] },
  { attributes: { ...cubic, mode: 'linear', keepAspect: 'notLarger' }, inputs: [[1, 3, 4, 6], null, integers([1, 3, 8, 9])] },
  {
    attributes: { ...cubic, mode: 'linear', keepAspect: 'notSmaller', axes: [2, -1] },
    inputs: [[1, 3, 4, 6], null, integers([8, 9])],
  },
  {
    attributes: { ...crop, outsideValue: 9 },
    inputs: [[1, 2, 4, 6], null, integers([1, 2, 5, 5]), region(0, 0, 0.2, -0.3, 1, 1, 0.8, 0.9)],
  },
  { attributes: crop, inputs: [[1, 2, 4, 6], null, integers([1, 2, 5, 5]), region(0, 0, 0.2, 0.1, 1, 1, 0.8, 0.9)] },
  { attributes: { ...cubic, mode: 'linear', axes: [1] }, inputs: [[2, 3, 4], null, integers([5])] },
]);

describeOp('depthToSpace', [
  { attributes: { blockSize: 2, mode: 'depthColumnRow' }, inputs: [[2, 12, 3, 5]] },
  { attributes: { blockSize: 3, mode: 'columnRowDepth' }, inputs: [[1, 18, 2, 3]] },
]);

describeOp('spaceToDepth', [
  { attributes: { blockSize: 2, mode: 'depthColumnRow' }, inputs: [[2, 3, 6, 4]] },
  { attributes: { blockSize: 3, mode: 'columnRowDepth' }, inputs: [[1, 2, 6, 9]] },
]);

it.each(['depthColumnRow', 'columnRowDepth'] as const)('spaceToDepth undoes depthToSpace, %s', (mode) => {
  const x = randomTensor([2, 12, 3, 5], 3);
  const [wide] = depthToSpace.reference({ blockSize: 2, mode }, [x]);
  const [deep] = spaceToDepth.reference({ blockSize: 2, mode }, [wide]);
  expect(deep).toEqual(x);
});

describeOp('centerCropPad', [
  { attributes: {}, inputs: [[2, 3, 7, 6], integers([2, 4, 4, 9])] },
  { attributes: { axes: [-1, 2] }, inputs: [[2, 3, 7, 6], integers([3, 8])] },
]);

it('resize, cubic: the middle of 0 0 1 1 is a half, and a line of constants stays (by hand)', () => {
  const line = (...values: number[]) => ({ dtype: 'float64' as const, shape: [values.length], data: Float64Array.from(values) });
  const size = integers([7]);
  const [y] = resize.reference({ ...cubic, coordinates: 'alignCorners' }, [line(0, 0, 1, 1), undefined, size]);
  expect(y!.data[3]).toBeCloseTo(0.5, 14);
  // Keys' kernel with a = −0.75 at 1.5 and 0.5: −0.09375 and 0.59375.
  expect(y!.data[1]).toBeCloseTo(-0.09375, 14);
  const [flat] = resize.reference({ ...cubic, antialias: true, excludeOutside: true }, [
    line(2, 2, 2, 2, 2),
    undefined,
    integers([3]),
  ]);
  for (const v of flat!.data) expect(v).toBeCloseTo(2, 14);
});

describe('reshapedOrder', () => {
  it('agrees with a copy wherever it says that none is needed (500 seeded cases)', () => {
    const random = createRandom(11);
    let nFree = 0;
    for (let i = 0; i < 500; i++) {
      const factors = Array.from({ length: 5 }, () => 1 + random.integer(3));
      const cut = () => {
        const shape: number[] = [];
        for (const f of factors) {
          if (shape.length > 0 && random.integer(2)) shape[shape.length - 1]! *= f;
          else shape.push(f);
        }
        return shape;
      };
      const [from, to] = [cut(), cut()];
      const perm = rowMajor(from.length).slice() as number[];
      random.shuffle(perm);
      const order = transposedOrder(rowMajor(from.length), perm);
      const result = reshapedOrder(from, order, to);
      if (!result) continue;
      nFree++;
      const memory = Float64Array.from({ length: sizeOf(from) }, (_, k) => k);
      const logical = gatherStrided(memory, from, stridesOf(from, order));
      expect(gatherStrided(memory, to, stridesOf(to, result)), `${from} in order ${order} to ${to}`).toEqual(logical);
    }
    expect(nFree).toBeGreaterThan(50);
  });

  it('splits and merges of ShuffleNet: splitting channels is free, merging them the other way round is not', () => {
    const split = reshapedOrder([1, 12, 5, 5], [0, 2, 3, 1], [1, 3, 4, 5, 5]);
    expect(split).toEqual([0, 3, 4, 1, 2]);
    expect(reshapedOrder([1, 4, 3, 5, 5], transposedOrder(split!, [0, 2, 1, 3, 4]), [1, 12, 5, 5])).toBeUndefined();
  });
});
