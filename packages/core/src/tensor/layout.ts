/**
 * @file Physical axis order. A value's logical shape means what ONNX means; its order says in which sequence the axes lie in
 * memory, slowest first. Pictures run channels-last (order 0 2 3 1 of n c h w), so Transpose is a relabelling and a Reshape
 * that only splits or merges neighbouring axes is free.
 */

/** order[i] = logical axis at physical position i (0 = slowest). Always dense: no gaps between elements. */
export type AxisOrder = readonly number[];

/** Logical order = physical order: plain row-major. */
export function rowMajor(rank: number): AxisOrder {
  return Array.from({ length: rank }, (_, i) => i);
}

/** Channels last: axis 1 moves to the end (n c h w → n h w c; n c → n c). */
export function channelsLast(rank: number): AxisOrder {
  if (rank < 3) return rowMajor(rank);
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

/** Strides in elements per logical axis. */
export function stridesOf(shape: readonly number[], order: AxisOrder): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    const axis = order[i]!;
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** True if both orders put the elements of this shape at the same addresses (axes of size 1 do not count). */
export function sameLayout(shape: readonly number[], a: AxisOrder, b: AxisOrder): boolean {
  const strideA = stridesOf(shape, a);
  const strideB = stridesOf(shape, b);
  return shape.every((n, axis) => n === 1 || strideA[axis] === strideB[axis]);
}

/** Order after Transpose: logical axis i of the result is axis perm[i] of the source; memory stays. */
export function transposedOrder(order: AxisOrder, perm: readonly number[]): AxisOrder {
  const inverse: number[] = [];
  perm.forEach((from, to) => {
    inverse[from] = to;
  });
  return order.map((axis) => inverse[axis]!);
}

/**
 * The order that a reshaped value has if no element moves, or undefined if elements must be copied. Axes are matched in
 * groups of equal product; a group's source axes must lie next to each other in memory, in their own order.
 */
export function reshapedOrder(from: readonly number[], order: AxisOrder, to: readonly number[]): AxisOrder | undefined {
  if (from.includes(0) || to.includes(0)) return rowMajor(to.length);
  // Groups of source axes and target axes with equal products; axes of size 1 join whichever group is open.
  const groupOf = new Map<number, number>();
  const targets: number[][] = [];
  const ones: number[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    while (i < from.length && from[i] === 1) i++;
    while (j < to.length && to[j] === 1) ones.push(j++);
    if (i >= from.length || j >= to.length) break;
    const group = targets.length;
    const members: number[] = [j];
    groupOf.set(i, group);
    let a = from[i++]!;
    let b = to[j++]!;
    while (a !== b) {
      if (a < b) {
        if (from[i] !== 1) groupOf.set(i, group);
        a *= from[i++]!;
      } else {
        if (to[j] === 1) ones.push(j);
        else members.push(j);
        b *= to[j++]!;
      }
    }
    targets.push(members);
  }
  const physical = order.filter((axis) => from[axis] !== 1);
  const result: number[] = [...ones];
  let k = 0;
  while (k < physical.length) {
    const axis = physical[k]!;
    const group = groupOf.get(axis)!;
    const axes = [...groupOf.keys()].filter((key) => groupOf.get(key) === group);
    for (const expected of axes) {
      if (physical[k] !== expected) return undefined;
      k++;
    }
    result.push(...targets[group]!);
  }
  return result;
}
