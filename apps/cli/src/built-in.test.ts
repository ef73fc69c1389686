/** @file The built-in networks as they ship: as right as data/models/README.md says, and beside their controls. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, ventral } from './built-cli.test-helper.ts';

const folder = temporaryFolder();
const readme = readFileSync(new URL('../../../data/models/README.md', import.meta.url), 'utf8');

describe('ventralnet', () => {
  test.skipIf(!hasShared)(
    'is right about as many test pictures of CIFAR-10 as its page says',
    async () => {
      const { code, stdout } = await ventral(['evaluate', 'ventralnet', '--data', shared('datasets/cifar10/test.zip')]);
      const line = stdout.trim().split('\n').at(-1)!;
      expect([code, line]).toEqual([0, expect.stringMatching(/^accuracy 8\d\.\d\d % \(8\d{3} of 10000\)/)]);
      expect(readme).toContain(line);
    },
    240_000,
  );

  // Where the centre of the picture is not the animal, the box around it is what the network is shown.
  test.skipIf(!hasShared).each([
    ['bird', 'bird'],
    ['cat', 'cat'],
    ['cat_test_0', 'cat'],
    ['skimage_chelsea', 'cat'],
    ['dog_segmentation', 'dog'],
    ['dog_train_0', 'dog'],
    ['parrot', 'bird', '--crop', '65,70,288,288'],
    ['pets', 'dog', '--crop', '105,5,157,290'],
  ])('%s.png shows a %s', async (photo, name, ...crop) => {
    const image = shared(`photos/${photo}.png`);
    const { stdout } = await ventral(['run', 'ventralnet', '--image', image, '--top', '1', ...crop]);
    expect(
      stdout
        .trim()
        .split(/[,\r\n]+/)
        .at(-1),
    ).toBe(name);
  });

  test.skipIf(!hasShared)('a box beyond the edge of a photograph is refused', async () => {
    const image = shared('photos/parrot.png');
    const { code, stdout, stderr } = await ventral(['run', 'ventralnet', '--image', image, '--crop', '300,0,100,80']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      'crop: 100×80 px at left 300, top 0 do not lie in the picture, which is 353 px wide and 640 px high.',
    );
  });

  test('its control, untrained, sees the same pictures: as many rows, other numbers', async () => {
    const out = join(folder, 'controls');
    const { code, stderr } = await ventral([
      'probe',
      'ventralnet',
      '--stimuli',
      'noise',
      '--controls',
      'untrained,permuted',
      '--out',
      out,
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('untrained control, permuted control');
    const { columns, rows } = readCsv(readFileSync(join(out, 'statistics.csv'), 'utf8'));
    const at = (name: string) => columns.indexOf(name);
    const of = (control: string) => rows.filter((row) => row[at('control')] === control);
    expect([of('').length, of('untrained').length, of('permuted').length]).toEqual([14, 14, 14]);
    expect(of('untrained').map((row) => row[at('layer')])).toEqual(of('').map((row) => row[at('layer')]));
    for (const control of ['untrained', 'permuted'])
      expect(of(control).map((row) => row[at('mean')])).not.toEqual(of('').map((row) => row[at('mean')]));
    const chart = readFileSync(join(out, 'figures/sparseness-ladder.svg'), 'utf8');
    expect(chart).toContain('control: the same network before training');
  });
});

describe('digits', () => {
  test('is right about 99 % of drawings that it has not seen; untrained, about a tenth', async () => {
    const share = async (name: string) => {
      const { stdout } = await ventral(['evaluate', name, '--data', 'digits', '--drawn', '1000', '--seed', '9', '--json']);
      return (JSON.parse(stdout) as { accuracy: number }).accuracy;
    };
    expect(await share('digits')).toBeGreaterThanOrEqual(0.99);
    expect(await share('digits:untrained')).toBeLessThan(0.3);
  });
});
