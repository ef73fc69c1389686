/**
 * @file The one store: every fact that the page shows is a signal here, and follows from the few that users set. Actions are
 * actions.ts; nothing here starts work.
 */

import { computed, signal } from '@preact/signals';
import { type LearningPoint, type OwnChartId, ownChartIds, type TuningMeasureId, tuningMeasures } from '@ventral/charts';
import { defaultWorkerCount, type Graph } from '@ventral/core';
import type { Area5 } from '@ventral/cortex';
import type { ProbePicture, Table } from '@ventral/probe';
import { columnIndex, depthTrends, joinTables } from '@ventral/probe';
import { firstNetwork } from './builtin.ts';
import type { Field } from './draw/field.ts';
import { unitAt } from './draw/field.ts';
import type { LayerMaps, NetworkFacts, ShownPicture } from './facts.ts';
import type { Drawing } from './lesson-jobs.ts';
import type { NetworkSource, Stimulus } from './sources.ts';

/** A failure as the page says it: one line, and what is behind it. */
export interface Failure {
  readonly title: string;
  readonly details: string;
  readonly retry?: (() => void) | undefined;
}

/** A unit of the selected layer. */
export interface Unit {
  readonly c: number;
  readonly y: number;
  readonly x: number;
}

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
export const theme = signal<Theme>('system');
const systemIsDark = signal(false);
/** Follows the system's preference; called once by the page. */
export function followSystemTheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  systemIsDark.value = query.matches;
  query.addEventListener('change', () => {
    systemIsDark.value = query.matches;
  });
}
export const isDark = computed(() => (theme.value === 'system' ? systemIsDark.value : theme.value === 'dark'));

// The network.
export const networkSource = signal<NetworkSource>({ kind: 'builtin', name: firstNetwork });
export const network = signal<NetworkFacts | undefined>(undefined);
/** Name of a network that is being read. */
export const networkLoading = signal<string | undefined>(undefined);
export const layers = computed(() => network.value?.layers ?? []);
/** Degrees as the user set them; undefined: the network's own. */
export const chosenFovDeg = signal<number | undefined>(undefined);
export const fovDeg = computed(() => chosenFovDeg.value ?? network.value?.defaultFovDeg ?? 8);

// Tables: of the graph at once, of a probe run once there is one.
const noTables: readonly Table[] = [];
/** Tables of the graph, and the field of view that their degrees are for. */
export const graphTables = signal({ fovDeg: 8, tables: noTables });
export const stimulusTables = signal(noTables);
/** Probes that make their own stimuli and run together. */
export const probeGroups = ['physiology', 'complexity', 'selectivity', 'visualise', 'v1-properties'] as const;
export type ProbeGroup = (typeof probeGroups)[number];
/** Tables and pictures of each group that was measured, and the field of view that their degrees are for. */
export const measuredGroups = signal<{
  readonly fovDeg: number;
  readonly tables: Readonly<Partial<Record<ProbeGroup, readonly Table[]>>>;
  readonly pictures: Readonly<Partial<Record<ProbeGroup, readonly ProbePicture[]>>>;
}>({ fovDeg: 8, tables: {}, pictures: {} });
/** The same joined: each group adds rows to the table of all measures. */
export const physiologyTables = computed(() => {
  const { fovDeg, tables } = measuredGroups.value;
  const joined = joinTables(probeGroups.map((group) => tables[group] ?? []));
  return { fovDeg, tables: [...joined, ...depthTrends(joined)] };
});
export const tables = computed(() => [...graphTables.value.tables, ...stimulusTables.value, ...physiologyTables.value.tables]);
export function tableNamed(name: string): Table | undefined {
  return tables.value.find((table) => table.name === name);
}
/** Receptive field of each layer, by layer id. */
export const fields = computed<ReadonlyMap<string, Field & { readonly sizeDeg: number }>>(() => {
  const table = tableNamed('receptive-fields');
  if (!table) return new Map();
  const column = (name: string) => columnIndex(table, name);
  const [layer, h, w, strideH, strideW, y, x, deg, whole] = [
    'layer',
    'rf_size_h_px',
    'rf_size_w_px',
    'rf_stride_h_px',
    'rf_stride_w_px',
    'rf_center_y_px',
    'rf_center_x_px',
    'rf_size_deg',
    'sees_whole_image',
  ].map(column) as [number, number, number, number, number, number, number, number, number];
  return new Map(
    table.rows.map((row) => [
      String(row[layer]),
      {
        sizePx: [Number(row[h]), Number(row[w])],
        stridePx: [Number(row[strideH]), Number(row[strideW])],
        firstCenterPx: [Number(row[y]), Number(row[x])],
        sizeDeg: Number(row[deg]),
        seesWholeImage: row[whole] === true,
      },
    ]),
  );
});

