/**
 * @file MODEL on the command line: an .onnx file with what lies beside it, or a built-in network; brought to a graph whose
 * sizes are known and whose pictures can be prepared. Every error names the file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import {
  assumedPreprocess,
  type BoundGraph,
  bindGraph,
  buildNetwork,
  canonicalForm,
  formatShape,
  type Graph,
  InputError,
  isInputError,
  type NetworkMetadata,
  type PictureInput,
  type Preprocess,
  pictureInput,
  verifyGraph,
} from '@ventral/core';
import { readOnnx, readSafetensors, readSidecar } from '@ventral/formats';
import { builtInNetwork } from './built-in.ts';
import { isSystemError, systemErrorLine } from './errors.ts';
import { sha256 } from './stimuli.ts';

/** How a worker finds the network again. */
export type ModelHandle =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'builtIn'; readonly name: string }
  /** The network itself: one that is being trained. */
  | { readonly kind: 'graph'; readonly graph: Graph };

/** Where the preprocessing was found. */
export type PreprocessOrigin = 'option' | 'sidecar' | 'model' | 'assumed';

export interface Model {
  /** In tables: the file's name without .onnx, or the built-in's name. */
  readonly name: string;
  readonly handle: ModelHandle;
  /** SHA-256 of the model file; of its description for a built-in network. */
  readonly sha256: string;
  /** Bytes of the model file. */
  readonly fileBytes: number;
  /** As read, with the metadata of the sidecar. */
  readonly graph: Graph;
  /** The file beside the model that its preprocessing was read from. */
  readonly sidecar: string | undefined;
  /** Name of the built-in network that is this one before training, where there is one. */
  readonly untrained?: string | undefined;
}

/** A model ready for pictures. */
export interface PictureModel extends Model {
  /** Canonical form, all sizes known. */
  readonly bound: BoundGraph;
  readonly picture: PictureInput;
  readonly preprocess: Preprocess;
  readonly preprocessOrigin: PreprocessOrigin;
  /** File that the preprocessing came from, where it did. */
  readonly preprocessFile: string | undefined;
}

export interface ModelOptions {
  readonly input?: readonly [h: number, w: number] | undefined;
  /** Megabytes that what the file asks for may take. */
  readonly maxMemory?: number | undefined;
  /** File given by --preprocess. */
  readonly preprocess?: string | undefined;
}

/** The limit for bindGraph: what --max-memory says, else half of the machine's memory; at most what WebAssembly can address. */
export function maxBytesOf(maxMemory: number | undefined): number {
  return Math.min(maxMemory === undefined ? totalmem() / 2 : maxMemory * 1e6, 2 ** 32);
}

/**
 * The network in a model file's bytes; weights that lie in files beside it are read from there.
 * @throws InputError if such a file lies outside the model's folder, or is not there
 */
export function readNetwork(bytes: Uint8Array, path: string): Graph {
  if (path.endsWith('.json')) return describedNetwork(bytes, path);
  return readOnnx(bytes, path, { readExternal: externalReader(path) });
}

/** A network description, with the weights of the .safetensors file beside it; without one it is untrained. */
function describedNetwork(bytes: Uint8Array, path: string): Graph {
  const description = readDescription(bytes, path);
  const file = weightsBeside(path);
  if (!existsSync(file)) return buildNetwork(description, { seed: 0 });
  return buildNetwork(description, { weights: readSafetensors(readModelFile(file), file).tensors });
}

/** `net.json` → `net.safetensors`. */
export function weightsBeside(path: string): string {
  return path.replace(/\.json$/, '.safetensors');
}

/** A description as JSON. @throws InputError `"net.json": Unexpected token …` */
export function readDescription(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new InputError(`network description "${path}": ${(error as Error).message}.`);
  }
}

/** Each file beside the model is read once. */
function externalReader(path: string): (location: string) => Uint8Array {
  const folder = resolve(dirname(path));
  const files = new Map<string, Uint8Array>();
  return (location) => {
    const file = resolve(folder, location);
    if (!file.startsWith(folder + sep)) throw new InputError(`keeps weights in "${location}", outside of its own folder.`);
    const known = files.get(file);
    if (known) return known;
    if (!existsSync(file)) throw new InputError(`keeps weights in "${location}", which is not beside it.`);
    const bytes = readFileSync(file);
    files.set(file, bytes);
    return bytes;
  };
}

/** The graph of a handle: what a worker loads. @throws InputError */
export function loadGraph(handle: ModelHandle): Graph {
  if (handle.kind === 'graph') return handle.graph;
  if (handle.kind === 'file') return readNetwork(readFileSync(handle.path), handle.path);
  const network = builtInNetwork(handle.name);
  if (!network) throw new InputError(`model "${handle.name}": is no built-in network.`);
  return network.load();
}

