/**
 * @file Kernels of the backward pass against their float64 twins on seeded random cases, with canaries around every buffer. A sum
 * of k products may be off by (k + 2)·2⁻²⁴·Σ|a·b| (Higham 2002, doi:10.1137/1.9780898718027, §3.1); Winograd's by a hundred times that.
 */
import { describe, expect, it } from 'vitest';
import {
  buffers,
  channelsFirst,
  channelsLast,
  expectClose,
  generator,
  loadKernels,
  mismatches,
  near,
  roundoff,
  uniform,
  whole,
} from '../test/harness.ts';
import { reference, type UnaryFn, unaryCodes } from './index.ts';

const kernels = loadKernels();
const { run } = kernels;
type Memory = ReturnType<typeof buffers>;

function scoped<T>(body: (memory: Memory) => T): T {
  const mark = kernels.mark();
  try {
    return body(buffers(kernels));
  } finally {
    kernels.release(mark);
  }
}

type Four = readonly [number, number, number, number];
interface ConvCase {
  readonly x: Four;
  readonly o: number;
  readonly k: readonly [h: number, w: number];
  readonly s?: readonly [h: number, w: number];
  readonly p?: Four;
  readonly d?: readonly [h: number, w: number];
  readonly g?: number;
}
const convName = ({ x, o, k, s = [1, 1], p = [0, 0, 0, 0], d = [1, 1], g = 1 }: ConvCase) =>
  `x=[${x}] o=${o} k=${k} s=${s} p=${p} d=${d} g=${g}`;

function setUp(test: ConvCase, seed: number) {
  const { x: xShape, o, k, s = [1, 1], p = [0, 0, 0, 0], d = [1, 1], g = 1 } = test;
  const random = generator(seed);
  const [n, c, h, w] = xShape;
  const weightShape = [o, c / g, ...k];
  const options = { stride: s, padding: p, dilation: d, groups: g };
  const x = uniform(random, reference.sizeOf(xShape));
  const weight = uniform(random, reference.sizeOf(weightShape));
  const yShape = reference.conv2d(x, xShape, weight, weightShape, undefined, options).shape as unknown as Four;
  const dy = uniform(random, reference.sizeOf(yShape));
  return { n, c, h, w, o, k, s, p, d, g, oh: yShape[2], ow: yShape[3], xShape, yShape, weightShape, options, x, weight, dy };
}
const absolute = (x: Float64Array) => x.map(Math.abs);

/** The gradient of the weight, and how far off it may be. */
function weightGradient(t: ReturnType<typeof setUp>) {
  const twin = (x: Float64Array, dy: Float64Array) =>
    reference.conv2dWeightGradient(x, t.xShape, dy, t.yShape, t.weightShape, t.options).data;
  const terms = t.n * t.oh * t.ow;
  return { expected: twin(t.x, t.dy), allowed: twin(absolute(t.x), absolute(t.dy)).map((v) => (terms + 2) * roundoff * v) };
}

function randomCases(seed: number, n: number): ConvCase[] {
  const random = generator(seed);
  return Array.from({ length: n }, () => {
    const g = [1, 1, 1, 2, 3][whole(random, 0, 4)]!;
    const k = [whole(random, 1, 4), whole(random, 1, 4)] as const;
    const d = [whole(random, 1, 2), whole(random, 1, 2)] as const;
    const p = [whole(random, 0, 3), whole(random, 0, 3), whole(random, 0, 3), whole(random, 0, 3)] as const;
    const side = (axis: 0 | 1, most: number) => whole(random, 1, most) + (k[axis] - 1) * d[axis];
    const x = [whole(random, 1, 3), g * whole(random, 1, 9), side(0, 9), side(1, 12)] as const;
    return { x, o: g * whole(random, 1, 19), k, s: [whole(random, 1, 3), whole(random, 1, 3)], p, d, g };
  });
}
const convCases: ConvCase[] = [
  { x: [2, 3, 32, 32], o: 32, k: [7, 7], p: [3, 3, 3, 3] },
  { x: [3, 1, 28, 28], o: 6, k: [5, 5], p: [2, 2, 2, 2] },
  { x: [1, 16, 9, 70], o: 13, k: [1, 1] },
  { x: [1, 1, 1, 1], o: 1, k: [1, 1] },
  { x: [2, 12, 10, 10], o: 18, k: [3, 3], g: 3, p: [1, 1, 1, 1] },
  { x: [1, 5, 12, 12], o: 7, k: [3, 3], d: [2, 3], p: [2, 3, 2, 3] },
  { x: [1, 64, 8, 8], o: 40, k: [3, 3], s: [2, 2], p: [0, 1, 1, 0] },
  ...randomCases(11, 40),
];

