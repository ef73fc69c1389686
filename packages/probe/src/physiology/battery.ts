/** @file The battery: which stimuli the physiologist's probes show, in which conditions, to which layers together. */
import { leastFieldPx, type ParameterValue, type StimulusList } from '@ventral/stimuli';
import type { UnitField } from '../receptive-field/field.ts';

/** Stimuli that are shown together: the same but for phase. */
export interface Condition {
  /** Indices of its stimuli in the set's list. */
  readonly stimuli: readonly number[];
  /** What its stimuli have in common. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/**
 * What varies within a condition, where it is not phase: a place on the map is probed by all its patches, a form is one picture.
 */
const within: Readonly<Record<string, readonly string[]>> = {
  'receptive-field': ['orientationDeg', 'phaseDeg'],
  simple: [],
  complex: [],
  textures: ['sample'],
};

/** The conditions of a set, in the order of their first stimuli. */
export function conditionsOf(set: string, { nStimuli, parameters }: StimulusList): Condition[] {
  const varied = within[set] ?? ['phaseDeg'];
  const conditions = new Map<string, { stimuli: number[]; parameters: Condition['parameters'] }>();
  for (let i = 0; i < nStimuli; i++) {
    const common = Object.fromEntries(Object.entries(parameters(i)).filter(([key]) => !varied.includes(key)));
    const key = JSON.stringify(common);
    const condition = conditions.get(key) ?? { stimuli: [], parameters: common };
    condition.stimuli.push(i);
    conditions.set(key, condition);
  }
  return [...conditions.values()];
}

/** Layers see the same stimuli if their fields differ by no more than this, and their centres by no more than that share. */
const [largestRatio, centerShare] = [Math.SQRT2, 0.1];

/** Layers that see the same stimuli, made for the largest of their fields. */
export interface LayerGroup {
  readonly target: { readonly centerPx: readonly [y: number, x: number]; readonly fieldPx: number };
  /** Positions in the list of layers, ascending. */
  readonly layers: readonly number[];
}

/**
 * Groups layers whose fields nearly coincide, so that each stimulus is shown once to all of them: sides within a factor of √2,
 * centres within a tenth of the side. A field counts by its longer side inside the picture.
 *
 * @returns groups from the smallest field to the largest; layers whose field is under leastFieldPx are in none
 */
export function layerGroups(fields: readonly UnitField[]): LayerGroup[] {
  const groups: { target: LayerGroup['target']; layers: number[] }[] = [];
  const side = (i: number) => Math.max(...fields[i]!.sizePx);
  const bySize = fields.map((_, i) => i).sort((a, b) => side(b) - side(a) || a - b);
  for (const i of bySize) {
    if (side(i) < leastFieldPx) continue;
    const { centerPx } = fields[i]!;
    const group = groups.find(
      ({ target }) =>
        target.fieldPx <= largestRatio * side(i) &&
        target.centerPx.every((center, axis) => Math.abs(center - centerPx[axis]!) <= centerShare * target.fieldPx),
    );
    if (group) group.layers.push(i);
    else groups.push({ target: { centerPx, fieldPx: side(i) }, layers: [i] });
  }
  return groups.map(({ target, layers }) => ({ target, layers: layers.toSorted((a, b) => a - b) })).toReversed();
}
