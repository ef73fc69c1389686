/**
 * @file Networks as data: what a network's description (a small JSON file) may say. Checked, never evaluated. Turning it
 * into a graph is build.ts. Weights are not part of it.
 */
import * as v from 'valibot';
import { InputError } from '../errors.ts';
import { preprocessSchema } from '../image/preprocess.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `same`: the output has ceil(size / stride) positions (odd kernels only); `valid`: none; a number: so many px on every side. */
const padding = v.union([v.picklist(['same', 'valid']), wholeNumber]);

const layerSchema = v.variant('type', [
  /** Convolution of kernel × kernel; with a bias, unless a norm follows directly (its shift does the same). */
  v.strictObject({
    type: v.literal('conv'),
    name: text,
    channels: positive,
    kernel: positive,
    stride: v.optional(positive, 1),
    padding: v.optional(padding, 'same'),
  }),
  /** Batch normalisation, at first the identity. */
  v.strictObject({ type: v.literal('norm'), name: text }),
  v.strictObject({
    type: v.literal('activation'),
    name: text,
    fn: v.picklist(['relu', 'gelu', 'silu', 'sigmoid', 'tanh', 'softplus']),
  }),
  /** Pooling over kernel × kernel; the stride is the kernel unless given. Padding never counts in an average. */
  v.strictObject({
    type: v.picklist(['maxPool', 'averagePool']),
    name: text,
    kernel: positive,
    stride: v.optional(positive),
    padding: v.optional(padding, 'valid'),
  }),
  v.strictObject({ type: v.picklist(['globalAveragePool', 'flatten', 'softmax']), name: text }),
  v.strictObject({ type: v.literal('dense'), name: text, units: positive }),
  /** Passes everything on; in training it silences a share `rate` of the values. */
  v.strictObject({ type: v.literal('dropout'), name: text, rate: v.pipe(v.number(), v.minValue(0), v.ltValue(1)) }),
]);

const descriptionSchema = v.strictObject({
  name: text,
  input: v.strictObject({ height: positive, width: positive, channels: v.picklist([1, 3]) }),
  /** Visual angle that the input's width spans, degrees. */
  fovDeg: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(360))),
  classes: v.optional(v.pipe(v.array(text), v.minLength(1))),
  preprocess: v.optional(preprocessSchema),
  /** Areas that blocks were designed after: `{"block1": "V1"}` stands for every layer named `block1.…`. An intent, never evidence. */
  designedFor: v.optional(v.record(text, text)),
  notice: v.optional(text),
  layers: v.pipe(v.array(layerSchema), v.minLength(1)),
});

export type LayerDescription = v.InferOutput<typeof layerSchema>;
export type NetworkDescription = v.InferOutput<typeof descriptionSchema>;

/**
 * Checks a network's description as read from JSON. Unknown fields are errors.
 *
 * @throws InputError `network "tiny", layer "conv1": layers[0].kernel: Invalid type: Expected number but received "3".`
 */
export function readNetworkDescription(json: unknown): NetworkDescription {
  const result = v.safeParse(descriptionSchema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const keys = issue.path?.map((item) => item.key) ?? [];
  const path = keys.reduce<string>((at, key) => at + (typeof key === 'number' ? `[${key}]` : `${at && '.'}${key}`), '');
  const layer = keys[0] === 'layers' ? named(issue.path?.[1]?.value) : undefined;
  const where = `network ${named(json) ?? 'description'}${layer ? `, layer ${layer}` : ''}`;
  throw new InputError(`${where}: ${path && `${path}: `}${issue.message}.`);
}

/** The name of something that may have one, in quotation marks. */
function named(value: unknown): string | undefined {
  const hasName = typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
  return hasName ? `"${value.name}"` : undefined;
}