describe('conv2d_weight_gradient', () => {
  it.each(convCases.map((test, i) => [convName(test), test, i] as const))('%s', (_, test, i) => {
    const t = setUp(test, i);
    const { expected, allowed } = weightGradient(t);
    scoped((memory) => {
      const [x, dy] = [memory.put(channelsLast(t.x, t.xShape)), memory.put(channelsLast(t.dy, t.yShape))];
      const dw = memory.out(expected.length);
      const bytes = run.f32_conv2d_weight_gradient_scratch(t.h, t.w, t.c, t.ow, t.o, ...t.k, ...t.p, t.d[1], t.g);
      const scratch = memory.out(bytes / 4);
      run.f32_conv2d_weight_gradient(
        x.ptr,
        dy.ptr,
        dw.ptr,
        scratch.ptr,
        t.n,
        t.h,
        t.w,
        t.c,
        t.oh,
        t.ow,
        t.o,
        ...t.k,
        ...t.s,
        ...t.p,
        ...t.d,
        t.g,
      );
      scratch.read();
      expectClose(dw.read(), expected, allowed);
    });
  });
});

describe('winograd_weight_gradient', () => {
  const cases: ConvCase[] = [
    { x: [1, 4, 6, 6], o: 8, k: [3, 3] },
    { x: [2, 16, 14, 14], o: 20, k: [3, 3], p: [1, 1, 1, 1] },
    { x: [2, 12, 9, 11], o: 5, k: [3, 3], p: [1, 1, 1, 1] },
    { x: [1, 64, 30, 21], o: 33, k: [3, 3], p: [2, 0, 1, 3] },
    { x: [5, 32, 7, 7], o: 64, k: [3, 3], p: [1, 1, 1, 1] },
    { x: [40, 8, 4, 4], o: 3, k: [3, 3], p: [1, 1, 1, 1] },
    { x: [1, 8, 3, 3], o: 3, k: [3, 3], p: [1, 1, 1, 1] },
  ];
  it.each(cases.map((test, i) => [convName(test), test, i] as const))('%s', (_, test, i) => {
    const t = setUp(test, i);
    const { expected, allowed } = weightGradient(t);
    scoped((memory) => {
      const [x, dy] = [memory.put(channelsLast(t.x, t.xShape)), memory.put(channelsLast(t.dy, t.yShape))];
      const dw = memory.out(expected.length);
      const scratch = memory.out(run.f32_winograd_weight_gradient_scratch(t.c, t.o) / 4);
      run.f32_winograd_weight_gradient(x.ptr, dy.ptr, dw.ptr, scratch.ptr, t.n, t.h, t.w, t.c, t.oh, t.ow, t.o, t.p[0], t.p[1]);
      scratch.read();
      const largest = allowed.reduce((a, b) => Math.max(a, b), 0);
      expectClose(dw.read(), expected, 4 * largest);
      // The control: a sum that lacks one position of the first image is seen.
      const lacking = Float64Array.from(t.dy, (v, at) => (at === 0 ? 0 : v));
      const wrong = reference.conv2dWeightGradient(t.x, t.xShape, lacking, t.yShape, t.weightShape, t.options).data;
      expect(mismatches(dw.read(), wrong, 4 * largest)).not.toEqual([]);
    });
  });
});

