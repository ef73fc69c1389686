/**
 * @file The probes of selectivity: what objects and categories a unit prefers, how much of that it keeps when they move, grow or
 * turn, and what a layer's recorded units tell together. Rows of the battery (physiology/measure.ts); here is which responses are
 * read.
 */
import type { Random } from '@ventral/core';
import type { Condition } from '../physiology/battery.ts';
import type { LayerProbe, Measure, TuningProbe } from '../physiology/probes.ts';
import type { PopulationResponses } from '../physiology/responses.ts';
import { sparseness } from '../statistics/sparseness.ts';
import type { Cell, Column } from '../table.ts';
import { whyUndefined } from '../tuning/undefined.ts';
import { categorySelectivity } from './categories.ts';
import { participationRatio, twoNearestNeighbours } from './dimensionality.ts';
import { balancedFolds, type Fold, gramMatrix, heldOut, type Readout, readout } from './readout.ts';
import { tolerance } from './tolerance.ts';

const measure = (name: string, description: string): Measure => ({ name, type: 'number', description });

const labelsOf = (conditions: readonly Condition[]) => conditions.map(({ parameters }) => String(parameters.label));

const categories: TuningProbe = {
  name: 'categories',
  title: 'Selectivity for categories',
  sets: ['categories'],
  drawnFor: 'picture',
  measures: [
    measure('category_sparseness', 'Lifetime sparseness S over the pictures of all categories: 0 dense, 1 one picture alone.'),
    measure('share_above_half_peak', 'Share of these pictures with at least half of the largest response.'),
    measure(
      'class_selectivity',
      '(μbest − μrest) / (μbest + μrest), the best category chosen on the other half of the pictures: 0 none, 1 one alone.',
    ),
    measure('category_d_prime', 'd′ of the best category, chosen on the other half of the pictures, against all others.'),
  ],
  measure(unit) {
    const { conditions, responses } = unit.of('categories');
    const reason = whyUndefined(responses);
    if (reason !== null) return { values: [Number.NaN, Number.NaN, Number.NaN, Number.NaN], note: reason };
    const peak = responses.reduce((a, b) => Math.max(a, b), 0);
    const { classSelectivity, dPrime, note } = categorySelectivity(responses, new Set(labelsOf(conditions)).size);
    return {
      values: [
        sparseness(
          responses.reduce((sum, r) => sum + r, 0),
          responses.reduce((sum, r) => sum + r * r, 0),
          responses.length,
        ),
        responses.filter((r) => r >= peak / 2).length / responses.length,
        classSelectivity,
        dPrime,
      ],
      note,
    };
  },
};

/** What is done to the objects, by the parameters that it changes. */
const transformations = {
  position: ['yDeg', 'xDeg'],
  size: ['sizeDeg'],
  rotation: ['rotationDeg'],
} as const;
type Transformation = keyof typeof transformations;
const transformationNames = Object.keys(transformations) as Transformation[];

const placement = Object.values(transformations).flat();

/** The conditions that differ from the base view, which comes first, in one transformation alone, and in which view each is. */
function viewsOf(conditions: readonly Condition[], transformation: Transformation) {
  const changed: readonly string[] = transformations[transformation];
  const base = conditions[0]!.parameters;
  const indices = [...conditions.keys()].filter((i) =>
    placement.every((name) => changed.includes(name) || conditions[i]!.parameters[name] === base[name]),
  );
  const views = indices.map((i) => changed.map((name) => conditions[i]!.parameters[name]).join(' '));
  const objects = indices.map((i) => String(conditions[i]!.parameters.object));
  return { indices, views, objects };
}

