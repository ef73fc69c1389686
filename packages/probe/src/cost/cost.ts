/**
 * @file The probe `cost`: how much arithmetic and memory each layer takes for one image, from the op table alone.
 */
import { inputTypes, opOf, sizeOf } from '@ventral/core';
import type { GraphProbe } from '../probe.ts';
import { type Cell, type Column, layerColumns } from '../table.ts';

const columns: readonly Column[] = [
  ...layerColumns.filter(({ name }) => name !== 'is_block_output'),
  { name: 'output_shape', type: 'string', description: 'Sizes of the output of one image, channels first: "64x55x55".' },
  { name: 'n_params', type: 'integer', description: 'Weights and biases; normalisation folded into a layer counts as its bias.' },
  { name: 'n_macs', type: 'integer', description: 'Multiply-adds for one image (1 MAC = 1 multiply + 1 add).' },
  { name: 'n_bytes', type: 'integer', unit: 'bytes', description: 'Output of one image as float32.' },
];

/** Parameters, arithmetic and output size of the layers: table `cost`. */
export const cost: GraphProbe = {
  kind: 'graph',
  name: 'cost',
  title: 'Parameters and arithmetic',
  measure({ model }, graph, layers) {
    const nodes = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
    const rows = layers.map((layer): Cell[] => {
      const node = nodes.get(layer.layer)!;
      const outputs = node.outputs.map((name) => graph.types.get(name)!);
      const { nParams, nMacs } = opOf(node).cost(node.attributes, inputTypes(node, graph.types), outputs);
      const shape = outputs[0]!.shape.slice(1);
      return [model, layer.layerIndex, layer.layer, layer.op, layer.stage, shape.join('x'), nParams, nMacs, 4 * sizeOf(shape)];
    });
    return [{ name: 'cost', title: 'Parameters and arithmetic of each layer, one image', columns, rows }];
  },
};