describe('depthwise2d_weight_gradient', () => {
  const cases: ConvCase[] = [
    { x: [2, 8, 9, 9], o: 8, k: [3, 3], p: [1, 1, 1, 1], g: 8 },
    { x: [1, 13, 20, 23], o: 13, k: [3, 3], s: [2, 2], p: [1, 1, 1, 1], g: 13 },
    { x: [3, 6, 14, 5], o: 6, k: [5, 7], d: [2, 1], p: [4, 3, 4, 3], g: 6 },
  ];
  it.each(cases.map((test, i) => [convName(test), test, i] as const))('%s', (_, test, i) => {
    const t = setUp(test, i);
    const { expected, allowed } = weightGradient(t);
    scoped((memory) => {
      const [x, dy] = [memory.put(channelsLast(t.x, t.xShape)), memory.put(channelsLast(t.dy, t.yShape))];
      const dw = memory.out(expected.length);
      const places = [...t.k, ...t.s, t.p[0], t.p[1], ...t.d] as const;
      run.f32_depthwise2d_weight_gradient(x.ptr, dy.ptr, dw.ptr, t.n, t.h, t.w, t.c, t.oh, t.ow, ...places);
      expectClose(dw.read(), expected, allowed);
    });
  });
});

describe('conv2d_input_gradient', () => {
  const cases = [{ x: [2, 9, 17, 13], o: 8, k: [3, 3], s: [2, 2], p: [1, 1, 1, 1] } as ConvCase, ...randomCases(12, 30)];
  it.each(cases.map((test, i) => [convName(test), test, i] as const))('%s', (_, test, i) => {
    const t = setUp(test, i);
    const twin = (dy: Float64Array, weight: Float64Array) =>
      reference.conv2dInputGradient(dy, t.yShape, weight, t.weightShape, t.xShape, t.options).data;
    const [og, cg, places] = [t.o / t.g, t.c / t.g, t.k[0] * t.k[1]];
    scoped((memory) => {
      const dy = memory.put(channelsLast(t.dy, t.yShape));
      const weight = memory.put(t.weight);
      const matrix = Math.ceil(cg / 8) * 8 * og;
      const packed = memory.out(t.g * places * matrix);
      for (let g = 0; g < t.g; g++)
        for (let k = 0; k < places; k++) {
          const [from, to] = [weight.ptr + (g * og * cg * places + k) * 4, packed.ptr + (g * places + k) * matrix * 4];
          run.f32_pack(from, to, 1, 1, og, cg, 0, 0, cg * places, places);
        }
      const dx = memory.out(t.x.length);
      const window = [...t.k, ...t.s, t.p[0], t.p[1], ...t.d] as const;
      run.f32_conv2d_input_gradient(dy.ptr, packed.ptr, dx.ptr, t.n, t.h, t.w, t.c, t.oh, t.ow, t.o, ...window, t.g);
      const allowed = twin(absolute(t.dy), absolute(t.weight)).map((v) => (og * places + 2) * roundoff * v);
      expectClose(channelsFirst(dx.read(), t.xShape), twin(t.dy, t.weight), allowed);
    });
  });
});

