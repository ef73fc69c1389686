/** @file `ventral probe` on real files: the same bytes for any number of workers, and what users read when something is wrong. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probes } from '@ventral/probe';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { filesBelow, temporaryFolder, ventral } from './built-cli.test-helper.ts';
import { encodePng } from './png.ts';

const folder = temporaryFolder();
const tables = ['cost.csv', 'layer-area.csv', 'receptive-fields.csv', 'statistics-channels.csv', 'statistics.csv'];

/** A folder of small pictures, made once. */
function pictures(name: string, n: number): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (let i = 0; i < n; i++) {
    const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, k) => (k * (i + 3)) % 256);
    writeFileSync(join(path, `p${String(i).padStart(2, '0')}.png`), encodePng({ heightPx: 40, widthPx: 40, data }));
  }
  return path;
}

test('the help names every probe', async () => {
  const { stdout } = await ventral(['probe', '--help']);
  for (const { name } of probes) expect(stdout, name).toMatch(new RegExp(`[ ,]${name}[,;\\s]`));
});

describe('built-in network', () => {
  test('demo: tables, figures, report and manifest; the layer × area table on stdout', async () => {
    const out = join(folder, 'demo');
    const { code, stdout, stderr } = await ventral(['probe', 'ventralnet:untrained', '--out', out]);
    expect(stderr).toContain('untrained');
    expect(stderr).toMatch(/14 layers, 64 images, \d+ workers?, [\d.]+ MB of memory; states [\d.]+ MB/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rung,name,.*\r\n(network,.*\r\n){8}(cortex,.*\r\n){5}$/);
    const files = filesBelow(out);
    expect(files).toEqual(expect.arrayContaining([...tables, 'manifest.json', 'report.html']));
    expect(files.filter((file) => file.startsWith('figures'))).toHaveLength(8);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expect(manifest.files.toSorted()).toEqual(files);
    expect(manifest.stimuli).toHaveLength(64);
    expect(manifest.notes).toEqual({});
    expect(manifest.model.notice).toContain('untrained');
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('nothing was learned');
    expect(report).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test('--json: every line of stderr and stdout is JSON; progress ends at n of n', async () => {
    const { code, stdout, stderr } = await ventral(['probe', 'ventralnet:untrained', '--stimuli', 'noise', '--json']);
    expect(code).toBe(0);
    const events = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event === 'progress').at(-1)).toMatchObject({ n_done: 64, n_images: 64, n_failed: 0 });
    expect(events.at(-1)).toMatchObject({ event: 'say', n_measured: 64, n_failed: 0 });
    expect(JSON.parse(stdout).rows).toHaveLength(13);
  });

  test('--probes rf,cost needs no stimuli', async () => {
    const out = join(folder, 'graph-only');
    expect((await ventral(['probe', 'ventralnet:untrained', '--probes', 'rf,cost', '--out', out])).code).toBe(0);
    expect(filesBelow(out)).toEqual(
      expect.arrayContaining(['cost.csv', 'figures/receptive-field-ladder.svg', 'receptive-fields.csv']),
    );
    expect(filesBelow(out)).not.toContain('statistics.csv');
  });

  test('one picture that cannot be decoded among 19 good ones: listed, counted, exit 1, tables written; the rest as without it', async () => {
    const source = pictures('mixed', 19);
    const [before, after] = [join(folder, 'before'), join(folder, 'after')];
    expect((await ventral(['probe', 'ventralnet:untrained', '--stimuli', source, '--out', before])).code).toBe(0);
    writeFileSync(join(source, 'z.png'), 'not a picture');
    const { code, stderr } = await ventral(['probe', 'ventralnet:untrained', '--stimuli', source, '--out', after]);
    expect(code).toBe(1);
    expect(stderr).toContain('19 images measured, 1 failed');
    expect(stderr).toContain('z.png: decodeImage "z.png": not a picture.');
    expect(JSON.parse(readFileSync(join(after, 'manifest.json'), 'utf8')).failures).toEqual([
      { id: 'z.png', message: expect.stringContaining('not a picture') },
    ]);
    expect(readFileSync(join(after, 'statistics.csv'))).toEqual(readFileSync(join(before, 'statistics.csv')));
    const strict = join(folder, 'strict');
    const ended = await ventral(['probe', 'ventralnet:untrained', '--stimuli', source, '--strict', '--out', strict]);
    expect([ended.code, existsSync(strict)]).toEqual([1, false]);
    expect(ended.stderr).toMatch(/stimulus "z\.png" \(item 19\): .*not a picture/);
  });

  test('Ctrl-C in the middle: exit 130, says that nothing was written, leaves nothing behind', async () => {
    const source = join(folder, 'many');
    mkdirSync(source);
    const one = join(pictures('one', 1), 'p00.png');
    for (let i = 0; i < 5000; i++) symlinkSync(one, join(source, `${i}.png`));
    const out = join(folder, 'interrupted');
    const { code, stderr } = await ventral(
      ['probe', 'ventralnet:untrained', '--stimuli', source, '--json', '--workers', '1', '--out', out],
      (child) => {
        child.stderr!.on('data', (text: string) => {
          if (text.includes('"progress"')) child.kill('SIGINT');
        });
      },
    );
    expect(stderr).toMatch(/Stopped\. The job was cancelled after \d+ of 5000 items\. No table was written/);
    expect([code, existsSync(out)]).toEqual([130, false]);
  });
});

