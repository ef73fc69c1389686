/** @file `ventral stimuli`: a built-in set as PNG files, to look at or to show to others. */
import { join } from 'node:path';
import { defaultFovDeg, defaultProbeOptions } from '@ventral/probe';
import { stimulusSet } from '@ventral/stimuli';
import { encodePng } from '../png.ts';
import { beginWriting } from '../write.ts';

export interface StimuliOptions {
  readonly out: string;
  readonly input?: readonly [h: number, w: number];
  readonly fov?: number;
  readonly seed?: number;
}

/** As large as most networks see. */
const defaultSizePx = [224, 224] as const;

export function stimuli(name: string, options: StimuliOptions): void {
  const set = stimulusSet(name);
  const [heightPx, widthPx] = options.input ?? defaultSizePx;
  const view = { heightPx, widthPx, fovDeg: options.fov ?? defaultFovDeg, seed: options.seed ?? defaultProbeOptions.seed };
  const writing = beginWriting(options.out);
  for (let i = 0; i < set.nStimuli; i++) writing.stage(join(options.out, `${set.id(i, view)}.png`), encodePng(set.draw(i, view)));
  writing.commit();
  process.stderr.write(`${set.nStimuli} pictures of ${heightPx}×${widthPx} px in ${options.out}\n`);
}
