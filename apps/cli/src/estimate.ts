/** @file How long a run will take, roughly, said before it starts: its arithmetic over the rate of this machine at this moment. */
import { type BoundGraph, inputTypes, opOf } from '@ventral/core';
import type { Kernels } from '@ventral/kernels';

/** Multiply-adds of one forward pass. */
export function macsOf(graph: BoundGraph): number {
  return graph.nodes.reduce((sum, node) => {
    const outputs = node.outputs.flatMap((name) => graph.types.get(name) ?? []);
    return sum + opOf(node).cost(node.attributes, inputTypes(node, graph.types), outputs).nMacs;
  }, 0);
}

/** Decoding, resizing and measuring one picture beside the forward pass: tens of milliseconds for a photograph. */
const besideForwardSeconds = 0.03;

/** Seconds for so many images on so many workers. Times a small matrix product (about 20 ms) to know the machine. */
export function estimateSeconds(kernels: Kernels, macsPerImage: number, nImages: number, nWorkers: number): number {
  const size = 256;
  const mark = kernels.mark();
  const [x, packed, y] = [0, 1, 2].map(() => kernels.allocate(size * size * 4)) as [number, number, number];
  const once = () => {
    const start = performance.now();
    kernels.run.f32_dense(x, packed, 0, y, size, size, size, size, size, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    return (performance.now() - start) / 1000;
  };
  // The best of some turns: the first ones run before the engine has optimised the kernel.
  const seconds = Math.min(...Array.from({ length: 20 }, once));
  kernels.release(mark);
  const forwardSeconds = (macsPerImage / size ** 3) * seconds;
  return (nImages * (forwardSeconds + besideForwardSeconds)) / nWorkers;
}
