import { areas5, readMeasurements } from '@ventral/cortex';
import { sheetName, type Table } from '@ventral/probe';
import { cortexFiles } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { type PatchSheet, type PreferenceLadderOptions, preferenceLadder } from './index.ts';
import { words } from './words.ts';

const measurements = readMeasurements(cortexFiles());
const statements = measurements.filter(({ measure }) => measure === 'preferred_pattern');
const options = { language: 'en', theme: 'light', fovDeg: 8, inputPx: 224 } as const satisfies PreferenceLadderOptions;

/** Two patches of each layer: layers 2, 5 and 11 of a network, whose fields are 7, 28 and 224 px. */
const names = ['model', 'layer_index', 'layer', 'box_height_px', 'box_width_px'];
const table: Table = {
  name: 'preferred-patches',
  title: '',
  columns: names.map((name) => ({ name, type: 'string', description: '' })),
  rows: [
    ['conv1', 2, 7],
    ['conv<2>', 5, 28],
    ['conv3', 11, 224],
  ].flatMap(([layer, index, px]) => Array.from({ length: 2 }, () => ['net', index!, layer!, px!, px!])),
};
const sheet = (name: string, nChannels = 3): PatchSheet => ({
  name,
  heightPx: 148,
  widthPx: 158 * nChannels - 10,
  href: `data:image/png;base64,${name}`,
});
const sheets = [sheet(sheetName(2)), sheet(sheetName(5)), sheet(sheetName(11)), sheet(sheetName(5, 'permuted'), 1)];

const ladder = (choice: Partial<PreferenceLadderOptions> = {}, given = sheets) =>
  preferenceLadder([table], given, measurements, { ...options, ...choice })!;
/** Text elements in the order they are written. */
const textsOf = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)].map(([, x, y, said]) => ({
    x: Number(x),
    y: Number(y),
    said: said!,
  }));
const imagesOf = (svg: string) =>
  [...svg.matchAll(/<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" href="([^"]*)"/g)].map(
    ([, x, y, width, height, href]) => ({ x: Number(x), y: Number(y), width: Number(width), height: Number(height), href }),
  );

describe('the ladder of preferences', () => {
  test('the first layer is lowest, each beside its patches in their own proportions and its field in degrees', () => {
    const { svg } = ladder();
    const images = imagesOf(svg);
    expect(images.map(({ href }) => href)).toEqual(
      ['preferred-2', 'preferred-5', 'preferred-5-permuted', 'preferred-11'].map((name) => `data:image/png;base64,${name}`),
    );
    const [first, second, control, third] = images as Required<(typeof images)[number]>[];
    expect(first!.y).toBeGreaterThan(second!.y);
    expect(second!.y).toBeGreaterThan(third!.y);
    expect(control!.y).toBe(second!.y);
    expect(first!.width / first!.height).toBeCloseTo(464 / 148, 2);
    const said = textsOf(svg).map((text) => text.said);
    expect(said).toContain('1 conv1');
    expect(said).toContain('2 conv&lt;2&gt;');
    // 28 px of 224 over 8°.
    expect(said).toContain('patch 28 px, 1°');
  });

  test('every area has its statements with their sources, LGN lowest; a DOI where there is one', () => {
    const texts = textsOf(ladder().svg);
    const at = areas5.map((area) => texts.find(({ said }) => said === area)!.y);
    for (const [i, y] of at.slice(1).entries()) expect(y).toBeLessThan(at[i]!);
    // Lines of wrapped text, joined again.
    const all = texts.map(({ said }) => said).join(' ');
    expect(new Set(statements.map(({ area5 }) => area5))).toEqual(new Set(areas5));
    for (const { method, citation, doi } of statements) {
      expect(all).toContain(method);
      expect(all).toContain(citation.replaceAll('&', '&amp;'));
      if (doi) expect(all).toContain(`doi:${doi}`);
    }
    expect(all).toContain('no layer is an area');
  });

  test('nothing overlaps or leaves the paper', () => {
    for (const language of ['en', 'ko'] as const) {
      const { svg } = ladder({ language });
      const [, width, height] = svg.match(/width="(\d+)" height="([\d.]+)"/)!.map(Number);
      const texts = textsOf(svg);
      for (const { x, y } of texts) expect([x > 0, y > 0, x < width!, y < height!]).toEqual([true, true, true, true]);
      const right = texts.filter(({ x }) => x > 600).sort((a, b) => a.y - b.y);
      for (const [i, { y }] of right.slice(1).entries()) expect(y - right[i]!.y).toBeGreaterThan(10);
      const images = imagesOf(svg).sort((a, b) => a.x - b.x || a.y - b.y);
      for (const { y, height: own } of images) expect(y + own).toBeLessThan(height!);
      const column = images.filter(({ href }) => !href!.includes('permuted'));
      for (const [i, { y }] of column.slice(1).entries()) expect(y).toBeGreaterThan(column[i]!.y + column[i]!.height);
    }
  });

  test('in Korean every statement is said in Korean; in the dark another paper', () => {
    const { svg } = ladder({ language: 'ko' });
    for (const { method, species } of statements) {
      expect(svg).not.toContain(method);
      expect(words.ko.ladder.species[species]).toBeDefined();
    }
    expect(ladder({ theme: 'dark' }).svg).not.toBe(ladder().svg);
    expect(ladder({ theme: 'dark' }).svg.replaceAll(/fill="#\w+"|stroke="#\w+"/g, '')).toBe(
      ladder().svg.replaceAll(/fill="#\w+"|stroke="#\w+"/g, ''),
    );
  });

  test('without patches there is no figure; without a control no frame', () => {
    expect(preferenceLadder([], sheets, measurements, options)).toBeUndefined();
    expect(preferenceLadder([table], [sheet('visualise-3')], measurements, options)).toBeUndefined();
    const { svg, note } = ladder({}, sheets.slice(0, 3));
    expect(svg).not.toContain(words.en.ladder.shuffled);
    expect([note, ladder().note].map((said) => said.includes('Grey frame'))).toEqual([false, true]);
    expect(svg.match(/<rect/g)).toHaveLength(1);
  });

  test('one layer stands alone', () => {
    expect(imagesOf(ladder({}, [sheet(sheetName(5))]).svg)).toHaveLength(1);
  });
});
