/**
 * @file The probe `effective`: what part of its theoretical field a layer's centre unit really depends on, by the gradient. The
 * gradients themselves are worked out by effective-session.ts.
 */
import { layerCells } from '../layers.ts';
import { tuningColumns, tuningTitle } from '../physiology/summary.ts';
import type { Experiment, ExperimentProbe, Laboratory } from '../probe.ts';
import { type Cell, type Column, columnIndex, layerColumns, type Table } from '../table.ts';
import { fieldMap } from '../tuning/field-map.ts';
import { type EffectiveFieldSetup, type GradientItem, mergeGradients, type SquaredGradients } from './effective-session.ts';
import type { UnitField } from './field.ts';

/**
 * Pictures. What is read from hundreds of pixels is then steady: 16 other pictures move σ by 3 % and √area by 4 % (standard
 * deviation, median over the layers of SqueezeNet 1.1; 7 and 13 % in its deepest).
 */
export const nFieldPictures = 16;

/** Share of the map's variance that a Gaussian must explain for its σ to be told. */
const leastR2 = 0.5;

const px = { type: 'number', unit: 'px' } as const;
const deg = { type: 'number', unit: 'deg' } as const;

const columns: readonly Column[] = [
  ...layerColumns,
  {
    ...px,
    name: 'effective_sigma_px',
    description:
      'σ of the Gaussian fitted to the root-mean-square gradient of the centre unit by pixel, the geometric mean of its axes; empty where it explains less than half of the map.',
  },
  { ...deg, name: 'effective_sigma_deg', description: 'The same in degrees of visual angle.' },
  {
    ...px,
    name: 'effective_area_root_px',
    description: '√ of the area where that gradient exceeds 4.55 % of its peak (Luo et al. 2016, arXiv:1701.04128).',
  },
  { ...deg, name: 'effective_area_root_deg', description: 'The same in degrees of visual angle.' },
  {
    ...px,
    name: 'theoretical_clipped_px',
    description: 'Theoretical field of the centre unit inside the picture: √(height · width).',
  },
  { type: 'number', name: 'effective_share', description: 'effective_area_root_px over theoretical_clipped_px.' },
  {
    ...px,
    name: 'center_y_px',
    description: 'Centroid of the pixels above 5 % of the peak, weighted by the gradient; pixel (0, 0) is centred on 0.',
  },
  { ...px, name: 'center_x_px', description: 'The same along x.' },
  { name: 'note', type: 'string', description: 'Why cells are empty, or how far to trust them.' },
];

const gradientExperiment: Experiment = {
  /** A float64 map of the picture for each layer. */
  stateBytes: (layers, _, [heightPx, widthPx]) => 8 * heightPx * widthPx * layers.length,
  nItems: ({ layers }) => layers.length * nFieldPictures,
  async measure(laboratory) {
    const table = effectiveFieldTable(laboratory, await effectiveFields(laboratory));
    return [table, summaryOf(table)];
  },
};

/** Effective receptive fields of the layers: table `effective-fields`. */
export const effectiveField: ExperimentProbe = {
  kind: 'experiment',
  name: 'effective',
  title: 'Effective receptive fields',
  experiment: gradientExperiment,
};

/** How much each pixel moves a layer's centre unit. */
export interface EffectiveFieldMap {
  /** [h, w] of the picture, row by row. */
  readonly map: Float64Array;
  /** Why there is no gradient; the map is then 0. */
  readonly note: string | null;
}

/**
 * Effective receptive fields by the gradient (Luo, Li, Urtasun & Zemel 2016, arXiv:1701.04128). With the pre-activations z of a
 * layer's c channels at the centre, pictures n and random signs s = ±1, a pixel p of colour k has
 *
 *   field(p) = √ Σₙ Σₖ (∂ Σ_c sₙ_c z_c / ∂x_pk)²,
 *
 * of which the expectation over the signs, before the root, is the sum over channels of their squared gradients. x is the
 * network's input, after preprocessing; batch normalisation goes by its running statistics. The first 16 dead leaves are shown.
 *
 * Costs a forward and a backward pass as deep as the layer, for each layer and picture. A worker holds the weights as they were
 * read, packed forward and backward as far as the layer, and its activations: together at most 1.5 GB, or the layer has a note.
 * The same bytes for any number of workers.
 *
 * @returns one map per layer of the laboratory
 * @throws JobAborted after a cancel
 */