// The pictures.
export const stimuli = signal<readonly Stimulus[]>([]);
/** What can be looked at: the built-in scene before a built-in set, or the user's own pictures. */
export const pictures = computed<readonly Stimulus[]>(() =>
  stimuli.value[0]?.kind === 'builtin' ? [{ kind: 'scene', id: 'scene' }, ...stimuli.value] : stimuli.value,
);
export const pictureIndex = signal(0);
export const picture = signal<ShownPicture | undefined>(undefined);
export const isPictureLoading = signal(true);

// What is looked at.
export const layerIndex = signal(0);
export const layer = computed(() => layers.value[layerIndex.value]);
export const field = computed(() => (layer.value ? fields.value.get(layer.value.layer) : undefined));
export const maps = signal<LayerMaps | undefined>(undefined);
export const channel = signal(0);
/** Hover looks, click pins, Esc unpins. */
export const hoveredUnit = signal<Unit | undefined>(undefined);
export const pinnedUnit = signal<Unit | undefined>(undefined);
/** Without a hovered or pinned unit: the one in the middle of the picture. */
const centreUnit = computed<Unit | undefined>(() => {
  const [shown, at, seen] = [layer.value, field.value, network.value];
  if (!shown || !at || !seen) return undefined;
  const [y, x] = unitAt(at, seen.heightPx / 2, seen.widthPx / 2, shown.heightUnits, shown.widthUnits);
  return { c: Math.min(channel.value, shown.nChannels - 1), y, x };
});
export const unit = computed(() => hoveredUnit.value ?? pinnedUnit.value ?? centreUnit.value);
/** Channel of the large map. */
export const shownChannel = computed(() => Math.min(unit.value?.c ?? 0, (layer.value?.nChannels ?? 1) - 1));

export const mapOrders = ['index', 'mean', 'max'] as const;
export type MapOrder = (typeof mapOrders)[number];
export const mapOrder = signal<MapOrder>('index');
export const mapScales = ['layer', 'map'] as const;
export type MapScale = (typeof mapScales)[number];
export const mapScale = signal<MapScale>('layer');

// Beside the cortex.
export const ladderMeasures = ['receptive-field', 'latency', 'half-peak', 'sparseness'] as const;
export type LadderMeasure = (typeof ladderMeasures)[number];
export type Measure = LadderMeasure | OwnChartId | TuningMeasureId;
export const measures: readonly Measure[] = [...ladderMeasures, ...ownChartIds, ...tuningMeasures.map(({ id }) => id)];
export const measure = signal<Measure>('receptive-field');
export const speciesShown = ['macaque', 'human'] as const;
export type SpeciesShown = (typeof speciesShown)[number];
export const species = signal<SpeciesShown>('macaque');
/** Layer or area under the pointer or the keyboard's focus, wherever it is shown. */
export const hoveredLayer = signal<string | undefined>(undefined);
export const hoveredArea = signal<Area5 | undefined>(undefined);
export const areTablesShown = signal(false);

// The probe run.
export type RunState =
  | { readonly is: 'idle' }
  | {
      readonly is: 'running';
      readonly nDone: number;
      readonly nItems: number;
      readonly nFailed: number;
      readonly secondsLeft: number | undefined;
    }
  | { readonly is: 'done'; readonly nImages: number; readonly seconds: number; readonly failures: readonly string[] }
  | { readonly is: 'cancelled'; readonly nDone: number; readonly nItems: number }
  | { readonly is: 'failed'; readonly message: string };
