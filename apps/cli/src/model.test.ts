import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './built-cli.test-helper.ts';
import { readNetwork } from './model.ts';

/** One field of a protobuf message: a number or bytes. */
const field = (number: number, value: number | Uint8Array | string): number[] => {
  if (typeof value === 'number') return [number << 3, value];
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return [(number << 3) | 2, bytes.length, ...bytes];
};
const message = (...fields: number[][]) => Uint8Array.from(fields.flat());

/** y = x + w, with w [1] at a location outside of the file. */
function addModel(location: string): Uint8Array {
  const entry = message(field(1, 'location'), field(2, location));
  const weight = message(field(1, 1), field(2, 1), field(8, 'w'), field(13, entry), field(14, 1));
  const node = message(field(1, 'x'), field(1, 'w'), field(2, 'y'), field(4, 'Add'));
  const shape = message(field(1, message(field(1, 1))));
  const input = message(field(1, 'x'), field(2, message(field(1, message(field(1, 1), field(2, shape))))));
  const graph = message(field(1, node), field(5, weight), field(11, input), field(12, message(field(1, 'y'))));
  return message(field(1, 8), field(7, graph), field(8, message(field(2, 17))));
}

const folder = temporaryFolder();
mkdirSync(join(folder, 'net'));
const path = join(folder, 'net', 'a.onnx');
const file = new Uint8Array(Float32Array.of(2.5).buffer);
writeFileSync(join(folder, 'net', 'w.bin'), file);
writeFileSync(join(folder, 'outside.bin'), file);

test('weights beside the model are read', () => {
  expect([...readNetwork(addModel('w.bin'), path).constants.get('w')!.data]).toEqual([2.5]);
  expect([...readNetwork(addModel('../net/w.bin'), path).constants.get('w')!.data]).toEqual([2.5]);
});

test.each([
  ['../outside.bin', 'keeps weights in "../outside.bin", outside of its own folder.'],
  [join(folder, 'outside.bin'), 'outside of its own folder.'],
  ['../net-2/w.bin', 'outside of its own folder.'],
  ['none.bin', 'keeps weights in "none.bin", which is not beside it.'],
])('%s is refused', (location, text) => {
  expect(() => readNetwork(addModel(location), path)).toThrow(text);
});
