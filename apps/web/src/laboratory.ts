/**
 * @file What every worker of the page can do with the handles it is given: compile the kernels, read a network with what came
 * beside it, load a picture. Runs in workers only: bytes of models never pass through the page.
 */

import {
  assumedPreprocess,
  type BoundGraph,
  bindGraph,
  buildNetwork,
  canonicalForm,
  type Graph,
  type Image,
  InputError,
  type NetworkMetadata,
  type PictureInput,
  type Preprocess,
  pictureInput,
  verifyGraph,
} from '@ventral/core';
import { createImageDecoder, type ImageDecoder, readOnnx, readSafetensors, readSidecar, readZipEntry } from '@ventral/formats';
import { drawScene, stimulusSet } from '@ventral/stimuli';
import { builtinNetworks } from './builtin.ts';
import { type NetworkSource, type Stimulus, zipSource } from './sources.ts';

const kernelUrls = {
  simd: new URL('@ventral/kernels/simd.wasm', import.meta.url),
  'simd-shared': new URL('@ventral/kernels/simd-shared.wasm', import.meta.url),
};
const jpegUrl = new URL('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm', import.meta.url);
const webpUrl = new URL('@jsquash/webp/codec/dec/webp_dec.wasm', import.meta.url);

async function compiled(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}. Is the whole folder of the page there?`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The compute kernels, or those for a memory that workers share. @throws InputError in a browser without WebAssembly SIMD */
export async function compileKernels(variant: keyof typeof kernelUrls = 'simd'): Promise<WebAssembly.Module> {
  try {
    return await compiled(kernelUrls[variant]);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) {
      throw new InputError(
        'This browser has no WebAssembly SIMD, and Ventral computes with nothing else. Any browser since 2023 has it.',
      );
    }
    throw error;
  }
}

const descriptions = import.meta.glob('../../../data/models/*.json', { import: 'default', eager: true });
const weightUrls = import.meta.glob<string>('../../../data/models/*.safetensors', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** @throws InputError if none has that name */
async function loadBuiltin(name: string): Promise<Graph> {
  const entry = builtinNetworks.find((network) => network.name === name);
  if (!entry)
    throw new InputError(
      `network "${name}": no built-in network has that name. There is: ${builtinNetworks.map((network) => network.name).join(', ')}.`,
    );
  const { network, weights, seed = 0, notice } = entry;
  const description = descriptions[`../../../data/models/${network}`];
  const source = weights ? { weights: readSafetensors(await weightBytes(weights), weights).tensors } : { seed };
  const graph = buildNetwork(description, source);
  return { ...graph, name, metadata: { ...graph.metadata, ...(notice && { notice }) } };
}

async function weightBytes(file: string): Promise<Uint8Array> {
  const response = await fetch(new URL(weightUrls[`../../../data/models/${file}`]!, import.meta.url));
  if (!response.ok) throw new Error(`${file}: the server answered ${response.status}. Is the whole folder of the page there?`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Reads a network with its sidecar and class names. @throws InputError */
export async function loadNetwork(source: NetworkSource): Promise<Graph> {
  if (source.kind === 'builtin') return loadBuiltin(source.name);
  if (source.kind === 'graph') return source.graph;
  const { model, beside } = source;
  const graph = readOnnx(new Uint8Array(await model.arrayBuffer()), model.name);
  const sidecars = beside.filter(({ name }) => /\.json$/i.test(name));
  const sidecar =
    sidecars.find(({ name }) => name === model.name.replace(/\.onnx$/i, '.json')) ??
    (sidecars.length === 1 ? sidecars[0] : undefined);
  if (!sidecar) return graph;
  const told: Partial<NetworkMetadata> = await readSidecar(await sidecar.text(), sidecar.name, (path) => {
    const name = path.split('/').at(-1);
    const file = beside.find((other) => other.name === name);
    if (!file)
      throw new InputError(
        `${sidecar.name}: its class names are in "${name}", which did not come along. Drop it together with the network.`,
      );
    return file.text();
  });
  return { ...graph, metadata: { ...graph.metadata, ...told } };
}

/** A network brought to where it can run, and how pictures become its input. */
export interface PictureNetwork {
  /** All sizes known. */
  readonly bound: BoundGraph;
  /** Its canonical form. */
  readonly graph: BoundGraph;
  readonly input: readonly [h: number, w: number] | undefined;
  readonly picture: PictureInput;
  readonly preprocess: Preprocess;
  readonly isPreprocessAssumed: boolean;
}

/**
 * Binds and checks a network.
 * @throws InputError where a node is illegal, a weight is NaN, or the preprocessing does not fit the input
 */
export function pictureNetwork(network: Graph): PictureNetwork {
  const told = network.metadata.preprocess;
  // Where the file leaves height and width open, the crop of the preprocessing says them.
  const isOpen = network.inputs.some(({ shape }) => shape.slice(1).some((size) => typeof size === 'string'));
  const crop = isOpen ? told?.crop : undefined;
  const input = crop === undefined ? undefined : typeof crop === 'number' ? ([crop, crop] as const) : crop;
  const bound = bindGraph(network, { input });
  const graph = canonicalForm(bound);
  verifyGraph(graph);
  const picture = pictureInput(graph);
  const nChannels = graph.types.get(picture.name)!.shape[picture.axes[0] === 1 ? 3 : 1]!;
  const preprocess = told ?? assumedPreprocess(...picture.sizePx, nChannels);
  const nGiven = preprocess.channels === 'grey' ? 1 : 3;
  if (nGiven !== nChannels) {
    throw new InputError(
      `${network.name}: its input "${picture.name}" takes ${nChannels} channels, but its preprocessing (${preprocess.channels}) gives ${nGiven}. Correct "channels" in its .json.`,
    );
  }
  return { bound, graph, input, picture, preprocess, isPreprocessAssumed: !told };
}

/** Loads pictures; the decoders are fetched when the first file comes. */
export function createPictureLoader(): (stimulus: Stimulus) => Promise<Image> {
  let decoder: Promise<ImageDecoder> | undefined;
  const start = async () => {
    const [jpeg, webp] = await Promise.all([compiled(jpegUrl), compiled(webpUrl)]);
    return createImageDecoder({ jpeg, webp });
  };
  return async (stimulus) => {
    switch (stimulus.kind) {
      case 'scene':
        return drawScene();
      case 'builtin':
        return stimulusSet(stimulus.set).list(stimulus.view).draw(stimulus.index);
      case 'drawing':
        return stimulus.image;
      case 'file': {
        decoder ??= start();
        const bytes = new Uint8Array(await stimulus.file.arrayBuffer());
        return (await decoder)(bytes, stimulus.id);
      }
      case 'zip': {
        decoder ??= start();
        return (await decoder)(await readZipEntry(zipSource(stimulus.zip), stimulus.entry), stimulus.id);
      }
    }
  };
}
