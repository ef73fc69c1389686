/** @file `ventral stimuli`: a built-in set as PNG files with a table of its parameters, to look at or to show to others. */
import { join } from 'node:path';
import { writeCsv } from '@ventral/formats';
import { defaultFovDeg, defaultProbeOptions } from '@ventral/probe';
import { type ParameterValue, type StimulusMode, type StimulusView, stimulusSet, stimulusSets } from '@ventral/stimuli';
import { createContactSheet } from '../contact-sheet.ts';
import { encodePng } from '../png.ts';
import { createVoice } from '../progress.ts';
import { beginWriting } from '../write.ts';
import { synthesisedTextures } from './texture-synthesis.ts';

export interface StimuliOptions {
  readonly out: string;
  readonly size?: readonly [h: number, w: number];
  readonly fov?: number;
  readonly seed?: number;
  readonly mode?: StimulusMode;
  /** Pictures to synthesise textures from. */
  readonly from?: string;
}

/** Side of textures that are synthesised here. */
const textureSidePx = 128;

/** As most networks see. */
const defaultView: StimulusView = { heightPx: 224, widthPx: 224, fovDeg: defaultFovDeg, seed: defaultProbeOptions.seed };

/** A line for each built-in set: name, number of pictures, what it is. */
export function stimulusSetLines(): [name: string, text: string][] {
  return stimulusSets.map(({ name, description, list }) => {
    const { nStimuli } = list(defaultView);
    return [name, `${nStimuli} ${nStimuli === 1 ? 'picture' : 'pictures'}. ${description}`];
  });
}

/** The sets there are, on stdout. */
export function listSets(): void {
  process.stdout.write(
    `${stimulusSetLines()
      .map(([name, text]) => `${name.padEnd(18)} ${text}\n`)
      .join('')}`,
  );
}

/**
 * Writes every picture as `ID.png`, `stimuli.csv` with the parameters of each, and `contact-sheet.png`.
 *
 * @throws InputError if there is no such set, or no such mode of it, or the folder cannot be written
 */
export async function stimuli(name: string, options: StimuliOptions): Promise<void> {
  const { out, fov, seed, mode, from } = options;
  const view: StimulusView = {
    heightPx: options.size?.[0] ?? (from === undefined ? defaultView.heightPx : textureSidePx),
    widthPx: options.size?.[1] ?? (from === undefined ? defaultView.widthPx : textureSidePx),
    fovDeg: fov ?? defaultView.fovDeg,
    seed: seed ?? defaultView.seed,
    mode,
  };
  const list = from === undefined ? stimulusSet(name).list(view) : await synthesisedTextures(from, view);
  const { nStimuli, id, parameters, draw, droppedCpd, notes } = list;
  const sheet = createContactSheet(nStimuli, view);
  const writing = beginWriting(out);
  const voice = createVoice(false);
  for (let i = 0; i < nStimuli; i++) {
    voice.progress({ nDone: i, nItems: nStimuli, nFailed: 0 }, { unit: 'pictures' });
    const image = draw(i);
    sheet.add(i, image);
    writing.stage(join(out, `${id(i)}.png`), encodePng(image));
  }
  const records = Array.from({ length: nStimuli }, (_, i) => {
    const place = sheet.placeOf(i);
    return {
      stimulus: id(i),
      sheetRow: place?.row,
      sheetColumn: place?.column,
      heightPx: view.heightPx,
      widthPx: view.widthPx,
      fovDeg: view.fovDeg,
      seed: view.seed,
      ...parameters(i),
    };
  });
  writing.stage(join(out, 'stimuli.csv'), writeCsv(parameterTable(records)).text);
  writing.stage(join(out, 'contact-sheet.png'), encodePng(sheet.image()));
  writing.commit();
  voice.endProgress();
  for (const note of notes) voice.warn(note);
  if (droppedCpd.length > 0) {
    const dropped = droppedCpd.map((frequency) => frequency.toPrecision(4)).join(', ');
    voice.warn(`left out, more than half a cycle per pixel: ${dropped} cycles/deg`);
  }
  const [size, folder] = [`${view.heightPx}×${view.widthPx} px`, join(out, name)];
  voice.say(`${nStimuli} pictures of ${size} in ${folder}, with stimuli.csv and contact-sheet.png in ${out}`);
}

/** One row per stimulus, one column per parameter that any of them has: `orientationDeg` is the column `orientation_deg`. */
function parameterTable(records: readonly Readonly<Record<string, ParameterValue>>[]) {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const cell = (value: ParameterValue) => (typeof value === 'object' ? value.join(' ') : (value ?? null));
  return {
    columns: names.map((name) => ({ name: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) })),
    rows: records.map((record) => names.map((name) => cell(record[name]))),
  };
}