test('a full disk, of 300 kB: one line that names the file, exit 1, nothing left on it', async ({ skip }) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    skip('only root may mount so small a disk');
  }
  try {
    const { code, stderr } = await ventral(['probe', 'ventralnet:untrained', '--out', join(disk, 'results')]);
    expect(stderr).toMatch(/\nwrite ".*\.\w+": no space left on the disk\. Free some, or choose another place\.\n$/);
    expect([code, filesBelow(disk), existsSync(join(disk, 'results'))]).toEqual([1, [], false]);
  } finally {
    execFileSync('umount', [disk]);
  }
});

describe('wrong use is exit 2, and files that cannot be used are exit 1, both in one line', () => {
  test.each([
    [['probe'], 2, "missing required argument 'model'"],
    [['probe', 'ventralnet:untrained', '--wokers', '2'], 2, "unknown option '--wokers'"],
    [['probe', 'ventralnet:untrained', '--workers', '0'], 2, 'A whole number of at least 1 is needed.'],
    [['probe', 'ventralnet:untrained', '--input', '32'], 2, 'Height x width in pixels is needed'],
    [['probe', 'ventralnet:untrained', '--probes', 'rff'], 1, 'probes: unknown probe "rff". Known:'],
    [['probe', 'ventralnet:untrained', '--layers', 'blok*'], 1, 'ventralnet:untrained: layers: "blok*" matches no layer.'],
    [['probe', 'ventralnet:untrained', '--stimuli', 'leaves'], 1, 'there is no built-in set "leaves"'],
    [['probe', 'ventralnet:untrained', '--stimuli', './nowhere/'], 1, 'stimuli "./nowhere/": no such folder, zip or picture.'],
    [
      ['probe', 'ventralnet', '--controls', 'shuffled'],
      2,
      'there is no control "shuffled". There are: untrained, permuted, random.',
    ],
    [
      ['probe', 'ventralnet:untrained', '--controls', 'untrained'],
      2,
      'what "ventralnet:untrained" was before training is not known.',
    ],
    [['probe', 'nowhere.onnx', '--stimuli', 'noise'], 1, 'model "nowhere.onnx": no such file'],
    [['run', 'ventralnet:untrained', '--image', 'nowhere.png'], 1, 'read "nowhere.png": no such file or folder.'],
    [
      ['run', 'ventralnet:untrained', '--image', 'nowhere.png', '--crop', '10,20,30'],
      2,
      'Left, top, width and height in pixels are needed, e.g. 80,0,200,200.',
    ],
    [['nonsense'], 2, "unknown command 'nonsense'"],
  ])('ventral %j → exit %i', async (args, code, message) => {
    const ended = await ventral(args);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toContain('    at ');
    expect(ended.code).toBe(code);
  });

  test('an empty folder', async () => {
    mkdirSync(join(folder, 'empty'));
    const { code, stderr } = await ventral(['probe', 'ventralnet:untrained', '--stimuli', join(folder, 'empty')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('empty": no picture in it. Readable: PNG, JPEG and WebP.')]);
  });

  test('a place that cannot be written is refused before the run', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await ventral(['probe', 'ventralnet:untrained', '--out', join(folder, 'file/results')]);
    expect(stderr).toContain('results": a part of the path is a file, but must be a folder.');
    expect(stderr).not.toContain('images,');
    expect(code).toBe(1);
  });
});

