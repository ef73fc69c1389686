/** @file How a network learns: loss and accuracy of its batches and of held-out pictures over the steps, beside chance. */
import type { Table } from '@ventral/probe';
import { type Chart, type Json, type VegaLiteSpec, withData } from './spec.ts';
import { config, inks, okabeIto, type Theme } from './theme.ts';
import type { Language } from './words.ts';

/** Loss and accuracy at one step. */
export interface LearningPoint {
  /** Steps taken; 0 is before training. */
  readonly step: number;
  /** `batch`: the pictures that the step learns from, before the step; `held-out`: pictures that are never learned from. */
  readonly pictures: 'batch' | 'held-out';
  /** Mean −log p of the right class, nats. */
  readonly loss: number;
  /** Share of pictures that were right, 0…1. */
  readonly accuracy: number;
  readonly nImages: number;
}

export interface LearningCurve {
  readonly model: string;
  /** Steps of the whole run: the length of the horizontal axis. */
  readonly nSteps: number;
  readonly nClasses: number;
  readonly points: readonly LearningPoint[];
}

const en = {
  title: (model: string) => `How ${model} learns`,
  axes: { step: 'step', loss: 'loss, nats', accuracy: 'share right' },
  legends: { batch: 'batch of each step', 'held-out': 'held-out pictures', chance: 'chance' },
  nImages: 'pictures',
  note: 'Loss is the mean of −log p of the right class (cross-entropy), of a batch to its smoothed labels. A batch is judged before its step. Chance is what guessing gives among classes that are equally often right. Held-out pictures are never learned from.',
};
const words: Readonly<Record<Language, typeof en>> = {
  en,
  ko: {
    title: (model) => `${model}의 학습 과정`,
    axes: { step: '스텝', loss: '손실, nat', accuracy: '정답 비율' },
    legends: { batch: '각 스텝의 배치', 'held-out': '따로 둔 그림', chance: '우연 수준' },
    nImages: '그림 수',
    note: '손실은 정답 클래스의 −log p의 평균(교차 엔트로피)이며, 배치에서는 평활한 라벨에 대한 값이다. 배치는 스텝을 밟기 전에 채점한다. 우연 수준은 똑같이 자주 나오는 클래스를 찍어서 맞히는 값이다. 따로 둔 그림은 학습에 쓰지 않는다.',
  },
};

const columns: Table['columns'] = [
  { name: 'step', type: 'integer', description: 'Steps taken; 0 is before training.' },
  { name: 'pictures', type: 'string', description: 'batch: learned from; held-out: never learned from; chance: guessing.' },
  { name: 'loss', type: 'number', description: 'Mean −log p of the right class, nats.' },
  { name: 'accuracy', type: 'number', description: 'Share of pictures that were right, 0…1.' },
  { name: 'n_images', type: 'integer', description: 'Pictures that both are of.' },
  { name: 'legend', type: 'string', description: 'The same in words.' },
];

const DEFAULT_WIDTH_PX = 620;
const HEIGHT_PX = 150;

/** What is drawn of a curve: guessing among equally frequent classes gives log n and 1 / n. */
export function learningCurveTable({ nSteps, nClasses, points }: LearningCurve, language: Language): Table {
  const { legends } = words[language];
  const chance = [0, nSteps].map((step) => [step, 'chance', Math.log(nClasses), 1 / nClasses, null, legends.chance]);
  const rows = points.map(({ step, pictures, loss, accuracy, nImages }) => [
    step,
    pictures,
    loss,
    accuracy,
    nImages,
    legends[pictures],
  ]);
  return { name: 'learning-curve', title: 'Learning curve', columns, rows: [...chance, ...rows] };
}

/** Loss above accuracy, over the steps of the whole run, so that the axis stands still while the curve grows. */
export function learningCurveChart(
  curve: LearningCurve,
  { language, theme, width = DEFAULT_WIDTH_PX }: { readonly language: Language; readonly theme: Theme; readonly width?: number },
): Chart {
  const say = words[language];
  const { ink, quiet } = inks[theme];
  const table = learningCurveTable(curve, language);
  const { batch, 'held-out': heldOut, chance } = say.legends;
  const byLegend = (range: Json): Json => ({
    field: 'legend',
    type: 'nominal',
    scale: { domain: [batch, heldOut, chance], range },
    legend: { title: null, orient: 'bottom' },
  });
  const panel = (quantity: 'loss' | 'accuracy', scale: VegaLiteSpec, isLast: boolean): Json => ({
    width,
    height: HEIGHT_PX,
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        scale: { domain: [0, curve.nSteps], nice: false },
        axis: { title: isLast ? say.axes.step : null, labels: isLast, grid: false, format: 'd' },
      },
      y: { field: quantity, type: 'quantitative', scale, axis: { title: say.axes[quantity], tickCount: 5 } },
      color: byLegend([theme === 'light' ? okabeIto.blue : okabeIto.skyBlue, ink, quiet]),
    },
    layer: [
      {
        // What a line says is said by its points; words for each of a thousand steps would slow a growing chart.
        mark: { type: 'line', strokeWidth: 1.4, aria: false },
        encoding: {
          strokeDash: byLegend([
            [1, 0],
            [9, 3],
            [2, 3],
          ]),
        },
      },
      {
        transform: [{ filter: { field: 'pictures', equal: 'held-out' } }],
        mark: { type: 'point', filled: true, shape: 'diamond', size: 70, opacity: 1 },
        encoding: {
          tooltip: [
            { field: 'legend', type: 'nominal', title: ' ' },
            { field: 'step', type: 'quantitative', title: say.axes.step },
            { field: 'loss', type: 'quantitative', title: say.axes.loss, format: '.3f' },
            { field: 'accuracy', type: 'quantitative', title: say.axes.accuracy, format: '.3f' },
            { field: 'n_images', type: 'quantitative', title: say.nImages },
          ],
        },
      },
    ],
  });
  const title = say.title(curve.model);
  const spec: VegaLiteSpec = {
    title: { text: title },
    description: `${title}. ${batch}, ${heldOut}, ${chance}: ${say.axes.loss}; ${say.axes.accuracy}.`,
    config: config(theme),
    spacing: 12,
    vconcat: [panel('loss', { zero: true }, false), panel('accuracy', { domain: [0, 1] }, true)],
  };
  return { id: table.name, title, spec: withData(spec, table), table, note: say.note };
}
