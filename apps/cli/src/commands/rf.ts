/** @file `ventral rf`: receptive fields of every layer as CSV. Geometry alone: no picture is needed. */
import { writeCsv } from '@ventral/formats';
import { type LayerSelection, probeNetwork, receptiveField, receptiveFieldSummary } from '@ventral/probe';
import { inModel, maxBytesOf, openModel } from '../model.ts';

export interface RfOptions {
  readonly layers?: readonly string[];
  readonly input?: readonly [h: number, w: number];
  readonly fov?: number;
  /** Megabytes. */
  readonly maxMemory?: number;
}

export async function rf(name: string, options: RfOptions): Promise<void> {
  const model = await openModel(name);
  const { tables } = await inModel(name, () =>
    probeNetwork({
      model: model.name,
      graph: model.graph,
      input: options.input,
      maxBytes: maxBytesOf(options.maxMemory),
      fovDeg: options.fov,
      layers: layerSelection(options.layers),
      probes: [receptiveField],
    }),
  );
  process.stdout.write(writeCsv(receptiveFieldSummary(tables[0]!)).text);
}

/** What --layers means. */
export function layerSelection(layers: readonly string[] | undefined): LayerSelection {
  if (layers === undefined) return 'canonical';
  return layers.length === 1 && layers[0] === 'all-nodes' ? 'all-nodes' : layers;
}
