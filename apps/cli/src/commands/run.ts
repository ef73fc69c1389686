/** @file `ventral run`: one picture, its top classes. */
import { readFileSync } from 'node:fs';
import { cropImage, InputError, type PixelBox } from '@ventral/core';
import { createImageDecoder } from '@ventral/formats';
import { createClassifier } from '../classify.ts';
import { isSystemError, systemErrorLine } from '../errors.ts';
import { assumptionLine, inModel, type ModelOptions, openPictureModel } from '../model.ts';
import { printJson, printTable } from '../print.ts';
import { createVoice } from '../progress.ts';
import { loadRuntime } from '../runtime.ts';

export interface RunOptions extends ModelOptions {
  readonly image: string;
  readonly crop?: PixelBox;
  readonly top: number;
  readonly relaxed: 'on' | 'off';
  readonly json: boolean;
}

export async function run(name: string, options: RunOptions): Promise<void> {
  const voice = createVoice(options.json);
  const model = await openPictureModel(name, options);
  const notices = [model.graph.metadata.notice && `${model.name} is ${model.graph.metadata.notice}.`, assumptionLine(model)];
  for (const notice of notices) if (notice) voice.warn(notice);
  const runtime = loadRuntime(options.relaxed === 'on');
  const picture = await createImageDecoder(runtime.codecs)(readImage(options.image), options.image);
  const image = options.crop ? cropImage(picture, options.crop) : picture;
  const classes = await inModel(name, () => createClassifier(model, runtime).classify(image).slice(0, options.top));
  if (options.json) {
    const top = classes.map(({ classIndex, name: label, probability }) => ({
      class: classIndex,
      name: label ?? null,
      probability,
    }));
    printJson({ model: model.name, image: options.image, crop: options.crop, top });
    return;
  }
  printTable(
    {
      name: 'classes',
      title: 'Top classes',
      columns: [
        { name: 'class', type: 'integer', description: 'Index in the output, from 0.' },
        { name: 'probability', type: 'number', description: 'Of the class, 0…1.' },
        { name: 'name', type: 'string', description: 'Class name.' },
      ],
      rows: classes.map(({ classIndex, name: label, probability }) => [classIndex, probability, label ?? null]),
    },
    false,
  );
}

function readImage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw isSystemError(error) ? new InputError(systemErrorLine(Object.assign(error, { path }))) : error;
  }
}
