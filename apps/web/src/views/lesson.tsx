/**
 * @file The lesson: error → gradient → step, on drawn cats and dogs, live. Drawings, settings, the curve, the first kernels as
 * they change, and what the network says of drawings that it never learned from.
 */
import { computed, useSignal, useSignalEffect } from '@preact/signals';
import { type Chart, type LearningCurve, learningCurveChart, learningCurveTable } from '@ventral/charts';
import type { Image } from '@ventral/core';
import { useEffect, useRef } from 'preact/hooks';
import { setLesson } from '../actions.ts';
import { kernelCanvas } from '../draw/kernels.ts';
import { contextOf } from '../draw/maps.ts';
import { count, duration, language, number, t } from '../i18n/index.ts';
import { exploreLearned, openLesson, startLesson, stopLesson } from '../lesson.ts';
import type { Drawing } from '../lesson-jobs.ts';
import {
  curve,
  examples,
  judged,
  kernels,
  type LessonSetting,
  learned,
  learner,
  lesson,
  lessonLimits,
  lessonSettings,
} from '../state.ts';
import { ChartPlate } from './chart-plate.tsx';
import { DataTable } from './data-table.tsx';
import { ExportMenu } from './export.tsx';
import { useSize } from './size.ts';

export function Lesson() {
  const { seed } = lessonSettings.value;
  useEffect(() => void openLesson(seed), [seed]);
  return (
    <main class="desk lesson">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="bench" tabIndex={0} aria-label={t.value.lesson.title}>
        <Explanation />
        <Examples />
      </section>
      <div class="bench">
        <Run />
        <Kernels />
        <Curve />
        <Judged />
      </div>
    </main>
  );
}

function Explanation() {
  const say = t.value.lesson;
  return (
    <section class="panel" aria-labelledby="lesson-title">
      <h1 id="lesson-title">{say.title}</h1>
      <p>{say.about}</p>
      <ol class="steps">
        {say.steps.map(([title, text]) => (
          <li key={title}>
            <strong>{title}</strong> {text}
          </li>
        ))}
      </ol>
      <p class="note">{say.control}</p>
    </section>
  );
}

const isRunning = computed(() => lesson.value.is === 'drawing' || lesson.value.is === 'learning');

function Run() {
  const say = t.value.lesson;
  const now = lesson.value;
  return (
    <section class="panel run" aria-labelledby="run-title">
      <h2 id="run-title">{say.run}</h2>
      <div class="tools">
        {(Object.keys(lessonLimits) as LessonSetting[]).map((setting) => (
          <Setting key={setting} setting={setting} />
        ))}
      </div>
      <div class={`probe is-${now.is}`}>
        {now.is === 'idle' && <span>{say.ready}</span>}
        {now.is === 'drawing' && (
          <div class="progress">
            <progress max={now.nItems} value={now.nDone} aria-label={say.drawing} />
            <span>{`${say.drawing} ${t.value.images(count(now.nDone), count(now.nItems))}`}</span>
          </div>
        )}
        {now.is === 'learning' && (
          <div class="progress">
            <progress max={now.nSteps} value={now.step} aria-label={say.learning} />
            <span>
              {say.at(count(now.step), count(now.nSteps), String(now.epoch))}
              {now.secondsLeft !== undefined && ` · ${t.value.timeLeft(duration(now.secondsLeft))}`}
            </span>
          </div>
        )}
        {now.is === 'done' && <span>{say.done(now.seconds.toFixed(0))}</span>}
        {now.is === 'stopped' && <span>{say.stoppedAfter(count(now.step), count(now.nSteps))}</span>}
        {now.is === 'failed' && (
          <span role="alert">
            <strong>{say.failed}</strong> {now.message}
          </span>
        )}
        {isRunning.value ? (
          <button type="button" onClick={stopLesson}>
            {say.stop}
          </button>
        ) : (
          <button type="button" class="main" onClick={() => void startLesson()}>
            {now.is === 'idle' ? say.start : say.again}
          </button>
        )}
        {learned.value && (
          <button type="button" onClick={exploreLearned}>
            {say.explore}
          </button>
        )}
      </div>
      <Standing />
    </section>
  );
}

