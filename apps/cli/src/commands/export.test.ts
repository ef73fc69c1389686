import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readOnnx } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { filesBelow, temporaryFolder, ventral } from '../built-cli.test-helper.ts';
import { builtInNetwork } from '../built-in.ts';

const folder = temporaryFolder();

describe('ventral export', () => {
  test('a built-in network: one file, which is the network', async () => {
    const out = join(folder, 'new/v.onnx');
    const { code, stdout, stderr } = await ventral(['export', 'ventralnet:untrained', '--out', out]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^.*new\/v\.onnx: \d+\.\d [kM]B, opset 21\n$/);
    expect(filesBelow(join(folder, 'new'))).toEqual(['v.onnx']);
    const network = builtInNetwork('ventralnet:untrained')!.load();
    const graph = readOnnx(readFileSync(out), out);
    expect([graph.inputs, graph.outputs, graph.metadata]).toEqual([network.inputs, network.outputs, network.metadata]);
    const tables = await Promise.all([out, 'ventralnet:untrained'].map((model) => ventral(['rf', model])));
    const [fromFile, builtIn] = tables.map(({ stdout: table }) => table.replace(/^(v|ventralnet:untrained),/gm, ''));
    expect(fromFile).toBe(builtIn);
  });

  test('--half: half the size, and says so', async () => {
    const [full, half] = ['full.onnx', 'half.onnx'].map((name) => join(folder, name)) as [string, string];
    await ventral(['export', 'ventralnet:untrained', '--out', full]);
    const { stderr } = await ventral(['export', 'ventralnet:untrained', '--half', '--out', half]);
    expect(stderr).toMatch(/, opset 21, large weights as float16\n$/);
    expect(statSync(half).size / statSync(full).size).toBeLessThan(0.52);
  });

  test.each([
    ['a file that is no .onnx', ['ventralnet:untrained', '--out', 'a.pb'], 2, '--out must name an .onnx file, got "a.pb".'],
    ['no file at all', ['ventralnet:untrained'], 2, "required option '--out <file>' not specified"],
    ['no such network', ['nothing', '--out', join(folder, 'n.onnx')], 1, 'model "nothing": no such file'],
    ['a place that is a file', ['ventralnet:untrained', '--out', join(import.meta.filename, 'v.onnx')], 1, 'write "'],
  ])('%s is refused, and nothing is written', async (_, args, code, line) => {
    const ended = await ventral(['export', ...args]);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(line);
    expect(existsSync(join(folder, 'n.onnx'))).toBe(false);
  });

  test.skipIf(!hasShared)('a network with a sidecar: the file alone names what is on a photograph, as before', async () => {
    const out = join(folder, 'squeezenet1_1.onnx');
    const model = shared('models/squeezenet1_1/squeezenet1_1.onnx');
    expect((await ventral(['export', model, '--out', out])).code).toBe(0);
    const runs = [out, model].map((path) => ventral(['run', path, '--image', shared('photos/parrot.png'), '--json']));
    const [fromFile, original] = (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout));
    expect(fromFile).toEqual(original);
    expect(fromFile.top[0].name).toBeTruthy();
  });
});
