/** @file The list of built-in networks: names and facts. What they are made of is fetched by the worker that opens one. */
import catalogue from '../../../data/models/built-in.json';

export interface BuiltinNetwork {
  readonly name: string;
  /** Its description, in data/models. */
  readonly network: string;
  /** Its weights, in data/models; without them they are drawn by the seed. */
  readonly weights?: string;
  readonly seed?: number;
  /** Name of the same network before training: its control. */
  readonly untrained?: string;
  readonly notice?: string;
}

export const builtinNetworks: readonly BuiltinNetwork[] = catalogue;

/** What the page opens with. */
export const firstNetwork = 'ventralnet';