const objectTolerance: TuningProbe = {
  name: 'tolerance',
  title: 'Tolerance to position, size and rotation',
  sets: ['objects'],
  measures: transformationNames.flatMap((name) => [
    measure(`${name}_separability`, `Share of Σ r² that one factor per object times one per ${name} explains: 1 separable.`),
    measure(`${name}_tolerance`, `Mean rank correlation of the responses to the objects between two of each ${name}s.`),
  ]),
  measure(unit) {
    const { conditions, responses } = unit.of('objects');
    const tolerances = transformationNames.map((name) => {
      const { indices, views } = viewsOf(conditions, name);
      return tolerance(
        indices.map((i) => responses[i]! - unit.blank),
        new Set(views).size,
      );
    });
    return {
      values: tolerances.flatMap(({ separability, rankCorrelation }) => [separability, rankCorrelation]),
      note: tolerances.find(({ note }) => note !== null)?.note ?? null,
    };
  },
};

const readoutColumns: readonly Column[] = [
  { name: 'task', type: 'string', description: 'What was told apart, and what of it the readout had not seen.' },
  { name: 'n_units', type: 'integer', description: 'Units that were read: the centre units of all channels, or of a sample.' },
  { name: 'n_classes', type: 'integer', description: 'Classes, of equal size.' },
  { name: 'n_tested', type: 'integer', description: 'Pictures that were held out in turn.' },
  { name: 'chance', type: 'number', description: 'Accuracy of guesses.' },
  { name: 'accuracy', type: 'number', description: 'Share of the held-out pictures that a ridge readout puts into their class.' },
  { name: 'accuracy_low', type: 'number', description: 'Lower end of its 95 % interval (Wilson).' },
  { name: 'accuracy_high', type: 'number', description: 'Upper end.' },
  { name: 'note', type: 'string', description: 'Why cells are empty.' },
];
const readoutTable = { name: 'decoding', title: 'What a linear readout tells', columns: readoutColumns };

const nothingToRead = 'the same responses to all pictures, or one is not a number';

function readoutRow(task: string, nUnits: number, classes: readonly string[], read: Readout | null): Cell[] {
  const nClasses = new Set(classes).size;
  const { nTested, accuracy, interval } = read ?? { nTested: 0, accuracy: Number.NaN, interval: [Number.NaN, Number.NaN] };
  return [task, nUnits, nClasses, nTested, 1 / nClasses, accuracy, ...interval, read ? null : nothingToRead];
}

const nFolds = 8;

const decoding: LayerProbe = {
  kind: 'layer',
  name: 'decoding',
  title: 'Decoding of categories',
  sets: ['categories'],
  drawnFor: 'picture',
  measures: [measure('category_accuracy', 'Accuracy of a linear readout of the category of pictures that it was not fitted to.')],
  table: readoutTable,
  measure(layer) {
    const { conditions, responses, nUnits } = layer.of('categories');
    const labels = labelsOf(conditions);
    const read = readout(gramMatrix(responses, conditions.length), labels, balancedFolds(labels, nFolds));
    return {
      values: [read?.accuracy ?? Number.NaN],
      note: read ? null : nothingToRead,
      rows: [readoutRow('category of other pictures', nUnits, labels, read)],
    };
  },
};

/** The responses to some of the conditions, each of one stimulus. */
function responsesTo(indices: readonly number[], { responses, nUnits }: PopulationResponses): Float64Array {
  const chosen = new Float64Array(indices.length * nUnits);
  for (const [k, i] of indices.entries()) chosen.set(responses.subarray(i * nUnits, (i + 1) * nUnits), k * nUnits);
  return chosen;
}

const generalisation: LayerProbe = {
  kind: 'layer',
  name: 'generalisation',
  title: 'Decoding of objects in views not seen',
  sets: ['objects'],
  measures: transformationNames.map((name) =>
    measure(`${name}_generalisation`, `Accuracy of a linear readout of the object in a ${name} that it was not fitted to.`),
  ),
  table: readoutTable,
  measure(layer) {
    const population = layer.of('objects');
    const reads = transformationNames.map((name) => {
      const { indices, views, objects } = viewsOf(population.conditions, name);
      const folds: Fold[] = heldOut(views);
      return { name, objects, read: readout(gramMatrix(responsesTo(indices, population), indices.length), objects, folds) };
    });
    return {
      values: reads.map(({ read }) => read?.accuracy ?? Number.NaN),
      note: reads.some(({ read }) => read === null) ? nothingToRead : null,
      rows: reads.map(({ name, objects, read }) => readoutRow(`object in another ${name}`, population.nUnits, objects, read)),
    };
  },
};

