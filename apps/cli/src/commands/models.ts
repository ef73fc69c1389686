/** @file `ventral models`: what comes built in. */
import { stimulusSets } from '@ventral/stimuli';
import { builtInNetworks } from '../built-in.ts';

export function models(): void {
  const line = (name: string, text: string) => `  ${name.padEnd(22)} ${text}`;
  const lines = [
    'Networks',
    ...builtInNetworks.map(({ name, description }) => line(name, description)),
    '',
    'Stimulus sets',
    ...stimulusSets.map(({ name, nStimuli, description }) => line(name, `${nStimuli} pictures. ${description}`)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
