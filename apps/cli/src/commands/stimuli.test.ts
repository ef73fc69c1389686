import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createImageDecoder, readCsv } from '@ventral/formats';
import { stimulusSet, stimulusSets } from '@ventral/stimuli';
import { describe, expect, test } from 'vitest';
import { filesBelow, temporaryFolder, ventral } from '../built-cli.test-helper.ts';

const folder = temporaryFolder();

/** Reads a PNG; other codecs are not needed. */
const noCodec = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
const decode = createImageDecoder({ jpeg: noCodec, webp: noCodec });

describe('ventral stimuli', () => {
  test('without a set: all sets, each with the number of its pictures', async () => {
    const { code, stdout, stderr } = await ventral(['stimuli']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(stimulusSets.map(({ name }) => name));
    expect(lines.find((line) => line.startsWith('blank'))).toMatch(/^blank +1 picture\. /);
    expect(lines.find((line) => line.startsWith('size'))).toMatch(/^size +480 pictures\. /);
  });

  test('a set: its pictures by their ids, the parameters of each, and a sheet that shows them all', async () => {
    const out = join(folder, 'new/spots');
    const ended = await ventral(['stimuli', 'spots', '--out', out, '--size', '24x32', '--fov', '4', '--seed', '7']);
    expect([ended.code, ended.stdout]).toEqual([0, '']);
    expect(ended.stderr).toContain(
      `46 pictures of 24×32 px in ${join(out, 'spots')}, with stimuli.csv and contact-sheet.png in ${out}\n`,
    );
    const list = stimulusSet('spots').list({ heightPx: 24, widthPx: 32, fovDeg: 4, seed: 7 });
    const ids = Array.from({ length: 46 }, (_, i) => list.id(i));
    expect(filesBelow(out)).toEqual(['contact-sheet.png', ...ids.map((id) => `${id}.png`), 'stimuli.csv']);

    const picture = await decode(readFileSync(join(out, 'spots/09.png')), '09.png');
    expect([...picture.data]).toEqual([...list.draw(9).data]);

    const { columns, rows } = readCsv(readFileSync(join(out, 'stimuli.csv'), 'utf8'));
    expect(columns).toEqual([
      'stimulus',
      'sheet_row',
      'sheet_column',
      'height_px',
      'width_px',
      'fov_deg',
      'seed',
      'center_contrast',
      'surround_contrast',
      'center_diameter_deg',
      'surround_diameter_deg',
      'y_deg',
      'x_deg',
    ]);
    expect(rows.map(([id]) => id)).toEqual(ids);
    const { centerDiameterDeg, centerContrast } = list.parameters(9) as Record<string, number>;
    expect([rows[9]![9], rows[9]![7]].map(Number)).toEqual([centerDiameterDeg, centerContrast]);

    const sheet = await decode(readFileSync(join(out, 'contact-sheet.png')), 'contact-sheet.png');
    const [row, column] = [Number(rows[9]![1]), Number(rows[9]![2])];
    const at = (y: number, x: number) => sheet.data[3 * ((4 + row * 28 + y) * sheet.widthPx + 4 + column * 36 + x)];
    expect(Array.from({ length: 32 }, (_, x) => at(12, x))).toEqual(
      Array.from({ length: 32 }, (_, x) => picture.data[3 * (12 * 32 + x)]),
    );
  });

  test('textures from pictures: one of its statistics and its scrambled twin, with how near it came', async () => {
    const [photos, out] = [join(folder, 'drawn'), join(folder, 'from')];
    await ventral(['stimuli', 'blank', '--out', photos, '--size', '32x32']);
    const flat = await ventral(['stimuli', 'textures', '--from', join(photos, 'blank'), '--out', out]);
    expect([flat.code, flat.stderr]).toEqual([1, 'stimuli "00.png": the same grey everywhere, which is no texture.\n']);
    const wrong = await ventral(['stimuli', 'textures', '--from', photos, '--out', out, '--size', '128x256']);
    expect(wrong.stderr).toContain('textures are squares, got 128×256 px. Use --size 128x128 or --size 256x256.');
    const other = await ventral(['stimuli', 'spots', '--from', photos, '--out', out]);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('error: --from goes with the set textures')]);

    await ventral(['stimuli', 'textures', '--out', join(folder, 'tiles'), '--size', '128x128']);
    const made = await ventral(['stimuli', 'textures', '--from', join(folder, 'tiles/textures/24.png'), '--out', out]);
    expect(made.code).toBe(0);
    expect(filesBelow(out)).toEqual(['contact-sheet.png', 'stimuli.csv', 'textures/00.png', 'textures/01.png']);
    const { columns, rows } = readCsv(readFileSync(join(out, 'stimuli.csv'), 'utf8'));
    const cell = (row: number, name: string) => rows[row]![columns.indexOf(name)];
    expect([cell(0, 'source'), cell(0, 'kind'), cell(1, 'kind')]).toEqual(['24.png', 'naturalistic', 'scrambled']);
    const isNear = Number(cell(0, 'least_correlation')) >= 0.99;
    expect(cell(0, 'is_converged')).toBe(isNear ? 'yes' : 'no');
    expect(made.stderr.includes('did not converge')).toBe(!isNear);
  });

  test('published degrees: what the pixels cannot carry is left out and said', async () => {
    const out = join(folder, 'published');
    const ended = await ventral([
      'stimuli',
      'spatial-frequency',
      '--out',
      out,
      '--mode',
      'marques',
      '--size',
      '16x16',
      '--fov',
      '1',
    ]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(
      `Warning: 16 px per degree: the published degrees are meant for 28 and more.
Warning: left out, more than half a cycle per pixel: 8.724, 10.37, 12.34, 14.67 cycles/deg
1728 pictures of 16×16 px in ${join(out, 'spatial-frequency')}, with`,
    );
  });

  test.each([
    ['no such set', ['grating', '--out', join(folder, 'a')], 1, 'stimuli: there is no built-in set "grating". Built-in sets: '],
    ['a set without a folder', ['gratings'], 2, "error: required option '--out <folder>' not specified"],
    ['no such mode', ['size', '--out', join(folder, 'a'), '--mode', 'degrees'], 2, 'Allowed choices are relative, marques.'],
    [
      'a set without published degrees',
      ['bars', '--out', join(folder, 'a'), '--mode', 'marques'],
      1,
      'stimuli: "bars" has no published degrees. Use the mode "relative".',
    ],
    [
      'degrees that pixels are too coarse for',
      ['size', '--out', join(folder, 'a'), '--mode', 'marques', '--size', '32x32'],
      1,
      'stimuli: the published degrees need at least 16 px per degree (28 are advised), got 4. ',
    ],
    ['a size that is none', ['size', '--out', join(folder, 'a'), '--size', '32'], 2, 'Height x width in pixels is needed'],
  ])('%s is refused, and nothing is written', async (_, args, code, line) => {
    const ended = await ventral(['stimuli', ...args]);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(line);
    expect(filesBelow(join(folder, 'a'))).toEqual([]);
  });
});
