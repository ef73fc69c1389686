/** @file The parameters of stimuli as text, with their units behind the numbers. */
import type { Parameters, ParameterValue } from '@ventral/stimuli';

/** Units by the end of a parameter's name. */
const units = [
  [/Deg$/, '°'],
  [/Cpd$/, ' c/deg'],
] as const;

function stated(name: string, value: ParameterValue, names: Readonly<Record<string, string>>): string {
  const symbol = units.find(([end]) => end.test(name))?.[1] ?? '';
  const shown = (part: number | string) => (typeof part === 'number' ? String(Number(part.toPrecision(3))) : part);
  const text = Array.isArray(value) ? value.map(shown).join(' ') : shown(value as number | string);
  return `${names[name] ?? name} ${text}${symbol}`;
}

/**
 * For each stimulus all its parameters, and those in which the stimuli differ:
 * `{ parameters: 'diameter 0.5°, orientation 45°', varied: 'orientation 45°' }`.
 *
 * @param names what parameters are called; one that has no name here keeps its own
 */
export function parameterText(
  stimuli: readonly Parameters[],
  names: Readonly<Record<string, string>>,
): { readonly parameters: string; readonly varied: string }[] {
  const differs = (name: string) => new Set(stimuli.map((parameters) => JSON.stringify(parameters[name]))).size > 1;
  return stimuli.map((parameters) => {
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    const text = (some: typeof given) => some.map(([name, value]) => stated(name, value, names)).join(', ');
    return { parameters: text(given), varied: text(given.filter(([name]) => differs(name))) };
  });
}
