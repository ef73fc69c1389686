/**
 * @file The worker's side of the battery: draws one stimulus after another, runs what the recorded units need of the network, and
 * keeps their responses.
 */
import {
  chunkSize,
  createChunkExecutor,
  cutPart,
  fit,
  type NetworkEnvironment,
  type NetworkSetup,
  normalize,
  type OpenSession,
  openNetwork,
  type Part,
  type Place,
  type Preprocess,
  pictureInput,
  prune,
  type Tap,
} from '@ventral/core';
import { type StimulusList, type StimulusView, stimulusSet } from '@ventral/stimuli';
import { type WeightControl, withControl } from '../control/weights.ts';
import type { LayerInfo, ProbeOptions } from '../probe.ts';
import { checkTap, type UnitPlace, unitOffsets } from '../statistics/statistics.ts';

export interface PhysiologySetup extends NetworkSetup {
  readonly kind: 'physiology';
  /** Those that are shown the same stimuli. */
  readonly layers: readonly LayerInfo[];
  /** Where in each layer the units are that are recorded. */
  readonly places: readonly UnitPlace[];
  readonly options: ProbeOptions;
  readonly view: StimulusView;
  readonly preprocess: Preprocess;
  readonly control?: WeightControl | undefined;
}

/** Some stimuli of a set, one after another. */
export interface StimulusRun {
  readonly set: string;
  readonly first: number;
  readonly n: number;
}

/** Stimuli of a run: as many as a network takes at a time. */
export const stimuliPerRun = chunkSize;

/**
 * Stimuli that a network takes at a time. Up to this area small maps cost more one by one: a third to a half of the time. Beyond,
 * only memory would be more. A network runs no more of the picture than the field that stimuli are made for.
 */
export function nStimuliAtOnce({ heightPx, widthPx, target }: StimulusView): number {
  const areaPx = Math.min(heightPx * widthPx, (target?.fieldPx ?? Infinity) ** 2);
  return areaPx <= 128 * 128 ? stimuliPerRun : 1;
}

/** The places that are recorded, as values of the network. */
export function placesIn({ layers, places }: Pick<PhysiologySetup, 'layers' | 'places'>): Place[] {
  return layers.map(({ layer: value }, i) => ({ value, row: places[i]![0], column: places[i]![1] }));
}

/** A layer as large as the part of it that is run, and where in that part the recorded units of one place lie. */
export function unitsInPart(whole: LayerInfo, options: ProbeOptions, place: UnitPlace, { row, column, ...sizes }: Part) {
  const layer: LayerInfo = { ...whole, ...sizes };
  return { layer, offsets: unitOffsets(layer, options, [place[0] - row, place[1] - column]) };
}

/** What the units of all layers gave in a run. */
export interface Recording {
  /** [stimuli × units], rectified: max(y, 0). */
  readonly responses: Float32Array;
  readonly nUnits: number;
}

/** Recordings in the order of the runs: joined by appending. */
export const mergeRecordings = {
  merge: (left: readonly Recording[], right: readonly Recording[]) => [...left, ...right],
  mergeTotals: () => null,
};

/** Opens sessions of the battery, in a worker or in this thread. */
export function openPhysiologySession(
  environment: Pick<NetworkEnvironment<never>, 'module' | 'sharedModule' | 'loadGraph'>,
): OpenSession<PhysiologySetup, StimulusRun, readonly Recording[], null> {
  return async (setup, company) => {
    const { layers, places, options, view, exact } = setup;
    const taps = layers.map(({ layer }) => layer);
    const loadGraph = async (model: unknown) => prune(withControl(await environment.loadGraph(model), setup.control), taps);
    const loadImage = () => Promise.reject(new Error('openPhysiologySession: draws its own pictures.'));
    const batch = nStimuliAtOnce(view);
    const only = placesIn(setup);
    const opened = await openNetwork({ ...environment, loadGraph, loadImage }, { ...setup, batch, only }, company);
    const { kernels, split, parts, packed, shared } = opened;
    const picture = pictureInput(split.head);
    const { heightPx, widthPx } = view;
    const seen = parts.get(picture.name)!;
    const seenPx = { heightPx: seen.heightUnits, widthPx: seen.widthUnits };
    const nAtOnce = split.head.types.get(picture.name)!.shape[0]!;
    const pictures = new Float32Array(split.head.types.get(picture.name)!.shape.reduce((a, b) => a * b));
    const executor = createChunkExecutor(kernels, split, chunkSize, { taps, exact, packed });
    const lists = new Map<string, StimulusList>();
    const listOf = (set: string) => {
      const list = lists.get(set) ?? stimulusSet(set).list(view);
      lists.set(set, list);
      return list;
    };

    let nUnits = 0;
    const units = layers.map((whole, i) => {
      const first = nUnits;
      const located = unitsInPart(whole, options, places[i]!, parts.get(whole.layer)!);
      nUnits += located.offsets.length;
      return { first, ...located };
    });
    /** Stimuli of the run that each layer has shown: dense layers come late, all stimuli at once. */
    const shown = new Uint32Array(layers.length);
    let nStimuli = 0;
    let responses = new Float32Array(0);
    let recordings: Recording[] = [];

    function onTap(tap: Tap) {
      const stimulus = shown[tap.tapIndex]!++;
      // A batch is always full; its last pictures may be none of ours.
      if (stimulus >= nStimuli) return;
      const { layer, first, offsets } = units[tap.tapIndex]!;
      checkTap(layer, tap);
      const values = kernels.f32(tap.ptr, tap.rows * tap.channels);
      const at = stimulus * nUnits + first;
      for (let i = 0; i < offsets.length; i++) responses[at + i] = Math.max(values[offsets[i]!]!, 0);
    }

    return {
      shared,
      beginChunk() {
        recordings = [];
      },
      async runItem({ set, first, n }) {
        const list = listOf(set);
        nStimuli = n;
        responses = new Float32Array(n * nUnits);
        shown.fill(0);
        for (let i = 0; i < n; i++) {
          // Of each pixel by itself: what is not seen need not be worked out.
          const { data } = fit(list.draw(first + i), setup.preprocess, { heightPx, widthPx });
          const part = { ...seenPx, data: cutPart(data, [heightPx, widthPx], seen) };
          const values = normalize(part, setup.preprocess);
          pictures.set(values, (i % nAtOnce) * values.length);
          if ((i + 1) % nAtOnce !== 0 && i + 1 < n) continue;
          executor.setInput(picture.name, pictures, 'channelsLast');
          executor.run(onTap);
        }
        executor.flush(onTap);
        recordings.push({ responses, nUnits });
      },
      endChunk: () => recordings,
      total: () => null,
      close() {},
    };
  };
}
