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
  },
  facts: { name: '대상', reading: '값', about: '방법', definition: '정의', source: '출처' },
  smallestBranch: (px) => `가장 작은 가지 ${px}픽셀`,
  seesAll: '이미지 전체에 미침',
  misaligned: '가지의 위치가 어긋남',
  neverActive: (n, of) => `표본 유닛 ${of}개 중 ${n}개는 한 번도 활성화되지 않음`,
  rank: (rank) => `순위 ${rank}`,
  summary: (nLayers, areas) =>
    `왼쪽: 깊이 순위별 신경망의 층 ${nLayers}개. 오른쪽: LGN, V1, V2, V4, IT 영역. 발표된 수치가 있는 영역: ${areas.join(', ') || '없음'}.`,
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
  },
} satisfies typeof en;

export type Words = typeof en;
export const words: Readonly<Record<Language, Words>> = { en, ko };

/** What stands behind a number of a unit of data/cortex: `°`, ` c/deg`; nothing behind a ratio. */
export function unitSymbol(unit: string, language: Language): string {
  return words[language].symbols[unit] ?? '';
}
