/** @file Blocks of channels become blocks of positions, and back: x [n, b²·c, h, w] ↔ [n, c, b·h, b·w]. */
import { InputError } from '../errors.ts';
import { type AxisOrder, channelsLast, rowMajor, stridesOf } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import { formatShape, type Tensor } from '../tensor/tensor.ts';
import { stridedCopies } from './copy.ts';
import { dOutput, needed, type Op, tensorLike } from './op.ts';

/** Inputs: x. */
export interface DepthToSpaceAttributes {
  readonly blockSize: number;
  /** How channels are counted: (block row, block column, c), ONNX's DCR, or (c, block row, block column), its CRD. */
  readonly mode: 'depthColumnRow' | 'columnRowDepth';
}
/** Inputs: x. The reverse. */
export type SpaceToDepthAttributes = DepthToSpaceAttributes;

type Sizes = readonly [n: number, c: number, h: number, w: number];

/** The deep shape [n, b²·c, h, w] walked as (n, c, h, block row, w, block column), with its strides and those of the wide shape. */
function blocks({ blockSize: b, mode }: DepthToSpaceAttributes, [n, deep, h, w]: Sizes, order: AxisOrder) {
  const c = deep / (b * b);
  const [sn, sc, sh, sw] = stridesOf([n, deep, h, w], order) as [number, number, number, number];
  const [rn, rc, rh, rw] = stridesOf([n, c, h * b, w * b], order) as [number, number, number, number];
  const [ofC, ofRow, ofColumn] = mode === 'depthColumnRow' ? [1, b * c, c] : [b * b, b, 1];
  return {
    shape: [n, c, h, b, w, b],
    deep: [sn, sc * ofC, sh, sc * ofRow, sw, sc * ofColumn],
    wide: [rn, rc, rh * b, rh, rw * b, rw],
    wideShape: [n, c, h * b, w * b],
    // The wide picture's axes in memory, each block axis right after its own.
    walk: order.flatMap((axis) => [[0], [1], [2, 3], [4, 5]][axis]!),
  };
}

function checked(shape: readonly number[], blockSize: number, divided: readonly number[]): Sizes {
  const fits = shape.length === 4 && blockSize >= 1 && divided.every((n) => Number.isInteger(n));
  if (!fits) throw new InputError(`needs x [n, c, h, w] whose sizes a block of ${blockSize} divides, got ${formatShape(shape)}.`);
  return shape as unknown as Sizes;
}

const whole = { axis: 0, stride: 1, start: 0, size: 1 };

export const depthToSpace: Op<DepthToSpaceAttributes> = {
  stage: () => 'view',
  infer(attributes, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    const sizes = checked(shape, attributes.blockSize, [shape[1]! / attributes.blockSize ** 2]);
    return [{ dtype, shape: blocks(attributes, sizes, rowMajor(4)).wideShape }];
  },
  reach({ blockSize }) {
    // Output o reads input floor(o / b), which lies at most (b − 1) / b before o / b.
    const before = (blockSize - 1) / blockSize;
    const along = [2, 3].map((axis) => ({ axis, stride: 1 / blockSize, start: -before, size: 1 + before }));
    return [{ axes: [whole, null, ...along], whole: [1] }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const { shape, deep, wideShape } = blocks(attributes, x.shape as unknown as Sizes, rowMajor(4));
    return [tensorLike(x, wideShape, gatherStrided(x.data, shape, deep))];
  },
  lower(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const order = channelsLast(4);
    const { shape, deep, wide, walk } = blocks(attributes, x.shape as unknown as Sizes, order);
    const copy = { input: 0, shape, source: deep, sourceOffset: 0, target: wide, targetOffset: 0 };
    return { inputOrders: [order], outputOrders: [order], ...stridedCopies(walk, [copy]) };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: (attributes, rule) => [rule.add(spaceToDepth, attributes, [dOutput(rule)])],
};

function inverse(attributes: SpaceToDepthAttributes, [n, c, h, w]: Sizes, order: AxisOrder) {
  const b = attributes.blockSize;
  return blocks(attributes, [n, c * b * b, h / b, w / b], order);
}

export const spaceToDepth: Op<SpaceToDepthAttributes> = {
  stage: () => 'view',
  infer({ blockSize: b }, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    const [n, c, h, w] = checked(shape, b, [shape[2]! / b, shape[3]! / b]);
    return [{ dtype, shape: [n, c * b * b, h / b, w / b] }];
  },
  reach({ blockSize: b }) {
    const along = [2, 3].map((axis) => ({ axis, stride: b, start: 0, size: b }));
    return [{ axes: [whole, null, ...along], whole: [1] }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const [n, c, h, w] = x.shape as unknown as Sizes;
    const b = attributes.blockSize;
    const { wide } = inverse(attributes, [n, c, h, w], rowMajor(4));
    // The channels of the result are axes (block row, block column, c), or (c, block row, block column).
    const axes = attributes.mode === 'depthColumnRow' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
    const sizes = [n, c, h / b, b, w / b, b];
    const data = gatherStrided(
      x.data,
      axes.map((axis) => sizes[axis]!),
      axes.map((axis) => wide[axis]!),
    );
    return [tensorLike(x, [n, c * b * b, h / b, w / b], data)];
  },
  lower(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const order = channelsLast(4);
    const { shape, deep, wide } = inverse(attributes, x.shape as unknown as Sizes, order);
    const copy = { input: 0, shape, source: wide, sourceOffset: 0, target: deep, targetOffset: 0 };
    return { inputOrders: [order], outputOrders: [order], ...stridedCopies([0, 2, 4, 3, 5, 1], [copy]) };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: (attributes, rule) => [rule.add(depthToSpace, attributes, [dOutput(rule)])],
};
