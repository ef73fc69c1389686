/** @file Tables as the probes write them, for networks that were never run: seeded numbers of a plausible size. Tests only. */
import { type Cell, type Control, records, type Table } from '@ventral/probe';

/** Seeded uniform numbers in [0, 1): Mulberry32. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const fieldColumns =
  'model,layer_index,layer,op,stage,is_block_output,rf_size_h_px,rf_size_w_px,rf_stride_h_px,rf_stride_w_px,rf_padding_h_px,rf_padding_w_px,rf_center_y_px,rf_center_x_px,rf_clipped_h_px,rf_clipped_w_px,rf_size_deg,rf_share,smallest_branch_h_px,smallest_branch_w_px,aligned,sees_whole_image';
const statisticsColumns =
  'model,layer_index,layer,op,stage,is_block_output,n_images,n_channels,n_units,n_values,mean,sd,min,max,skewness,kurtosis,q01,q05,q25,median,q75,q95,q99,fraction_active,rectified_fraction,n_units_sampled,n_never_active,lifetime_sparseness,population_sparseness,fraction_above_half_peak,n_nan,note';

function table(name: string, columns: string, rows: readonly Readonly<Record<string, Cell>>[]): Table {
  const names = columns.split(',');
  return {
    name,
    title: name,
    columns: names.map((column) => ({ name: column, type: 'number', description: column })),
    rows: rows.map((row) => names.map((column) => row[column] ?? null)),
  };
}

interface FakeLayer {
  readonly layer: string;
  readonly sizePx: number;
  readonly branchPx?: number;
  readonly stage?: string;
  readonly isBlockOutput?: boolean;
}

/** The two tables of a network of these layers over an input of `inputPx` seen under `fovDeg`. */
export function fakeTables(model: string, layers: readonly FakeLayer[], inputPx: number, fovDeg: number): Table[] {
  const random = uniform(layers.length);
  const common = layers.map(({ layer, stage, isBlockOutput }, i) => ({
    model,
    layer_index: i,
    layer,
    op: 'conv2d+relu',
    stage: stage ?? 'activation',
    is_block_output: isBlockOutput ?? false,
  }));
  const fields = layers.map(({ sizePx, branchPx }, i) => ({
    ...common[i],
    rf_size_h_px: sizePx,
    rf_size_w_px: sizePx,
    rf_size_deg: (sizePx * fovDeg) / inputPx,
    rf_share: Math.min(1, sizePx / inputPx),
    smallest_branch_h_px: branchPx ?? sizePx,
    smallest_branch_w_px: branchPx ?? sizePx,
    aligned: true,
    sees_whole_image: sizePx >= 2 * inputPx,
  }));
  const statistics = layers.map((_, i) => {
    const depth = (i + 1) / layers.length;
    return {
      ...common[i],
      n_images: 64,
      n_channels: 64,
      n_never_active: i % 5,
      lifetime_sparseness: 0.35 + 0.5 * depth + 0.1 * (random() - 0.5),
      population_sparseness: 0.55 + 0.25 * depth + 0.1 * (random() - 0.5),
      fraction_above_half_peak: 0.3 - 0.22 * depth + 0.05 * random(),
    };
  });
  return [table('receptive-fields', fieldColumns, fields), table('statistics', statisticsColumns, statistics)];
}

/** A chain of 3 × 3 layers with a stride of 2 after each `every`. */
function chain(names: readonly string[], every: number): FakeLayer[] {
  let [sizePx, jumpPx] = [1, 1];
  return names.map((layer, i) => {
    sizePx += 2 * jumpPx;
    if ((i + 1) % every === 0) jumpPx *= 2;
    return { layer, sizePx };
  });
}

