/**
 * @file Facts that travel with a network (preprocessing, class names, field of view …): their one schema, whether they come
 * from a sidecar file or from an ONNX file's own metadata.
 */
import { InputError, type NetworkMetadata, type Preprocess, preprocessSchema } from '@ventral/core';
import * as v from 'valibot';

const finite = v.pipe(v.number(), v.finite());
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

/**
 * Metadata from the key–value pairs of an ONNX file; every value is JSON, keys that do not start with `ventral.` are not ours.
 * @throws InputError without a head: `metadata ventral.fov_deg: must be above 0.`
 */
export function metadataFromProps(
  props: readonly { readonly key: string | undefined; readonly value: string | undefined }[],
): NetworkMetadata {
  const find = <S extends v.GenericSchema>(key: string, schema: S): v.InferOutput<S> | undefined => {
    const entry = props.find((prop) => prop.key === key);
    return entry && checked(schema, parseJson(entry.value ?? '', `metadata ${key}: `), `metadata ${key}: `, '');
  };
  const metadata: { -readonly [K in keyof NetworkMetadata]: NetworkMetadata[K] } = {};
  const preprocess: Preprocess | undefined = find('ventral.preprocess', preprocessSchema);
  const classes = find('ventral.classes', classesSchema);
  const fovDeg = find(
    'ventral.fov_deg',
    v.pipe(
      finite,
      v.check((value) => value > 0, 'must be above 0'),
    ),
  );
  const designedFor = find('ventral.designed_for', v.record(v.string(), v.string()));
  const notice = find('ventral.notice', v.string());
  if (preprocess) metadata.preprocess = preprocess;
  if (classes) metadata.classes = classes;
  if (fovDeg !== undefined) metadata.fovDeg = fovDeg;
  if (designedFor) metadata.designedFor = designedFor;
  if (notice !== undefined) metadata.notice = notice;
  return metadata;
}
