/** @file Real networks against what other engines recorded of them: classes of photographs, tensors, receptive fields. */
import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  axisRoles,
  type BoundGraph,
  bindGraph,
  canonicalForm,
  createExecutor,
  createRandom,
  cropGraph,
  cutPart,
  pictureInput,
  toFloat32,
} from '@ventral/core';
import { createImageDecoder, readCsv, readNpz } from '@ventral/formats';
import { instantiate } from '@ventral/kernels';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { dist, temporaryFolder, ventral } from './built-cli.test-helper.ts';
import { createClassifier } from './classify.ts';
import { openPictureModel } from './model.ts';
import { loadRuntime } from './runtime.ts';

const folder = temporaryFolder();
const rfColumns =
  'model,layer_index,layer,op,rf_size_h_px,rf_size_w_px,rf_stride_h_px,rf_stride_w_px,rf_padding_h_px,rf_padding_w_px,rf_center_y_px,rf_center_x_px,rf_clipped_h_px,rf_clipped_w_px,rf_size_deg,rf_share,aligned,sees_whole_image';

test('rf of the built-in network: the columns of the plan, by hand for block1', async () => {
  const { code, stdout } = await ventral(['rf', 'ventralnet:untrained']);
  const lines = stdout.split('\r\n');
  expect(code).toBe(0);
  expect(lines[0]).toBe(rfColumns);
  // 7×7 then 3×3, stride 1, same padding: 7 + 2 = 9 px of 32 over 2°.
  expect(lines[2]).toBe(
    `ventralnet:untrained,1,block1.relu2,conv2d+batchNorm+relu,9,9,1,1,4,4,0,0,9,9,${(9 * 2) / 32},${81 / 1024},true,false`,
  );
});

