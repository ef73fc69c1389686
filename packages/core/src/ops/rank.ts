/** @file Ops that sort along one axis: the position of the largest or smallest value, the k first, and the mask of the largest. */
import { InputError } from '../errors.ts';
import { formatShape, integers, sizeOf, type Tensor, tensorOf } from '../tensor/tensor.ts';
import {
  constantIntegers,
  dOutput,
  identityReach,
  needed,
  normalizedAxis,
  type Op,
  type Reach,
  tensorLike,
  type ValueType,
} from './op.ts';

/** Inputs: x. Result: positions (int64) along `axis`. */
export interface ArgMaxAttributes {
  readonly axis: number;
  readonly keepDims: boolean;
  /** Of several equal values the last one counts, not the first. */
  readonly lastIndex: boolean;
  /** The position of the smallest value instead. */
  readonly smallest: boolean;
}
/** Inputs: x, k (constant, one number). Results: values and their positions (int64), sorted; equal values in their own order. */
export interface TopKAttributes {
  readonly axis: number;
  readonly largest: boolean;
}
/** Inputs: x. 1 at the first largest value along the axis, else 0; `flattened`: all axes from `axis` on are one. */
export interface HardmaxAttributes {
  readonly axis: number;
  readonly flattened: boolean;
}

/** Every line of values along one axis: its first offset and the distance between neighbours. */
function* lines(shape: readonly number[], axis: number): Generator<{ start: number; step: number; line: number }> {
  const step = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  for (let line = 0; line < outer * step; line++)
    yield { start: Math.floor(line / step) * step * shape[axis]! + (line % step), step, line };
}

const dropped = (shape: readonly number[], axis: number, keepDims: boolean) =>
  keepDims ? shape.map((n, i) => (i === axis ? 1 : n)) : shape.filter((_, i) => i !== axis);

/** The axis is read in full; the others position by position. */
function lineReach(shape: readonly number[], axis: number, keeps: boolean): Reach {
  const axes = identityReach(shape.length).axes.flatMap((same, i) =>
    i !== axis ? [same] : keeps ? [{ axis, whole: true as const }] : [],
  );
  return { axes, whole: keeps ? [] : [axis] };
}

export const argMax: Op<ArgMaxAttributes> = {
  stage: () => 'pool',
  runsOnTwin: 'always',
  infer({ axis, keepDims }, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    return [{ dtype: 'int64', shape: dropped(shape, normalizedAxis(axis, shape.length), keepDims) }];
  },
  reach({ axis, keepDims }, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    return [lineReach(shape, normalizedAxis(axis, shape.length), keepDims)];
  },
  reference({ axis, keepDims, lastIndex, smallest }, inputs) {
    const x = inputs[0] as Tensor;
    const along = normalizedAxis(axis, x.shape.length);
    const shape = dropped(x.shape, along, keepDims);
    const found = new Float64Array(sizeOf(shape));
    const sign = smallest ? -1 : 1;
    for (const { start, step, line } of lines(x.shape, along)) {
      let best = 0;
      for (let i = 1; i < x.shape[along]!; i++) {
        const gain = sign * (x.data[start + i * step]! - x.data[start + best * step]!);
        if (gain > 0 || (lastIndex && gain === 0)) best = i;
      }
      found[line] = best;
    }
    return [{ dtype: 'int64', shape, data: found }];
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: () => [],
};

function topKOf({ axis }: TopKAttributes, inputs: readonly (ValueType | undefined)[]) {
  const { shape } = needed(inputs, 0, 'x');
  const along = normalizedAxis(axis, shape.length);
  const [k = 0] = constantIntegers(inputs, 1, 'k');
  if (k < 0 || k > shape[along]!)
    throw new InputError(`cannot take ${k} of the ${shape[along]} values along axis ${axis} of ${formatShape(shape)}.`);
  return { along, k, shape: shape.map((n, i) => (i === along ? k : n)) };
}

export const topK: Op<TopKAttributes> = {
  stage: () => 'pool',
  runsOnTwin: 'always',
  infer(attributes, inputs) {
    const { shape } = topKOf(attributes, inputs);
    return [
      { dtype: needed(inputs, 0, 'x').dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  reach(attributes, inputs) {
    return [lineReach(needed(inputs, 0, 'x').shape, topKOf(attributes, inputs).along, true), null];
  },
  reference(attributes, inputs) {
    const [x, count] = inputs as [Tensor, Tensor];
    const { along, k, shape } = topKOf(attributes, [x, { ...count, constant: count }]);
    const sign = attributes.largest ? -1 : 1;
    const values = new Float64Array(sizeOf(shape));
    const positions = new Float64Array(values.length);
    const targets = lines(shape, along);
    for (const { start, step } of lines(x.shape, along)) {
      const at = (i: number) => x.data[start + i * step]!;
      const sorted = Array.from({ length: x.shape[along]! }, (_, i) => i).toSorted((a, b) => sign * (at(a) - at(b)) || a - b);
      const target = targets.next().value;
      for (let i = 0; target && i < k; i++) {
        values[target.start + i * target.step] = at(sorted[i]!);
        positions[target.start + i * target.step] = sorted[i]!;
      }
    }
    return [tensorLike(x, shape, values), integers([...positions], shape)];
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(attributes, rule) {
    const [x, count] = rule.inputs as [string, string];
    const { shape } = rule.type(x);
    const { along, k } = topKOf(attributes, [rule.type(x), rule.type(count)]);
    // Which value each of the k was: compared over axes [k, n] in place of the axis; equal values share.
    const apart = (value: string, sizes: readonly number[]) => rule.reshape(value, shape.toSpliced(along, 1, ...sizes));
    const number = (value: number) => rule.constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
    const isEqual = rule.binary('equal', apart(x, [1, shape[along]!]), apart(rule.outputs[0]!, [k, 1]));
    const wins = rule.where(isEqual, number(1), number(0));
    const shares = rule.binary('div', apart(dOutput(rule), [k, 1]), rule.reduce('sum', wins, [along + 1]));
    return [rule.reshape(rule.reduce('sum', rule.binary('mul', wins, shares), [along]), shape)];
  },
};

export const hardmax: Op<HardmaxAttributes> = {
  stage: () => 'dense',
  runsOnTwin: 'always',
  infer({ axis }, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    normalizedAxis(axis, shape.length);
    return [{ dtype, shape }];
  },
  reach({ axis, flattened }, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const first = normalizedAxis(axis, shape.length);
    return [{ axes: identityReach(shape.length).axes, whole: flattened ? shape.map((_, i) => i).slice(first) : [first] }];
  },
  reference({ axis, flattened }, inputs) {
    const x = inputs[0] as Tensor;
    const along = normalizedAxis(axis, x.shape.length);
    const shape = flattened ? [sizeOf(x.shape.slice(0, along)), sizeOf(x.shape.slice(along))] : x.shape;
    const lineAxis = flattened ? 1 : along;
    const [winner] = argMax.reference({ axis: lineAxis, keepDims: false, lastIndex: false, smallest: false }, [{ ...x, shape }]);
    const y = new Float64Array(x.data.length);
    for (const { start, step, line } of lines(shape, lineAxis)) y[start + winner!.data[line]! * step] = 1;
    return [tensorOf(x.dtype, x.shape, y)];
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: () => [],
};