describe.skipIf(!hasShared)('with real networks', () => {
  const squeezenet = 'models/squeezenet1_1/squeezenet1_1.onnx';

  test('squeezenet1_1 on photographs: byte-identical tables, figures and report for --workers 1, 2, 3', async () => {
    const outs = [1, 2, 3].map((n) => join(folder, `workers-${n}`));
    for (const [i, out] of outs.entries()) {
      const { code, stderr } = await ventral([
        'probe',
        shared(squeezenet),
        '--stimuli',
        shared('photos'),
        '--workers',
        String(i + 1),
        '--out',
        out,
      ]);
      expect(stderr).toContain('20 images measured, 0 failed');
      expect(code).toBe(0);
    }
    const files = filesBelow(outs[0]!).filter((file) => file !== 'manifest.json');
    expect(files).toEqual(expect.arrayContaining(tables));
    for (const out of outs.slice(1)) {
      for (const file of files)
        expect(readFileSync(join(out, file)).equals(readFileSync(join(outs[0]!, file))), `${out}/${file}`).toBe(true);
    }
  });

  /** A copy of a real model, changed by `change`, probed; gives what the user reads. */
  async function probeChanged(name: string, change: (path: string) => void, model = squeezenet, args: readonly string[] = []) {
    const path = join(folder, name);
    copyFileSync(shared(model), path);
    change(path);
    const out = join(folder, `${name}-results`);
    const ended = await ventral(['probe', path, '--stimuli', shared('photos'), '--out', out, ...args]);
    expect(ended.stderr).not.toContain('    at ');
    expect([ended.code, existsSync(out)]).toEqual([1, false]);
    return ended.stderr;
  }

  test('a truncated file', async () => {
    expect(await probeChanged('cut.onnx', (path) => truncateSync(path, 1_000_000))).toMatch(
      /readOnnx .*cut\.onnx: not an ONNX model, or a damaged one/,
    );
  });
  test('a file that is not ONNX', async () => {
    expect(await probeChanged('text.onnx', (path) => writeFileSync(path, 'This is a letter.\n'))).toMatch(
      /readOnnx .*text\.onnx: not an ONNX model/,
    );
  });
  test('an operator that nobody knows', async () => {
    const text = await probeChanged('op.onnx', (path) => patch(path, 'Concat', 'Foobar'));
    expect(text).toMatch(/readOnnx .*op\.onnx: unknown operator "Foobar" .* at nodes\[\d+\]/);
  });
  test('NaN weights', async () => {
    const text = await probeChanged('nan.onnx', (path) => {
      const bytes = readFileSync(path);
      // Far inside the file there is nothing but weights, and four 0xff at any alignment are a NaN.
      bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 64);
      writeFileSync(path, bytes);
    });
    expect(text).toMatch(/nan\.onnx: .*weight "[^"]+" of conv2d.* "[^"]+" holds \d+ NaN among \d+ values/);
  });
  test('preprocessing with another number of channels', async () => {
    const sidecar = join(folder, 'grey.json');
    writeFileSync(sidecar, JSON.stringify({ preprocess: { channels: 'grey', scale: 1, mean: [0], std: [1], crop: 224 } }));
    expect(await probeChanged('grey.onnx', () => {}, squeezenet, ['--preprocess', sidecar])).toMatch(
      /grey\.onnx: input "data" \[1, 3, 224, 224\] takes 3 channels, but the preprocessing \(grey\) gives 1\./,
    );
  });
  test('without a sidecar the assumption is said', async () => {
    const path = join(folder, 'bare.onnx');
    copyFileSync(shared(squeezenet), path);
    const { stderr, code } = await ventral(['run', path, '--image', shared('photos/cat.png')]);
    expect(stderr).toContain('Warning: "bare" comes without preprocessing. Assumed: RGB / 255, mean 0.485, 0.456, 0.406');
    expect(code).toBe(0);
  });
});

/** Replaces a text of the same length in a file. */
function patch(path: string, from: string, to: string): void {
  const bytes = readFileSync(path);
  bytes.write(to, bytes.indexOf(from), 'latin1');
  writeFileSync(path, bytes);
}
