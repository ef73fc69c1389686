/** @file Where a run stands, as named tensors: what a checkpoint file holds, and whether it belongs to a network. */
import { InputError } from '../errors.ts';
import { formatShape, type Tensor } from '../tensor/tensor.ts';
import type { Trainable } from './graph.ts';
import { type TrainState, tensorsOf } from './train.ts';

/** Weights, running statistics, and each list of the optimiser as `optimizer.velocity/block1.conv1.weight`. */
export function checkpointTensors(learned: Trainable, state: TrainState): Map<string, Tensor> {
  const tensors = tensorsOf(learned, state);
  for (const [list, values] of Object.entries(state.optimizer)) {
    for (const { name, shape, offset, size } of learned.parameters)
      tensors.set(listName(list, name), { dtype: 'float32', shape, data: values.slice(offset, offset + size) });
  }
  return tensors;
}

const listName = (list: string, parameter: string) => `optimizer.${list}/${parameter}`;

/**
 * The state that a checkpoint holds.
 * @param lists names of the optimiser's lists
 * @throws InputError naming the first tensor that differs: `checkpoint: "block2.conv1.weight" is [64, 32, 3, 3], this network needs
 *   [48, 32, 3, 3]. It belongs to another network.`
 */
export function stateOfCheckpoint(
  learned: Trainable,
  lists: readonly string[],
  tensors: ReadonlyMap<string, Tensor>,
  step: number,
): TrainState {
  const { parameters, statistics, nValues } = learned;
  const read = (name: string, shape: readonly number[]) => {
    const found = tensors.get(name);
    if (found && formatShape(found.shape) === formatShape(shape)) return found.data;
    const is = found ? `is ${formatShape(found.shape)}` : 'is not in it';
    throw new InputError(`checkpoint: "${name}" ${is}, this network needs ${formatShape(shape)}. It belongs to another network.`);
  };
  const flat = (nameOf: (parameter: string) => string) => {
    const values = new Float32Array(nValues);
    for (const { name, shape, offset } of parameters) values.set(read(nameOf(name), shape), offset);
    return values;
  };
  const weights = flat((name) => name);
  const running = statistics.flatMap(({ mean, variance, size }) => [...read(mean, [size]), ...read(variance, [size])]);
  const optimizer = Object.fromEntries(lists.map((list) => [list, flat((name) => listName(list, name))]));
  const known = new Set([...parameters.map(({ name }) => name), ...statistics.flatMap(({ mean, variance }) => [mean, variance])]);
  const surplus = [...tensors.keys()].find((name) => !known.has(name) && !name.startsWith('optimizer.'));
  if (surplus !== undefined)
    throw new InputError(`checkpoint: "${surplus}" is not part of this network. It belongs to another network.`);
  return { step, weights, optimizer, statistics: Float32Array.from(running) };
}
