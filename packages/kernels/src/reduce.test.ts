/** @file The kernels of the probes: cases computed by hand, and seeded parity with the float64 twins. */
import { describe, expect, it } from 'vitest';
import { buffers, expectClose, generator, loadKernels, near, uniform, whole } from '../test/harness.ts';
import { coarseGrid, countersOf, fineGrid, type LogGrid, reference } from './index.ts';

const kernels = loadKernels();
const { run } = kernels;

function scoped<T>(body: (memory: ReturnType<typeof buffers>) => T): T {
  const mark = kernels.mark();
  try {
    return body(buffers(kernels));
  } finally {
    kernels.release(mark);
  }
}

const fields = ['count', 'mean', 'm2', 'm3', 'm4', 'min', 'max', 'positive'] as const;

/** States of c channels after these images, each [rows, c] with `gap` unused floats after every row. */
function kernelMoments(images: readonly ArrayLike<number>[], c: number, gap = 0): reference.Moments[] {
  return scoped((memory) => {
    const statePtr = kernels.allocate(c * 64);
    for (const image of images) {
      const rows = image.length / c;
      const wide = new Float64Array(rows * (c + gap)).fill(NaN);
      Array.from(image).forEach((v, i) => {
        wide[Math.floor(i / c) * (c + gap) + (i % c)] = v;
      });
      run.f32_moments(memory.put(wide).ptr, rows, c, c + gap, statePtr, kernels.allocate(16));
    }
    const state = kernels.f64(statePtr, c * 8).slice();
    return Array.from(
      { length: c },
      (_, i) => Object.fromEntries(fields.map((field, f) => [field, state[i * 8 + f]!])) as unknown as reference.Moments,
    );
  });
}

