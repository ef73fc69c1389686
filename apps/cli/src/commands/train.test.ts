/** @file `ventral train` on real files: what it writes, the same weights however it is run, what users read if something is wrong. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildNetwork, trainable } from '@ventral/core';
import { readCsv, readSafetensors } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { unzipSync, zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Ended, filesBelow, temporaryFolder, ventral } from '../built-cli.test-helper.ts';
import { readNetwork } from '../model.ts';
import { encodePng } from '../png.ts';

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);

/** A small network with all that a run must remember: batch normalisation and dropout. */
const small = {
  name: 'small',
  input: { height: 8, width: 8, channels: 3 },
  classes: ['across', 'down'],
  preprocess: { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  layers: [
    { type: 'conv', name: 'a.conv', channels: 4, kernel: 3 },
    { type: 'norm', name: 'a.norm' },
    { type: 'activation', name: 'a.relu', fn: 'relu' },
    { type: 'globalAveragePool', name: 'pool' },
    { type: 'flatten', name: 'flat' },
    { type: 'dropout', name: 'drop', rate: 0.1 },
    { type: 'dense', name: 'logits', units: 2 },
    { type: 'softmax', name: 'prob' },
  ],
};
type Small = Omit<typeof small, 'layers' | 'classes'> & { readonly layers: readonly object[]; readonly classes?: string[] };

/** A description in a file; `change` makes it another network. */
function network(file: string, change: (network: Small) => object = (same) => same): string {
  writeFileSync(at(file), JSON.stringify(change(small)));
  return at(file);
}
const withLayer = (name: string, layer: object) => (given: Small) => ({
  ...given,
  layers: given.layers.map((one) => ('name' in one && one.name === name ? { ...one, ...layer } : one)),
});

/** Light and dark stripes, which picture `i` shifts and colours. */
function stripes(isDown: boolean, i: number): Uint8Array {
  const data = Uint8Array.from({ length: 192 }, (_, k) => {
    const [y, x, c] = [Math.floor(k / 24), Math.floor(k / 3) % 8, k % 3];
    return ((isDown ? x : y) + i) % 2 === 0 ? 200 - 7 * ((i + c) % 5) : 40 + 9 * ((i + 2 * c) % 4);
  });
  return encodePng({ heightPx: 8, widthPx: 8, data });
}

/** A folder with so many pictures of each class. */
function pictures(name: string, counts: Readonly<Record<string, number>>): string {
  for (const [label, n] of Object.entries(counts)) {
    mkdirSync(at(name, label), { recursive: true });
    for (let i = 0; i < n; i++) writeFileSync(at(name, label, `${String(i).padStart(3, '0')}.png`), stripes(label === 'down', i));
  }
  return at(name);
}

let net: string;
let data: string;
beforeAll(() => {
  net = network('small.json');
  data = pictures('stripes', { across: 120, down: 120 });
});

/** 2 steps of 96 an epoch: three chunks of 32 each. */
const train = (out: string, ...more: string[]) =>
  ventral(['train', '--data', data, '--network', net, '--batch', '96', '--out', at(out), ...more]);
const weights = (out: string, name = 'small') => readFileSync(at(out, `${name}.safetensors`)).toString('base64');
/** Weights, running statistics and the optimiser's lists, to the bit. */
const checkpoint = (out: string) =>
  [...readSafetensors(readFileSync(at(out, 'checkpoint.safetensors')), out).tensors].map(([name, { data: values }]) => [
    name,
    Buffer.from(Float32Array.from(values).buffer).toString('base64'),
  ]);
const log = (out: string) => readCsv(readFileSync(at(out, 'log.csv'), 'utf8'));
const events = ({ stderr }: Ended) =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a run', () => {
  const epochs = ['--epochs', '8'];
  let ended: Ended;
  beforeAll(async () => {
    ended = await train('one', ...epochs, '--workers', '1', '--json');
  });

  test('writes network, log, recipe and checkpoint, and nothing else', () => {
    expect([ended.code, ended.stdout]).toEqual([0, '']);
    expect(filesBelow(at('one'))).toEqual([
      'checkpoint.safetensors',
      'log.csv',
      'recipe.json',
      'small.json',
      'small.safetensors',
    ]);
  });

  test('the log has a line for each epoch, and stripes are learned', () => {
    const { columns, rows } = log('one');
    expect(columns).toEqual('epoch,step,rate,loss,accuracy,held_out_loss,held_out_accuracy,seconds'.split(','));
    expect(rows.map(([epoch, step]) => [epoch, step])).toEqual(Array.from({ length: 8 }, (_, i) => [`${i + 1}`, `${2 * i + 2}`]));
    const [first, last] = [rows[0]!, rows.at(-1)!].map((row) => row.map(Number)) as [number[], number[]];
    expect(last[3]!).toBeLessThan(first[3]!);
    expect(last[6]!).toBeGreaterThan(0.9);
    // Two steps (15 % of 16) of warm-up, then half a cosine of 14.
    expect(last[2]!).toBeCloseTo((0.4 * (1 + Math.cos((Math.PI * 13) / 14))) / 2, 12);
  });

  test('--json: every line of stderr is JSON; steps with loss and accuracy, and a line for each epoch', () => {
    const all = events(ended);
    expect(all[1]).toMatchObject({ event: 'say', n_parameters: 126, n_pictures: 216, n_held_out: 24, n_steps: 16, n_workers: 1 });
    expect(all.filter(({ event }) => event === 'progress').at(-1)).toMatchObject({
      n_done: 16,
      n_steps: 16,
      epoch: 8,
      loss: expect.any(Number),
      accuracy: expect.any(Number),
    });
    expect(all.filter(({ held_out_accuracy }) => held_out_accuracy !== undefined)).toHaveLength(8);
  });

  test('the recipe says what determines the weights', () => {
    const { ventral: version, ...recipe } = JSON.parse(readFileSync(at('one/recipe.json'), 'utf8'));
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(recipe).toEqual({
      network: 'small',
      epochs: 8,
      batch: 96,
      rate: 0.4,
      schedule: { kind: 'cosine', warmup: 0.15 },
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
      smoothing: 0.1,
      augmentation: { flip: true, shiftPx: 3, jitter: 0, cutoutPx: 8 },
      seed: 0,
      split: { holdOut: 0.1, shuffleLabels: false },
      data: { n: 216, classes: ['across', 'down'], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      kernels: 'simd',
    });
  });

  test('the same bits for 2 and 3 workers', async () => {
    const ended = await Promise.all([
      train('two', ...epochs, '--workers', '2'),
      train('three', ...epochs, '--workers', '3', '--half'),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    for (const out of ['two', 'three']) expect(checkpoint(out)).toEqual(checkpoint('one'));
    expect(weights('two')).toBe(weights('one'));
  });

  test('the same bits, and the same log but for the times, for a run from a zip that Ctrl-C stopped and --resume ended', async () => {
    const zip = at('stripes.zip');
    const files = filesBelow(data).map((file) => [file, new Uint8Array(readFileSync(join(data, file)))] as const);
    writeFileSync(zip, zipSync(Object.fromEntries(files)));
    const run = ['train', '--data', zip, '--network', net, '--batch', '96', '--out', at('stopped'), ...epochs];
    const stopped = await ventral([...run, '--json'], (child) => {
      let wasSent = false;
      child.stderr!.on('data', (text: string) => {
        // In the middle of an epoch, after some.
        if (!wasSent && /"n_done":([3-9]|1\d)\b/.test(text)) wasSent = child.kill('SIGINT');
      });
    });
    const { message } = events(stopped).at(-1);
    expect(stopped.code).toBe(130);
    expect(message).toMatch(/^Stopped after step \d+ of 16\. The same command with --resume goes on there\.$/);
    expect(filesBelow(at('stopped'))).toEqual(filesBelow(at('one')));
    expect(weights('stopped')).not.toBe(weights('one'));
    const resumed = await ventral([...run, '--resume']);
    expect(resumed.stderr).toContain(`; goes on after step ${/\d+/.exec(message)![0]}\n`);
    expect([weights('stopped'), checkpoint('stopped')]).toEqual([weights('one'), checkpoint('one')]);
    const untimed = (out: string) => log(out).rows.map((row) => row.slice(0, -1));
    expect(untimed('stopped')).toEqual(untimed('one'));
  });

  test('--half stores weights rounded to eleven bits, and the checkpoint in full', () => {
    const read = (out: string) => readSafetensors(readFileSync(at(out, 'small.safetensors')), out).tensors;
    const half = read('three');
    for (const [name, { data: full }] of read('one')) {
      for (const [i, value] of full.entries())
        expect(Math.abs(half.get(name)!.data[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25);
    }
    expect(half.get('a.conv.weight')!.data).not.toEqual(read('one').get('a.conv.weight')!.data);
  });

  test('--resume with a network or options that are not the run’s: refused by the first difference; nothing changes', async () => {
    const contents = () => filesBelow(at('one')).map((file) => [file, readFileSync(at('one', file)).toString('base64')]);
    const before = contents();
    const resume = (given: string, ...more: string[]) =>
      ventral(['train', '--data', data, '--network', given, '--batch', '96', '--out', at('one'), ...epochs, '--resume', ...more]);
    const head = `checkpoint "${at('one', 'checkpoint.safetensors')}": its run had`;
    const cases = [
      [
        'checkpoint: "a.conv.weight" is [4, 3, 3, 3], this network needs [6, 3, 3, 3]. It belongs to another network.',
        resume(network('wide.json', withLayer('a.conv', { channels: 6 }))),
      ],
      [
        `${head} network.layers.2.fn relu, this one has gelu. Give the options of that run.`,
        resume(network('gelu.json', withLayer('a.relu', { fn: 'gelu' }))),
      ],
      [`${head} rate 0.4, this one has 0.2. Give the options of that run.`, resume(net, '--rate', '0.2')],
    ] as const;
    for (const [message, work] of cases) {
      const { code, stderr } = await work;
      expect([stderr.split('\n').at(-2), code]).toEqual([message, 1]);
    }
    expect(contents()).toEqual(before);
  });
});

describe('data that cannot be learned from', () => {
  const run = (source: string, out: string, ...more: string[]) =>
    ventral([
      'train',
      '--data',
      source,
      '--network',
      net,
      '--batch',
      '16',
      '--epochs',
      '1',
      '--workers',
      '1',
      '--out',
      at(out),
      ...more,
    ]);

  test.each([
    [
      'fewer pictures than a batch',
      { across: 5, down: 5 },
      'train: 8 pictures are fewer than a batch of 16. Give a smaller batch, or more pictures.',
    ],
    ['one class', { across: 40 }, 'train: all 36 pictures are of one class, "across". Give pictures of at least two.'],
    [
      'a class that the network does not know',
      { across: 20, zebra: 20 },
      `data "${at('a class that the network does not know')}": class "zebra" is none of the network's: across, down.`,
    ],
  ])('%s: one line, exit 1, nothing written', async (name, counts, message) => {
    const { code, stderr } = await run(pictures(name, counts), `of ${name}`);
    expect([stderr.split('\n').at(-2), code, existsSync(at(`of ${name}`))]).toEqual([message, 1, false]);
  });

  test('pictures in no folder', async () => {
    pictures('bare', { across: 1 });
    renameSync(at('bare/across/000.png'), at('bare/000.png'));
    const { code, stderr } = await run(at('bare'), 'of bare');
    expect([code, stderr]).toEqual([
      1,
      `data "${at('bare')}": "000.png" lies in no folder. A picture's class is the name of its folder.\n`,
    ]);
  });

  test('unequal classes, and chunks too small for batch normalisation: said, and the run goes on', async () => {
    const source = pictures('unequal', { across: 30, down: 10 });
    const { code, stderr } = await run(source, 'of unequal', '--hold-out', '0', '--batch', '37', '--rate', '0.01');
    expect(code).toBe(0);
    expect(stderr).toContain(
      'Warning: Classes are of unequal size, from 10 ("down") to 30 ("across") pictures: to answer "across" always is right for 75.0 %.\n',
    );
    expect(stderr).toContain('a batch of 37 has chunks of 1, which is too few for it. Give a multiple of 32.\n');
  });

  test('pictures that cannot be decoded are left out by name, held-out ones too; --strict ends at the first', async () => {
    const source = pictures('damaged', { across: 24, down: 24 });
    const damaged = ['across/100.png', 'down/100.png', 'down/101.jpg'];
    for (const file of damaged) writeFileSync(join(source, file), 'not a picture');
    const [lenient, strict] = await Promise.all([
      run(source, 'of damaged', '--hold-out', '0.5', '--json'),
      run(source, 'strict', '--strict'),
    ]);
    expect(lenient.code).toBe(0);
    const said = events(lenient);
    expect(
      said.filter(({ event, message }) => event === 'warning' && message.includes('left out')).map(({ message }) => message),
    ).toEqual(
      expect.arrayContaining(
        damaged.map((file) => `"${file}" is left out: decodeImage "${file}": not a picture. Readable: PNG, JPEG and WebP.`),
      ),
    );
    const { n_pictures, n_held_out } = said.find(({ n_steps }) => n_steps !== undefined);
    expect(n_pictures + n_held_out).toBe(48);
    expect([strict.code, existsSync(at('strict'))]).toEqual([1, false]);
    expect(strict.stderr).toMatch(/\ndecodeImage "(across|down)\/10[01]\.(png|jpg)": not a picture/);
  });
});

describe('a loss that diverges', () => {
  const diverge = (out: string, ...more: string[]) =>
    ventral(
      [
        'train',
        '--data',
        data,
        '--network',
        net,
        '--batch',
        '96',
        '--schedule',
        'constant',
        '--hold-out',
        '0',
        '--workers',
        '1',
      ].concat('--out', at(out), more),
    );

  test('names step and layer; nothing is written where there was nothing', async () => {
    const { code, stderr } = await diverge('diverged', '--rate', '1e38', '--epochs', '3');
    expect(stderr.split('\n').at(-2)).toMatch(
      /^train: the loss is not a number at step 2 \(epoch 1 of 3\): the cross-entropy of "logits" gives values that are not finite\. Lower the learning rate \(1e\+38\)\.$/,
    );
    expect([code, existsSync(at('diverged'))]).toEqual([1, false]);
  });

  test('after good epochs: the checkpoint before it is kept, and whole', async () => {
    // Weight decay above 2 / rate makes the weights grow at every step; the log begins well.
    const { code, stderr } = await diverge('later', '--rate', '30', '--weight-decay', '0.9', '--momentum', '0', '--epochs', '60');
    const line = stderr.split('\n').at(-2)!;
    expect(line).toMatch(/^train: .* not finite\. Lower the learning rate \(30\)\. The checkpoint of step \d+ is kept: /);
    expect(code).toBe(1);
    expect(filesBelow(at('later'))).toHaveLength(5);
    const step = Number(/checkpoint of step (\d+)/.exec(line)![1]);
    expect(log('later').rows.at(-1)![1]).toBe(`${step}`);
    const { tensors } = readSafetensors(readFileSync(at('later', 'small.safetensors')), 'later');
    for (const [name, { data: values }] of tensors) expect(values.every(Number.isFinite), name).toBe(true);
  });
});

describe('wrong use is exit 2, and a network that cannot be trained is exit 1, in one line', () => {
  test.each([
    [
      'resnet',
      [],
      2,
      'error: --network must be a built-in network or a description (.json), got "resnet". See `ventral models`.',
    ],
    ['small.json', ['--resume'], 2, `error: --resume: no checkpoint.safetensors in "${at('unused')}".`],
    [
      'small.json',
      ['--out', folder],
      2,
      `error: --out "${folder}" holds small.json already. Add --resume to go on with a run, or name another folder.`,
    ],
    ['plain.json', [], 1, 'train "small": the description has no "preprocess": how pictures become the input is not known.'],
  ])('%s %j', async (given, more, code, message) => {
    network('plain.json', ({ preprocess: _, ...rest }) => rest);
    const ended = await ventral([
      'train',
      '--data',
      data,
      '--network',
      given.endsWith('.json') ? at(given) : given,
      '--out',
      at('unused'),
      ...more,
    ]);
    expect([ended.stderr, ended.code, existsSync(at('unused'))]).toEqual([`${message}\n`, code, false]);
  });
});

describe('documentation', () => {
  const page = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

  test('every option of train is in its table, with its default', async () => {
    const { stdout } = await ventral(['help', 'train']);
    const options = stdout.slice(stdout.indexOf('--epochs')).split(/\n {2}(?=-)/);
    const rows = new Map(
      [...page('training.md').matchAll(/^\| `(--[a-z-]+)` \|([^|]*)\|/gm)].map(([, name, value]) => [name, value!.trim()]),
    );
    for (const option of options.map((text) => text.replace(/\s+/g, ' '))) {
      const name = /^--[a-z-]+/.exec(option)?.[0];
      if (!name || ['--resume', '--relaxed', '--json'].includes(name)) continue;
      const value = /default: ([\w."]+)/.exec(option)?.[1]?.replaceAll('"', '');
      expect([name, rows.get(name)]).toEqual([name, value && !['false', 'as'].includes(value) ? value : '']);
    }
    for (const name of ['--resume', '--relaxed', '--json']) expect(page('training.md')).toContain(`\`${name}`);
  });

  test('the description that is shown is one, and the log has the columns that are explained', () => {
    const [, json] = /## Network descriptions[\s\S]*?```json\n([\s\S]*?)```/.exec(page('formats.md'))!;
    // By hand: 16·3·25, 2·16; 32·16·9 + 32; 2·32 + 2.
    expect(trainable(buildNetwork(JSON.parse(json!), { seed: 0 })).nValues).toBe(1200 + 32 + 4640 + 66);
    const [, table] = /## The log of a training([\s\S]*?)\n## /.exec(page('formats.md'))!;
    const explained = [...table!.matchAll(/^\| (`.*?) \| /gm)].flatMap(([, names]) => names!.replaceAll('`', '').split(', '));
    expect(explained).toEqual(log('one').columns);
  });
});

test('drawn digits, grey, by AdamW', async () => {
  const grey = network('grey.json', ({ classes: _, ...rest }) => ({
    ...rest,
    name: 'grey',
    input: { height: 8, width: 8, channels: 1 },
    preprocess: { channels: 'grey', scale: 1 / 255, mean: [0.5], std: [0.25] },
    layers: rest.layers.map((one) => ('units' in one ? { ...one, units: 10 } : one)),
  }));
  const { code } = await ventral(
    [
      'train',
      '--data',
      'digits',
      '--drawn',
      '40',
      '--network',
      grey,
      '--optimizer',
      'adamw',
      '--no-flip',
      '--out',
      at('digits'),
    ].concat(['--epochs', '2', '--batch', '32', '--hold-out', '0', '--workers', '1']),
  );
  expect(code).toBe(0);
  expect(JSON.parse(readFileSync(at('digits/grey.json'), 'utf8')).classes).toEqual([...'0123456789']);
  expect(JSON.parse(readFileSync(at('digits/recipe.json'), 'utf8'))).toMatchObject({ rate: 0.002, optimizer: { kind: 'adamw' } });
  expect(log('digits').rows.map((row) => row.slice(5, 7))).toEqual([
    ['', ''],
    ['', ''],
  ]);
});

test.skipIf(!hasShared)('ventralnet on photographs of three classes: an epoch, and a network with their names', async () => {
  const entries = unzipSync(new Uint8Array(readFileSync(shared('datasets/cifar10/test.zip'))), {
    filter: ({ name }) => /^(cat|frog|ship)\/000\d\.jpg$/.test(name),
  });
  for (const [name, bytes] of Object.entries(entries)) {
    mkdirSync(at('photos', name, '..'), { recursive: true });
    writeFileSync(at('photos', name), bytes);
  }
  const { code, stderr } = await ventral(
    [
      'train',
      '--data',
      at('photos'),
      '--network',
      'ventralnet',
      '--epochs',
      '1',
      '--batch',
      '8',
      '--out',
      at('ventralnet'),
    ].concat(['--hold-out', '0']),
  );
  expect(stderr).toContain('ventralnet: 1177827 parameters, 30 pictures of 3 classes; 1 epoch, 3 steps of 8, 1 worker\n');
  expect(code).toBe(0);
  const path = at('ventralnet/ventralnet.json');
  expect(readNetwork(readFileSync(path), path).metadata).toMatchObject({
    classes: ['cat', 'frog', 'ship'],
    designedFor: { block1: 'V1' },
  });
});
