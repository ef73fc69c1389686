import { expect, it } from 'vitest';
import { describeOp, randomTensor, weight } from '../../test/describe-op.ts';
import { convNd, convTranspose } from './conv-nd.ts';
import { conv2d } from './conv2d.ts';

const plain = { stride: [], dilation: [], padding: [], groups: 1, outputPadding: [] };

describeOp('convTranspose', [
  { attributes: plain, inputs: [[1, 3, 4, 5], weight(3, 6, 3, 3)] },
  { attributes: { ...plain, stride: [2, 3], outputPadding: [1, 2] }, inputs: [[2, 3, 4, 5], weight(3, 6, 3, 2), weight(6)] },
  {
    attributes: { ...plain, stride: [2, 2], padding: [1, 2, 0, 1], groups: 2 },
    inputs: [[1, 4, 5, 4], weight(4, 3, 4, 4), weight(6)],
  },
  { attributes: { ...plain, dilation: [2, 1], padding: [3, 3, 3, 3] }, inputs: [[1, 2, 6, 7], weight(2, 5, 3, 3)] },
  // Padding wider than the window: input positions at the border reach no output.
  { attributes: { ...plain, stride: [2, 2], padding: [3, 3, 3, 3] }, inputs: [[1, 2, 6, 7], weight(2, 5, 2, 2)] },
  { attributes: { ...plain, stride: [2, 2], padding: 'sameUpper' }, inputs: [[1, 2, 4, 4], weight(2, 5, 3, 3)] },
  { attributes: { ...plain, stride: [2, 2], padding: 'sameLower' }, inputs: [[1, 2, 4, 4], weight(2, 5, 3, 3)] },
  {
    attributes: { ...plain, stride: [3, 2], outputShape: [10, 8], outputPadding: [1, 1] },
    inputs: [[1, 1, 3, 3], weight(1, 2, 3, 3)],
  },
  { attributes: { ...plain, stride: [2], padding: [1, 0] }, inputs: [[2, 3, 7], weight(3, 4, 3), weight(4)] },
  { attributes: { ...plain, stride: [2, 1, 2] }, inputs: [[1, 2, 3, 4, 3], weight(2, 3, 2, 3, 2)] },
  // A weight that depends on the picture runs on the twin.
  {
    attributes: plain,
    inputs: [
      [1, 3, 4, 5],
      [3, 6, 3, 3],
    ],
  },
]);

describeOp('convNd', [
  {
    attributes: { stride: [1, 2, 1], dilation: [1, 1, 2], padding: [0, 1, 0, 1, 1, 0], groups: 2 },
    inputs: [[2, 4, 5, 6, 7], weight(6, 2, 2, 3, 2), weight(6)],
  },
]);

it('convTranspose of 1 2 with weight 1 10 100, stride 2 (by hand)', () => {
  const row = (...values: number[]) => ({
    dtype: 'float64' as const,
    shape: [1, 1, values.length],
    data: Float64Array.from(values),
  });
  const [y] = convTranspose.reference({ ...plain, stride: [2] }, [row(1, 2), row(1, 10, 100)]);
  expect([...y!.data]).toEqual([1, 10, 102, 20, 200]);
});

it('convTranspose is the adjoint of conv2d: ⟨conv(x), z⟩ = ⟨x, convTranspose(z)⟩', () => {
  const window = { stride: [2, 1], dilation: [1, 2], groups: 2 } as const;
  const w = { ...weight(6, 2, 3, 3), dtype: 'float64' as const };
  const x = { ...randomTensor([2, 4, 7, 8], 1), dtype: 'float64' as const };
  const [y] = conv2d.reference({ ...window, padding: [1, 2, 1, 0] }, [x, w]);
  const z = { ...randomTensor(y!.shape, 2), dtype: 'float64' as const };
  const [back] = convTranspose.reference({ ...plain, ...window, padding: [1, 2, 1, 0] }, [z, w]);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);
  expect(back!.shape).toEqual(x.shape);
  expect(dot(y!.data, z.data)).toBeCloseTo(dot(x.data, back!.data), 10);
});

it('convNd over two axes is conv2d', () => {
  const attributes = { stride: [2, 1], dilation: [1, 2], padding: [1, 2, 0, 1], groups: 2 } as const;
  const inputs = [randomTensor([2, 4, 7, 8], 1), weight(6, 2, 3, 2), weight(6)];
  const [a, b] = [convNd.reference(attributes, inputs)[0]!, conv2d.reference(attributes, inputs)[0]!];
  expect(a.shape).toEqual(b.shape);
  for (const [i, v] of a.data.entries()) expect(v).toBeCloseTo(b.data[i]!, 6);
});

it('convTranspose names what does not fit', () => {
  const infer = (attributes: object, x: number[], w: number[]) =>
    convTranspose.infer(
      { ...plain, ...attributes },
      [x, w].map((shape) => ({ dtype: 'float32' as const, shape })),
    );
  expect(() => infer({ groups: 2 }, [1, 3, 4, 4], [4, 2, 3, 3])).toThrow(
    'input has 3 channels but weight [4, 2, 3, 3] with groups 2 needs 4',
  );
  expect(() => infer({ stride: [2] }, [1, 3, 4, 4], [3, 2, 3, 3])).toThrow('stride [2] needs 2 numbers for x [1, 3, 4, 4].');
  expect(() => infer({ padding: [4, 4, 4, 4] }, [1, 3, 4, 4], [3, 2, 3, 3])).toThrow(
    'leaves nothing of an output of 6 positions.',
  );
});
