/**
 * @file The built-in stimulus sets, each a list of drawn pictures. Stimuli are drawn at the network's input size and marked
 * `isFitted`, so that preprocessing leaves their geometry alone.
 */
import { createRandom, type Image, InputError, type Random } from '@ventral/core';
import { math } from '@ventral/kernels';
import { drawDeadLeaves } from './dead-leaves.ts';
import { pixelsPerDegree, type VisualField } from './field.ts';
import { drawGrating, type Grating } from './gratings.ts';
import { type LabelledSetName, labelledSet } from './labelled-sets.ts';
import { drawPinkNoise, drawWhiteNoise } from './noise.ts';

/** What a stimulus is drawn for: a piece of the visual field, and the seed of everything random. */
export interface StimulusView extends VisualField {
  readonly seed: number;
}

export interface StimulusSet {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly nStimuli: number;
  /** Name of stimulus i in tables, e.g. `gratings/ori045.0_sf2.00cpd_ph090`; depends on the field where degrees do. */
  id(i: number, field: VisualField): string;
  /** Draws stimulus i; the same for the same arguments, whatever was drawn before. */
  draw(i: number, view: StimulusView): Image;
}

/** The set a built-in network is shown unless another is asked for. */
export const defaultSetName = 'dead-leaves';

/** The one list of built-in sets. */
export const stimulusSets: readonly StimulusSet[] = [
  fromLabelled('catdog', 100),
  randomSet({
    name: 'dead-leaves',
    title: 'Dead leaves',
    description: 'Random ellipses that cover each other: edges, occlusion and spectrum of natural scenes, showing nothing.',
    kinds: [{ prefix: '', nStimuli: 64, draw: drawDeadLeaves }],
  }),
  fromLabelled('digits', 100),
  {
    name: 'gratings',
    title: 'Sine gratings',
    description:
      '8 orientations × 5 spatial frequencies (2 cycles per field to 0.35 cycles per pixel) × 4 phases at full contrast.',
    nStimuli: 160,
    id(i, field) {
      const { orientationDeg, spatialFrequencyCpd, phaseDeg } = gratingOf(i, field);
      const degrees = (value: number, decimals: number, width: number) => value.toFixed(decimals).padStart(width, '0');
      return `gratings/ori${degrees(orientationDeg, 1, 5)}_sf${spatialFrequencyCpd.toPrecision(3)}cpd_ph${degrees(phaseDeg, 0, 3)}`;
    },
    draw: (i, view) => ({ ...drawGrating(view, gratingOf(i, view)), isFitted: true }),
  },
  randomSet({
    name: 'noise',
    title: 'Noise',
    description: '32 pictures of white noise and 32 with the 1/f amplitude spectrum of natural scenes.',
    kinds: [
      { prefix: 'white_', nStimuli: 32, draw: drawWhiteNoise },
      { prefix: 'pink_', nStimuli: 32, draw: drawPinkNoise },
    ],
  }),
];

/**
 * A built-in set by name.
 *
 * @throws InputError `stimuli: there is no built-in set "leaves". Built-in sets: catdog, dead-leaves, digits, gratings,
 *   noise.`
 */
export function stimulusSet(name: string): StimulusSet {
  const found = stimulusSets.find((set) => set.name === name);
  if (found) return found;
  throw new InputError(
    `stimuli: there is no built-in set "${name}". Built-in sets: ${stimulusSets.map((set) => set.name).join(', ')}.`,
  );
}

/** Grating i of the set: orientation slowest, phase fastest. */
function gratingOf(i: number, field: VisualField): Grating {
  checkIndex('gratings', i, 160);
  const [lowest, highest] = [2 / field.fovDeg, 0.35 * pixelsPerDegree(field)];
  if (highest <= lowest) throw new InputError(`stimuli: gratings need an input at least 6 px wide, got ${field.widthPx}.`);
  return {
    orientationDeg: Math.floor(i / 20) * 22.5,
    spatialFrequencyCpd: lowest * math.pow(highest / lowest, (Math.floor(i / 4) % 5) / 4),
    phaseDeg: (i % 4) * 90,
    contrast: 1,
  };
}

/** A set of random pictures of one or more kinds, each with a stream of its own named after its id. */
function randomSet(options: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kinds: readonly {
    readonly prefix: string;
    readonly nStimuli: number;
    draw(view: StimulusView, random: Random): Image;
  }[];
}): StimulusSet {
  const { kinds, ...about } = options;
  const all = kinds.flatMap(({ prefix, nStimuli, draw }) =>
    Array.from({ length: nStimuli }, (_, i) => ({ id: `${about.name}/${prefix}${String(i).padStart(2, '0')}`, draw })),
  );
  const at = (i: number) => {
    checkIndex(about.name, i, all.length);
    return all[i]!;
  };
  return {
    ...about,
    nStimuli: all.length,
    id: (i) => at(i).id,
    draw: (i, view) => ({ ...at(i).draw(view, createRandom(view.seed).fork(at(i).id)), isFitted: true }),
  };
}

/** The first pictures of a labelled set, class by class. */
function fromLabelled(name: LabelledSetName, nStimuli: number): StimulusSet {
  const { id, draw, title, description, classes } = labelledSet(name);
  const perClass = nStimuli / classes.length;
  const indexOf = (i: number) => {
    checkIndex(name, i, nStimuli);
    return Math.floor(i / perClass) + classes.length * (i % perClass);
  };
  return {
    name,
    title,
    description: `${description} ${perClass} of each class.`,
    nStimuli,
    id: (i) => id(indexOf(i)),
    draw: (i, view) => draw(indexOf(i), view.seed, view).image,
  };
}

function checkIndex(name: string, i: number, n: number): void {
  if (!(Number.isInteger(i) && i >= 0 && i < n)) throw new InputError(`stimuli: "${name}" has stimuli 0 to ${n - 1}, got ${i}.`);
}
