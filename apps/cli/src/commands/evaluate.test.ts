/** @file `ventral evaluate`: counts and loss by hand, the same for any number of workers, and what users read when something is wrong. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildNetwork, type Tensor } from '@ventral/core';
import { createImageDecoder, writeOnnx, writeSafetensors } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { dist, filesBelow, temporaryFolder, ventral } from '../built-cli.test-helper.ts';
import { encodePng } from '../png.ts';
import { loadRuntime } from '../runtime.ts';

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

/** Logits are the means of red, green and blue (0…1), in the first three of so many classes; the others get less and less. */
function colours(name: string, classes: readonly string[]) {
  const description = {
    name,
    input: { height: 4, width: 4, channels: 3 },
    classes,
    preprocess: { channels: 'RGB', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
    layers: [
      { type: 'globalAveragePool', name: 'pool' },
      { type: 'flatten', name: 'flat' },
      { type: 'dense', name: 'logits', units: classes.length },
      { type: 'softmax', name: 'prob' },
    ],
  };
  const n = classes.length;
  const identity = Float32Array.from({ length: 3 * n }, (_, i) => (i % 3 === Math.floor(i / 3) ? 1 : 0));
  const weights = new Map<string, Tensor>([
    ['logits.weight', { dtype: 'float32', shape: [n, 3], data: identity }],
    ['logits.bias', { dtype: 'float32', shape: [n], data: Float32Array.from({ length: n }, (_, c) => (c < 3 ? 0 : -c)) }],
  ]);
  return { description, weights };
}

/** Writes `NAME.json` and `NAME.safetensors`. */
function network(name: string, classes: readonly string[]): string {
  const { description, weights } = colours(name, classes);
  writeFileSync(at(`${name}.json`), JSON.stringify(description));
  writeFileSync(at(`${name}.safetensors`), writeSafetensors(weights));
  return at(`${name}.json`);
}

const rgb = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] } as const;
const plain = (colour: keyof typeof rgb) =>
  encodePng({ heightPx: 4, widthPx: 4, data: Uint8Array.from({ length: 48 }, (_, i) => rgb[colour][i % 3]!) });

let net: string;
let data: string;
beforeAll(() => {
  net = network('colours', ['red', 'green', 'blue']);
  // 10 red, 6 green of which one is red, 8 blue of which two are green and one is red: 20 of 24 right.
  data = at('plain');
  const pictures = { red: Array(10).fill('red'), green: ['green', 'red', ...Array(4).fill('green')] } as const;
  const blue = ['green', 'blue', 'red', 'green', ...Array(4).fill('blue')];
  for (const [label, shown] of Object.entries({ ...pictures, blue })) {
    mkdirSync(at('plain', label), { recursive: true });
    for (const [i, colour] of shown.entries()) writeFileSync(at('plain', label, `${i}.png`), plain(colour));
  }
});
const evaluate = (...args: string[]) => ventral(['evaluate', net, '--data', data, ...args]);

/** Of the colour shown e / (e + 2), of the others 1 / (e + 2). */
const lossRight = Math.log(Math.E + 2) - 1;
const loss = (20 * lossRight + 4 * (lossRight + 1)) / 24;

const table =
  'class,n_images,n_right,share_right,most_often_taken_for\r\n' +
  `red,10,10,1,\r\ngreen,6,5,${5 / 6},red\r\nblue,8,5,0.625,green\r\n` +
  `accuracy 83.33 % (20 of 24), loss ${loss.toFixed(4)}\n`;

