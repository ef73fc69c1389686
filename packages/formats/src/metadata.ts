/**
 * @file Facts that travel with a network (preprocessing, class names, field of view …): their one schema, whether they come
 * from a sidecar file or from an ONNX file's own metadata, where they are written too.
 */
import { InputError, type NetworkMetadata, preprocessSchema } from '@ventral/core';
import * as v from 'valibot';

export const classesSchema = v.pipe(v.array(v.string()), v.minLength(1));

/**
 * Checks a value against a schema.
 * @throws InputError `<who>: preprocess.scale: Invalid type: Expected number but received "1"`, first problem only.
 */
export function checked<S extends v.GenericSchema>(schema: S, value: unknown, who: string, path: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const place = [path, v.getDotPath(issue)].filter(Boolean).join('.');
  throw new InputError(`${who}${place === '' ? '' : `${place}: `}${issue.message}.`);
}

/** Text → value. @throws InputError `<who>: not JSON: …`. */
export function parseJson(text: string, who: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${who}not JSON: ${(error as Error).message.replace(/\s+/g, ' ')}.`);
  }
}

/** The key of each fact in an ONNX file, and what its value, which is JSON, must look like. */
const facts = {
  preprocess: ['ventral.preprocess', preprocessSchema],
  classes: ['ventral.classes', classesSchema],
  fovDeg: [
    'ventral.fov_deg',
    v.pipe(
      v.number(),
      v.finite(),
      v.check((value) => value > 0, 'must be above 0'),
    ),
  ],
  designedFor: ['ventral.designed_for', v.record(v.string(), v.string())],
  notice: ['ventral.notice', v.string()],
} as const satisfies Record<keyof NetworkMetadata, readonly [key: string, schema: v.GenericSchema]>;

const factNames = Object.keys(facts) as (keyof NetworkMetadata)[];

/** A key and a value of an ONNX file's `metadata_props`. */
interface Property {
  readonly key: string | undefined;
  readonly value: string | undefined;
}

/**
 * Metadata from the properties of an ONNX file; keys that do not start with `ventral.` are not ours.
 * @throws InputError without a head: `metadata ventral.fov_deg: must be above 0.`
 */
export function metadataFromProps(props: readonly Property[]): NetworkMetadata {
  return Object.fromEntries(
    factNames.flatMap((name) => {
      const [key, schema] = facts[name];
      const entry = props.find((prop) => prop.key === key);
      const who = `metadata ${key}: `;
      return entry ? [[name, checked(schema, parseJson(entry.value ?? '', who), who, '')]] : [];
    }),
  );
}

/**
 * The reverse of metadataFromProps.
 * @throws InputError without a head if a fact is not what could be read again: `metadata ventral.fov_deg: must be above 0.`
 */
export function propsFromMetadata(metadata: NetworkMetadata): Property[] {
  return factNames.flatMap((name) => {
    const [key, schema] = facts[name];
    if (metadata[name] === undefined) return [];
    return { key, value: JSON.stringify(checked(schema, metadata[name], `metadata ${key}: `, '')) };
  });
}
