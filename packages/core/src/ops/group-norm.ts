/**
 * @file Group and instance normalisation of x [n, c, …]: each group of neighbouring channels of an image has mean 0 and
 * variance 1, then every channel its scale and shift (Wu & He 2018, doi:10.1007/978-3-030-01261-8_1; Ulyanov et al. 2016).
 */
import { binaryCodes, reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { throughNormalisation } from './layer-norm.ts';
import { dOutput, identityReach, needed, type Op, packedValues, tensorLike, type ValueType } from './op.ts';

/** Inputs: x, scale, shift ([c], or [groups] as in opset 18). */
export interface GroupNormAttributes {
  /** Absent: every channel is a group, which is instance normalisation. */
  readonly groups?: number | undefined;
  readonly epsilon: number;
}

function sizes({ groups }: GroupNormAttributes, inputs: readonly (Pick<ValueType, 'shape'> | undefined)[]) {
  const { shape } = needed(inputs, 0, 'x');
  const [n = 1, c = 1] = shape;
  const nGroups = groups ?? c;
  if (shape.length < 2 || nGroups < 1 || c % nGroups !== 0)
    throw new InputError(`needs x [n, c, …] whose channels ${nGroups} groups divide, got ${formatShape(shape)}.`);
  for (const [i, what] of ['scale', 'shift'].entries()) {
    const size = sizeOf(needed(inputs, i + 1, what).shape);
    if (size !== c && size !== nGroups)
      throw new InputError(`${what} has ${size} values, but x ${formatShape(shape)} has ${c} channels in ${nGroups} groups.`);
  }
  const rows = n * nGroups;
  return { n, c, rows, size: sizeOf(shape) / rows, inner: sizeOf(shape.slice(2)) };
}

/** One value per channel from one per channel or per group. */
function perChannel(values: Tensor, c: number): Float64Array {
  return Float64Array.from({ length: c }, (_, i) => values.data[Math.floor((i * values.data.length) / c)]!);
}

export const groupNorm: Op<GroupNormAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'a scale or shift that depends on the picture',
  infer(attributes, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    sizes(attributes, inputs);
    return [{ dtype, shape }];
  },
  reach({ groups }, inputs) {
    const rank = needed(inputs, 0, 'x').shape.length;
    const positions = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    return [{ axes: identityReach(rank).axes, whole: groups === undefined ? positions : [1, ...positions] }, null, null];
  },
  reference(attributes, inputs) {
    const [x, scale, shift] = inputs as [Tensor, Tensor, Tensor];
    const { c, rows, size, inner } = sizes(attributes, inputs);
    const [factor, offset] = [perChannel(scale, c), perChannel(shift, c)];
    const y = reference.layerNorm(toFloat64(x), [rows, size], undefined, undefined, attributes.epsilon);
    const channel = (i: number) => Math.floor(i / inner) % c;
    return [
      tensorLike(
        x,
        x.shape,
        y.map((v, i) => v * factor[channel(i)]! + offset[channel(i)]!),
      ),
    ];
  },
  lower(attributes, inputs) {
    const [scale, shift] = [inputs[1]?.constant, inputs[2]?.constant];
    if (!scale || !shift) return undefined;
    const { n, c, rows, size, inner } = sizes(attributes, inputs);
    const order = rowMajor(needed(inputs, 0, 'x').shape.length);
    const { mul, add } = binaryCodes;
    return {
      inputOrders: [order, undefined, undefined],
      outputOrders: [order],
      packed: [
        packedValues(Int32Array.of(n, c, inner, c * inner, inner, 1, 0, 1, 0)),
        packedValues(Float32Array.from(perChannel(scale, c))),
        packedValues(Float32Array.from(perChannel(shift, c))),
      ],
      bind({ run }, at) {
        const [block, factor, offset] = at.packed as [number, number, number];
        const yPtr = at.outputs[0]!;
        return () => {
          run.f32_layer_norm(at.inputs[0]!, 0, 0, yPtr, rows, size, attributes.epsilon);
          run.f32_binary(mul, yPtr, factor, yPtr, 3, block);
          run.f32_binary(add, yPtr, offset, yPtr, 3, block);
        };
      },
    };
  },
  cost: (_, inputs, outputs) => ({
    nMacs: sizeOf(outputs[0]!.shape),
    nParams: sizeOf(needed(inputs, 1, 'scale').shape) + sizeOf(needed(inputs, 2, 'shift').shape),
  }),
  gradient(attributes, rule) {
    const [x, scale, shift] = rule.inputs as [string, string, string];
    const { n, c, rows, size, inner } = sizes(
      attributes,
      rule.inputs.map((name) => rule.type(name!)),
    );
    const { shape } = rule.type(x);
    const dy = dOutput(rule);
    /** One value for each of [n, groups, channels of a group, positions]; parameters come one for a group, or for a channel. */
    const apart = [n, rows / n, c / (rows / n), inner];
    const spread = (name: string) => (sizeOf(rule.type(name).shape) === c ? [1, apart[1]!, apart[2]!, 1] : [1, apart[1]!, 1, 1]);
    const [dyApart, factor] = [rule.reshape(dy, apart), rule.reshape(scale, spread(scale))];
    const g = rule.reshape(rule.binary('mul', dyApart, factor), [rows, size]);
    const { normal, dx } = throughNormalisation(rule, rule.reshape(x, [rows, size]), [1], attributes.epsilon, g);
    const back = (value: string, name: string) => rule.reshape(rule.sumTo(value, spread(name)), rule.type(name).shape);
    return [
      rule.wants(0) ? rule.reshape(dx(), shape) : undefined,
      rule.wants(1) ? back(rule.binary('mul', dyApart, rule.reshape(normal, apart)), scale) : undefined,
      rule.wants(2) ? back(dyApart, shift) : undefined,
    ];
  },
};
