/** @file Every word on a chart, in English and Korean. Citations, names of areas and of layers are not translated. */
import type { Area5, ChartSpecies, Quantity, RangeKind, SeriesId } from '@ventral/cortex';
import type { Control } from '@ventral/probe';

export type Language = 'en' | 'ko';

/** What is drawn along the network. */
export type NetworkSeries = 'theoretical' | 'order' | 'half-peak' | 'lifetime' | 'population' | Control;
/** What a chart is of: the quantities that networks have too. */
export type ChartQuantity = Exclude<Quantity, 'density'>;

interface ChartWords {
  readonly title: string;
  /** Of the vertical axis. */
  readonly axis: string;
  readonly note: string;
}

const en = {
  species: { macaque: 'macaque', human: 'human' } as Record<ChartSpecies, string>,
  field: (fovDeg: string, inputPx: string) => `${fovDeg}° over ${inputPx} px`,
  layers: (model: string) => `${model}: layers by rank of depth`,
  areas: (species: string) => `${species}: areas of the ventral stream`,
  noNumber: 'no published number for this area',
  noNumberLines: ['no', 'published', 'number', 'for this', 'area'] as readonly string[],
  onePixel: (deg: string) => `one pixel, ${deg}°`,
  wholeField: (deg: string) => `whole field of view, ${deg}°`,
  gaussian: 'half-rectified Gaussian, 0.682',
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
};

const ko = {
  species: { macaque: '마카크원숭이', human: '사람' },
  field: (fovDeg, inputPx) => `${inputPx}픽셀에 ${fovDeg}°`,
  layers: (model) => `${model}: 깊이 순위별 층`,
  areas: (species) => `${species}: 복측 시각 경로의 영역`,
  noNumber: '이 영역은 발표된 수치 없음',
  noNumberLines: ['이 영역은', '발표된 수치', '없음'],
  onePixel: (deg) => `1픽셀, ${deg}°`,
  wholeField: (deg) => `전체 시야, ${deg}°`,
  gaussian: '반파 정류 가우스 분포, 0.682',
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
} satisfies typeof en;

export type Words = typeof en;
export const words: Readonly<Record<Language, Words>> = { en, ko };
