/** @file The twins by hand: small enough to check on paper, because they are what the kernels are checked against. And their errors. */
import { describe, expect, it } from 'vitest';
import { reference } from './index.ts';

const { conv2d, maxPool2d, averagePool2d, matmul, dense, binary, where, reduce, softmax, layerNorm, lrn, transpose, resize2d } =
  reference;
const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const list = (x: { data: Float64Array; shape: readonly number[] }) => [[...x.data], [...x.shape]];

describe('windows', () => {
  it('conv2d is a cross-correlation: [1 2 / 3 4] over 1 … 9', () => {
    expect(list(conv2d(nine, [1, 1, 3, 3], [1, 2, 3, 4], [1, 1, 2, 2], undefined))).toEqual([
      [37, 47, 67, 77],
      [1, 1, 2, 2],
    ]);
  });
  it('conv2d: stride, padding top and left only, bias', () => {
    const options = { stride: [2, 2], padding: [1, 1, 0, 0] } as const;
    expect([...conv2d(nine, [1, 1, 3, 3], [1, 2, 3, 4], [1, 1, 2, 2], [100], options).data]).toEqual([104, 118, 136, 177]);
  });
  it('conv2d: dilation 2 reads the corners; groups keep channels apart', () => {
    expect([...conv2d(nine, [1, 1, 3, 3], [1, 10, 100, 1000], [1, 1, 2, 2], undefined, { dilation: [2, 2] }).data]).toEqual([
      9731,
    ]);
    expect([...conv2d([1, 2, 3, 4], [1, 4, 1, 1], [1, 10, 1, 10], [2, 2, 1, 1], undefined, { groups: 2 }).data]).toEqual([
      21, 43,
    ]);
  });
  it('pooling: padding never wins, is counted only on request, overhang never', () => {
    const options = { kernel: [2, 2], stride: [2, 2], padding: [1, 1, 0, 0] } as const;
    const negative = nine.map((v) => -v);
    expect([...maxPool2d(negative, [1, 1, 3, 3], options).data]).toEqual([-1, -2, -4, -5]);
    expect([...averagePool2d(nine, [1, 1, 3, 3], options).data]).toEqual([1, 2.5, 5.5, 7]);
    expect([...averagePool2d(nine, [1, 1, 3, 3], { ...options, countPadding: true }).data]).toEqual([0.25, 1.25, 2.75, 7]);
    const hanging = { kernel: [2, 2], stride: [2, 2], ceil: true, countPadding: true } as const;
    expect([...averagePool2d(nine, [1, 1, 3, 3], hanging).data]).toEqual([3, 4.5, 7.5, 9]);
  });
  it('outputSize: floor, ceil, and no last window that begins beyond the image', () => {
    expect(reference.outputSize(224, 7, 2, 3, 3, 1)).toBe(112);
    expect([reference.outputSize(8, 3, 2, 0, 0, 1), reference.outputSize(8, 3, 2, 0, 0, 1, true)]).toEqual([3, 4]);
    expect(reference.outputSize(4, 2, 3, 1, 1, 1, true)).toBe(2);
    expect(reference.outputSize(2, 3, 1, 0, 0, 1)).toBe(0);
  });
  it('resize2d blends by the weight of the second tap', () => {
    const taps = { first: [0, 0], second: [1, 1], weight: [0.25, 0] };
    expect([...resize2d([0, 4, 8, 12], [1, 1, 2, 2], taps, taps).data]).toEqual([3, 2, 1, 0]);
  });
});

