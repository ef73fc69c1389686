/**
 * @file The lesson's jobs for the pool beside training and evaluation: labelled pictures to draw, and a network to ask about
 * each. One value per item, in order. What is done in the workers is lesson-sessions.ts.
 */
import type { Graph, Image, Job } from '@ventral/core';

/** A picture of a labelled set. */
export interface Drawing {
  readonly id: string;
  /** Index of its class. */
  readonly label: number;
  readonly image: Image;
}

export interface DrawSetup {
  readonly kind: 'draw';
  readonly set: string;
  readonly seed: number;
  readonly heightPx: number;
  readonly widthPx: number;
}

export interface AnswerSetup {
  readonly kind: 'answer';
  readonly graph: Graph;
}

type ListJob<Setup, Item, Value> = Job<Setup, Item, readonly Value[], null>;

/** Draws the pictures of these indices. */
export function drawJob(setup: Omit<DrawSetup, 'kind'>, indices: readonly number[]): ListJob<DrawSetup, number, Drawing> {
  return { setup: { kind: 'draw', ...setup }, items: indices, merging: joining() };
}

/** Asks a network for the probabilities of its classes for each picture. */
export function answerJob(graph: Graph, images: readonly Image[]): ListJob<AnswerSetup, Image, readonly number[]> {
  return { setup: { kind: 'answer', graph }, items: images, merging: joining() };
}

function joining<Value>(): ListJob<unknown, unknown, Value>['merging'] {
  return { merge: (left, right) => [...left, ...right], mergeTotals: () => null };
}
