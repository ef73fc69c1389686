/** @file A unit's, or a layer's, responses to the battery, as the probes read them: by set, and along one parameter with the others held. */
import type { Harmonics } from '../tuning/phase.ts';
import type { Condition } from './battery.ts';

/** One unit's responses to the conditions of a set; without harmonics (NaN) where each is a single picture. */
export interface SetResponses extends Harmonics {
  readonly conditions: readonly Condition[];
  /** [conditions × stimuli of each], every response. */
  readonly responses: Float64Array;
}

/** What a unit gave to the whole battery. */
export interface UnitResponses {
  /** To the grey screen. */
  readonly blank: number;
  /** @throws Error if the set was not shown */
  of(set: string): SetResponses;
}

/** What all recorded units of a layer gave to a set. */
export interface PopulationResponses {
  readonly conditions: readonly Condition[];
  /** [conditions × stimuli of each × units]. */
  readonly responses: Float64Array;
  readonly nUnits: number;
}

/** What a layer gave to the whole battery. */
export interface LayerResponses {
  /** @throws Error if the set was not shown */
  of(set: string): PopulationResponses;
}

/** Numbers of one parameter over conditions. */
export function parameterOf({ parameters }: Condition, name: string): number {
  return parameters[name] as number;
}

/**
 * The conditions that differ from one of them in one parameter alone, ascending in it: a tuning curve through that condition.
 * @returns positions in `conditions`
 */
export function curveThrough(conditions: readonly Condition[], at: number, name: string): number[] {
  const through = conditions[at]!.parameters;
  const others = Object.keys(through).filter((key) => key !== name);
  return conditions
    .map((_, i) => i)
    .filter((i) => others.every((key) => conditions[i]!.parameters[key] === through[key]))
    .sort((a, b) => parameterOf(conditions[a]!, name) - parameterOf(conditions[b]!, name));
}