/**
 * Reads MODEL and the sidecar beside it.
 * @throws InputError `model "cat.onnx": no such file, and no built-in network of that name. See \`ventral models\`.`
 */
export async function openModel(name: string): Promise<Model> {
  const builtIn = builtInNetwork(name);
  if (builtIn) {
    const bytes = builtIn.bytes();
    return {
      name,
      handle: { kind: 'builtIn', name },
      sha256: sha256(bytes),
      fileBytes: bytes.length,
      graph: builtIn.load(),
      sidecar: undefined,
      untrained: builtIn.untrained,
    };
  }
  if (!existsSync(name))
    throw new InputError(`model "${name}": no such file, and no built-in network of that name. See \`ventral models\`.`);
  const bytes = readModelFile(name);
  const graph = readNetwork(bytes, name);
  const sidecar = `${name.replace(/\.onnx$/i, '')}.json`;
  // A description brings its own facts.
  const beside = sidecar !== name && !name.endsWith('.json') && existsSync(sidecar) ? await readSidecarFile(sidecar) : {};
  return {
    name: graph.name,
    handle: { kind: 'file', path: name },
    sha256: sha256(bytes),
    fileBytes: bytes.length,
    graph: { ...graph, metadata: { ...graph.metadata, ...beside } },
    sidecar: beside.preprocess && sidecar,
  };
}

/**
 * Reads MODEL for pictures: sizes bound, legality checked, preprocessing known.
 * @throws InputError naming the model, e.g. when the preprocessing gives 1 channel and the network takes 3
 */
export async function openPictureModel(name: string, options: ModelOptions): Promise<PictureModel> {
  const model = await openModel(name);
  return inModel(name, async () => {
    const bound = canonicalForm(bindGraph(model.graph, { input: options.input, maxBytes: maxBytesOf(options.maxMemory) }));
    verifyGraph(bound);
    const picture = pictureInput(bound);
    const nChannels = bound.types.get(picture.name)!.shape[picture.axes[0] === 1 ? 3 : 1]!;
    const given = options.preprocess === undefined ? undefined : await readSidecarFile(options.preprocess);
    if (given && !given.preprocess) throw new InputError(`"${options.preprocess}" has no "preprocess".`);
    const preprocess = given?.preprocess ?? model.graph.metadata.preprocess ?? assumedPreprocess(...picture.sizePx, nChannels);
    const preprocessOrigin = given ? 'option' : model.sidecar ? 'sidecar' : model.graph.metadata.preprocess ? 'model' : 'assumed';
    const nGiven = preprocess.channels === 'grey' ? 1 : 3;
    if (nGiven !== nChannels) {
      throw new InputError(
        `input "${picture.name}" ${formatShape(bound.types.get(picture.name)!.shape)} takes ${nChannels} channels, but the preprocessing (${preprocess.channels}) gives ${nGiven}. Correct "channels", or pass another with --preprocess.`,
      );
    }
    const preprocessFile = given ? options.preprocess : model.sidecar;
    return { ...model, bound, picture, preprocess, preprocessOrigin, preprocessFile };
  });
}

/** What was assumed, in words; undefined if nothing was. */
export function assumptionLine({ preprocess, preprocessOrigin, name }: PictureModel): string | undefined {
  if (preprocessOrigin !== 'assumed') return undefined;
  const { channels, mean, std, resize, crop } = preprocess;
  const size = [crop].flat().join('×');
  return `"${name}" comes without preprocessing. Assumed: ${channels} / 255, mean ${mean.join(', ')}, sd ${std.join(', ')}, short side ${resize?.short} px, centre crop ${size} px. Give a sidecar or --preprocess if that is wrong.`;
}

/** Runs with errors that name the model, once. */
export async function inModel<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isInputError(error) && !error.message.includes(name)) throw new InputError(`${name}: ${error.message}`);
    throw error;
  }
}

/** @throws InputError in one line */
export function readModelFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof RangeError || (isSystemError(error) && error.code === 'ERR_FS_FILE_TOO_LARGE')) {
      throw new InputError(`model "${path}": is larger than 2 GB, more than can be read.`);
    }
    throw isSystemError(error) ? new InputError(systemErrorLine(Object.assign(error, { path }))) : error;
  }
}

function readSidecarFile(path: string): Promise<Pick<NetworkMetadata, 'preprocess' | 'classes'>> {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw isSystemError(error) ? new InputError(systemErrorLine(Object.assign(error, { path: file }))) : error;
    }
  };
  return readSidecar(read(path), basename(path), (relative) => read(join(dirname(path), relative)));
}
