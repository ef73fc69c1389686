/**
 * @file What the electrode costs: gratings through the network with the responses of every layer's centre units, beside the same
 * passes alone: the rest is drawing, preprocessing and recording. One thread, one picture or one batch at a time, as a worker has it.
 */
import { readFileSync } from 'node:fs';
import { alternate, tolerance, worstError } from './compare.mjs';
import { networkFile } from './networks.mjs';
import { descriptionFile } from './training.mjs';

/** A small picture in batches, and a large one. */
export const electrodeNames = ['ventralnet', 'squeezenet1_1'];
export const electrodeFile = (name) => (name === 'ventralnet' ? descriptionFile(name) : networkFile(name));

/** Runs of each group of layers in a turn: some of every set, evenly spaced. */
const runsPerGroup = 8;
const defaultFovDeg = 8;

/**
 * Milliseconds of a stimulus, whole and its forward pass alone, by round; the largest difference between the responses recorded
 * and those of the forward pass of the same pictures; and how many stimuli the whole battery has.
 */
export async function measureElectrode(library, module, file, effort) {
  const { core, formats, probe } = library;
  const graph = file.endsWith('.json')
    ? core.buildNetwork(JSON.parse(readFileSync(file, 'utf8')), { seed: 1 })
    : formats.readOnnx(readFileSync(file), 'network.onnx');
  const whole = core.canonicalForm(core.bindGraph(graph));
  const { sizePx } = core.pictureInput(whole);
  const layers = probe.measuredLayers(probe.layerSet(whole, 'canonical'));
  const fields = probe.centreUnitFields(whole, layers);
  const [heightPx, widthPx] = sizePx;
  const fovDeg = graph.metadata.fovDeg ?? defaultFovDeg;
  const preprocess = graph.metadata.preprocess ?? core.assumedPreprocess(...sizePx, 3);
  const groups = [];
  let nInAll = 0;
  for (const { target, layers: members } of probe.layerGroups(fields)) {
    const view = { heightPx, widthPx, fovDeg, seed: 0, target };
    const measured = members.map((i) => layers[i]);
    const { runs, nStimuli } = someRuns(library, view);
    nInAll += nStimuli;
    groups.push(await openGroup(library, module, { graph, measured, view, preprocess, runs }));
  }
  const nStimuli = groups.reduce((sum, group) => sum + group.nStimuli, 0);
  const error = Math.max(...(await Promise.all(groups.map((group) => group.error()))));
  const each = (name) => async () => {
    for (const group of groups) await group[name]();
  };
  const times = error <= tolerance ? await alternate({ electrode: each('electrode'), forward: each('forward') }, effort) : {};
  for (const name of Object.keys(times)) times[name] = times[name].map((ms) => ms / nStimuli);
  return { times, error, nGroups: groups.length, nStimuli: nInAll };
}

/** Whole runs of the battery's sets, evenly spaced through all of them. */
function someRuns({ probe, stimuli }, view) {
  const sets = [...new Set(probe.tuningProbes.flatMap((one) => one.sets))];
  let nStimuli = 0;
  const all = sets.flatMap((set) => {
    const n = stimuli.stimulusSet(set).list(view).nStimuli;
    nStimuli += n;
    const nWhole = Math.floor(n / probe.stimuliPerRun);
    return Array.from({ length: nWhole }, (_, i) => ({ set, first: i * probe.stimuliPerRun, n: probe.stimuliPerRun }));
  });
  return { runs: all.filter((_, i) => i % Math.ceil(all.length / runsPerGroup) === 0), nStimuli };
}

/** One group of layers: its session, and the same graph by itself. */
async function openGroup({ core, probe, stimuli }, module, { graph, measured, view, preprocess, runs }) {
  const options = probe.defaultProbeOptions;
  const taps = measured.map(({ layer }) => layer);
  const environment = { module, loadGraph: async () => graph, loadImage: () => Promise.reject(new Error('draws its own')) };
  const setup = {
    kind: 'physiology',
    model: null,
    allNodes: false,
    exact: false,
    layers: measured,
    places: measured.map(probe.centrePlace),
    options,
    view,
    preprocess,
  };
  const alone = { nWorkers: 1, shared: undefined };
  const session = await probe.openPhysiologySession(environment)(setup, alone);
  const nAtOnce = probe.nStimuliAtOnce(view);
  const { kernels, split, parts } = await core.openNetwork(
    { ...environment, loadGraph: async () => core.prune(graph, taps) },
    { ...setup, batch: nAtOnce, only: probe.placesIn(setup) },
    alone,
  );
  const executor = core.createChunkExecutor(kernels, split, core.chunkSize, { taps, exact: false });
  const picture = core.pictureInput(split.head);
  /** The pictures of the first run, as the network gets them. */
  const list = stimuli.stimulusSet(runs[0].set).list(view);
  const sizePx = [view.heightPx, view.widthPx];
  const images = Array.from({ length: runs[0].n }, (_, i) =>
    core.cutPart(core.preprocess(list.draw(runs[0].first + i), preprocess, view), sizePx, parts.get(picture.name)),
  );
  const batches = Array.from({ length: runs[0].n / nAtOnce }, (_, i) =>
    Float32Array.from(images.slice(i * nAtOnce, (i + 1) * nAtOnce).flatMap((values) => [...values])),
  );
  const forward = (onTap) => {
    for (const values of batches) {
      executor.setInput(picture.name, values, 'channelsLast');
      executor.run(onTap);
    }
    executor.flush(onTap);
  };
  const ignored = () => {};
  return {
    nStimuli: runs.length * probe.stimuliPerRun,
    async electrode() {
      session.beginChunk();
      for (const run of runs) await session.runItem(run);
      session.endChunk();
    },
    forward() {
      for (let i = 0; i < runs.length; i++) forward(ignored);
    },
    /** All units of all layers, all pictures of the first run. */
    async error() {
      session.beginChunk();
      await session.runItem(runs[0]);
      const [{ responses, nUnits }] = session.endChunk();
      const offsets = measured.map(
        (layer, i) => probe.unitsInPart(layer, options, setup.places[i], parts.get(layer.layer)).offsets,
      );
      const own = measured.map(() => []);
      forward(({ tapIndex, ptr, rows, channels }) => {
        const values = kernels.f32(ptr, rows * channels);
        own[tapIndex].push(...offsets[tapIndex].map((offset) => Math.max(values[offset], 0)));
      });
      let first = 0;
      const recorded = offsets.map(({ length }) => {
        const unit = first;
        first += length;
        return Array.from(
          { length: runs[0].n * length },
          (_, i) => responses[Math.floor(i / length) * nUnits + unit + (i % length)],
        );
      });
      return worstError(recorded.flat(), own.flat());
    },
  };
}