export const run = signal<RunState>({ is: 'idle' });
// The battery of gratings.
export type PhysiologyState =
  | { readonly is: 'idle' }
  | {
      readonly is: 'running';
      /** Runs of a few stimuli, and gradients. */
      readonly nDone: number;
      readonly nItems: number;
      readonly secondsLeft: number | undefined;
    }
  | { readonly is: 'done'; readonly seconds: number }
  | { readonly is: 'cancelled'; readonly nDone: number; readonly nItems: number }
  | { readonly is: 'failed'; readonly message: string };
export const physiology = signal<PhysiologyState>({ is: 'idle' });
/** The group that is measured next. */
export const probeGroup = signal<ProbeGroup>('physiology');
export const withControls = signal(true);

export const chosenWorkers = signal<number | undefined>(undefined);
/** As many as there are cores and memory for, unless the user says otherwise. Browsers tell memory in coarse GB, or not at all. */
export const nWorkers = computed(() => {
  const memoryGb = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  const { workerBytes: bytesPerWorker, sharedBytes } = network.value ?? { workerBytes: 1, sharedBytes: 0 };
  const memoryBudgetBytes = Math.max(1, memoryGb * 5e8 - sharedBytes);
  return (
    chosenWorkers.value ?? defaultWorkerCount({ cores: navigator.hardwareConcurrency || 1, memoryBudgetBytes, bytesPerWorker })
  );
});

// The lesson: a network that learns.
export const views = ['explore', 'learn'] as const;
export type View = (typeof views)[number];
export const view = signal<View>('explore');

/** What users may set before it starts, with its default and bounds. */
export const lessonLimits = {
  pictures: { usual: 4400, least: 128, most: 20_000 },
  epochs: { usual: 12, least: 1, most: 100 },
  seed: { usual: 1, least: 0, most: 9999 },
} as const;
export type LessonSetting = keyof typeof lessonLimits;
export const lessonSettings = signal<Readonly<Record<LessonSetting, number>>>({
  pictures: lessonLimits.pictures.usual,
  epochs: lessonLimits.epochs.usual,
  seed: lessonLimits.seed.usual,
});

export type LessonState =
  | { readonly is: 'idle' }
  | { readonly is: 'drawing'; readonly nDone: number; readonly nItems: number }
  | {
      readonly is: 'learning';
      readonly step: number;
      readonly nSteps: number;
      readonly epoch: number;
      readonly secondsLeft: number | undefined;
    }
  | { readonly is: 'done'; readonly nSteps: number; readonly seconds: number }
  | { readonly is: 'stopped'; readonly step: number; readonly nSteps: number }
  | { readonly is: 'failed'; readonly message: string };
export const lesson = signal<LessonState>({ is: 'idle' });

/** Facts of the network that learns, known once the lesson is open. */
export interface Learner {
  readonly name: string;
  readonly classes: readonly string[];
  /** The layer whose kernels are shown. */
  readonly layer: string;
  /** Of its weight: [kernels, channels, h, w]. */
  readonly shape: readonly [n: number, c: number, h: number, w: number];
}
export const learner = signal<Learner | undefined>(undefined);
/** Drawings like those that are learned from. */
export const examples = signal<readonly Drawing[]>([]);
/** Points of the curve so far; `nSteps` is the length of the whole run. */
export const curve = signal<{ readonly nSteps: number; readonly points: readonly LearningPoint[] }>({ nSteps: 1, points: [] });
/** The first layer's kernels before the first step and now. */
export const kernels = signal<{ readonly start: Float32Array; readonly now: Float32Array } | undefined>(undefined);
/** Held-out drawings, and what the network says of each: probabilities of the classes. */
export const judged = signal<readonly (Drawing & { readonly probabilities: readonly number[] })[]>([]);
/** The network as far as it has learned, once it has stopped. */
export const learned = signal<Graph | undefined>(undefined);

// What is said.
export const failure = signal<Failure | undefined>(undefined);
/** Announced to screen readers: start, end, failure; never every tick. */
export const status = signal('');