describe('products, broadcasting, reductions', () => {
  it('matmul and dense', () => {
    expect(list(matmul([1, 2, 3, 4], [2, 2], [5, 6, 7, 8], [2, 2]))).toEqual([
      [19, 22, 43, 50],
      [2, 2],
    ]);
    expect(list(matmul([1, 2], [2], [5, 6, 7, 8], [2, 2]))).toEqual([[19, 22], [2]]);
    expect(list(matmul([1, 2, 3, 4], [2, 1, 2], [1, 10], [2]))).toEqual([
      [21, 43],
      [2, 1],
    ]);
    expect([...dense([1, 2], [1, 2], [3, 4], [2, 1], [0.5]).data]).toEqual([11.5]);
  });
  it('binary and where broadcast as numpy does', () => {
    expect(list(binary('sub', [1, 2], [2, 1], [10, 20, 30], [3]))).toEqual([
      [-9, -19, -29, -8, -18, -28],
      [2, 3],
    ]);
    expect(list(where([1, 0], [2, 1], [7], [], [1, 2, 3], [3]))).toEqual([
      [7, 7, 7, 1, 2, 3],
      [2, 3],
    ]);
    expect([...binary('mod', [-7, 7], [2], [3], []).data]).toEqual([-1, 1]);
  });
  it('reduce over any axes', () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(list(reduce('sum', x, [2, 2, 2], [0, -1]))).toEqual([[14, 22], [2]]);
    expect(list(reduce('mean', x, [2, 2, 2], [1], true))).toEqual([
      [2, 3, 6, 7],
      [2, 1, 2],
    ]);
    expect(list(reduce('l2', [3, 4], [2]))).toEqual([[5], []]);
    expect(reduce('logSumExp', [1000, 1000], [2]).data[0]).toBeCloseTo(1000 + Math.LN2, 10);
  });
  it('softmax, layerNorm, lrn, transpose', () => {
    expect([...softmax([0, 0, 5, 5], [2, 2], -1)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(softmax([0, 0], [2], 0, true)[0]).toBeCloseTo(-Math.LN2, 15);
    expect([...layerNorm([1, 3], [2], [2, 2], [10, 10], 0)]).toEqual([8, 12]);
    // Window of 3 over channels 1, 2, 3: Σ x² = 5, 14, 13
    expect([...lrn([1, 2, 3], [1, 3, 1, 1], { size: 3, alpha: 3, beta: 1, bias: 1 })]).toEqual([1 / 6, 2 / 15, 3 / 14]);
    expect(list(transpose([1, 2, 3, 4, 5, 6], [2, 3], [1, 0]))).toEqual([
      [1, 4, 2, 5, 3, 6],
      [3, 2],
    ]);
  });
});

describe('errors say who, what was needed, what came, what to do', () => {
  it.each([
    [
      () => conv2d(nine, [1, 1, 3, 3], nine, [1, 1, 2, 2], undefined),
      'conv2d: weight must hold 4 values for shape [1, 1, 2, 2], got 9. Pass the shape the values were made with.',
    ],
    [
      () => conv2d(nine, [1, 1, 3, 3], [1, 2], [1, 2, 1, 1], undefined),
      'conv2d: weight [1, 2, 1, 1] with groups 1 needs 2 input channels and outputs in 1 equal parts, got x [1, 1, 3, 3]. Check groups or the layer before.',
    ],
    [() => maxPool2d(nine, [3, 3], { kernel: [1, 1] }), 'maxPool2d: x must have 4 axes (n c h w), got [3, 3]. Reshape it first.'],
    [
      () => binary('add', [1, 2], [2], [1, 2, 3], [3]),
      'broadcastShape: axes must be equal or 1, got [2] and [3]. Reshape one so that its axes line up at the end.',
    ],
    [
      () => matmul([1, 2], [1, 2], [1, 2, 3], [3, 1]),
      'matmul: columns of a must equal rows of b, got [1, 2] and [3, 1]. Transpose one of them.',
    ],
    [() => softmax([1, 2], [2], 1), 'softmax: axis must lie in -1 … 0, got 1. Negative axes count from the end.'],
    [() => transpose([1, 2], [1, 2], [0, 0]), 'transpose: order must name each of 2 axes once, got [0, 0]. Count axes from 0.'],
    [() => reference.dot([1], [1, 2]), 'dot: a and b must be equally long, got 1 and 2. Pass the same units twice.'],
    [
      () => reference.scaleShift([1, 2, 3], [1, 2], [1, 2]),
      'scaleShift: scale and shift must have one value per channel, got 2 and 2 for 3 values. Put channels last.',
    ],
  ])('%#', (call, message) => {
    expect(call).toThrow(new RangeError(message));
  });
});