describe('by hand', () => {
  test('--json: accuracy, loss and counts in one line, to all digits the same for 1, 2 and 3 workers', async () => {
    const runs = await Promise.all(['1', '2', '3'].map((n) => evaluate('--json', '--workers', n)));
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(Array(3).fill([0, runs[0]!.stdout]));
    const result = JSON.parse(runs[0]!.stdout);
    expect(result.loss).toBeCloseTo(loss, 6);
    expect(result).toEqual({
      model: 'colours',
      data,
      accuracy: 20 / 24,
      accuracy_first_five: 1,
      loss: result.loss,
      n: 24,
      n_right: 20,
      classes: [
        { class: 'red', n_images: 10, n_right: 10, share_right: 1, most_often_taken_for: null },
        { class: 'green', n_images: 6, n_right: 5, share_right: 5 / 6, most_often_taken_for: 'red' },
        { class: 'blue', n_images: 8, n_right: 5, share_right: 0.625, most_often_taken_for: 'green' },
      ],
    });
    const events = runs[0]!.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: 'progress', n_done: 24, n_images: 24, n_failed: 0 });
  });

  test('without: a table of classes, then accuracy and loss; from a zip as from a folder', async () => {
    const zip = at('plain.zip');
    const files = filesBelow(data).map((file) => [file, new Uint8Array(readFileSync(join(data, file)))] as const);
    writeFileSync(zip, zipSync(Object.fromEntries(files)));
    const { code, stdout } = await ventral(['evaluate', net, '--data', zip]);
    expect([code, stdout]).toEqual([0, table]);
  });

  test('more than ten classes: the share among the first five too; classes without pictures have no line', async () => {
    // After red come 2 of green and blue, then class 3 and 4: class 4 is the fifth, class 5 the sixth.
    const many = network('many', ['red', 'green', 'blue', ...Array.from({ length: 8 }, (_, i) => `class${i + 3}`)]);
    for (const label of ['red', 'class4', 'class5']) {
      mkdirSync(at('many', label), { recursive: true });
      writeFileSync(at('many', label, '0.png'), plain('red'));
    }
    const { stdout } = await ventral(['evaluate', many, '--data', at('many')]);
    const [, ...lines] = stdout.split('\r\n');
    expect(lines.slice(0, 3)).toEqual(['red,1,1,1,', 'class4,1,0,0,red', 'class5,1,0,0,red']);
    expect(lines[3]).toMatch(/^accuracy 33\.33 % \(1 of 3, among the first five 66\.67 %\), loss \d\.\d{4}\n$/);
  });
});

