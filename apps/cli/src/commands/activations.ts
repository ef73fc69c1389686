/** @file `ventral activations`: raw responses of chosen layers, stimuli × c × h × w, as a NumPy archive. */
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { bindGraph, createExecutor, formatShape, InputError, isInputError, preprocess, sizeOf, type Tensor } from '@ventral/core';
import { createImageDecoder, writeNpz } from '@ventral/formats';
import { instantiate } from '@ventral/kernels';
import { defaultFovDeg, defaultProbeOptions, layerSet } from '@ventral/probe';
import { defaultSetName } from '@ventral/stimuli';
import { exitCodes, Interrupted, WrongUse } from '../errors.ts';
import { onInterrupt } from '../interrupt.ts';
import { assumptionLine, inModel, type ModelOptions, maxBytesOf, openPictureModel } from '../model.ts';
import { createVoice, formatBytes } from '../progress.ts';
import { loadRuntime } from '../runtime.ts';
import { listStimuli, stimulusReader } from '../stimuli.ts';
import { beginWriting } from '../write.ts';
import { layerSelection } from './rf.ts';

export interface ActivationsOptions extends ModelOptions {
  readonly stimuli?: string;
  readonly layers: readonly string[];
  readonly out: string;
  /** Megabytes. */
  readonly maxMemory?: number;
  readonly relaxed: 'on' | 'off';
  readonly json: boolean;
}

/** While the archive is made, every array is there three times: as collected, as .npy, and in the .npz. */
const copies = 3;

export async function activations(name: string, options: ActivationsOptions): Promise<void> {
  const voice = createVoice(options.json);
  if (!options.out.endsWith('.npz')) throw new WrongUse(`--out must name an .npz file, got "${options.out}".`);
  const model = await openPictureModel(name, options);
  for (const notice of [model.graph.metadata.notice && `${model.name} is ${model.graph.metadata.notice}.`, assumptionLine(model)])
    if (notice) voice.warn(notice);
  const source = options.stimuli ?? (model.handle.kind === 'builtIn' ? defaultSetName : undefined);
  if (source === undefined)
    throw new WrongUse('--stimuli is needed: a folder or zip of pictures, or a built-in set (see `ventral models`).');
  const [heightPx, widthPx] = model.picture.sizePx;
  const stimuli = listStimuli(source, {
    heightPx,
    widthPx,
    fovDeg: model.graph.metadata.fovDeg ?? defaultFovDeg,
    seed: defaultProbeOptions.seed,
  });

  const selection = layerSelection(options.layers);
  const graph =
    selection === 'all-nodes'
      ? bindGraph(model.graph, { input: options.input, maxBytes: maxBytesOf(options.maxMemory) })
      : model.bound;
  const layers = await inModel(name, () =>
    layerSet(graph, selection).map(({ layer }) => ({ layer, shape: graph.types.get(layer)!.shape.slice(1) })),
  );
  const bytes = 4 * stimuli.length * layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const limit = options.maxMemory === undefined ? totalmem() / 2 : options.maxMemory * 1e6;
  voice.say(
    `${layers.length} layers × ${stimuli.length} images: ${formatBytes(bytes)} of activations, ${formatBytes(copies * bytes)} of memory while they are written`,
    {
      n_layers: layers.length,
      n_images: stimuli.length,
      bytes,
      memory_bytes: copies * bytes,
    },
  );
  if (copies * bytes > limit) {
    throw new InputError(
      `activations: ${formatBytes(copies * bytes)} are needed, the limit is ${formatBytes(limit)}. Choose fewer layers (--layers) or fewer stimuli, or raise --max-memory; for statistics of all layers use \`ventral probe\`.`,
    );
  }

  const runtime = loadRuntime(options.relaxed === 'on');
  const executor = await inModel(name, () =>
    createExecutor(instantiate(runtime.kernels), graph, { taps: layers.map(({ layer }) => layer) }),
  );
  const readImage = stimulusReader(createImageDecoder(runtime.codecs));
  const spec = stimuli[0]!.kind === 'drawn' ? { ...model.preprocess, resize: undefined, crop: undefined } : model.preprocess;
  const arrays = layers.map(({ shape }) => new Float32Array(stimuli.length * sizeOf(shape)));
  const shown: string[] = [];
  const failures: { readonly id: string; readonly message: string }[] = [];
  const writing = beginWriting(dirname(resolve(options.out)));
  const interrupt = onInterrupt();
  try {
    for (const stimulus of stimuli) {
      try {
        executor.setInput(model.picture.name, preprocess(await readImage(stimulus), spec, { heightPx, widthPx }), 'channelsLast');
        executor.run(({ tapIndex }) => {
          const { data } = executor.read(layers[tapIndex]!.layer);
          arrays[tapIndex]!.set(data, shown.length * data.length);
        });
        shown.push(stimulus.id);
      } catch (error) {
        if (!isInputError(error)) throw error;
        failures.push({ id: stimulus.id, message: error.message });
      }
      voice.progress({ nDone: shown.length + failures.length, nItems: stimuli.length, nFailed: failures.length });
      await new Promise((next) => setImmediate(next));
      if (interrupt.signal.aborted)
        throw new Interrupted(`Stopped after ${shown.length} of ${stimuli.length} images. Nothing was written.`);
    }
    voice.endProgress();
    if (shown.length === 0)
      throw new InputError(
        `activations: none of the ${stimuli.length} stimuli could be used. The first: ${failures[0]!.message}`,
      );
    const tensors = layers.map(({ layer, shape }, i): [string, Tensor] => [
      layer,
      { dtype: 'float32', shape: [shown.length, ...shape], data: arrays[i]!.subarray(0, shown.length * sizeOf(shape)) },
    ]);
    writing.stage(options.out, writeNpz(tensors));
    const layerShapes = layers.map(({ layer, shape }) => ({ layer, shape: formatShape([shown.length, ...shape]) }));
    writing.stage(
      options.out.replace(/\.npz$/, '.json'),
      `${JSON.stringify({ model: model.name, stimuli: shown, failures, layers: layerShapes }, null, 2)}\n`,
    );
    writing.commit();
  } catch (error) {
    writing.discard();
    throw error;
  } finally {
    interrupt.end();
    voice.endProgress();
  }
  for (const { id, message } of failures) voice.warn(`${id}: ${message}`);
  voice.say(`${shown.length} images, ${failures.length} failed; activations in ${options.out}`, {
    n_measured: shown.length,
    n_failed: failures.length,
    out: options.out,
  });
  if (failures.length > 0) process.exitCode = exitCodes.failed;
}
