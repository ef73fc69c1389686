/**
 * @file The built-in stimulus sets, each a list of drawn pictures. The physiologist's come from physiology.ts.
 */
import { createRandom, type Image, InputError, type Random } from '@ventral/core';
import { crossed, geometricLevels, levels } from './crossed.ts';
import { drawDeadLeaves } from './dead-leaves.ts';
import { pixelsPerDegree } from './field.ts';
import { formSets } from './form.ts';
import { drawGrating, type Grating } from './gratings.ts';
import { type LabelledSetName, labelledSet } from './labelled-sets.ts';
import { drawPinkNoise, drawWhiteNoise } from './noise.ts';
import { categoryNames, drawCategory } from './objects.ts';
import { physiologySets } from './physiology.ts';
import { createSet, type StimulusSet, type StimulusView, stimulusList } from './stimulus-set.ts';
import { textures } from './textures/textures.ts';

/** The set a built-in network is shown unless another is asked for. */
export const defaultSetName = 'dead-leaves';

/** Those that are fitted to a layer's field: what the battery shows. */
export const batterySets: readonly StimulusSet[] = [...physiologySets, ...formSets, textures];

/** The one list of built-in sets. */
export const stimulusSets: readonly StimulusSet[] = [
  fromLabelled('catdog', 100),
  createSet({
    name: 'categories',
    title: 'Categories',
    description: '16 drawn examples of each of 8 categories, of all looks, sizes and places, before anything.',
    list(view) {
      const all = categoryNames.flatMap((label) => levels(16, (example) => example).map((example) => ({ label, example })));
      const id = (i: number) => `categories/${all[i]!.label}_${String(all[i]!.example).padStart(2, '0')}`;
      const draw = (i: number) => drawCategory(all[i]!.label, createRandom(view.seed).fork(id(i)), view);
      return stimulusList({ name: 'categories', all, id, draw: (_, i) => draw(i) });
    },
  }),
  randomSet({
    name: 'dead-leaves',
    title: 'Dead leaves',
    description: 'Random ellipses that cover each other: edges, occlusion and spectrum of natural scenes, showing nothing.',
    kinds: [{ kind: 'dead-leaves', prefix: '', nStimuli: 64, draw: drawDeadLeaves }],
  }),
  fromLabelled('digits', 100),
  createSet({
    name: 'gratings',
    title: 'Sine gratings',
    description:
      '8 orientations × 5 spatial frequencies (2 cycles per field to 0.35 cycles per pixel) × 4 phases at full contrast.',
    list(view) {
      const all = wholeFieldGratings(view);
      const id = (i: number) => {
        const { orientationDeg, spatialFrequencyCpd, phaseDeg } = all[i]!;
        const degrees = (value: number, decimals: number, width: number) => value.toFixed(decimals).padStart(width, '0');
        return `gratings/ori${degrees(orientationDeg, 1, 5)}_sf${spatialFrequencyCpd.toPrecision(3)}cpd_ph${degrees(phaseDeg, 0, 3)}`;
      };
      return stimulusList({ name: 'gratings', all, id, draw: (grating) => drawGrating(view, grating) });
    },
  }),
  randomSet({
    name: 'noise',
    title: 'Noise',
    description: '32 pictures of white noise and 32 with the 1/f amplitude spectrum of natural scenes.',
    kinds: [
      { kind: 'white', prefix: 'white_', nStimuli: 32, draw: drawWhiteNoise },
      { kind: '1/f', prefix: 'pink_', nStimuli: 32, draw: drawPinkNoise },
    ],
  }),
  ...batterySets,
];

/**
 * A built-in set by name.
 *
 * @throws InputError `stimuli: there is no built-in set "leaves". Built-in sets: catdog, dead-leaves, digits, gratings,
 *   noise, bars, …`
 */
export function stimulusSet(name: string): StimulusSet {
  const found = stimulusSets.find((set) => set.name === name);
  if (found) return found;
  throw new InputError(
    `stimuli: there is no built-in set "${name}". Built-in sets: ${stimulusSets.map((set) => set.name).join(', ')}.`,
  );
}

/** @throws InputError `stimuli: gratings need an input at least 6 px wide, got 5.` */
function wholeFieldGratings(view: StimulusView): Grating[] {
  const [lowest, highest] = [2 / view.fovDeg, 0.35 * pixelsPerDegree(view)];
  if (highest <= lowest) throw new InputError(`stimuli: gratings need an input at least 6 px wide, got ${view.widthPx}.`);
  return crossed<Grating>({
    orientationDeg: levels(8, (i) => 22.5 * i),
    spatialFrequencyCpd: geometricLevels(lowest, highest, 5),
    phaseDeg: levels(4, (i) => 90 * i),
    contrast: [1],
  });
}

/** A set of random pictures of one or more kinds, each with a stream of its own named after its id. */
function randomSet(options: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kinds: readonly {
    readonly kind: string;
    readonly prefix: string;
    readonly nStimuli: number;
    draw(view: StimulusView, random: Random): Image;
  }[];
}): StimulusSet {
  const { kinds, ...about } = options;
  const all = kinds.flatMap(({ nStimuli, ...kind }) =>
    Array.from({ length: nStimuli }, (_, i) => ({ ...kind, id: `${about.name}/${kind.prefix}${String(i).padStart(2, '0')}` })),
  );
  return createSet({
    ...about,
    list: (view) =>
      stimulusList({
        name: about.name,
        all: all.map(({ kind }) => ({ kind })),
        id: (i) => all[i]!.id,
        draw: (_, i) => all[i]!.draw(view, createRandom(view.seed).fork(all[i]!.id)),
      }),
  });
}

/** The first pictures of a labelled set, class by class. */
function fromLabelled(name: LabelledSetName, nStimuli: number): StimulusSet {
  const { id, draw, title, description, classes } = labelledSet(name);
  const perClass = nStimuli / classes.length;
  const indexOf = (i: number) => Math.floor(i / perClass) + classes.length * (i % perClass);
  return createSet({
    name,
    title,
    description: `${description} ${perClass} of each class.`,
    list: (view) =>
      stimulusList({
        name,
        all: levels(nStimuli, (i) => indexOf(i)).map((index) => ({ label: classes[index % classes.length]! })),
        id: (i) => id(indexOf(i)),
        draw: (_, i) => draw(indexOf(i), view.seed, view).image,
      }),
  });
}