describe('moments', () => {
  const oneToFour = { count: 4, mean: 2.5, m2: 5, m3: 0, m4: 10.25, min: 1, max: 4, positive: 4 };
  it('1, 2, 3, 4: mean 2.5, power sums 5, 0, 10.25, exactly', () => {
    expect(kernelMoments([[1, 2, 3, 4]], 1)).toEqual([oneToFour]);
    expect(reference.moments([1, 2, 3, 4])).toEqual(oneToFour);
  });
  it('1, 2 and then 3, 4: the same by merging, exactly', () => {
    expect(
      kernelMoments(
        [
          [1, 2],
          [3, 4],
        ],
        1,
      ),
    ).toEqual([oneToFour]);
    expect(reference.mergeMoments(reference.moments([1, 2]), reference.moments([3, 4]))).toEqual(oneToFour);
  });
  it('five channels with a constant, a zero, a negative and a skewed one', () => {
    // channel: constant 7 | zeros | −1, −2 | 0, 10 (mean 5, power sums 50, 0, 1250) | 3, 3
    const [constant, zero, negative, wide, again] = kernelMoments([[7, 0, -1, 0, 3, 7, 0, -2, 10, 3]], 5);
    expect(constant).toEqual({ count: 2, mean: 7, m2: 0, m3: 0, m4: 0, min: 7, max: 7, positive: 2 });
    expect(zero).toEqual({ count: 2, mean: 0, m2: 0, m3: 0, m4: 0, min: 0, max: 0, positive: 0 });
    expect(negative).toEqual({ count: 2, mean: -1.5, m2: 0.5, m3: 0, m4: 0.125, min: -2, max: -1, positive: 0 });
    expect(wide).toEqual({ count: 2, mean: 5, m2: 50, m3: 0, m4: 1250, min: 0, max: 10, positive: 1 });
    expect(again).toEqual({ count: 2, mean: 3, m2: 0, m3: 0, m4: 0, min: 3, max: 3, positive: 2 });
  });
  // float64 with shifted sums: the fourth power amplifies what rounding leaves of mean and shift.
  it.each([
    [1, 1],
    [3, 1],
    [255, 3],
    [256, 4],
    [257, 5],
    [1000, 16],
    [700, 21],
  ])('rows=%i c=%i within 1e-11 of Σ|x − mean|^k', (rows, c) => {
    const random = generator(rows);
    const images = [
      uniform(random, rows * c, -1, 3),
      uniform(random, rows * c, 2, 5),
      uniform(random, rows * c, 0, 1).map((v) => (v < 0.5 ? 0 : v)),
    ];
    const actual = kernelMoments(images, c, 3);
    for (let ci = 0; ci < c; ci++) {
      const values = images.flatMap((image) => Array.from(image.filter((_, i) => i % c === ci)));
      const expected = reference.moments(values);
      const a = actual[ci]!;
      const absolute3 = values.reduce((sum, v) => sum + Math.abs(v - expected.mean) ** 3, 0);
      expect([a.count, a.min, a.max, a.positive]).toEqual([expected.count, expected.min, expected.max, expected.positive]);
      expectClose(
        [a.mean, a.m2, a.m3, a.m4],
        [expected.mean, expected.m2, expected.m3, expected.m4],
        [1e-14 * 5, 1e-12 * expected.m2, 1e-11 * absolute3, 1e-11 * expected.m4],
      );
    }
  });
  it('keeps its digits far from zero: 10⁶ + small differences', () => {
    const values = uniform(generator(1), 600, 1e6, 1e6 + 1);
    const [a] = kernelMoments([values], 1);
    const e = reference.moments(values);
    expectClose([a!.mean, a!.m2, a!.m4], [e.mean, e.m2, e.m4], [1e-9, 1e-9 * e.m2, 1e-8 * e.m4]);
  });
  it('a channel has the same bits alone, among others, and with gaps between rows', () => {
    const random = generator(4);
    const x = uniform(random, 600 * 9, -2, 4);
    const together = kernelMoments([x], 9);
    expect(kernelMoments([x], 9, 5)).toEqual(together);
    for (let ci = 0; ci < 9; ci++) expect(kernelMoments([x.filter((_, i) => i % 9 === ci)], 1)[0]).toEqual(together[ci]);
  });
  it('NaN or an infinity makes mean and power sums NaN; min and max only after NaN; other channels are untouched', () => {
    const states = kernelMoments(
      [
        [1, 1, 1, 1, NaN, 2, Infinity, 2, 3, 3, 3, -Infinity],
        [1, 1, 1, 1],
      ],
      4,
    );
    expect(states[0]).toEqual({ count: 4, mean: NaN, m2: NaN, m3: NaN, m4: NaN, min: NaN, max: NaN, positive: 3 });
    expect(states[1]).toEqual({ ...reference.moments([1, 2, 3, 1]) });
    expect(states[2]).toEqual({ count: 4, mean: NaN, m2: NaN, m3: NaN, m4: NaN, min: 1, max: Infinity, positive: 4 });
    expect(states[3]).toEqual({ count: 4, mean: NaN, m2: NaN, m3: NaN, m4: NaN, min: -Infinity, max: 2, positive: 3 });
    for (const list of [
      [1, NaN, 3, 1],
      [1, Infinity, 3, 1],
      [Infinity, 1, -Infinity, Infinity],
    ]) {
      expect(kernelMoments([list], 1)[0]).toEqual(reference.moments(list));
    }
  });
  it('no rows leave the state as it was', () =>
    expect(kernelMoments([[]], 2)).toEqual([reference.moments([]), reference.moments([])]));
});

/** Rectified sums that come with the moments of an image [rows, c]. */
function rectifiedSums(image: ArrayLike<number>, c: number): number[] {
  return scoped((memory) => {
    const sums = kernels.allocate(16);
    kernels.f64(sums, 2).fill(99); // written, not added to
    run.f32_moments(memory.put(image).ptr, image.length / c, c, c, kernels.allocate(c * 64), sums);
    return [...kernels.f64(sums, 2)];
  });
}