/** Units that layers are compared at: as many as the narrowest layers of small networks have. */
const nComparedUnits = 32;
/** Numbers of pictures at which dimensionality is told; the last one is that of the summary. */
const nComparedPictures = [16, 32, 64, 128];
/** Draws of units and pictures that are averaged. */
const nDraws = 16;

const dimensionality: LayerProbe = {
  kind: 'layer',
  name: 'dimensionality',
  title: 'Dimensionality',
  sets: ['categories'],
  drawnFor: 'picture',
  measures: [
    measure('participation_ratio', 'Participation ratio of 32 units over 128 pictures, mean over 16 draws of units.'),
    measure('two_nn_dimension', 'Intrinsic dimension by two nearest neighbours, of the same.'),
  ],
  table: {
    name: 'dimensionality',
    title: 'Dimensionality by number of pictures',
    columns: [
      { name: 'n_stimuli', type: 'integer', description: 'Pictures of categories, drawn at random of the 128.' },
      { name: 'n_units', type: 'integer', description: 'Units, drawn at random: as many in every layer.' },
      {
        name: 'participation_ratio',
        type: 'number',
        description: '(Σ λ)² / Σ λ² of the variances along the principal components; it grows with both numbers.',
      },
      {
        name: 'two_nn_dimension',
        type: 'number',
        description: 'Intrinsic dimension by two nearest neighbours (Facco et al. 2017).',
      },
      { name: 'note', type: 'string', description: 'Why cells are empty.' },
    ],
  },
  measure(layer, random) {
    const population = layer.of('categories');
    const curve = nComparedPictures.map((nPictures) => ({ nPictures, ...dimensionalityAt(population, nPictures, random) }));
    const { ratio, twoNN, note } = curve.at(-1)!;
    return {
      values: [ratio, twoNN],
      note,
      rows: curve.map((at) => [at.nPictures, nComparedUnits, at.ratio, at.twoNN, at.note]),
    };
  },
};

/** Both estimates, means over draws of as many pictures and units. */
function dimensionalityAt({ responses, nUnits, conditions }: PopulationResponses, nPictures: number, random: Random) {
  const { NaN: nan } = Number;
  if (nUnits < nComparedUnits) {
    return { ratio: nan, twoNN: nan, note: `${nUnits} units: layers are compared at ${nComparedUnits}` };
  }
  let [ratio, twoNN] = [0, 0];
  for (let draw = 0; draw < nDraws; draw++) {
    const stream = random.fork(`${nPictures} pictures, draw ${draw}`);
    const pictures = stream.sample(conditions.length, nPictures);
    const units = stream.sample(nUnits, nComparedUnits);
    const drawn = Float64Array.from(pictures.flatMap((i) => units.map((u) => responses[i * nUnits + u]!)));
    ratio += participationRatio(drawn, nPictures) / nDraws;
    twoNN += twoNearestNeighbours(drawn, nPictures) / nDraws;
  }
  const note = Number.isNaN(ratio)
    ? 'responses that do not vary, or one that is not a number'
    : Number.isNaN(twoNN)
      ? 'too many pictures with the same responses'
      : null;
  return { ratio, twoNN, note };
}

/** The probes of selectivity, in the order of their tables. */
export const selectivityProbes: readonly (TuningProbe | LayerProbe)[] = [
  categories,
  objectTolerance,
  decoding,
  generalisation,
  dimensionality,
];
