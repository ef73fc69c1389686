/** @file `ventral models`: what comes built in. */
import { builtInNetworks } from '../built-in.ts';
import { stimulusSetLines } from './stimuli.ts';

export function models(): void {
  const line = (name: string, text: string) => `  ${name.padEnd(22)} ${text}`;
  const lines = [
    'Networks',
    ...builtInNetworks.map(({ name, about }) => line(name, about)),
    '',
    'Stimulus sets',
    ...stimulusSetLines().map(([name, text]) => line(name, text)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
