/** @file What every twin shares: arrays with a shape, sizes, strides, broadcasting. No arithmetic on values. */

/** Values in row-major order of `shape`. */
export interface Shaped {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** Any list of numbers: Float64Array, Float32Array, number[]. */
export type Values = ArrayLike<number>;

/** Number of elements of a shape; 1 for []. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides in elements: [3, 4, 5] → [20, 5, 1]. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** @throws {RangeError} if the number of values is not the size of the shape. */
export function checkSize(fn: string, name: string, values: Values, shape: readonly number[]): void {
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(
      `${fn}: ${name} must hold ${sizeOf(shape)} values for shape [${shape.join(', ')}], got ${values.length}. Pass the shape the values were made with.`,
    );
  }
}

/** @throws {RangeError} if a shape has not `rank` axes. */
export function checkRank(fn: string, name: string, shape: readonly number[], rank: number, axes: string): void {
  if (shape.length !== rank) {
    throw new RangeError(`${fn}: ${name} must have ${rank} axes (${axes}), got [${shape.join(', ')}]. Reshape it first.`);
  }
}

/**
 * The common shape under numpy's broadcasting: axes are aligned at the end, size 1 stretches.
 *
 * @throws {RangeError} `broadcastShape: axes must be equal or 1, got [2, 3] and [4]. …`
 */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === size) continue;
      if (size !== 1) {
        const list = shapes.map((each) => `[${each.join(', ')}]`).join(' and ');
        throw new RangeError(
          `broadcastShape: axes must be equal or 1, got ${list}. Reshape one so that its axes line up at the end.`,
        );
      }
      size = own;
    }
    return size;
  });
}

/** Strides of `shape` seen as the larger shape `target`: 0 where it is stretched. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape);
  const lead = target.length - shape.length;
  return target.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
}

/** Calls `visit` with the offset in each operand, in row-major order of `shape`. */
export function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (index: number, offsets: readonly number[]) => void,
): void {
  const total = sizeOf(shape);
  const position = new Array<number>(shape.length).fill(0);
  const offsets = new Array<number>(strides.length).fill(0);
  for (let index = 0; index < total; index++) {
    visit(index, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]!++;
      for (let i = 0; i < strides.length; i++) offsets[i]! += strides[i]![axis]!;
      if (position[axis]! < shape[axis]!) break;
      for (let i = 0; i < strides.length; i++) offsets[i]! -= strides[i]![axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
}

/**
 * Axes in another order, as numpy.transpose: result axis i is axis order[i].
 *
 * @throws {RangeError} if `order` is not a permutation of the axes.
 */
export function transpose(x: Values, shape: readonly number[], order: readonly number[]): Shaped {
  checkSize('transpose', 'x', x, shape);
  if (order.length !== shape.length || shape.some((_, axis) => !order.includes(axis))) {
    throw new RangeError(
      `transpose: order must name each of ${shape.length} axes once, got [${order.join(', ')}]. Count axes from 0.`,
    );
  }
  const strides = stridesOf(shape);
  const target = order.map((axis) => shape[axis]!);
  const data = new Float64Array(sizeOf(shape));
  walk(target, [order.map((axis) => strides[axis]!)], (index, [offset]) => {
    data[index] = x[offset!]!;
  });
  return { data, shape: target };
}

/** `axis` counted from the front. @throws {RangeError} if it lies outside −rank … rank − 1. */
export function checkAxis(fn: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(`${fn}: axis must lie in ${-rank} … ${rank - 1}, got ${axis}. Negative axes count from the end.`);
  }
  return axis < 0 ? axis + rank : axis;
}
