/** @file Every word on a chart, in English and Korean. Citations, names of areas and of layers are not translated. */
import type { Area5, ChartSpecies, Quantity, RangeKind, SeriesId } from '@ventral/cortex';
import type { Control } from '@ventral/probe';
import type { TuningMeasureId } from './tuning-measures.ts';

export type Language = 'en' | 'ko';

/** What is drawn along the network. */
export type NetworkSeries = 'theoretical' | 'order' | 'half-peak' | 'lifetime' | 'population' | 'tuning' | Control;
/** What the charts of every probe run are of. */
type ChartQuantity = Extract<Quantity, 'receptive-field' | 'latency' | 'half-peak' | 'sparseness'>;

export interface ChartWords {
  readonly title: string;
  /** Of the vertical axis. */
  readonly axis: string;
  readonly note: string;
}

/** Words of a measure of the battery; its chart's title is made of its name. */
interface TuningWords extends Omit<ChartWords, 'title'> {
  readonly name: string;
}

const en = {
  /** Units behind a number. */
  symbols: {
    deg: '°',
    ms: ' ms',
    'c/deg': ' c/deg',
    'cycles/px': ' cycles/px',
    octaves: ' octaves',
    percent: ' %',
  } as Readonly<Record<string, string>>,
  species: { macaque: 'macaque', human: 'human' } as Record<ChartSpecies, string>,
  field: (fovDeg: string, inputPx: string) => `${fovDeg}° over ${inputPx} px`,
  layers: (model: string) => `${model}: layers by rank of depth`,
  areas: (species: string) => `${species}: areas of the ventral stream`,
  noNumber: 'no published number for this area',
  noNumberLines: ['no', 'published', 'number', 'for this', 'area'] as readonly string[],
  onePixel: (deg: string) => `one pixel, ${deg}°`,
  wholeField: (deg: string) => `whole field of view, ${deg}°`,
  gaussian: 'half-rectified Gaussian, 0.682',
  pixelLimit: (cpd: string) => `half a cycle per pixel, ${cpd} c/deg`,
  simpleOrComplex: 'simple cells above 1',
  lgnOrV1: 'above like LGN, below like V1',
  equalSizes: 'as complex, 0',
  noPreference: 'neither preferred',
  straight: 'straight edges',
  chance: (share: string) => `chance, ${share}`,
  along: (measure: string) => `${measure} along the network and along the ventral stream`,
  defined: (n: string, of: string) => `defined for ${n} of ${of} units`,
  aside: (numbers: string) => `Published under another definition, not drawn: ${numbers}.`,
  histogram: 'grey: cells of V1, the fullest bin widest',
  cellsInBin: (n: string, bin: string) => `${n} cells at ${bin}`,
  noLayers: 'no activation and no block output among these layers',
  orderOnly: 'order only: a network has no milliseconds',
  disagree: (areaAndNumbers: string) => `Studies disagree: ${areaAndNumbers}.`,
  without: (areas: string) => `Without a published number: ${areas}.`,
  sources: 'Sources',
  rangeKinds: {
    sd: '± SD',
    quartiles: 'quartiles',
    'p10-p90': '10th to 90th percentile',
    ci95: '95 % interval of the mean',
    range: 'smallest to largest',
    'bin-edges': 'bin',
    'lower-bound': 'at least',
    'as-printed': '±, kind not stated',
  } as Record<RangeKind, string>,
  /** Of the sparseness chart, where the species has such numbers. */
  fromShape: 'The cortical 0.5 is not a measured mean: it follows from rates with an exponential distribution.',
  otherWay: (numbers: string) =>
    `For IT the index a is published, which runs the other way (1 = dense) and is not drawn on this axis: ${numbers}.`,
  network: {
    theoretical: 'theoretical field of the network: at most this',
    order: 'layer of the network, in order of depth',
    'half-peak': 'network: mean over active units',
    lifetime: 'network: lifetime S, mean over active units',
    population: 'network: population S, mean over images',
    tuning: 'network: median over units, band between quartiles',
    untrained: 'control: the same network before training',
    permuted: 'control: the same weights, shuffled within each layer',
    random: 'control: random weights of the same spread',
  } as Record<NetworkSeries, string>,
  /** null: the series' own label is English. */
  series: null as Record<SeriesId, string> | null,
  facts: { name: 'what', reading: 'number', about: 'how', definition: 'definition', source: 'source' },
  smallestBranch: (px: string) => `smallest branch ${px} px`,
  seesAll: 'reaches the whole image',
  misaligned: 'branches not aligned',
  neverActive: (n: string, of: string) => `${n} of ${of} sampled units never active`,
  rank: (rank: number) => `rank ${rank}`,
  summary: (nLayers: number, areas: readonly Area5[]) =>
    `Left: ${nLayers} layers of the network by rank of depth. Right: the areas LGN, V1, V2, V4 and IT; with published numbers: ${areas.join(', ') || 'none'}.`,
  /** Of the scores of the published battery. */
  v1Scores: {
    title: 'How alike the units of each layer and the cells of V1 are',
    axis: 'score / ceiling',
    depth: 'layer by rank of depth',
    network: 'network',
    score: 'score',
    ceiling: 'ceiling',
    nUnits: (units: string, cells: string) => `${units} units, ${cells} cells`,
    note: 'Each panel compares the distribution of one property over a layer’s units with the published one of cells: 1 = the same, 0 = as far from it as can be, by the Kolmogorov–Smirnov distance; over the score that the cells reach against themselves. A layer without units whose field lies at the stimuli, or without any that have the property, is a gap. Few units make a score uncertain.',
    /** Those that the relative battery does not measure. */
    properties: {
      orientation_selective: 'Orientation selective or not',
      sf_selective: 'Frequency selective or not',
      surround_suppressed: 'Suppressed or not',
      surround_over_summation: 'Surround over summation field',
    } as Readonly<Record<string, string>>,
  },
  /** Of the figure of preferred patches. */
  ladder: {
    title: 'What layers prefer, beside what areas are known to prefer',
    apart: 'Two ladders side by side: no layer is an area, and rungs of equal height have nothing to do with each other.',
    layers: (model: string) => `Layers of ${model}, the deepest on top`,
    channels: 'three channels, nine patches of each',
    shuffled: 'weights shuffled',
    areas: 'Areas of the ventral stream, IT on top',
    field: (px: string, deg: string) => `patch ${px} px, ${deg}°`,
    bottom: '↑ the picture comes in below',
    species: {} as Readonly<Record<string, string>>,
    /** null: data/cortex says it in English. */
    statements: null as Readonly<Record<string, string>> | null,
    note: 'Each block of nine shows the places that drive one channel most among the pictures shown, strongest at the upper left, at most one of each picture. A patch is as large as the layer’s effective field, by the gradient. The three channels are picked by their place in the layer, not by eye.',
    frame: 'Grey frame: a channel of the same layer, its weights shuffled.',
  },
  /** Of the charts of the first layer. */
  filters: {
    picture: 'Filters of the first layer',
    sizes: (n: string, size: string) => `${n} filters of ${size} px`,
    largest: (weight: string) => `largest weight ${weight}`,
    pictureNote:
      'Weights of the first convolution over red, green and blue, batch normalisation folded in. Mid-grey is a weight of 0; each filter is on its own scale, its largest weight, of either sign, at the end of the colours. Where it is brighter, light raises the response; where it is darker, light lowers it.',
    leftOut: (n: string) => `${n} further filters are not drawn; filters.csv has all.`,
    facts: { channel: 'filter', place: 'what', weights: 'red, green, blue', reading: 'number', about: 'how' },
    scatter: 'First-layer filters beside simple cells of V1',
    axes: { nx: 'nx: σ across the stripes, cycles (log)', ny: 'ny: σ along the stripes, cycles (log)' },
    points: 'dots: filters of the first layer',
    cells: (n: string) => `grey: number of simple cells of V1, ${n} in all`,
    fit: (orientationDeg: string, cpd: string, r2: string) => `orientation ${orientationDeg}°, ${cpd} c/deg, R² ${r2}`,
    noFit: 'no filter has a Gabor fit that defines nx and ny',
    scatterNote:
      'nx and ny are the σ of a Gabor’s envelope across and along its stripes times its frequency: near 0 a blob without a second lobe, larger with each stripe. They have no unit and do not depend on the field of view. Filters are fitted over their strongest colour, cells by reverse correlation.',
    defined: (n: string, of: string, reasons: string) =>
      `Defined for ${n} of ${of} filters${reasons === '' ? '.' : `; not for: ${reasons}.`}`,
    /** Notes of the table filter-shapes, as counted in the sentence before. */
    reasons: {} as Readonly<Record<string, string>>,
  },
  charts: {
    'receptive-field': {
      title: 'Receptive-field size along the network and along the ventral stream',
      axis: 'size, degrees of visual angle (log)',
      note: 'A triangle is the theoretical field: the full support of a unit, an upper bound; the field that matters is smaller. The line below it ends at the smallest branch that is joined there. The cortical definitions are different measures: compare within one series, never across. The degrees of the network follow from the field of view.',
    },
    latency: {
      title: 'Response latency along the ventral stream, beside the order of the layers',
      axis: 'latency, ms (cortex only)',
      note: 'A network computes layer after layer without time: its layers have a rank of depth, not a latency. Anaesthetised and awake latencies are separate series and are never averaged.',
    },
    'half-peak': {
      title: 'Share of images above half of the largest response',
      axis: 'share of images',
      note: 'For a unit: the share of images whose response exceeds half of its largest response, after rectification. It depends on the set of images and on how many there are.',
    },
    sparseness: {
      title: 'Sparseness along the network and along the ventral stream',
      axis: 'sparseness S (0 = dense, 1 = sparse)',
      note: 'S = (1 − a)/(1 − 1/N), after rectification, over N images (lifetime) or N units (population). Any half-rectified Gaussian gives 0.682, trained or not.',
    },
  } as Record<ChartQuantity, ChartWords>,
  /** Measures of the battery. Each note says what the network's number is, and how it differs from the cells'. */
  tuning: {
    circular_variance: {
      name: 'Circular variance',
      axis: 'circular variance (0 = one orientation, 1 = untuned)',
      note: 'Over 12 orientations at the grating of the largest mean response. The cells saw drifting gratings.',
    },
    orthogonal_over_preferred: {
      name: 'Orthogonal over preferred orientation',
      axis: 'orthogonal / preferred',
      note: 'Response at the orthogonal orientation over that at the preferred one: 0 = silent there.',
    },
    orientation_bandwidth_deg: {
      name: 'Orientation bandwidth',
      axis: 'half width at 0.707 of the peak, degrees',
      note: 'Units whose curve never falls below 0.707 of its peak have no bandwidth and are not in the median: see how many are defined.',
    },
    preferred_orientation_deg: {
      name: 'Preferred orientation',
      axis: 'orientation, degrees (0 = vertical grating)',
      note: 'Orientations lie on a circle: the median is the one nearest to all others, and says little where they are spread evenly. The grey bins begin at −22.5°, which is 157.5°.',
    },
    peak_sf_cpd: {
      name: 'Peak spatial frequency',
      axis: 'cycles per degree (log)',
      note: 'Cycles per degree follow from the field of view that is assumed for the network, so the height of its curve can be moved; its shape cannot.',
    },
    peak_sf_cycles_per_px: {
      name: 'Peak spatial frequency, per pixel',
      axis: 'cycles per pixel (log)',
      note: 'The same without any field of view. Cells have no pixels.',
    },
    sf_bandwidth_octaves: {
      name: 'Spatial-frequency bandwidth',
      axis: 'octaves',
      note: 'Full width at half of the peak. Low-pass and high-pass units have none and are not in the median.',
    },
    sf_bandwidth_percent: {
      name: 'Spatial-frequency bandwidth index',
      axis: 'lower / upper frequency, %',
      note: 'Lower over upper frequency at 0.707 of the peak, × 100: larger is narrower.',
    },
    f1_over_f0: {
      name: 'F1/F0: simple and complex',
      axis: 'F1/F0',
      note: 'First harmonic over mean as the phase of the best grating turns: 0 for an energy unit, π/2 for a half-wave rectified filter.',
    },
    summation_field_deg: {
      name: 'Summation field',
      axis: 'diameter, degrees (log)',
      note: 'Smallest patch of grating that reaches 95 % of the largest response. The cells’ histogram holds those suppressed by more than 10 %; the network’s units need not be.',
    },
    surround_diameter_deg: {
      name: 'Surround diameter',
      axis: 'diameter, degrees (log)',
      note: 'Smallest patch beyond the best one within 5 % of the response to the largest. A unit that the largest patch drives best has none.',
    },
    suppression_index: {
      name: 'Surround suppression',
      axis: 'suppression index (0 = none, 1 = complete)',
      note: '(peak − response to the largest patch) / peak. The patches of the network end at its theoretical field: what lies beyond cannot change it.',
    },
    c50: {
      name: 'Half-saturation contrast',
      axis: 'c50 (log)',
      note: 'Contrast of half of the growth in b + Rmax·cⁿ/(cⁿ + c50ⁿ). A unit that grows to the end has none.',
    },
    contrast_exponent: {
      name: 'Contrast exponent',
      axis: 'n',
      note: 'n in b + Rmax·cⁿ/(cⁿ + c50ⁿ): the steepness of the growth with contrast.',
    },
    opponency_index: {
      name: 'Colour opponency',
      axis: 'colour / luminance',
      note: 'Largest response to L−M and S gratings over the largest to luminance gratings of equal cone contrast: below 0.5 luminance, above 2 colour. A unit that colour alone drives has no index.',
    },
    mapped_sigma_deg: {
      name: 'Mapped field, σ',
      axis: 'σ, degrees (log)',
      note: 'σ of the Gaussian fitted to the responses to small patches, the patch taken off. Of people, σ is that of a population of cells.',
    },
    mapped_area_root_deg: {
      name: 'Mapped field, √area',
      axis: '√area, degrees (log)',
      note: '√ of the area above 4.55 % of the map’s peak, patch included; for a disc 0.89 of its diameter. The cells’ numbers are diameters or sides.',
    },
    rc_sigma_deg: {
      name: 'Field by reverse correlation, σ',
      axis: 'σ, degrees (log)',
      note: 'σ of the Gaussian fitted to what black and white checks add to the response, whatever the sign, the check taken off. Units that answer a picture and its negative alike have no such map. Of people, σ is that of a population of cells.',
    },
    rc_area_root_deg: {
      name: 'Field by reverse correlation, √area',
      axis: '√area, degrees (log)',
      note: '√ of the area above 4.55 % of the map’s peak, check included, of maps whose halves correlate by at least 0.95; for a disc 0.89 of its diameter. The cells’ numbers are diameters or sides.',
    },
    rc_reliability: {
      name: 'Reliability of reverse correlation',
      axis: 'correlation of the halves',
      note: 'Correlation of the maps from two halves of the pictures: 1 for a linear unit, rectified or not. Maps below 0.3 are not measured.',
    },
    lgn_likeness: {
      name: 'Likeness to LGN',
      axis: 'R² of centre and surround − R² of a Gabor',
      note: 'How much better a difference of Gaussians than a Gabor, fitted to the map of one half of the pictures, explains that of the other: the fields of LGN are of the first kind, those of V1’s simple cells of the second. Of maps at least 7 px across, for up to 8 units of a layer.',
    },
    effective_sigma_deg: {
      name: 'Effective field, σ',
      axis: 'σ, degrees (log)',
      note: 'σ of the Gaussian fitted to the mean gradient. Of people, σ is that of a population of cells.',
    },
    effective_area_root_deg: {
      name: 'Effective field, √area',
      axis: '√area, degrees (log)',
      note: '√ of the area above 4.55 % of the gradient’s peak; for a disc 0.89 of its diameter. The cells’ numbers are diameters or sides.',
    },
    effective_share: {
      name: 'Effective field, share of the theoretical',
      axis: 'share of the side',
      note: '√area of the effective field over the side of the theoretical one.',
    },
    mapped_share: {
      name: 'Mapped field, share of the theoretical',
      axis: 'share of the side',
      note: '√area of the mapped field, patch included, over the side of the theoretical one.',
    },
    rc_share: {
      name: 'First-order field, share of the theoretical',
      axis: 'share of the side',
      note: '√area of the field by reverse correlation, check included, over the side of the theoretical one. Only layers whose maps are nearly free of noise have it.',
    },
    category_sparseness: {
      name: 'Sparseness over categories',
      axis: 'sparseness S (0 = dense, 1 = sparse)',
      note: 'Lifetime S over 128 drawn pictures of 8 categories, after rectification. The cells’ 0.5 is no measured mean: it follows from rates with an exponential distribution.',
    },
    share_above_half_peak: {
      name: 'Categories: pictures above half of the peak',
      axis: 'share of pictures',
      note: 'Of 128 drawn pictures of 8 categories. It depends on the pictures and on how many there are; the cells saw others.',
    },
    class_selectivity: {
      name: 'Class selectivity',
      axis: '(best − rest) / (best + rest)',
      note: 'The best of 8 categories against all others; which is best is read off the other half of the pictures, so that chance is 0 and not above.',
    },
    category_d_prime: {
      name: 'd′ of the best category',
      axis: 'd′',
      note: 'The best of 8 categories against all others, in standard deviations; which is best is read off the other half of the pictures.',
    },
    position_tolerance: {
      name: 'Tolerance to position',
      axis: 'rank correlation between two places',
      note: 'How alike a unit ranks 10 objects at 5 places of its field. Chance is 0; a unit silent at a place counts as 0 there.',
    },
    size_tolerance: {
      name: 'Tolerance to size',
      axis: 'rank correlation between two sizes',
      note: 'How alike a unit ranks 10 objects in 4 sizes, a quarter of its field to 0.71 of it. Units that answer light rank objects by their area in any size.',
    },
    rotation_tolerance: {
      name: 'Tolerance to rotation',
      axis: 'rank correlation between two rotations',
      note: 'How alike a unit ranks 10 objects in 4 rotations in the plane. Units that answer light rank objects by their area in any rotation.',
    },
    category_accuracy: {
      name: 'Decoding of categories',
      axis: 'accuracy on other pictures',
      note: 'A linear readout of 8 categories from the recorded units, one place of each channel, fitted to 112 pictures and tried on 16 others, in turn.',
    },
    position_generalisation: {
      name: 'Decoding of objects at another place',
      axis: 'accuracy at a place not seen',
      note: 'A linear readout of 10 objects from the recorded units, fitted to 4 places of the units’ field and tried on the fifth, in turn.',
    },
    size_generalisation: {
      name: 'Decoding of objects in another size',
      axis: 'accuracy in a size not seen',
      note: 'A linear readout of 10 objects from the recorded units, fitted to 3 sizes and tried on the fourth, in turn.',
    },
    rotation_generalisation: {
      name: 'Decoding of objects in another rotation',
      axis: 'accuracy in a rotation not seen',
      note: 'A linear readout of 10 objects from the recorded units, fitted to 3 rotations and tried on the fourth, in turn.',
    },
    participation_ratio: {
      name: 'Dimensionality: participation ratio',
      axis: 'effective number of directions',
      note: 'Of 32 units over 128 pictures in every layer. It grows with both numbers, so its height is not that of the layer; it is not complexity.',
    },
    two_nn_dimension: {
      name: 'Dimensionality by two nearest neighbours',
      axis: 'intrinsic dimension',
      note: 'Of 32 units over 128 pictures in every layer. Above about ten it lies too low with so few pictures.',
    },
    texture_modulation: {
      name: 'Texture modulation',
      axis: '(texture − noise) / (texture + noise)',
      note: 'Naturalistic textures against the same with random phases: 0 for a unit that sees only the spectrum. The cells saw other textures, made from photographs, in an aperture of 4°: only the sign and the step from V1 to V2 are comparable.',
    },
    texture_variance_ratio: {
      name: 'Texture families against samples',
      axis: 'variance between / within families (log)',
      note: 'Above 1, a unit tells families of textures apart more than samples of one. Of 15 families of 3 samples.',
    },
    complex_over_simple: {
      name: 'Complex over simple patterns',
      axis: '(complex − simple) / (complex + simple)',
      note: 'Best of 154 concentric, radial, spiral and hyperbolic gratings, angles, crosses, arcs and circles against the best of as many gratings, edges, bars and spots of the same contrast and area. One good pattern is enough for a value above 0: see the share of units that prefer complex ones beyond chance.',
    },
    prefers_complex: {
      name: 'Units that prefer complex patterns',
      axis: 'share of units',
      note: 'Share of units with p < 0.05 when the labels simple and complex are permuted; of units without a preference 1 in 32. Of the cells of V2 a third respond differentially to complex shapes, by another criterion.',
    },
    curvature_fit_r: {
      name: 'Curvature tuning',
      axis: 'r, shapes not fitted',
      note: 'Correlation of a Gaussian in boundary curvature × angular position, fitted to half of 366 closed shapes, with the responses to the others; at most 32 units of a layer. A filter for an edge at one place is predicted well, too: only what exceeds the controls tells of curvature.',
    },
    peak_curvature: {
      name: 'Preferred curvature',
      axis: 'curvature (−1 concave, 1 sharp convex)',
      note: 'Where the fitted Gaussian peaks, of units whose r is at least 0.3; squashed so that sharp points are near 1.',
    },
    compressed_size_log_ratio: {
      name: 'Compressed size of preferred patches',
      axis: 'ln(size / random patches of the field)',
      note: 'Of the nine patches that drive a channel most, over the median of 200 random patches of the same field from the same pictures: below 0 is simpler. It depends on the pictures; where the field is the whole picture, patches are pictures.',
    },
    compressed_size_over_scrambled: {
      name: 'Compressed size over scrambled',
      axis: 'ln(size / its scrambled version)',
      note: 'Of the nine patches that drive a channel most, each over its own phase-scrambled version: 0 is as without order, further below is more structure. It follows the size of the field, so compare with the controls.',
    },
    linear_share: {
      name: 'Linear share',
      axis: 'share of the variance',
      note: 'What a linear filter of the picture explains of the response before the activation, over grey noise with the spectrum of natural scenes. A share near 0 may come out below it.',
    },
    energy_share: {
      name: 'Share of a Gabor’s energy',
      axis: 'share of the variance',
      note: 'What the energy of one Gabor pair, the model of a complex cell, explains of the same response. Adds to the linear share.',
    },
  } as Record<TuningMeasureId, TuningWords>,
};

