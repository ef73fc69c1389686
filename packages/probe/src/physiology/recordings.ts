/** @file The host's side of a job of the battery: which runs show some sets, and one unit's responses from what was recorded. */
import type { StimulusList } from '@ventral/stimuli';
import { harmonics } from '../tuning/phase.ts';
import { type Condition, conditionsOf } from './battery.ts';
import type { LayerResponses, SetResponses, UnitResponses } from './responses.ts';
import { type Recording, type StimulusRun, stimuliPerRun } from './session.ts';

/** A stimulus set as a view has it. */
export interface ListedSet {
  readonly name: string;
  readonly list: StimulusList;
}

/** The runs that show these sets, one set after another. */
export function runsOf(sets: readonly ListedSet[]): StimulusRun[] {
  return sets.flatMap(({ name, list: { nStimuli: n } }) =>
    Array.from({ length: Math.ceil(n / stimuliPerRun) }, (_, i) => {
      const first = i * stimuliPerRun;
      return { set: name, first, n: Math.min(stimuliPerRun, n - first) };
    }),
  );
}

/** A set as it was shown: its conditions, and where the response to each of their stimuli lies among the recordings. */
interface ShownSet {
  readonly conditions: readonly Condition[];
  /** Of [conditions × stimuli of each]: which run, and which of its stimuli. */
  readonly places: readonly (readonly [run: number, row: number])[];
}

/** The sets by name, from the runs that showed them: the same for all units. */
export function shownSets(sets: readonly ListedSet[], runs: readonly StimulusRun[]): Map<string, ShownSet> {
  return new Map(
    sets.map(({ name, list }) => {
      const firstRun = runs.findIndex(({ set }) => set === name);
      const conditions = conditionsOf(name, list);
      const places = conditions.flatMap(({ stimuli }) =>
        stimuli.map((i) => [firstRun + Math.floor(i / stimuliPerRun), i % stimuliPerRun] as const),
      );
      return [name, { conditions, places }];
    }),
  );
}

/** One unit's responses, from recordings in the order of the runs. */
export function responsesOf(shown: ReadonlyMap<string, ShownSet>, recordings: readonly Recording[], unit: number): UnitResponses {
  const read = (set: string) => {
    const { conditions, places } = shownSet(shown, set);
    const responses = Float64Array.from(places, ([run, row]) => {
      const { responses: ofRun, nUnits } = recordings[run]!;
      return ofRun[row * nUnits + unit]!;
    });
    return { conditions, responses };
  };
  const known = new Map<string, SetResponses>();
  const of = (set: string): SetResponses => {
    const before = known.get(set);
    if (before) return before;
    const { conditions, responses } = read(set);
    const nPhases = conditions[0]!.stimuli.length;
    // A picture alone has a response and no harmonic.
    const alone = { f0: responses, f1: new Float64Array(responses.length).fill(Number.NaN) };
    const measured = { conditions, responses, ...(nPhases === 1 ? alone : harmonics(responses, nPhases)) };
    known.set(set, measured);
    return measured;
  };
  return { blank: read('blank').responses[0]!, of };
}

/** The responses of a layer's units, whose numbers begin with `first`. */
export function layerResponsesOf(
  shown: ReadonlyMap<string, ShownSet>,
  recordings: readonly Recording[],
  first: number,
  nUnits: number,
): LayerResponses {
  return {
    of(set) {
      const { conditions, places } = shownSet(shown, set);
      const responses = new Float64Array(places.length * nUnits);
      for (const [i, [run, row]] of places.entries()) {
        const { responses: ofRun, nUnits: nRecorded } = recordings[run]!;
        const from = row * nRecorded + first;
        responses.set(ofRun.subarray(from, from + nUnits), i * nUnits);
      }
      return { conditions, responses, nUnits };
    },
  };
}

function shownSet(shown: ReadonlyMap<string, ShownSet>, set: string): ShownSet {
  const found = shown.get(set);
  if (!found) throw new Error(`responsesOf: the set "${set}" was not shown.`);
  return found;
}
