import { expect, test } from 'vitest';
import { ventral } from './built-cli.test-helper.ts';

test.each([
  ['1 worker, batch 1', ['--images', '1'], { workers: 1, batch: 1, kernels: 'simd' }],
  [
    '2 workers, batch 3, relaxed',
    ['--images', '1', '--workers', '2', '--batch', '3', '--relaxed', 'on'],
    { workers: 2, batch: 3, kernels: 'relaxed' },
  ],
] as const)(
  'bench ventralnet:untrained, %s: one line of JSON',
  async (_, options, said) => {
    const { code, stdout } = await ventral(['bench', 'ventralnet:untrained', '--json', ...options]);
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ model: 'ventralnet:untrained', ...said });
    expect(Object.keys(result)).toEqual([
      'model',
      'workers',
      'batch',
      'kernels',
      'ms_per_image',
      'ms_per_image_with_stats',
      'images_per_s',
      'peak_mb',
    ]);
    for (const key of ['ms_per_image', 'ms_per_image_with_stats', 'images_per_s', 'peak_mb'])
      expect(result[key]).toBeGreaterThan(0);
  },
  60_000,
);

test('bench of a network that is not there: exit 1, one line', async () => {
  const { code, stdout, stderr } = await ventral(['bench', 'none.onnx', '--workers', '2']);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe('model "none.onnx": no such file, and no built-in network of that name. See `ventral models`.\n');
});

test.each(['--images', '--batch', '--workers'])('bench %s 0: wrong use', async (option) => {
  expect((await ventral(['bench', 'ventralnet', option, '0'])).code).toBe(2);
});