describe('unary_gradient', () => {
  // Twice what the functions themselves are off by (parity.test.ts); mish and gelu lose digits where parts cancel.
  const parameters: Partial<Record<UnaryFn, readonly [number, number]>> = {
    affine: [1.5, 0.25],
    leakyRelu: [0.1, 0],
    elu: [1.2, 0],
    selu: [1.67, 1.05],
    celu: [0.8, 0],
    hardSigmoid: [0.2, 0.5],
    thresholdedRelu: [0.7, 0],
    clip: [-0.5, 0.8],
  };
  const positive = new Set<UnaryFn>(['sqrt', 'log', 'reciprocal']);
  const stepwise = new Set<UnaryFn>(['floor', 'ceil', 'round', 'sign']);
  const fns = (Object.keys(unaryCodes) as UnaryFn[]).filter((fn) => !stepwise.has(fn));
  it.each(fns)('%s', (fn) => {
    for (const n of [1, 3, 4, 77]) {
      const random = generator(n);
      const x = positive.has(fn) ? uniform(random, n, 0.1, 5) : uniform(random, n, -4, 4);
      const dy = uniform(random, n);
      const [alpha, beta] = parameters[fn] ?? [0, 0];
      const expected = reference.unaryGradient(fn, x, dy, Math.fround(alpha), Math.fround(beta));
      scoped((memory) => {
        const dx = memory.out(n);
        run.f32_unary_gradient(unaryCodes[fn], memory.put(x).ptr, memory.put(dy).ptr, dx.ptr, n, alpha, beta);
        expectClose(dx.read(), expected, near(expected, 4e-6, 4e-7));
      });
    }
  });
  it.each([...stepwise])('%s has none: NaN', (fn) => {
    scoped((memory) => {
      const dx = memory.out(5);
      run.f32_unary_gradient(unaryCodes[fn], memory.put([1, 2, 3, 4, 5]).ptr, memory.put([1, 1, 1, 1, 1]).ptr, dx.ptr, 5, 0, 0);
      expect([...dx.read()].every(Number.isNaN)).toBe(true);
    });
  });
});

/** Pooling is linear once each maximum is found: Σ ∂x · x = Σ ∂y · y, and the parts of ∂y that fall outside the picture are lost to nobody. */
describe('pooling gradients', () => {
  type Two = readonly [number, number];
  const cases: readonly { x: Four; k: Two; s: Two; p: Four; d: Two }[] = [
    { x: [2, 5, 8, 9], k: [2, 2], s: [2, 2], p: [0, 0, 0, 0], d: [1, 1] },
    { x: [2, 5, 8, 8], k: [2, 2], s: [2, 2], p: [0, 0, 0, 0], d: [1, 1] },
    { x: [1, 8, 6, 9], k: [2, 3], s: [2, 3], p: [0, 0, 0, 0], d: [1, 1] },
    { x: [1, 4, 6, 6], k: [2, 2], s: [2, 2], p: [1, 1, 1, 1], d: [1, 1] },
    { x: [1, 8, 7, 7], k: [3, 3], s: [2, 2], p: [1, 1, 1, 1], d: [1, 1] },
    { x: [3, 3, 9, 8], k: [3, 2], s: [1, 1], p: [1, 0, 1, 1], d: [2, 1] },
  ];
  it.each(cases.flatMap((test) => [[test, 'max'] as const, [test, 'average'] as const]))('%o %s', (test, kind) => {
    const [n, c, h, w] = test.x;
    const { k: kernel, s: stride, p: padding, d: dilation } = test;
    const random = generator(n + h);
    const x = uniform(random, n * c * h * w);
    const y =
      kind === 'max'
        ? reference.maxPool2d(x, test.x, { kernel, stride, padding, dilation })
        : reference.averagePool2d(x, test.x, { kernel, stride, padding, dilation });
    const [, , oh, ow] = y.shape as unknown as Four;
    const dy = uniform(random, y.data.length);
    const sizes = [n, h, w, c, oh, ow, ...kernel, ...stride] as const;
    scoped((memory) => {
      const given = memory.put(channelsLast(dy, y.shape));
      const dx = memory.out(x.length);
      if (kind === 'max') {
        const [input, output] = [memory.put(channelsLast(x, test.x)), memory.put(channelsLast(y.data, y.shape))];
        run.f32_max_pool2d_gradient(input.ptr, output.ptr, given.ptr, dx.ptr, ...sizes, padding[0], padding[1], ...dilation);
      } else run.f32_average_pool2d_gradient(given.ptr, dx.ptr, ...sizes, ...padding, ...dilation, 0);
      const back = channelsFirst(dx.read(), test.x);
      const sum = (a: Float64Array, b: Float64Array) => a.reduce((total, v, i) => total + v * b[i]!, 0);
      expect(sum(back, x)).toBeCloseTo(sum(dy, y.data), 4);
      expect(back.reduce((a, b) => a + b)).toBeCloseTo(
        dy.reduce((a, b) => a + b),
        4,
      );
    });
  });
});