test('activations of the built-in network: n c h w, the same as a second time', async () => {
  const outs = ['a.npz', 'b.npz'].map((name) => join(folder, name));
  for (const out of outs) {
    expect((await ventral(['activations', 'ventralnet:untrained', '--layers', 'block1.relu2,prob', '--out', out])).code).toBe(0);
  }
  const arrays = readNpz(readFileSync(outs[0]!));
  expect([...arrays].map(([name, { shape }]) => [name, shape])).toEqual([
    ['block1.relu2', [64, 32, 32, 32]],
    ['prob', [64, 10]],
  ]);
  const prob = Array.from(arrays.get('prob')!.data);
  for (let i = 0; i < 64; i++) expect(prob.slice(10 * i, 10 * i + 10).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  expect(readFileSync(outs[1]!).equals(readFileSync(outs[0]!))).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8')).stimuli[5]).toBe('dead-leaves/05');
});

test('activations beyond the limit are refused with advice, and nothing is written', async () => {
  const { code, stderr } = await ventral([
    'activations',
    'ventralnet:untrained',
    '--layers',
    'block*',
    '--max-memory',
    '40',
    '--out',
    join(folder, 'c.npz'),
  ]);
  expect(stderr).toContain('the limit is 40.0 MB. Choose fewer layers (--layers) or fewer stimuli, or raise --max-memory');
  expect(code).toBe(1);
});

describe.skipIf(!hasShared)('recorded by other engines', () => {
  interface Prediction {
    readonly class: number;
    readonly name: string;
    readonly probability: number;
  }
  const { photos } = hasShared
    ? (JSON.parse(readFileSync(shared('reference/photo-predictions.json'), 'utf8')) as {
        photos: Record<string, Record<string, Prediction[]>>;
      })
    : { photos: {} };
  const networks = Object.keys(Object.values(photos)[0] ?? {});

  test.each(networks)('%s: same top-1 and probabilities within 0.002 for every photograph', async (network) => {
    const runtime = loadRuntime(false, dist);
    const classifier = createClassifier(await openPictureModel(shared(`models/${network}/${network}.onnx`), {}), runtime);
    const decode = createImageDecoder(runtime.codecs);
    let largest = 0;
    for (const [photo, predictions] of Object.entries(photos)) {
      const scores = classifier.classify(await decode(readFileSync(shared(`photos/${photo}`)), photo));
      const expected = predictions[network]!;
      expect(scores[0]!.classIndex, photo).toBe(expected[0]!.class);
      for (const { class: index, probability } of expected) {
        largest = Math.max(largest, Math.abs(scores.find(({ classIndex }) => classIndex === index)!.probability - probability));
      }
    }
    expect(largest).toBeLessThan(0.002);
  });

  test.each(networks)(
    '%s: centre units have the values they have in the whole network, from no more than they need',
    async (network) => {
      const { graph } = await openPictureModel(shared(`models/${network}/${network}.onnx`), {});
      const whole = canonicalForm(bindGraph(graph));
      const kernels = instantiate(loadRuntime(false, dist).kernels);
      const roles = axisRoles(whole);
      const { name, sizePx } = pictureInput(whole);
      const random = createRandom(1);
      const picture = Float32Array.from({ length: 3 * sizePx[0] * sizePx[1] }, () => random.normal());
      const maps = whole.nodes
        .map(({ outputs }) => outputs[0]!)
        .filter((value) => roles.get(value)!.join() === 'batch,channel,y,x');
      const chosen = maps.filter((_, i) => i % Math.ceil(maps.length / 6) === 0);
      const valuesOf = (of: BoundGraph, taps: readonly string[], shown: Float32Array) => {
        const executor = createExecutor(kernels, of, { taps });
        executor.setInput(name, shown, 'channelsLast');
        const found = new Map<string, Float32Array>();
        executor.run(({ tapIndex }) => found.set(taps[tapIndex]!, toFloat32(executor.read(taps[tapIndex]!)).slice()));
        return found;
      };
      const all = valuesOf(whole, chosen, picture);
      for (const value of chosen) {
        const [, c, h, w] = whole.types.get(value)!.shape as [number, number, number, number];
        const [row, column] = [Math.floor(h / 2), Math.floor(w / 2)];
        const { graph: part, parts } = cropGraph(whole, [{ value, row, column }]);
        expect(parts.get(value), value).toMatchObject({ row, column, heightUnits: 1, widthUnits: 1 });
        const alone = valuesOf(part, [value], cutPart(picture, sizePx, parts.get(name)!)).get(value)!;
        const map = all.get(value)!;
        const largest = map.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        for (let channel = 0; channel < c; channel++)
          expect(Math.abs(alone[channel]! - map[(channel * h + row) * w + column]!) / largest, value).toBeLessThan(1e-5);
      }
    },
  );

  test('ventral run names what is on a photograph, through the sidecar', async () => {
    const { code, stdout } = await ventral([
      'run',
      shared('models/squeezenet1_1/squeezenet1_1.onnx'),
      '--image',
      shared('photos/parrot.png'),
      '--json',
      '--top',
      '3',
    ]);
    const { top } = JSON.parse(stdout);
    const [expected] = photos['parrot.png']!.squeezenet1_1!;
    expect(code).toBe(0);
    expect(top).toHaveLength(3);
    expect(top[0]).toMatchObject({ class: expected!.class, name: expected!.name });
  });

  test('verify passes on real networks, and fails on a folder whose record was changed', async () => {
    const folders = ['models/tiny_vgg', 'models/resnet20_cifar10', 'networks/narrow_convnext', 'networks/narrow_densenet_bn'];
    const good = await ventral(['verify', ...folders.map(shared)]);
    expect([good.code, good.stdout]).toEqual([0, '8 passed, 0 failed\n']);
    const bad = await ventral(['verify', shared('photos'), join(folder, 'nowhere')]);
    expect(bad.stdout).toMatch(
      /FAILED .*photos: needs one \.onnx file, has 0\.\nFAILED .*nowhere: no such folder\.\n0 passed, 2 failed\n$/,
    );
    expect(bad.code).toBe(1);
  });

  test('verify: a recorded output that is another network’s fails with its worst error', async () => {
    const copy = join(folder, 'tiny_vgg');
    cpSync(shared('models/tiny_vgg'), copy, { recursive: true });
    copyFileSync(join(copy, 'test_data_set_0/output_1.pb'), join(copy, 'test_data_set_0/output_0.pb'));
    const { code, stdout } = await ventral(['verify', copy]);
    expect(stdout).toMatch(
      /^FAILED .*tiny_vgg.*test_data_set_0: output "\w+" \[1, 10\] is \S+ at \d+, recorded is \S+: \S+ of the largest \|y\| \S+\n1 passed, 1 failed\n$/,
    );
    expect(code).toBe(1);
  });

  test('ventral rf of squeezenet1_1 reproduces the published sizes, strides and paddings, row by row', async () => {
    const reference = readCsv(readFileSync(shared('reference/rf-reference.csv'), 'utf8')).rows.filter(
      ([model]) => model === 'squeezenet1_1 (torchvision)',
    );
    const { stdout } = await ventral(['rf', shared('models/squeezenet1_1/squeezenet1_1.onnx')]);
    const { columns, rows } = readCsv(stdout);
    const cells = (names: readonly string[]) => names.map((name) => columns.indexOf(name));
    const [layer, ...numbers] = cells(['layer', 'rf_size_w_px', 'rf_stride_w_px', 'rf_padding_w_px']);
    // The table names the first convolution, pools, ends of fire modules and the last convolution.
    const named = rows.filter((row) => /^(relu_conv\d+|pool[135]|fire\d\/concat)$/.test(row[layer!]!));
    expect(named.map((row) => numbers.map((at) => row[at]))).toEqual(reference.map((row) => row.slice(2, 5)));
    expect(named).toHaveLength(13);
  });
});