describe('dot and rectified sums', () => {
  it.each([0, 1, 3, 7, 8, 9, 31, 1000])('n=%i', (n) => {
    const random = generator(n);
    const [a, b] = [uniform(random, n), uniform(random, n)];
    scoped((memory) => {
      const [x, y] = [memory.put(a), memory.put(b)];
      expectClose([run.f32_dot(x.ptr, y.ptr, n)], [reference.dot(a, b)], n * 2 ** -52);
    });
  });
  // Where no value is negative they follow from the sums of deviations, elsewhere from a pass of their own.
  it.each([
    [1, 1],
    [300, 9],
    [40, 4],
    [513, 7],
  ])('rectified sums of %i rows of %i channels, some without a negative value', (rows, c) => {
    const x = uniform(generator(rows), rows * c, -1, 3).map((v, i) => Math.fround(i % c < c / 2 ? Math.abs(v) + 2 : v));
    const expected = reference.rectifiedSums(x);
    expectClose(rectifiedSums(x, c), expected, near(expected, rows * c * 2 ** -51));
  });
  it('by hand: (1, 2, 3, 4, 5)·(5, 4, 3, 2, 1) = 35; of −1, 2, −0, 3 the rectified sums are 5 and 13; NaN and infinity stay', () => {
    scoped((memory) => {
      expect(run.f32_dot(memory.put([1, 2, 3, 4, 5]).ptr, memory.put([5, 4, 3, 2, 1]).ptr, 5)).toBe(35);
    });
    for (const c of [1, 2, 4]) {
      expect(rectifiedSums([-1, 2, -0, 3], c)).toEqual([5, 13]);
      expect(rectifiedSums([1, 2, 0, 3], c)).toEqual([6, 14]);
      expect(rectifiedSums([1, NaN, 2, 3], c)).toEqual([NaN, NaN]);
      expect(rectifiedSums([NaN, 1, -2, 3], c)).toEqual([NaN, NaN]);
      expect(rectifiedSums([1, Infinity, 2, 3], c)).toEqual([Infinity, Infinity]);
      expect(rectifiedSums([1, -Infinity, 2, 3], c)).toEqual([6, 14]);
    }
  });
});

/** Counts of an image [rows, c] with `gap` unused floats after every row: the layer's, its zeros added up, and each channel's. */
function kernelHistograms(image: ArrayLike<number>, rows: number, c: number, gap = 0, repeats = 1) {
  return scoped((memory) => {
    const [nFine, nCoarse] = [countersOf(fineGrid), countersOf(coarseGrid)];
    const ptr = memory.put(image).ptr;
    const layerPtr = kernels.allocate(nFine * 8);
    const channelsPtr = kernels.allocate(c * nCoarse * 4);
    for (let i = 0; i < repeats; i++) run.f32_log_histograms(ptr, rows, c, c + gap, layerPtr, channelsPtr);
    const layer = Float64Array.from(kernels.u64(layerPtr, nFine), Number);
    const nZeros = layer.subarray(0, fineGrid.nZeros).reduce((a, b) => a + b);
    layer.fill(0, 0, fineGrid.nZeros)[0] = nZeros;
    return {
      layer,
      channels: Array.from({ length: c }, (_, i) => Float64Array.from(kernels.u32(channelsPtr + i * nCoarse * 4, nCoarse))),
    };
  });
}

describe('log histogram', () => {
  // Octaves from 1: [1, 2) [2, 4) [4, 8), split in two: 1 1.5 2 3 4 6
  const grid = { mantissaBits: 1, minExponent: 0, nBins: 6, nZeros: 1 };

  it('the twin by hand: zeros and what lies below, both signs, the upper end, NaN', () => {
    const values = [0, -0, 1, 1.25, 1.5, 2, 7.9, 100, Infinity, 0.001, 1e-45, -0.5, -1, -3, -1000, -Infinity, NaN];
    expect([...reference.logHistogram(values, grid)]).toEqual([5, 2, 1, 1, 0, 0, 3, 1, 0, 0, 1, 0, 2, 1]);
  });
  it.each([
    [1, 1, 0],
    [5, 3, 0],
    [40, 16, 2],
    [33, 21, 0],
    [70, 37, 5],
    [300, 8, 1],
  ])('rows=%i c=%i gap=%i: counts equal the twin’s, and add up over calls', (rows, c, gap) => {
    const random = generator(c);
    // Groups of four channels without a negative value, with some, and with NaN take different ways through the kernel.
    const x = uniform(random, rows * (c + gap), -20, 40).map((v, i) => {
      const group = Math.floor((i % (c + gap)) / 4) % 3;
      if (random() < 0.4) return random() < 0.5 ? 0 : -0 * group;
      if (group === 2 && random() < 0.02) return NaN;
      return (group === 0 ? Math.abs(v) : v) * 2 ** whole(random, -60, 60);
    });
    const { layer, channels } = kernelHistograms(x, rows, c, gap, 2);
    const twice = (values: ArrayLike<number>, own: LogGrid) => reference.logHistogram(values, own).map((v) => 2 * v);
    expect(layer).toEqual(
      twice(
        x.filter((_, i) => i % (c + gap) < c),
        fineGrid,
      ),
    );
    for (let ci = 0; ci < c; ci++) {
      const own = twice(
        x.filter((_, i) => i % (c + gap) === ci),
        coarseGrid,
      );
      expect(channels[ci]).toEqual(own);
    }
  });
});

