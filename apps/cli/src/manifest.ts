/** @file manifest.json: what a run was made of, so that it can be repeated. The only file that holds times and machine facts. */
import jpegManifest from '@jsquash/jpeg/package.json' with { type: 'json' };
import webpManifest from '@jsquash/webp/package.json' with { type: 'json' };
import { type ControlRequest, defaultProbeOptions, type Probe, type ProbeResult, type Table } from '@ventral/probe';
import type { ModelOptions, PictureModel } from './model.ts';
import { type Stimulus, sha256, stimulusBytes } from './stimuli.ts';
import { version } from './version.ts';

/** Options of `ventral probe` as parsed. */
export interface ProbeCommandOptions extends ModelOptions {
  readonly stimuli?: string;
  readonly probes?: readonly string[];
  readonly layers?: readonly string[];
  readonly fov?: number;
  readonly workers?: number;
  readonly seed?: number;
  readonly maxUnits?: number;
  readonly quantiles: boolean;
  /** false: none. undefined: those that the network brings. */
  readonly controls?: readonly string[] | false;
  readonly strict: boolean;
  readonly exact: boolean;
  readonly relaxed: 'on' | 'off';
  readonly json: boolean;
  readonly out?: string;
}

/** Everything that is known once a run is over. */
export interface ProbeRunFacts {
  readonly model: PictureModel;
  readonly options: ProbeCommandOptions;
  readonly probes: readonly Probe[];
  readonly fovDeg: number;
  readonly source: string | undefined;
  readonly stimuli: readonly Stimulus[];
  readonly nWorkers: number;
  readonly controls: readonly ControlRequest[];
  readonly result: ProbeResult;
  readonly startedAt: Date;
}

/** Hashes every stimulus: costs one reading of all files. */
export function manifestOf(facts: ProbeRunFacts, files: readonly string[], emptyCells: Readonly<Record<string, number>>) {
  const { model, options, probes, fovDeg, source, stimuli, nWorkers, controls, result, startedAt } = facts;
  const failed = new Map(result.failures.map(({ itemIndex, message }) => [itemIndex, message]));
  return {
    tool: { name: 'ventral', version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
    started: startedAt.toISOString(),
    finished: new Date().toISOString(),
    model: {
      name: model.name,
      source: model.handle.kind === 'file' ? model.handle.path : 'built-in',
      sha256: model.sha256,
      notice: model.graph.metadata.notice ?? null,
    },
    input: { height_px: model.picture.sizePx[0], width_px: model.picture.sizePx[1], field_of_view_deg: fovDeg },
    preprocess: {
      origin: model.preprocessOrigin,
      file: model.preprocessFile ?? null,
      // Built-in sets are drawn at the input's size and keep their geometry.
      applied: stimuli[0]?.kind === 'drawn' ? 'values only' : 'in full',
      ...model.preprocess,
    },
    probes: probes.map(({ name }) => name),
    options: {
      layers: options.layers ?? 'canonical',
      seed: options.seed ?? defaultProbeOptions.seed,
      max_units: options.maxUnits ?? defaultProbeOptions.maxUnits,
      quantiles: options.quantiles,
      controls: controls.map(({ control }) => control),
      strict: options.strict,
      exact: options.exact,
    },
    workers: nWorkers,
    kernels: options.relaxed === 'on' ? 'relaxed' : 'simd',
    decoders: { png: 'fast-png', jpeg: `@jsquash/jpeg ${jpegManifest.version}`, webp: `@jsquash/webp ${webpManifest.version}` },
    layers: result.layers.map(({ layerIndex, layer, op, stage }) => ({ layer_index: layerIndex, layer, op, stage })),
    state_bytes: result.stateBytes,
    images: { source: source ?? null, n_given: stimuli.length, n_measured: result.nImages, n_failed: failed.size },
    failures: [...failed].map(([index, message]) => ({ id: stimuli[index]!.id, message })),
    stimuli: stimuli.map((stimulus) => ({ id: stimulus.id, sha256: hashOf(stimulus) })),
    empty_cells: emptyCells,
    notes: notesOf(result.tables),
    columns: Object.fromEntries(result.tables.map(({ name, columns }) => [name, columns])),
    files,
  };
}

/** What the notes of each table say, and in how many rows: why cells are empty, which stimuli could not be shown. */
function notesOf(tables: readonly Table[]): Record<string, Record<string, number>> {
  const countsOf = (table: Table) => {
    const at = table.columns.findIndex(({ name }) => name === 'note');
    const counts: Record<string, number> = {};
    for (const row of table.rows) {
      const note = row[at];
      if (typeof note === 'string') counts[note] = (counts[note] ?? 0) + 1;
    }
    return counts;
  };
  const all = tables.map((table) => [table.name, countsOf(table)] as const);
  return Object.fromEntries(all.filter(([, counts]) => Object.keys(counts).length > 0));
}

/** null: the file cannot be read any more (it is among the failures). */
function hashOf(stimulus: ProbeRunFacts['stimuli'][number]): string | null {
  try {
    return sha256(stimulusBytes(stimulus));
  } catch {
    return null;
  }
}