/** 26 charted layers: squeeze, two expands joined in a concatenation, eight times. */
function squeezenet(): FakeLayer[] {
  let sizePx = 7;
  const fires = [3, 4, 6, 7, 9, 10, 11, 12].flatMap((k, i) => {
    const [jumpPx, before] = [i < 2 ? 4 : i < 4 ? 8 : 16, sizePx];
    if (i === 2 || i === 4) sizePx += jumpPx;
    sizePx += 2 * jumpPx;
    const path = `/features/features.${k}`;
    return [
      { layer: `${path}/squeeze_activation/Relu_output_0`, sizePx: before },
      { layer: `${path}/expand3x3_activation/Relu_output_0`, sizePx },
      { layer: `${path}/Concat_output_0`, sizePx, branchPx: before, stage: 'merge', isBlockOutput: true },
    ];
  });
  return [
    { layer: '/features/features.1/Relu_output_0', sizePx: 3 },
    ...fires,
    { layer: '/classifier/classifier.2/Relu_output_0', sizePx },
  ];
}

/** Networks of the sizes that charts must stay readable for. */
export const fakes = {
  ventralnet: fakeTables(
    'ventralnet',
    chain(
      Array.from({ length: 8 }, (_, i) => `block${Math.floor(i / 2) + 1}.relu${(i % 2) + 1}`),
      2,
    ),
    64,
    8,
  ),
  vgg: fakeTables(
    'vgg16',
    chain(
      Array.from({ length: 13 }, (_, i) => `vgg0_relu${i}_fwd`),
      3,
    ),
    224,
    8,
  ),
  squeezenet: fakeTables('squeezenet1_1', squeezenet(), 224, 8),
  deep: fakeTables(
    'densenet121',
    chain(
      Array.from({ length: 120 }, (_, i) => `denseblock${i}.relu`),
      30,
    ),
    224,
    8,
  ),
} as const;

const tuningColumns =
  'model,layer_index,layer,op,stage,is_block_output,measure,median,lower_quartile,upper_quartile,n_units,n_defined,note,control';

/** The battery's table for the layers of other fake tables: every measure of the network and of these controls. */
export function fakeTuning(tables: readonly Table[], measures: readonly string[], controls: readonly Control[]): Table {
  const random = uniform(7);
  const layers = records(tables.find(({ name }) => name === 'receptive-fields')!);
  const rows = [null, ...controls].flatMap((control) =>
    layers.flatMap(({ model, layer_index, layer, op, stage, is_block_output }) =>
      measures.map((measure) => {
        const median = 0.2 + 0.6 * random();
        return {
          ...{
            model: model!,
            layer_index: layer_index!,
            layer: layer!,
            op: op!,
            stage: stage!,
            is_block_output: is_block_output!,
          },
          ...{ measure, median, lower_quartile: 0.7 * median, upper_quartile: 1.2 * median },
          ...{ n_units: 64, n_defined: 60, note: 'untuned: the curve stays above 0.707 of its peak', control },
        };
      }),
    ),
  );
  return table('tuning', tuningColumns, rows);
}

const filterColumns = 'model,layer_index,layer,op,stage,is_block_output,channel,y,x,red,green,blue';
const filterShapeColumns =
  'model,layer_index,layer,op,stage,is_block_output,channel,orientation_deg,frequency_cpd,nx,ny,gabor_r2,dog_r2,note';

/** What a fake filter's fit found; without nx it is the note that counts. */
export type FakeShape = Readonly<{ nx?: number; ny?: number; note?: string }>;

/**
 * The two tables of a first layer.
 * @param weights of all filters, [filter][place, row by row][red, green, blue]
 */
export function fakeFilters(
  side: number,
  weights: readonly (readonly (readonly [red: number, green: number, blue: number])[])[],
  shapes: readonly FakeShape[],
): Table[] {
  const layer = {
    model: 'vgg16',
    layer_index: 0,
    layer: 'conv1',
    op: 'conv2d+relu',
    stage: 'activation',
    is_block_output: false,
  };
  const places = weights.flatMap((filter, channel) =>
    filter.map(([red, green, blue], i) => ({ ...layer, channel, y: Math.floor(i / side), x: i % side, red, green, blue })),
  );
  const fitted = shapes.map((shape, channel) => {
    const fit = shape.nx === undefined ? {} : { orientation_deg: 45, frequency_cpd: 1.6, gabor_r2: 0.9 };
    return { ...layer, channel, ...fit, ...shape };
  });
  return [table('filters', filterColumns, places), table('filter-shapes', filterShapeColumns, fitted)];
}