export async function effectiveFieldMaps(laboratory: Laboratory): Promise<EffectiveFieldMap[]> {
  const { context, layers, sizePx, subject, preprocess, runner, signal, onProgress } = laboratory;
  const [heightPx, widthPx] = sizePx;
  const { fovDeg, options } = context;
  const setup: EffectiveFieldSetup = {
    ...subject,
    kind: 'effective-field',
    layers: layers.map(({ layer, stage }) => ({ layer, stage })),
    view: { heightPx, widthPx, fovDeg, seed: options.seed },
    preprocess,
  };
  const pictures = Array.from({ length: nFieldPictures }, (_, picture) => picture);
  const { state = [] } = await runner.run<EffectiveFieldSetup, GradientItem, readonly SquaredGradients[], null>({
    setup,
    items: layers.flatMap((_, layer) => pictures.map((picture) => ({ layer, picture }))),
    // A layer's gradient is made ready once, for all of its pictures.
    chunkSize: nFieldPictures,
    merging: mergeGradients,
    describe: ({ layer, picture }) => `the gradient of "${layers[layer]!.layer}" at picture ${picture}`,
    signal,
    onProgress,
    strict: true,
  });
  return state.map(({ squares, note }) => ({ map: squares.map(Math.sqrt), note }));
}

/** The maps in numbers; NaN, and a note, where there are none. Costs what {@link effectiveFieldMaps} does. */
export async function effectiveFields(laboratory: Laboratory): Promise<EffectiveField[]> {
  return (await effectiveFieldMaps(laboratory)).map((map) => reducedMap(map, laboratory.sizePx));
}

function effectiveFieldTable({ context, layers, fields, sizePx }: Laboratory, effective: readonly EffectiveField[]): Table {
  const degPerPx = context.fovDeg / sizePx[1];
  const rows = layers.map((layer, i): Cell[] => {
    const { sigmaPx, areaRootPx, centerPx, note } = effective[i]!;
    const theoreticalPx = side(fields[i]!);
    return [
      ...layerCells(context.model, layer),
      sigmaPx,
      sigmaPx * degPerPx,
      areaRootPx,
      areaRootPx * degPerPx,
      theoreticalPx,
      areaRootPx / theoreticalPx,
      ...centerPx,
      note,
    ];
  });
  return { name: 'effective-fields', title: 'Effective receptive fields', columns, rows };
}

const side = ({ sizePx: [h, w] }: UnitField) => Math.sqrt(h * w);

/** The same as rows of the table `tuning`: a layer has one map. */
function summaryOf(table: Table): Table {
  const at = (name: string) => columnIndex(table, name);
  const nLayerCells = layerColumns.length;
  const rows = table.rows.flatMap((row) =>
    ['effective_sigma_deg', 'effective_area_root_deg', 'effective_share'].map((name): Cell[] => {
      const value = row[at(name)] as number;
      return [
        ...row.slice(0, nLayerCells),
        name,
        value,
        Number.NaN,
        Number.NaN,
        null,
        Number.isNaN(value) ? 0 : 1,
        row[at('note')]!,
      ];
    }),
  );
  return { name: 'tuning', title: tuningTitle, columns: tuningColumns, rows };
}

/** A layer's effective field in numbers. */
export interface EffectiveField {
  readonly sigmaPx: number;
  readonly areaRootPx: number;
  /** Pixel (0, 0) is centred on 0. */
  readonly centerPx: readonly [y: number, x: number];
  readonly note: string | null;
}

function reducedMap({ map, note: reason }: EffectiveFieldMap, sizePx: readonly [h: number, w: number]): EffectiveField {
  const total = map.reduce((sum, value) => sum + value, 0);
  const nothing =
    reason ?? (total === 0 ? 'no gradient reaches the picture' : total < Infinity ? null : 'a gradient is not a number');
  if (nothing !== null) {
    const { NaN: nan } = Number;
    return { sigmaPx: nan, areaRootPx: nan, centerPx: [nan, nan], note: nothing };
  }
  const { sigmaSteps, gaussianR2, sqrtAreaSteps, centroidYSteps, centroidXSteps, isCut } = fieldMap(map, sizePx, 0);
  const isGaussian = sigmaSteps > 0 && gaussianR2 >= leastR2;
  const notes = [...(isGaussian ? [] : ['the map is no Gaussian']), ...(isCut ? ['the map is cut at the picture’s border'] : [])];
  return {
    sigmaPx: isGaussian ? sigmaSteps : Number.NaN,
    areaRootPx: sqrtAreaSteps,
    centerPx: [centroidYSteps, centroidXSteps],
    note: notes.join('; ') || null,
  };
}
