/**
 * @file What a stimulus set is: given a view, a list of pictures, each with its name, its parameters as plain data, and its
 * drawing. Nothing is drawn before it is asked for. The sets themselves: sets.ts and physiology.ts.
 */
import { type Image, InputError } from '@ventral/core';
import type { VisualField } from './field.ts';

/** What a set is drawn for: a piece of the visual field, the seed of everything random, and where a unit looks. Plain data. */
export interface StimulusView extends VisualField {
  readonly seed: number;
  /** How the sets of physiology.ts take their degrees; default `relative`. */
  readonly mode?: StimulusMode | undefined;
  /** What `relative` is relative to; default: a field in the middle, as large as the picture's shorter side. */
  readonly target?: Target | undefined;
}

/** `relative`: sizes and frequencies follow the receptive field under study. `marques`: the published degrees. */
export type StimulusMode = 'relative' | 'marques';

/** The receptive field under study. */
export interface Target {
  /** Pixel (0, 0) is centred on 0. */
  readonly centerPx: readonly [y: number, x: number];
  /** Its diameter. */
  readonly fieldPx: number;
}

export type ParameterValue = number | string | readonly number[] | undefined;

/** What distinguishes a picture from its neighbours, flat, units in the names. Parameter types are `type`s to fit this. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A set for one view. Pictures are drawn at the view's size and marked `isFitted`: preprocessing leaves their geometry alone. */
export interface StimulusList<P extends Parameters = Parameters> {
  readonly nStimuli: number;
  /** Published spatial frequencies left out because a picture cannot carry more than half a cycle per pixel, cycles/deg. */
  readonly droppedCpd: readonly number[];
  /** What a reader of results must know, whole sentences. */
  readonly notes: readonly string[];
  /** Name of stimulus i in tables and as a file, without an ending: `orientation/0042`. Unique; in order of code units. */
  id(i: number): string;
  parameters(i: number): P;
  /** Draws stimulus i; the same for the same view, whatever was drawn before. */
  draw(i: number): Image;
}

export interface StimulusSet<P extends Parameters = Parameters> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Default: `relative` alone. */
  readonly modes?: readonly StimulusMode[];
  /**
   * The stimuli for a view. Lists parameters and draws nothing.
   *
   * @throws InputError `stimuli: "contrast" has no published degrees. Use the mode "relative".`
   */
  list(view: StimulusView): StimulusList<P>;
}

/** A set whose `list` refuses a mode that it does not have. */
export function createSet<P extends Parameters>(set: StimulusSet<P>): StimulusSet<P> {
  const { name, modes = ['relative'], list } = set;
  return {
    ...set,
    list(view) {
      if (view.mode !== undefined && !modes.includes(view.mode))
        throw new InputError(`stimuli: "${name}" has no published degrees. Use the mode "relative".`);
      return list(view);
    },
  };
}

interface ListOptions<P extends Parameters> {
  readonly name: string;
  readonly all: readonly P[];
  draw(parameters: P, i: number): Image;
  /** Default: the set's name and the index. */
  readonly id?: (i: number) => string;
  readonly droppedCpd?: readonly number[];
  readonly notes?: readonly string[];
}

/** A list of stimuli from the parameters of each. */
export function stimulusList<P extends Parameters>(options: ListOptions<P>): StimulusList<P> {
  const { name, all, droppedCpd = [], notes = [] } = options;
  const nDigits = Math.max(2, String(all.length - 1).length);
  const { id = (i: number) => `${name}/${String(i).padStart(nDigits, '0')}` } = options;
  const at = (i: number) => {
    const parameters = all[i];
    if (parameters) return parameters;
    throw new InputError(`stimuli: "${name}" has stimuli 0 to ${all.length - 1}, got ${i}.`);
  };
  return {
    nStimuli: all.length,
    droppedCpd,
    notes,
    id: (i) => at(i) && id(i),
    parameters: at,
    draw: (i) => ({ ...options.draw(at(i), i), isFitted: true }),
  };
}
