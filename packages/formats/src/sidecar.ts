/** @file The sidecar of a model: NAME.json beside NAME.onnx, with its preprocessing and its class names. */
import { InputError, type NetworkMetadata, preprocessSchema } from '@ventral/core';
import * as v from 'valibot';
import { checked, classesSchema, parseJson } from './metadata.ts';

const sidecarSchema = v.object({
  preprocess: v.optional(preprocessSchema),
  classes: v.optional(
    v.union([
      classesSchema,
      v.strictObject({ file: v.pipe(v.string(), v.minLength(1)), offset: v.optional(v.picklist([0, 1]), 0) }),
    ]),
  ),
});

/**
 * Reads a sidecar: `{"preprocess": {"channels", "scale", "mean", "std", "resize", "crop"}, "classes": [names] | {"file", "offset"}}`.
 * Both are optional; other keys at the top are left alone, unknown keys inside are refused. A class file has one name a
 * line; of a synset line «n01440764 tench, Tinca tinca» the name is what follows the number. Offset 1: class 0 is «background».
 *
 * @param readText gives the text of the class file; its path is relative to the sidecar.
 * @throws InputError `readSidecar cat.json: preprocess.scale: Invalid type: Expected number but received "1".`
 */
export async function readSidecar(
  json: string,
  fileName: string,
  readText: (relativePath: string) => string | Promise<string>,
): Promise<Pick<NetworkMetadata, 'preprocess' | 'classes'>> {
  const who = `readSidecar ${fileName}: `;
  const { preprocess, classes } = checked(sidecarSchema, parseJson(json, who), who, '');
  const names = classes === undefined || Array.isArray(classes) ? classes : await classesOf(classes, readText, who);
  return { ...(preprocess && { preprocess }), ...(names && { classes: names }) };
}

async function classesOf(
  { file, offset }: { readonly file: string; readonly offset: 0 | 1 },
  readText: (relativePath: string) => string | Promise<string>,
  who: string,
): Promise<readonly string[]> {
  const lines = (await readText(file))
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const empty = lines.findIndex((line) => line.trim() === '');
  if (empty >= 0) throw new InputError(`${who}classes: line ${empty + 1} of "${file}" is empty, a class name was expected.`);
  const names = lines.map((line) => line.trim().replace(/^n\d{8}\s+/, ''));
  return offset === 1 ? ['background', ...names] : names;
}