const ko = {
  symbols: {
    deg: '°',
    ms: ' ms',
    'c/deg': ' c/deg',
    'cycles/px': ' 주기/픽셀',
    octaves: '옥타브',
    percent: ' %',
  },
  species: { macaque: '마카크원숭이', human: '사람' },
  field: (fovDeg, inputPx) => `${inputPx}픽셀에 ${fovDeg}°`,
  layers: (model) => `${model}: 깊이 순위별 층`,
  areas: (species) => `${species}: 복측 시각 경로의 영역`,
  noNumber: '이 영역은 발표된 수치 없음',
  noNumberLines: ['이 영역은', '발표된 수치', '없음'],
  onePixel: (deg) => `1픽셀, ${deg}°`,
  wholeField: (deg) => `전체 시야, ${deg}°`,
  gaussian: '반파 정류 가우스 분포, 0.682',
  pixelLimit: (cpd) => `픽셀당 반 주기, ${cpd} c/deg`,
  simpleOrComplex: '1보다 크면 단순세포',
  lgnOrV1: '위는 LGN형, 아래는 V1형',
  equalSizes: '같은 복잡도, 0',
  noPreference: '어느 쪽도 선호하지 않음',
  straight: '곧은 변',
  chance: (share) => `우연 수준, ${share}`,
  along: (measure) => `신경망과 복측 시각 경로의 ${measure}`,
  defined: (n, of) => `유닛 ${of}개 중 ${n}개에서 정의됨`,
  aside: (numbers) => `다른 정의로 발표되어 그리지 않은 값: ${numbers}.`,
  histogram: '회색: V1 세포의 분포, 가장 많은 구간이 가장 넓음',
  cellsInBin: (n, bin) => `${bin}에 세포 ${n}개`,
  noLayers: '이 층들에는 활성화나 블록 출력이 없음',
  orderOnly: '순서만 표시: 신경망에는 밀리초가 없음',
  disagree: (areaAndNumbers) => `연구마다 값이 다름: ${areaAndNumbers}.`,
  without: (areas) => `발표된 수치 없음: ${areas}.`,
  sources: '출처',
  rangeKinds: {
    sd: '± SD',
    quartiles: '사분위수',
    'p10-p90': '10–90 백분위수',
    ci95: '평균의 95 % 구간',
    range: '최소–최대',
    'bin-edges': '구간',
    'lower-bound': '이상',
    'as-printed': '±, 종류 미상',
  },
  fromShape: '피질의 0.5는 측정된 평균이 아니라 발화율의 지수 분포에서 나온 값이다.',
  otherWay: (numbers) => `IT에는 방향이 반대인 지수 a(1 = 조밀)가 발표되어 이 축에 그리지 않는다: ${numbers}.`,
  network: {
    theoretical: '신경망의 이론적 수용영역: 최대 이 크기',
    order: '신경망의 층, 깊이 순서',
    'half-peak': '신경망: 활성 유닛 평균',
    lifetime: '신경망: 생애 희소성 S, 활성 유닛 평균',
    population: '신경망: 집단 희소성 S, 이미지 평균',
    tuning: '신경망: 유닛의 중앙값, 띠는 사분위수 사이',
    untrained: '대조군: 학습 전의 같은 신경망',
    permuted: '대조군: 층 안에서 뒤섞은 같은 가중치',
    random: '대조군: 산포가 같은 무작위 가중치',
  },
  series: {
    'hand-mapped-diameter': '5°에서 손으로 측정한 수용영역 지름(TE: 0–10°), 마취 상태',
    'gaussian-fit-awake': '가우스 적합으로 구한 수용영역 크기, 각성 상태: 세포 간 범위',
    'dog-centre-radius': '가우스 차이(DoG) 중심부의 반지름, 2–5°',
    'grating-summation-field': '격자 합산 영역의 지름, 중심와',
    'prf-sigma': '5°에서 집단 수용영역의 σ',
    'onset-latency-anaesthetised': '단일 세포 반응 시작 잠복기, 평균 ± SD, 마취 상태',
    'population-latency': '집단 반응이 최대의 1/3에 이르는 시간, 피질 층별',
    'images-above-half-peak': '최대 반응의 절반을 넘는 이미지 비율, 단일 세포',
    'lifetime-sparseness-from-shape': '생애 희소성 S, 발화율의 지수 분포에서 유도',
    'treves-rolls-a': 'Rolls·Tovee의 a, 단일 세포: 1 = 조밀',
    'circular-variance': '단일 세포의 원형 분산, 중앙값과 사분위수',
    'orthogonal-to-preferred': '직교 방위/선호 방위 반응비, 단일 세포, 중앙값과 사분위수',
    'half-width-of-cells': '최대의 0.707에서 반폭, 단일 세포, 중앙값과 사분위수',
    'full-width-of-cells': '방위 선택적 세포의 전폭, 중앙값',
    'peak-frequency-of-cells': '단일 세포의 선호 공간주파수, 중심와와 주변, 중앙값과 사분위수',
    'frequency-range-of-cells': '2–5°의 선호 공간주파수, 단일 세포의 범위',
    'frequency-octaves-of-cells': '옥타브로 나타낸 전체 대역폭, 단일 세포, 중심와와 2–5°, 평균',
    'frequency-index-of-cells': '최대의 0.707에서 아래/위 주파수 비, 단일 세포, 중앙값과 사분위수',
    'modulation-ratio-of-cells': '단일 세포의 F1/F0, 중앙값과 사분위수',
    'surround-of-cells': '단일 세포의 주변부 지름, 중심와, 중앙값과 사분위수',
    'suppression-of-cells': '단일 세포의 억제 지수, 중심와, 중앙값과 사분위수',
    'texture-modulation-of-cells': '단일 세포의 질감 변조, 15개 질감군의 평균과 범위',
  },
  facts: { name: '대상', reading: '값', about: '방법', definition: '정의', source: '출처' },
  smallestBranch: (px) => `가장 작은 가지 ${px}픽셀`,
  seesAll: '이미지 전체에 미침',
  misaligned: '가지의 위치가 어긋남',
  neverActive: (n, of) => `표본 유닛 ${of}개 중 ${n}개는 한 번도 활성화되지 않음`,
  rank: (rank) => `순위 ${rank}`,
  summary: (nLayers, areas) =>
    `왼쪽: 깊이 순위별 신경망의 층 ${nLayers}개. 오른쪽: LGN, V1, V2, V4, IT 영역. 발표된 수치가 있는 영역: ${areas.join(', ') || '없음'}.`,
  v1Scores: {
    title: '층별 유닛과 V1 세포의 닮은 정도',
    axis: '점수 / 상한',
    depth: '깊이 순위별 층',
    network: '신경망',
    score: '점수',
    ceiling: '상한',
    nUnits: (units, cells) => `유닛 ${units}개, 세포 ${cells}개`,
    note: '칸마다 한 층의 유닛에서 잰 성질의 분포를 발표된 세포의 분포와 비교한다. 콜모고로프–스미르노프 거리로 1은 같은 분포, 0은 가장 먼 분포이며, 세포가 자기 자신에 대해 얻는 점수로 나눈다. 자극 위치에 수용영역을 둔 유닛이 없거나 그 성질이 정의되는 유닛이 없는 층은 비워 둔다. 유닛이 적으면 점수가 불확실하다.',
    properties: {
      orientation_selective: '방위 선택성 유무',
      sf_selective: '주파수 선택성 유무',
      surround_suppressed: '주변부 억제 유무',
      surround_over_summation: '주변부 대 합산 영역',
    },
  },
  ladder: {
    title: '층이 선호하는 것과 영역이 선호한다고 알려진 것',
    apart: '나란히 놓인 두 사다리: 어떤 층도 영역이 아니며, 같은 높이에 있어도 서로 관계가 없습니다.',
    layers: (model) => `${model}의 층, 맨 위가 가장 깊은 층`,
    channels: '채널 세 개, 각각 아홉 조각',
    shuffled: '가중치를 섞음',
    areas: '복측 시각 경로의 영역, 맨 위가 IT',
    field: (px, deg) => `조각 ${px}픽셀, ${deg}°`,
    bottom: '↑ 그림은 아래에서 들어옴',
    species: { cat: '고양이', macaque: '마카크원숭이' },
    statements: {
      'Spots, light or dark, with a surround that opposes them': '주변부가 반대로 작용하는 밝거나 어두운 점',
      'Bars and edges of one orientation': '한 방위의 막대와 모서리',
      'The same in the monkey': '원숭이에서도 같음',
      'Angles, arcs, circles and crossing lines, in many cells more than any bar or grating':
        '각, 호, 원, 교차하는 선. 많은 세포에서 어떤 막대나 격자보다 더',
      'Natural textures, more than noise of the same spectrum': '같은 스펙트럼의 잡음보다 자연스러운 질감',
      'Concentric, radial and hyperbolic gratings, in some cells more than any straight one':
        '동심원, 방사형, 쌍곡선 격자. 일부 세포에서 어떤 직선 격자보다 더',
      'A curve of the contour, at one place around a shape': '도형 둘레의 한 위치에 있는 윤곽의 곡률',
      'Moderately complex features of objects': '적당히 복잡한 물체의 특징',
      'Features of objects that no bar, spot or square can stand for': '막대, 점, 사각형으로 대신할 수 없는 물체의 특징',
      'Hands and faces, in a few cells': '소수의 세포에서 손과 얼굴',
    },
    note: '아홉 조각 묶음은 보여 준 그림 가운데 한 채널을 가장 강하게 움직인 곳들입니다. 왼쪽 위가 가장 강하고, 그림마다 많아야 한 곳입니다. 조각은 기울기로 잰 층의 유효 수용장만큼 큽니다. 세 채널은 눈으로 고르지 않고 층 안의 순서로 정했습니다.',
    frame: '회색 테두리: 같은 층에서 가중치를 섞은 채널.',
  },
  filters: {
    picture: '첫째 층의 필터',
    sizes: (n, size) => `${size}픽셀 필터 ${n}개`,
    largest: (weight) => `가장 큰 가중치 ${weight}`,
    pictureNote:
      '첫째 합성곱의 빨강·초록·파랑에 대한 가중치이며 배치 정규화를 합쳤다. 중간 회색은 가중치 0이다. 필터마다 제 눈금을 쓰며, 부호와 무관하게 가장 큰 가중치가 색의 끝에 온다. 밝은 곳에서는 빛이 반응을 높이고, 어두운 곳에서는 낮춘다.',
    leftOut: (n) => `필터 ${n}개는 그리지 않았다. filters.csv에는 모두 있다.`,
    facts: { channel: '필터', place: '대상', weights: '빨강, 초록, 파랑', reading: '값', about: '방법' },
    scatter: '첫째 층의 필터와 V1 단순세포',
    axes: { nx: 'nx: 줄무늬에 수직인 σ, 주기(로그)', ny: 'ny: 줄무늬를 따르는 σ, 주기(로그)' },
    points: '점: 첫째 층의 필터',
    cells: (n) => `회색: V1 단순세포 수, 모두 ${n}개`,
    fit: (orientationDeg, cpd, r2) => `방위 ${orientationDeg}°, ${cpd} c/deg, R² ${r2}`,
    noFit: 'nx와 ny가 정해지는 가보르 적합을 가진 필터가 없음',
    scatterNote:
      'nx와 ny는 가보르 함수 포락선의 σ(줄무늬에 수직인 것과 나란한 것)에 주파수를 곱한 값이다. 0에 가까우면 둘째 엽이 없는 얼룩이고, 줄무늬가 늘수록 커진다. 단위가 없고 시야의 크기에 따르지 않는다. 필터는 가장 강한 색 성분에, 세포는 역상관으로 적합했다.',
    defined: (n, of, reasons) => `필터 ${of}개 중 ${n}개에서 정의됨${reasons === '' ? '.' : `; 나머지: ${reasons}.`}`,
    reasons: {
      'map narrower than 7 px': '7픽셀보다 좁은 필터',
      'same value everywhere': '값이 모두 같음',
      'a Gabor explains less than half of the filter': '가보르 함수가 필터의 절반도 설명하지 못함',
      'dilation differs along y and x': '세로와 가로의 팽창이 다름',
      'frequency is below a quarter cycle per map': '주파수가 필터당 1/4 주기 미만',
      'frequency is above half a cycle per px': '주파수가 픽셀당 반 주기 초과',
      'envelope is as wide as the map': '포락선이 필터만큼 넓음',
      'envelope is half a pixel': '포락선이 반 픽셀',
    },
  },
  charts: {
    'receptive-field': {
      title: '신경망과 복측 시각 경로의 수용영역 크기',
      axis: '크기, 시각도(로그)',
      note: '삼각형은 이론적 수용영역, 곧 유닛에 닿는 입력 전체이며 상한값이다. 실제로 작용하는 영역은 더 작다. 아래로 이어진 선은 합쳐지는 가지 가운데 가장 작은 것까지이다. 피질의 정의들은 서로 다른 측정이므로 한 계열 안에서만 비교한다. 신경망의 각도는 시야의 크기에 따라 정해진다.',
    },
    latency: {
      title: '복측 시각 경로의 반응 잠복기와 층의 순서',
      axis: '잠복기, ms(피질만)',
      note: '신경망은 시간 없이 층을 차례로 계산하므로, 층에는 잠복기가 아니라 깊이 순위만 있다. 마취 상태와 각성 상태의 잠복기는 다른 계열이며 평균하지 않는다.',
    },
    'half-peak': {
      title: '최대 반응의 절반을 넘는 이미지의 비율',
      axis: '이미지 비율',
      note: '한 유닛에서, 정류한 반응이 최대 반응의 절반을 넘는 이미지의 비율이다. 이미지의 종류와 수에 따라 달라진다.',
    },
    sparseness: {
      title: '신경망과 복측 시각 경로의 희소성',
      axis: '희소성 S(0 = 조밀, 1 = 희소)',
      note: 'S = (1 − a)/(1 − 1/N)이며, 정류한 뒤 이미지 N개(생애) 또는 유닛 N개(집단)에 대해 구한다. 반파 정류 가우스 분포는 학습과 무관하게 0.682이다.',
    },
  },
  tuning: {
    circular_variance: {
      name: '원형 분산',
      axis: '원형 분산(0 = 한 방위만, 1 = 선택성 없음)',
      note: '평균 반응이 가장 큰 격자에서 12개 방위에 대해 구한다. 세포에는 움직이는 격자를 보였다.',
    },
    orthogonal_over_preferred: {
      name: '직교 방위와 선호 방위의 반응비',
      axis: '직교 / 선호',
      note: '직교 방위의 반응을 선호 방위의 반응으로 나눈 값: 0 = 그곳에서 반응 없음.',
    },
    orientation_bandwidth_deg: {
      name: '방위 대역폭',
      axis: '최대의 0.707에서 반폭, 도',
      note: '곡선이 최대의 0.707 아래로 내려가지 않는 유닛은 대역폭이 없어 중앙값에 들지 않는다. 몇 개에서 정의되는지 함께 보아야 한다.',
    },
    preferred_orientation_deg: {
      name: '선호 방위',
      axis: '방위, 도(0 = 세로 격자)',
      note: '방위는 원 위의 값이라 중앙값은 다른 모든 값에 가장 가까운 방위이며, 고르게 퍼진 경우에는 말해 주는 것이 적다. 회색 구간은 −22.5°에서 시작하며 이는 157.5°와 같다.',
    },
    peak_sf_cpd: {
      name: '선호 공간주파수',
      axis: '도당 주기(로그)',
      note: '도당 주기는 신경망에 가정한 시야의 크기에 따르므로 곡선의 높이는 옮겨질 수 있으나 모양은 그렇지 않다.',
    },
    peak_sf_cycles_per_px: {
      name: '선호 공간주파수, 픽셀 기준',
      axis: '픽셀당 주기(로그)',
      note: '시야의 크기와 무관한 같은 값이다. 세포에는 픽셀이 없다.',
    },
    sf_bandwidth_octaves: {
      name: '공간주파수 대역폭',
      axis: '옥타브',
      note: '최대의 절반에서 잰 전폭이다. 저역·고역 통과 유닛에는 없으며 중앙값에 들지 않는다.',
    },
    sf_bandwidth_percent: {
      name: '공간주파수 대역폭 지수',
      axis: '아래 / 위 주파수, %',
      note: '최대의 0.707에서 아래 주파수를 위 주파수로 나눈 값 × 100: 클수록 좁다.',
    },
    f1_over_f0: {
      name: 'F1/F0: 단순세포와 복합세포',
      axis: 'F1/F0',
      note: '가장 좋은 격자의 위상을 돌릴 때 첫째 조화 성분을 평균으로 나눈 값: 에너지 유닛은 0, 반파 정류 필터는 π/2.',
    },
    summation_field_deg: {
      name: '합산 영역',
      axis: '지름, 도(로그)',
      note: '최대 반응의 95 %에 이르는 가장 작은 격자 조각. 세포의 분포에는 10 % 넘게 억제되는 것만 있고, 신경망의 유닛에는 그런 조건이 없다.',
    },
    surround_diameter_deg: {
      name: '주변부 지름',
      axis: '지름, 도(로그)',
      note: '가장 좋은 조각보다 크고, 가장 큰 조각의 반응과 5 % 안에 드는 가장 작은 조각. 가장 큰 조각에 가장 크게 반응하는 유닛에는 없다.',
    },
    suppression_index: {
      name: '주변부 억제',
      axis: '억제 지수(0 = 없음, 1 = 완전)',
      note: '(최대 − 가장 큰 조각의 반응) / 최대. 신경망의 조각은 이론적 수용영역에서 끝난다. 그 밖은 반응을 바꿀 수 없다.',
    },
    c50: {
      name: '반포화 대비',
      axis: 'c50(로그)',
      note: 'b + Rmax·cⁿ/(cⁿ + c50ⁿ)에서 증가의 절반에 이르는 대비. 끝까지 커지는 유닛에는 없다.',
    },
    contrast_exponent: {
      name: '대비 지수',
      axis: 'n',
      note: 'b + Rmax·cⁿ/(cⁿ + c50ⁿ)의 n: 대비에 따라 커지는 가파름.',
    },
    opponency_index: {
      name: '색 대립',
      axis: '색 / 밝기',
      note: '원뿔 대비가 같은 L−M·S 격자의 최대 반응을 밝기 격자의 최대 반응으로 나눈 값: 0.5 아래는 밝기, 2 위는 색. 색에만 반응하는 유닛에는 지수가 없다.',
    },
    mapped_sigma_deg: {
      name: '측정한 수용영역, σ',
      axis: 'σ, 도(로그)',
      note: '작은 조각에 대한 반응에 맞춘 가우스 함수의 σ에서 조각의 크기를 뺀 값. 사람의 σ는 세포 집단의 것이다.',
    },
    mapped_area_root_deg: {
      name: '측정한 수용영역, √면적',
      axis: '√면적, 도(로그)',
      note: '최대의 4.55 %를 넘는 면적의 제곱근이며 조각의 크기를 포함한다. 원판이라면 지름의 0.89배이다. 세포의 값은 지름이나 변의 길이이다.',
    },
    rc_sigma_deg: {
      name: '역상관 수용영역, σ',
      axis: 'σ, 도(로그)',
      note: '흑백 칸이 반응에 더하는 크기(부호 무시)에 맞춘 가우스 함수의 σ에서 칸의 크기를 뺀 값. 그림과 그 음화에 똑같이 반응하는 유닛에는 이런 지도가 없다. 사람의 σ는 세포 집단의 것이다.',
    },
    rc_area_root_deg: {
      name: '역상관 수용영역, √면적',
      axis: '√면적, 도(로그)',
      note: '지도가 최대의 4.55 %를 넘는 면적의 제곱근이며 칸의 크기를 포함한다. 두 절반의 상관이 0.95 이상인 지도에서만 잰다. 원판이라면 지름의 0.89배이다. 세포의 값은 지름이나 변의 길이이다.',
    },
    rc_reliability: {
      name: '역상관의 신뢰도',
      axis: '두 절반의 상관',
      note: '그림을 두 절반으로 나누어 얻은 지도 사이의 상관. 선형 유닛은 정류 여부와 관계없이 1이다. 0.3보다 작은 지도는 재지 않는다.',
    },
    lgn_likeness: {
      name: 'LGN과의 닮음',
      axis: '중심–주변의 R² − 가보르의 R²',
      note: '그림 절반의 지도에 맞춘 가우스 차이(DoG)가 가보르 함수보다 나머지 절반의 지도를 얼마나 더 잘 설명하는가. LGN의 수용영역은 앞의 모양, V1 단순세포의 수용영역은 뒤의 모양이다. 폭이 7픽셀 이상인 지도에서, 층마다 유닛 8개까지 잰다.',
    },
    effective_sigma_deg: {
      name: '유효 수용영역, σ',
      axis: 'σ, 도(로그)',
      note: '평균 기울기에 맞춘 가우스 함수의 σ. 사람의 σ는 세포 집단의 것이다.',
    },
    effective_area_root_deg: {
      name: '유효 수용영역, √면적',
      axis: '√면적, 도(로그)',
      note: '기울기가 최대의 4.55 %를 넘는 면적의 제곱근. 원판이라면 지름의 0.89배이다. 세포의 값은 지름이나 변의 길이이다.',
    },
    effective_share: {
      name: '유효 수용영역의 비율',
      axis: '한 변의 비율',
      note: '유효 수용영역의 √면적을 이론적 수용영역의 한 변으로 나눈 값이다.',
    },
    mapped_share: {
      name: '측정한 수용영역의 비율',
      axis: '한 변의 비율',
      note: '자극 조각을 포함한 측정 수용영역의 √면적을 이론적 수용영역의 한 변으로 나눈 값이다.',
    },
    rc_share: {
      name: '1차 수용영역의 비율',
      axis: '한 변의 비율',
      note: '역상관으로 얻은 수용영역의 √면적(검사 칸 포함)을 이론적 수용영역의 한 변으로 나눈 값이다. 지도의 잡음이 거의 없는 층에만 있다.',
    },
    category_sparseness: {
      name: '범주에 대한 희소성',
      axis: '희소성 S(0 = 조밀, 1 = 희소)',
      note: '8개 범주의 그림 128장에 대한 생애 S, 정류 후. 세포의 0.5는 측정된 평균이 아니라 발화율의 지수 분포에서 나온 값이다.',
    },
    share_above_half_peak: {
      name: '최대 반응의 절반을 넘는 범주 그림',
      axis: '그림의 비율',
      note: '8개 범주의 그림 128장 가운데. 그림의 종류와 수에 따라 달라지며, 세포는 다른 그림을 보았다.',
    },
    class_selectivity: {
      name: '범주 선택성',
      axis: '(최선 − 나머지) / (최선 + 나머지)',
      note: '8개 범주 가운데 가장 선호하는 것과 나머지 전부의 비교. 무엇을 선호하는지는 그림의 다른 절반에서 정하므로 우연 수준은 0이다.',
    },
    category_d_prime: {
      name: '선호 범주의 d′',
      axis: 'd′',
      note: '8개 범주 가운데 가장 선호하는 것과 나머지 전부의 차이를 표준편차로 나타낸 값. 무엇을 선호하는지는 그림의 다른 절반에서 정한다.',
    },
    position_tolerance: {
      name: '위치 변화에 대한 내성',
      axis: '두 위치 사이의 순위 상관',
      note: '유닛이 수용영역의 5개 위치에서 물체 10개에 매기는 순위가 얼마나 같은가. 우연 수준은 0이며, 반응이 없는 위치는 0으로 센다.',
    },
    size_tolerance: {
      name: '크기 변화에 대한 내성',
      axis: '두 크기 사이의 순위 상관',
      note: '수용영역의 4분의 1에서 0.71까지 4개 크기에서 물체 10개에 매기는 순위가 얼마나 같은가. 밝기에 반응하는 유닛은 어떤 크기에서나 면적 순으로 반응한다.',
    },
    rotation_tolerance: {
      name: '회전에 대한 내성',
      axis: '두 회전 사이의 순위 상관',
      note: '평면에서 4가지로 회전한 물체 10개에 매기는 순위가 얼마나 같은가. 밝기에 반응하는 유닛은 어떤 회전에서나 면적 순으로 반응한다.',
    },
    category_accuracy: {
      name: '범주 해독',
      axis: '다른 그림에서의 정확도',
      note: '기록한 유닛(채널마다 한 위치)에서 8개 범주를 선형으로 읽은 결과. 그림 112장에 맞추고 나머지 16장으로 시험하기를 차례로 되풀이한다.',
    },
    position_generalisation: {
      name: '다른 위치에 있는 물체의 해독',
      axis: '보지 않은 위치에서의 정확도',
      note: '기록한 유닛에서 물체 10개를 선형으로 읽은 결과. 수용영역의 4개 위치에 맞추고 나머지 한 위치에서 시험하기를 차례로 되풀이한다.',
    },
    size_generalisation: {
      name: '다른 크기의 물체 해독',
      axis: '보지 않은 크기에서의 정확도',
      note: '기록한 유닛에서 물체 10개를 선형으로 읽은 결과. 3개 크기에 맞추고 나머지 한 크기에서 시험하기를 차례로 되풀이한다.',
    },
    rotation_generalisation: {
      name: '다르게 회전한 물체의 해독',
      axis: '보지 않은 회전에서의 정확도',
      note: '기록한 유닛에서 물체 10개를 선형으로 읽은 결과. 3개 회전에 맞추고 나머지 한 회전에서 시험하기를 차례로 되풀이한다.',
    },
    participation_ratio: {
      name: '차원수: 참여 비율',
      axis: '유효 방향의 수',
      note: '모든 층에서 유닛 32개와 그림 128장으로 잰 값. 두 수가 늘면 함께 늘어나므로 층 자체의 차원수가 아니며, 복잡도도 아니다.',
    },
    two_nn_dimension: {
      name: '두 최근접 이웃으로 잰 차원수',
      axis: '내재 차원',
      note: '모든 층에서 유닛 32개와 그림 128장으로 잰 값. 10을 넘으면 이만한 그림으로는 실제보다 낮게 나온다.',
    },
    texture_modulation: {
      name: '질감 변조',
      axis: '(질감 − 잡음) / (질감 + 잡음)',
      note: '자연스러운 질감과, 위상만 무작위로 바꾼 같은 질감을 비교한다. 스펙트럼만 보는 유닛은 0이다. 세포는 사진에서 만든 다른 질감을 4° 창으로 보았으므로, 부호와 V1에서 V2로의 변화만 견줄 수 있다.',
    },
    texture_variance_ratio: {
      name: '질감군과 표본의 분산비',
      axis: '질감군 사이 / 질감군 안의 분산(로그)',
      note: '1보다 크면 한 질감군의 표본들보다 질감군들을 더 잘 구별한다. 15개 질감군, 표본 3개씩.',
    },
    complex_over_simple: {
      name: '복잡한 무늬와 단순한 무늬',
      axis: '(복잡 − 단순) / (복잡 + 단순)',
      note: '동심원·방사·나선·쌍곡선 격자, 각, 십자, 호, 원 154개 가운데 가장 좋은 것을 대비와 면적이 같은 격자, 경계, 막대, 점 154개 가운데 가장 좋은 것과 비교한다. 좋은 무늬 하나만으로도 0보다 커지므로, 우연을 넘어 복잡한 무늬를 선호하는 유닛의 비율을 함께 보아야 한다.',
    },
    prefers_complex: {
      name: '복잡한 무늬를 선호하는 유닛',
      axis: '유닛의 비율',
      note: '단순·복잡이라는 이름을 뒤섞는 순열 검정에서 p < 0.05인 유닛의 비율. 선호가 없는 유닛이라면 32개 중 하나이다. V2에서는 다른 기준으로 세포의 1/3이 복잡한 모양에 다르게 반응한다.',
    },
    curvature_fit_r: {
      name: '곡률 선택성',
      axis: 'r, 적합에 쓰지 않은 모양',
      note: '닫힌 모양 366개의 절반에 맞춘 윤곽 곡률 × 각위치의 가우스 함수와 나머지 모양에 대한 반응의 상관. 층마다 유닛 32개까지. 한 곳의 경계에 대한 필터도 잘 예측되므로, 대조군을 넘는 만큼만 곡률을 말해 준다.',
    },
    peak_curvature: {
      name: '선호 곡률',
      axis: '곡률(−1 오목, 1 뾰족한 볼록)',
      note: 'r이 0.3 이상인 유닛에서 맞춘 가우스 함수의 꼭대기. 뾰족한 끝이 1에 가깝도록 눌러 나타낸다.',
    },
    compressed_size_log_ratio: {
      name: '선호 조각의 압축 크기',
      axis: 'ln(크기 / 같은 수용장의 무작위 조각)',
      note: '한 채널을 가장 강하게 움직인 아홉 조각을, 같은 그림에서 뽑은 같은 수용장의 무작위 조각 200개의 중앙값과 비교했습니다. 0보다 작으면 더 단순합니다. 그림에 따라 달라지며, 수용장이 그림 전체이면 조각이 곧 그림입니다.',
    },
    compressed_size_over_scrambled: {
      name: '선호 조각의 압축 크기, 위상을 섞은 것 대비',
      axis: 'ln(크기 / 위상을 섞은 조각)',
      note: '한 채널을 가장 강하게 움직인 아홉 조각을 각각 자신의 위상을 섞은 것과 비교했습니다. 0이면 질서가 없는 것과 같고, 작을수록 구조가 많습니다. 수용장 크기를 따라가므로 대조군과 비교하십시오.',
    },
    linear_share: {
      name: '선형 비율',
      axis: '분산의 비율',
      note: '자연 장면의 스펙트럼을 가진 회색 잡음에서, 활성화 함수 이전의 반응을 그림의 선형 필터가 설명하는 비율. 0에 가까우면 그보다 조금 작게 나올 수 있다.',
    },
    energy_share: {
      name: '가보르 에너지의 비율',
      axis: '분산의 비율',
      note: '같은 반응을 가보르 한 쌍의 에너지(복합세포의 모형)가 설명하는 비율. 선형 비율에 더해진다.',
    },
  },
} satisfies typeof en;

export type Words = typeof en;
export const words: Readonly<Record<Language, Words>> = { en, ko };

/** What stands behind a number of a unit of data/cortex: `°`, ` c/deg`; nothing behind a ratio. */
export function unitSymbol(unit: string, language: Language): string {
  return words[language].symbols[unit] ?? '';
}