describe('batch normalisation while training', () => {
  it.each([
    [1, 1, -Infinity, Infinity],
    [7, 3, -Infinity, Infinity],
    [300, 8, 0, Infinity],
    [40, 37, -0.4, 0.3],
    [5000, 6, -Infinity, Infinity],
    [3, 1100, 0, Infinity],
  ])('%d rows of %d channels, cut off at %d and %d', (rows, c, lo, hi) => {
    const random = generator(rows);
    const x = uniform(random, rows * c, 99, 101);
    const dy = uniform(random, rows * c);
    const scale = uniform(random, c, 0.5, 2);
    const offset = uniform(random, c);
    const column = (values: Float64Array, i: number) => Array.from({ length: rows }, (_, r) => values[r * c + i]!);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / rows;
    const epsilon = 1e-5;
    scoped((memory) => {
      const [xAt, dyAt, scaleAt, offsetAt] = [x, dy, scale, offset].map((values) => memory.put(values));
      const [means, variances, dx, dScale, dShift] = [c, c, rows * c, c, c].map((n) => memory.out(n));
      const scratch = memory.out(run.f32_batch_norm_scratch(c) / 4);
      run.f32_batch_statistics(xAt!.ptr, rows, c, means!.ptr, variances!.ptr, scratch.ptr);
      const expected = Array.from({ length: c }, (_, i) => {
        const values = column(x, i);
        const m = mean(values);
        return { m, v: mean(values.map((value) => (value - m) ** 2)) };
      });
      const given = { mean: means!.read(), variance: variances!.read() };
      expectClose(
        given.mean,
        expected.map(({ m }) => m),
        1e-5,
      );
      expectClose(
        given.variance,
        expected.map(({ v }) => v),
        1e-6,
      );
      run.f32_batch_norm_gradient(
        xAt!.ptr,
        dyAt!.ptr,
        scaleAt!.ptr,
        offsetAt!.ptr,
        means!.ptr,
        variances!.ptr,
        epsilon,
        lo,
        hi,
        dx!.ptr,
        dScale!.ptr,
        dShift!.ptr,
        scratch.ptr,
        rows,
        c,
      );
      scratch.read();
      const [gotX, gotScale, gotShift] = [dx!.read(), dScale!.read(), dShift!.read()];
      for (let i = 0; i < c; i++) {
        const inverse = 1 / Math.sqrt(given.variance[i]! + epsilon);
        const normal = column(x, i).map((value) => (value - given.mean[i]!) * inverse);
        const isWithin = (z: number) => scale[i]! * z + offset[i]! > lo && scale[i]! * z + offset[i]! < hi;
        const gradient = column(dy, i).map((g, r) => (isWithin(normal[r]!) ? g : 0));
        const shift = gradient.reduce((a, b) => a + b, 0);
        const slope = gradient.reduce((sum, g, r) => sum + g * normal[r]!, 0);
        expect(mismatches([gotShift[i]!, gotScale[i]!], [shift, slope], 1e-4 * Math.sqrt(rows))).toEqual([]);
        const wanted = gradient.map((g, r) => scale[i]! * inverse * (g - shift / rows - (normal[r]! * slope) / rows));
        const got = Array.from({ length: rows }, (_, r) => gotX[r * c + i]!);
        expect(mismatches(got, wanted, 1e-5 * inverse)).toEqual([]);
      }
    });
  });
});

it('scatter_add: what falls on one place is added up, negative places are passed over', () => {
  scoped((memory) => {
    const target = memory.out(5);
    run.f32_scatter_add(memory.put([1, 2, 4, 8, 16]).ptr, memory.i32([3, -1, 0, 3, 4]), 5, target.ptr, 5);
    expect([...target.read()]).toEqual([4, 0, 0, 9, 16]);
  });
});