function Setting({ setting }: { setting: LessonSetting }) {
  const { least, most } = lessonLimits[setting];
  return (
    <label class="setting">
      {t.value.lesson.settings[setting]}
      <input
        type="number"
        min={least}
        max={most}
        disabled={isRunning.value}
        value={lessonSettings.value[setting]}
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '') setLesson(setting, Number(currentTarget.value));
          currentTarget.value = String(lessonSettings.value[setting]);
        }}
      />
    </label>
  );
}

/** Where the run stands, in numbers: the error of the last batch, and held-out pictures before and now. */
function Standing() {
  const say = t.value.lesson;
  const { points } = curve.value;
  const batch = points.findLast(({ pictures }) => pictures === 'batch');
  const heldOut = points.filter(({ pictures }) => pictures === 'held-out');
  const [before, now] = [heldOut[0], heldOut.at(-1)];
  if (!before || !now) return null;
  return (
    <dl class="standing">
      <dt>{say.error}</dt>
      <dd>{batch ? number(batch.loss, 3) : '–'}</dd>
      <dt>{say.before(count(before.nImages))}</dt>
      <dd>{percent(before.accuracy)}</dd>
      <dt>{now === before ? say.afterEpoch : say.afterStep(count(now.step))}</dt>
      <dd class="held-out">{now === before ? '–' : percent(now.accuracy)}</dd>
    </dl>
  );
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const drawnCurve = computed<LearningCurve>(() => ({
  model: learner.value?.name ?? '',
  nClasses: learner.value?.classes.length ?? 1,
  ...curve.value,
}));
const curveTable = computed(() => learningCurveTable(drawnCurve.value, language.value));
/** Steps of the run that the curve is of; 0 while there is nothing to draw. */
const nSteps = computed(() => (curve.value.points.length > 0 ? curve.value.nSteps : 0));

/** Reads the points without following them: the plate does. */
function build(theme: 'light' | 'dark', width?: number): Chart {
  return learningCurveChart(drawnCurve.peek(), { language: language.value, theme, ...(width !== undefined && { width }) });
}

function Curve() {
  const isTable = useSignal(false);
  if (nSteps.value === 0 || !learner.value) return null;
  const { title, note } = build('light');
  return (
    <section class="panel curve" aria-labelledby="curve-title">
      <div class="tools">
        <h2 id="curve-title">{title}</h2>
        <button
          type="button"
          aria-pressed={isTable.value}
          onClick={() => {
            isTable.value = !isTable.value;
          }}
        >
          {isTable.value ? t.value.showAsChart : t.value.showAsTable}
        </button>
        <Exports model={learner.value.name} />
      </div>
      {isTable.value ? <Rows /> : <ChartPlate key={nSteps.value} build={build} growing={curveTable} />}
      <p class="note">{note}</p>
    </section>
  );
}

function Exports({ model }: { model: string }) {
  return <ExportMenu table={curveTable.value} chart={() => build('light')} model={model} />;
}

function Rows() {
  return <DataTable table={curveTable.value} />;
}

function Examples() {
  const say = t.value.lesson;
  return (
    <section class="panel" aria-labelledby="examples-title">
      <h2 id="examples-title">{say.examples}</h2>
      <p class="note">{say.examplesNote}</p>
      <ul class="sheet">
        {examples.value.map((drawing) => (
          <li key={drawing.id}>
            <Plate drawing={drawing} />
            <span>{className(drawing.label)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function className(label: number): string {
  const name = learner.value?.classes[label] ?? '';
  return (t.value.lesson.classes as Readonly<Record<string, string>>)[name] ?? name;
}

function Plate({ drawing: { id, image, label } }: { drawing: Drawing }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => paint(canvas.current!, image), [image]);
  return <canvas ref={canvas} role="img" aria-label={t.value.lesson.drawingOf(className(label), id)} />;
}

function paint(canvas: HTMLCanvasElement, { data, heightPx, widthPx }: Image): void {
  canvas.width = widthPx;
  canvas.height = heightPx;
  const pixels = new ImageData(widthPx, heightPx);
  for (let i = 0; i < heightPx * widthPx; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[3 * i + c]!;
    pixels.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
}

function Kernels() {
  const say = t.value.lesson;
  const about = learner.value;
  const both = kernels.value;
  if (!about || !both) return null;
  const [n, , h, w] = about.shape;
  const lengthOf = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  const moved = lengthOf(both.now.map((x, i) => x - both.start[i]!)) / lengthOf(both.start);
  return (
    <section class="panel kernels" aria-labelledby="kernels-title">
      <h2 id="kernels-title">
        {say.kernels} <span class="tally">{`${about.layer} · ${n} × ${h} × ${w}`}</span>
      </h2>
      <div class="pair">
        <figure>
          <figcaption>{say.kernelsStart}</figcaption>
          <KernelSheet which="start" label={say.kernelsStart} />
        </figure>
        <figure>
          <figcaption>
            {say.kernelsNow} <span class="moved">{say.moved(String(Math.round(100 * moved)))}</span>
          </figcaption>
          <KernelSheet which="now" label={`${say.kernelsNow} ${say.moved(String(Math.round(100 * moved)))}`} />
        </figure>
      </div>
      <p class="note">{say.kernelsNote}</p>
    </section>
  );
}

const kernelColumns = 8;

function KernelSheet({ which, label }: { which: 'start' | 'now'; label: string }) {
  const plate = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(plate);
  const [n, , h, w] = learner.value!.shape;
  const nRows = Math.ceil(n / kernelColumns);
  useSignalEffect(() => {
    const [both, { width, height }] = [kernels.value, size.value];
    if (!canvas.current || !both || width === 0) return;
    const context = contextOf(canvas.current, width, height);
    context.clearRect(0, 0, canvas.current.width, canvas.current.height);
    const [stepX, stepY] = [canvas.current.width / kernelColumns, canvas.current.height / nRows];
    const gap = Math.ceil(stepX / 16);
    for (let i = 0; i < n; i++) {
      const [x, y] = [Math.round((i % kernelColumns) * stepX), Math.round(Math.floor(i / kernelColumns) * stepY)];
      context.drawImage(
        kernelCanvas(both[which], learner.value!.shape, i),
        x,
        y,
        Math.round(stepX) - gap,
        Math.round(stepY) - gap,
      );
    }
  });
  return (
    <div class="plate" ref={plate} style={{ aspectRatio: `${kernelColumns * w} / ${nRows * h}` }} role="img" aria-label={label}>
      <canvas ref={canvas} />
    </div>
  );
}

/** How many held-out drawings are shown; wrong ones come first. */
const nShown = 24;

function Judged() {
  const say = t.value.lesson;
  const all = judged.value;
  if (all.length === 0) return null;
  const answerOf = (probabilities: readonly number[]) => probabilities.indexOf(Math.max(...probabilities));
  const isRight = ({ label, probabilities }: (typeof all)[number]) => answerOf(probabilities) === label;
  const wrong = all.filter((drawing) => !isRight(drawing));
  const shown = [...wrong.slice(0, nShown / 2), ...all.filter(isRight)].slice(0, nShown);
  return (
    <section class="panel" aria-labelledby="judged-title">
      <h2 id="judged-title">{say.judged}</h2>
      <p>{say.judgedCount(count(all.length - wrong.length), count(all.length), count(Math.min(wrong.length, nShown / 2)))}</p>
      <ul class="sheet">
        {shown.map((drawing) => {
          const answer = answerOf(drawing.probabilities);
          const isWrong = answer !== drawing.label;
          return (
            <li key={drawing.id} class={isWrong ? 'wrong' : ''}>
              <Plate drawing={drawing} />
              <span>
                {isWrong ? '✗' : '✓'} {say.says(className(answer), String(Math.round(100 * drawing.probabilities[answer]!)))}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
