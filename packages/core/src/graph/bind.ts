/**
 * @file Binding: all sizes become numbers, every value gets a type, and what is known before any picture is folded.
 */
import type { ValueType } from '../ops/op.ts';
import type { Graph } from './graph.ts';

/** A graph whose every value has a type with known sizes; constant nodes are folded away. */
export interface BoundGraph extends Graph {
  /** Every value that a node reads or writes, graph inputs and constants included. */
  readonly types: ReadonlyMap<string, ValueType>;
}

export interface Binding {
  /** Images per run; replaces the first size of every picture input. Default 1. */
  readonly batch?: number | undefined;
  /** [height, width] of the picture input, where the graph leaves them open or to override them. */
  readonly input?: readonly [h: number, w: number] | undefined;
}

export declare function bindGraph(graph: Graph, binding?: Binding): BoundGraph;