describe('what users read when something is wrong', () => {
  test('pictures that cannot be decoded: left out by name, the rest as without them, exit 1; --strict ends at the first', async () => {
    for (const label of ['red', 'green', 'blue']) {
      mkdirSync(at('damaged', label), { recursive: true });
      for (const file of filesBelow(join(data, label))) symlinkSync(join(data, label, file), at('damaged', label, file));
    }
    writeFileSync(at('damaged/green/z.png'), 'not a picture');
    const [lenient, strict] = await Promise.all([
      ventral(['evaluate', net, '--data', at('damaged')]),
      ventral(['evaluate', net, '--data', at('damaged'), '--strict']),
    ]);
    expect([lenient.code, lenient.stdout]).toEqual([1, table]);
    expect(lenient.stderr).toContain('Warning: "green/z.png" was left out: decodeImage "green/z.png": not a picture.');
    expect([strict.code, strict.stdout]).toEqual([1, '']);
    expect(strict.stderr).toMatch(/picture "green\/z\.png" \(item \d+\): decodeImage "green\/z\.png": not a picture/);
  });

  test('Ctrl-C: exit 130, and no half result', async () => {
    const source = at('endless/red');
    mkdirSync(source, { recursive: true });
    for (let i = 0; i < 3000; i++) symlinkSync(join(data, 'red/0.png'), join(source, `${i}.png`));
    const { code, stdout, stderr } = await ventral(
      ['evaluate', net, '--data', at('endless'), '--json', '--workers', '1'],
      (child) => {
        child.stderr!.once('data', () => child.kill('SIGINT'));
      },
    );
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr.split('\n').at(-2)).toBe('{"event":"error","message":"Stopped. Nothing was kept."}');
  });

  test('a network without names, with names for other outputs, with weights that overflow; a class it does not know', async () => {
    const { description, weights } = colours('named', ['red', 'green', 'blue']);
    const { classes: _, ...nameless } = description;
    writeFileSync(at('nameless.json'), JSON.stringify({ ...nameless, name: 'nameless' }));
    writeFileSync(at('nameless.safetensors'), writeSafetensors(weights));
    writeFileSync(at('misnamed.onnx'), writeOnnx(buildNetwork(nameless, { weights })));
    writeFileSync(at('misnamed.json'), JSON.stringify({ classes: ['background', 'red', 'green', 'blue'] }));
    // 3e38 + 3e38 is infinite in float32.
    const broken = new Map([...weights].map(([key, { data, ...rest }]) => [key, { ...rest, data: data.map(() => 3e38) }]));
    writeFileSync(at('broken.json'), JSON.stringify({ ...description, name: 'broken' }));
    writeFileSync(at('broken.safetensors'), writeSafetensors(broken));
    mkdirSync(at('other/zebra'), { recursive: true });
    writeFileSync(at('other/zebra/0.png'), plain('red'));
    const cases = [
      [
        at('nameless.json'),
        data,
        `${at('nameless.json')}: comes without class names, so folders cannot be matched. Give them as "classes" in the sidecar.`,
      ],
      [at('misnamed.onnx'), data, `${at('misnamed.onnx')}: has 4 class names but tells 3 classes apart. Correct "classes".`],
      [
        at('broken.json'),
        data,
        `${at('broken.json')}: evaluate "broken": the network gives probabilities that are not numbers. Its weights are not usable.`,
      ],
      [net, at('other'), `data "${at('other')}": class "zebra" is none of the network's: red, green, blue.`],
      [net, 'digits', 'data "digits": class "0" is none of the network\'s: red, green, blue.'],
      [net, at('nowhere/'), `stimuli "${at('nowhere/')}": no such folder, zip or picture. Check the path.`],
    ] as const;
    const ended = await Promise.all(cases.map(([model, source]) => ventral(['evaluate', model, '--data', source])));
    for (const [i, { code, stdout, stderr }] of ended.entries())
      expect([stderr.split('\n').at(-2), code, stdout]).toEqual([cases[i]![2], 1, '']);
  });

  test('an untrained network says so', async () => {
    const { description } = colours('fresh', ['red', 'green', 'blue']);
    writeFileSync(at('fresh.json'), JSON.stringify(description));
    const { code, stderr } = await ventral(['evaluate', at('fresh.json'), '--data', data]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('fresh is untrained: seeded random weights, nothing was learned.'),
    ]);
  });
});

test.skipIf(!hasShared)(
  'a network trained elsewhere knows pictures that it was trained on; not in the wrong order of channels',
  async () => {
    const path = shared('datasets/cifar10_lossless/cifar10_batch_0.png');
    const { classes, labels } = JSON.parse(readFileSync(shared('datasets/cifar10_lossless/labels.json'), 'utf8'));
    const sheet = await createImageDecoder(loadRuntime(false, dist).codecs)(readFileSync(path), path);
    for (let i = 0; i < 50; i++) {
      const picture = { heightPx: 32, widthPx: 32, data: sheet.data.slice(3072 * i, 3072 * (i + 1)) };
      mkdirSync(at('cifar', classes[labels[i]]), { recursive: true });
      writeFileSync(at('cifar', classes[labels[i]], `${i}.png`), encodePng(picture));
    }
    const model = shared('models/resnet20_cifar10/resnet20_cifar10.onnx');
    const { preprocess } = JSON.parse(readFileSync(model.replace('.onnx', '.json'), 'utf8'));
    writeFileSync(at('bgr.json'), JSON.stringify({ preprocess: { ...preprocess, channels: 'BGR' } }));
    const runs = [[], ['--preprocess', at('bgr.json')]].map((more) =>
      ventral(['evaluate', model, '--data', at('cifar'), '--json', ...more]),
    );
    const [right, swapped] = (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout));
    expect(right).toMatchObject({ n: 50, n_right: expect.any(Number) });
    expect(right.accuracy).toBeGreaterThanOrEqual(0.96);
    expect(swapped.accuracy).toBeLessThan(right.accuracy);
  },
);