describe('unit responses', () => {
  /** State of units shown this list of images. */
  const show = (
    images: readonly ArrayLike<number>[],
    offsets: readonly number[],
    nBins: number,
    windowBits: number,
    firstTop = -1,
  ) =>
    scoped((memory) => {
      const n = offsets.length;
      const state = kernels.allocate(n * 32);
      const windows = memory.put(new Float64Array(n * nBins));
      const tops = memory.i32(offsets.map(() => firstTop));
      const offsetsPtr = memory.i32(offsets);
      for (const image of images)
        run.f32_unit_responses(memory.put(image).ptr, offsetsPtr, n, state, windows.ptr, tops, nBins, windowBits);
      windows.read();
      return offsets.map((_, u) => {
        const [sum, sumOfSquares, max, count] = kernels.f64(state + u * 32, 4);
        const window = Float64Array.from(kernels.u32(windows.ptr + u * nBins * 4, nBins));
        return { sum, sumOfSquares, max, count, window, top: kernels.i32(tops, n)[u] };
      });
    });

  it('by hand: the window slides up by an octave a bin and forgets what falls out below', () => {
    const octave = (e: number) => e + 127;
    const after = (list: number[]) => {
      const [unit] = show(
        list.map((v) => [v]),
        [0],
        3,
        0,
      );
      return [[...unit!.window], unit!.top];
    };
    expect(after([])).toEqual([[0, 0, 0], -1]);
    expect(after([-1, 0, -0])).toEqual([[0, 0, 0], -1]);
    expect(after([1, 1.5])).toEqual([[0, 0, 2], octave(0)]);
    expect(after([1, 1.5, 2])).toEqual([[0, 2, 1], octave(1)]);
    expect(after([1, 1.5, 2, 4])).toEqual([[2, 1, 1], octave(2)]);
    expect(after([1, 1.5, 2, 4, 8])).toEqual([[1, 1, 1], octave(3)]);
    expect(after([1, 1.5, 2, 4, 8, 1])).toEqual([[1, 1, 1], octave(3)]);
    expect(after([1, 1.5, 2, 4, 8, 1, 3])).toEqual([[2, 1, 1], octave(3)]);
    expect(after([1, 2, 4096])).toEqual([[0, 0, 1], octave(12)]);
  });
  it('sums and counts by hand: 1, −2, 0, 3 give Σ 4, Σ² 10, max 3, 2 positive', () => {
    expect(show([[1], [-2], [0], [3]], [0], 4, 0)[0]).toMatchObject({ sum: 4, sumOfSquares: 10, max: 3, count: 2 });
  });
  it('NaN makes sums and maximum NaN and is counted nowhere', () => {
    const [unit] = show([[1], [NaN], [2]], [0], 2, 0);
    expect(unit).toEqual({ sum: NaN, sumOfSquares: NaN, max: NaN, count: 2, window: Float64Array.of(1, 1), top: 128 });
    expect(unit).toEqual(reference.unitResponses([1, NaN, 2], 2, 0));
  });
  it.each([
    [1, 1, 0],
    [5, 8, 2],
    [30, 40, 4],
  ])('units=%i bins=%i bits=%i, equal to the twin in any order of the images', (nUnits, nBins, windowBits) => {
    const random = generator(nUnits);
    const size = nUnits * 3;
    const images = Array.from({ length: 25 }, () =>
      uniform(random, size, -1, 2).map((v) => Math.fround(v * 2 ** whole(random, -4, 4))),
    );
    const offsets = Array.from({ length: nUnits }, () => whole(random, 0, size - 1));
    const units = show(images, offsets, nBins, windowBits);
    const back = show([...images].reverse(), offsets, nBins, windowBits, 0);
    units.forEach((unit, u) => {
      const expected = reference.unitResponses(
        images.map((image) => image[offsets[u]!]!),
        nBins,
        windowBits,
      );
      expectClose(
        [unit.sum!, unit.sumOfSquares!],
        [expected.sum, expected.sumOfSquares],
        near([expected.sum, expected.sumOfSquares], 1e-14),
      );
      expect([unit.max, unit.count, [...unit.window]]).toEqual([expected.max, expected.count, [...expected.window]]);
      expect([back[u]!.max, back[u]!.count, [...back[u]!.window]]).toEqual([expected.max, expected.count, [...expected.window]]);
      if (expected.count > 0) expect([unit.top, back[u]!.top]).toEqual([expected.top, expected.top]);
    });
  });
});
