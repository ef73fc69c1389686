/**
 * @file Every kernel against its float64 twin on seeded random cases; degenerate cases stand at the end. Tolerances are bounds,
 * not fits: a float32 sum of k products may be off by (k + 2)·2⁻²⁴·Σ|a·b| (Higham 2002, doi:10.1137/1.9780898718027, §3.1), a
 * value computed in float64 and rounded once by 2⁻²⁴ of itself; functions have their own, stated beside them.
 */
import { describe, expect, it } from 'vitest';
import {
  buffers,
  channelsFirst,
  channelsLast,
  expectClose,
  expectSameBits,
  generator,
  isCanary,
  loadKernels,
  mismatches,
  near,
  roundoff,
  uniform,
  whole,
} from '../test/harness.ts';
import {
  type BinaryFn,
  binaryCodes,
  type ReduceFn,
  reduceCodes,
  reference,
  type UnaryFn,
  unaryCodes,
  winogradBytes,
} from './index.ts';

const kernels = loadKernels();
const { run } = kernels;

/** Runs a case and frees its memory. */
function scoped<T>(body: (memory: ReturnType<typeof buffers>) => T): T {
  const mark = kernels.mark();
  try {
    return body(buffers(kernels));
  } finally {
    kernels.release(mark);
  }
}

const absolute = (x: ArrayLike<number>) => Float64Array.from(x, Math.abs);

interface ConvCase {
  x: [n: number, c: number, h: number, w: number];
  o: number;
  k: [h: number, w: number];
  s?: [h: number, w: number];
  p?: [top: number, left: number, bottom: number, right: number];
  d?: [h: number, w: number];
  g?: number;
  bias?: boolean;
  clamp?: [lo: number, hi: number];
  /** Extra channels between neighbouring pixels of x and of y. */
  gap?: number;
}

const convName = (c: ConvCase, op: string) =>
  `${op} x=[${c.x}] w=[${[c.o, c.x[1] / (c.g ?? 1), ...c.k]}] s=${c.s ?? 1} p=${c.p ?? 0} d=${c.d ?? 1} g=${c.g ?? 1}` +
  `${c.bias ? ' bias' : ''}${c.clamp ? ` clamp=[${c.clamp}]` : ''}${c.gap ? ` gap=${c.gap}` : ''}`;

function convSetup(test: ConvCase, seed: number) {
  const random = generator(seed);
  const { x: xShape, o, k, s = [1, 1], p = [0, 0, 0, 0], d = [1, 1], g = 1, clamp = [-Infinity, Infinity], gap = 0 } = test;
  const [n, c, h, w] = xShape;
  const x = uniform(random, n * c * h * w);
  const weightShape = [o, c / g, ...k];
  const weight = uniform(random, reference.sizeOf(weightShape));
  const bias = test.bias ? uniform(random, o) : undefined;
  const options = { stride: s, padding: p, dilation: d, groups: g } as const;
  const expected = reference.conv2d(x, xShape, weight, weightShape, bias, options);
  const size = reference.conv2d(absolute(x), xShape, absolute(weight), weightShape, bias && absolute(bias), options);
  const terms = (c / g) * k[0] * k[1];
  const tolerance = Float64Array.from(size.data, (v) => (terms + 2) * roundoff * v);
  const clamped = reference.unary('clip', expected.data, clamp[0], clamp[1]);
  const spread = (values: Float64Array, channels: number) => {
    const wide = new Float64Array((values.length / channels) * (channels + gap)).fill(NaN);
    values.forEach((v, i) => {
      wide[Math.floor(i / channels) * (channels + gap) + (i % channels)] = v;
    });
    return wide;
  };
  const gather = (values: Float32Array, words: Uint32Array, channels: number) => {
    const narrow: number[] = [];
    values.forEach((v, i) => {
      if (i % (channels + gap) < channels) narrow.push(v);
      else if (!isCanary(words[i])) throw new Error(`value ${i} between pixels was overwritten`);
    });
    return narrow;
  };
  return {
    n,
    c,
    h,
    w,
    o,
    k,
    s,
    p,
    d,
    g,
    clamp,
    gap,
    x: spread(channelsLast(x, xShape), c),
    weight,
    bias,
    expected: clamped,
    shape: expected.shape,
    tolerance,
    gather,
  };
}

function packConv(
  memory: ReturnType<typeof buffers>,
  weight: Float64Array,
  o: number,
  cg: number,
  kh: number,
  kw: number,
  groups: number,
) {
  const og = o / groups;
  const source = memory.put(weight);
  const bytes = Math.ceil(og / 8) * cg * kh * kw * 32;
  const packed = memory.out((bytes * groups) / 4);
  for (let group = 0; group < groups; group++) {
    run.f32_pack(
      source.ptr + group * og * cg * kh * kw * 4,
      packed.ptr + group * bytes,
      kh,
      kw,
      cg,
      og,
      kw,
      1,
      kh * kw,
      cg * kh * kw,
    );
  }
  return packed;
}

function runConv(test: ConvCase, seed: number) {
  const t = convSetup(test, seed);
  return scoped((memory) => {
    const [kh, kw] = t.k;
    const [, , oh, ow] = t.shape as [number, number, number, number];
    const packed = packConv(memory, t.weight, t.o, t.c / t.g, kh, kw, t.g);
    const x = memory.put(t.x);
    const bias = t.bias ? memory.put(t.bias).ptr : 0;
    const y = memory.out(t.n * oh * ow * (t.o + t.gap));
    const scratch = memory.out(run.f32_conv2d_scratch(t.c, kh, kw, t.g) / 4);
    run.f32_conv2d(
      x.ptr,
      packed.ptr,
      bias,
      y.ptr,
      scratch.ptr,
      t.n,
      t.h,
      t.w,
      t.c,
      oh,
      ow,
      t.o,
      kh,
      kw,
      t.s[0],
      t.s[1],
      t.p[0],
      t.p[1],
      t.d[0],
      t.d[1],
      t.g,
      t.c + t.gap,
      t.o + t.gap,
      t.clamp[0],
      t.clamp[1],
    );
    scratch.read();
    packed.read();
    const actual = t.gather(y.read(), y.words(), t.o);
    return { ...t, actual, raw: y.read() };
  });
}

const convCases: ConvCase[] = [
  { x: [1, 3, 8, 8], o: 4, k: [3, 3], s: [2, 2], p: [1, 1, 1, 1] },
  { x: [1, 1, 1, 1], o: 1, k: [1, 1] },
  { x: [2, 3, 17, 13], o: 8, k: [7, 7], s: [2, 2], p: [3, 3, 3, 3], bias: true },
  { x: [1, 16, 9, 11], o: 24, k: [3, 3], p: [1, 1, 1, 1], bias: true, clamp: [0, Infinity] },
  { x: [1, 16, 9, 11], o: 13, k: [1, 1], bias: true, clamp: [0, 6] },
  { x: [2, 10, 5, 7], o: 9, k: [1, 1], gap: 3 },
  { x: [1, 10, 6, 7], o: 9, k: [3, 2], gap: 5, p: [1, 0, 0, 1] },
  { x: [1, 12, 10, 10], o: 18, k: [3, 3], g: 3, p: [1, 1, 1, 1], bias: true },
  { x: [1, 12, 10, 10], o: 24, k: [1, 1], g: 4, bias: true, gap: 1 },
  { x: [1, 6, 10, 9], o: 6, k: [3, 3], g: 6, p: [1, 1, 1, 1] },
  { x: [1, 5, 12, 12], o: 7, k: [3, 3], d: [2, 3], p: [2, 3, 2, 3] },
  { x: [1, 64, 8, 8], o: 40, k: [3, 3], s: [1, 2], p: [0, 1, 2, 0] },
  { x: [1, 300, 5, 5], o: 16, k: [3, 3], p: [1, 1, 1, 1] },
  { x: [1, 700, 3, 2], o: 17, k: [1, 1], s: [2, 1] },
  { x: [1, 4, 20, 20], o: 8, k: [11, 11], s: [4, 4], p: [2, 2, 2, 2], bias: true },
  { x: [1, 3, 30, 30], o: 8, k: [5, 5], p: [2, 2, 2, 2] },
  { x: [3, 2, 4, 4], o: 3, k: [5, 5], p: [4, 4, 4, 4] },
  { x: [1, 4, 3, 3], o: 5, k: [1, 1], p: [1, 1, 1, 1] },
];
{
  const random = generator(7);
  for (let i = 0; i < 60; i++) {
    const g = [1, 1, 1, 2, 3][whole(random, 0, 4)]!;
    const k: [number, number] = [whole(random, 1, 4), whole(random, 1, 4)];
    const d: [number, number] = [whole(random, 1, 2), whole(random, 1, 2)];
    const p: [number, number, number, number] = [
      whole(random, 0, 3),
      whole(random, 0, 3),
      whole(random, 0, 3),
      whole(random, 0, 3),
    ];
    convCases.push({
      x: [
        whole(random, 1, 2),
        g * whole(random, 1, 9),
        whole(random, 1, 9) + (k[0] - 1) * d[0],
        whole(random, 1, 12) + (k[1] - 1) * d[1],
      ],
      o: g * whole(random, 1, 19),
      k,
      s: [whole(random, 1, 3), whole(random, 1, 3)],
      p,
      d,
      g,
      bias: random() < 0.5,
      gap: random() < 0.3 ? whole(random, 1, 4) : 0,
      ...(random() < 0.3 ? { clamp: [-0.2, 0.3] as [number, number] } : {}),
    });
  }
}

describe('conv2d', () => {
  it.each(convCases.map((test, i) => [convName(test, 'conv2d'), test, i] as const))('%s', (_, test, i) => {
    const { actual, expected, shape, tolerance } = runConv(test, i);
    expectClose(channelsFirst(actual, shape), expected, tolerance);
  });
});

describe('conv2d_winograd', () => {
  const cases: ConvCase[] = [
    { x: [1, 4, 6, 6], o: 8, k: [3, 3] },
    { x: [1, 16, 14, 14], o: 20, k: [3, 3], p: [1, 1, 1, 1], bias: true },
    { x: [2, 12, 9, 11], o: 5, k: [3, 3], p: [1, 1, 1, 1], clamp: [0, Infinity] },
    { x: [1, 64, 30, 21], o: 33, k: [3, 3], p: [2, 0, 1, 3], bias: true, gap: 4 },
    { x: [3, 32, 7, 7], o: 64, k: [3, 3], p: [1, 1, 1, 1], bias: true, clamp: [-1, 1] },
    { x: [1, 8, 3, 3], o: 3, k: [3, 3], p: [1, 1, 1, 1] },
  ];
  it.each(cases.map((test, i) => [convName(test, 'winograd'), test, i] as const))('%s', (_, test, i) => {
    const t = convSetup(test, i);
    scoped((memory) => {
      const [, , oh, ow] = t.shape as [number, number, number, number];
      const x = memory.put(t.x);
      const packed = memory.out(winogradBytes(t.c, t.o) / 4);
      run.f32_winograd_pack(memory.put(t.weight).ptr, packed.ptr, t.c, t.o, 9, 9 * t.c, 0);
      const bias = t.bias ? memory.put(t.bias).ptr : 0;
      const y = memory.out(t.n * oh * ow * (t.o + t.gap));
      const scratch = memory.out(run.f32_winograd_scratch(t.c, t.o) / 4);
      const [pixel, out, size] = [t.c + t.gap, t.o + t.gap, [t.n, t.h, t.w, t.c, oh, ow, t.o] as const];
      run.f32_conv2d_winograd(x.ptr, packed.ptr, bias, y.ptr, scratch.ptr, ...size, t.p[0], t.p[1], pixel, out, ...t.clamp);
      // An output carries the rounding of its whole tile, and the transforms scale sums by up to 100 on the way.
      const allowed = 4 * t.tolerance.reduce((a, b) => Math.max(a, b), 0);
      expectClose(channelsFirst(t.gather(y.read(), y.words(), t.o), t.shape), t.expected, allowed);
    });
  });
});

describe('depthwise2d', () => {
  const cases: ConvCase[] = [
    { x: [1, 8, 9, 9], o: 8, k: [3, 3], p: [1, 1, 1, 1], bias: true },
    { x: [2, 13, 20, 23], o: 13, k: [3, 3], s: [2, 2], p: [1, 1, 1, 1], clamp: [0, 6] },
    { x: [1, 40, 14, 15], o: 40, k: [7, 7], p: [3, 3, 3, 3], bias: true },
    { x: [1, 3, 4, 4], o: 3, k: [5, 5], p: [4, 4, 4, 4], bias: true },
    { x: [1, 17, 12, 30], o: 17, k: [3, 5], d: [2, 3], p: [2, 5, 1, 7], gap: 3 },
    { x: [1, 9, 3, 2], o: 9, k: [3, 2], s: [3, 1] },
    { x: [1, 16, 5, 40], o: 16, k: [1, 4], s: [1, 3], p: [0, 2, 0, 1] },
    { x: [1, 20, 150, 150], o: 20, k: [3, 3], p: [1, 1, 1, 1] },
    { x: [1, 6, 70, 120], o: 6, k: [3, 3], s: [2, 2], p: [1, 1, 0, 0], gap: 2 },
    { x: [1, 5, 30, 31], o: 5, k: [7, 3], s: [3, 1], p: [3, 1, 3, 1], d: [2, 1] },
    { x: [1, 24, 17, 19], o: 24, k: [5, 5], p: [2, 2, 2, 2], bias: true },
    { x: [1, 4, 9, 13], o: 4, k: [8, 9], p: [4, 4, 4, 4] },
    { x: [1, 8, 4, 3], o: 8, k: [2, 7], p: [0, 2, 1, 2] },
  ];
  it.each(cases.map((test, i) => [convName({ ...test, g: test.o }, 'depthwise2d'), test, i] as const))('%s', (_, test, i) => {
    const t = convSetup({ ...test, g: test.o }, i);
    scoped((memory) => {
      const [, , oh, ow] = t.shape as [number, number, number, number];
      const x = memory.put(t.x);
      const places = t.k[0] * t.k[1];
      const weight = memory.out(Math.ceil(t.o / 4) * 4 * places);
      run.f32_depthwise_pack(memory.put(t.weight).ptr, weight.ptr, t.o, places, 0);
      const bias = t.bias ? memory.put(t.bias).ptr : 0;
      const y = memory.out(t.n * oh * ow * (t.o + t.gap));
      const scratch = memory.out(run.f32_depthwise2d_scratch(oh, ow, ...t.k, ...t.s, ...t.d) / 4);
      run.f32_depthwise2d(
        x.ptr,
        weight.ptr,
        bias,
        y.ptr,
        scratch.ptr,
        t.n,
        t.h,
        t.w,
        t.c,
        oh,
        ow,
        ...t.k,
        ...t.s,
        t.p[0],
        t.p[1],
        ...t.d,
        t.c + t.gap,
        t.o + t.gap,
        ...t.clamp,
      );
      scratch.read();
      expectClose(channelsFirst(t.gather(y.read(), y.words(), t.o), t.shape), t.expected, t.tolerance);
    });
  });
});

/** y = x·B + bias for rows [from, to) on a fresh output. */
function dense(
  x: Float64Array,
  b: Float64Array,
  bias: Float64Array | undefined,
  rows: number,
  k: number,
  n: number,
  splits: readonly number[] = [rows],
  gap = 0,
  clamp = [-Infinity, Infinity],
) {
  return scoped((memory) => {
    const packed = memory.out(Math.ceil(n / 8) * k * 8);
    run.f32_pack(memory.put(b).ptr, packed.ptr, 1, 1, k, n, 0, 0, n, 1);
    const wide = new Float64Array(rows * (k + gap)).fill(NaN);
    x.forEach((v, i) => {
      wide[Math.floor(i / k) * (k + gap) + (i % k)] = v;
    });
    const xs = memory.put(wide);
    const y = memory.out(rows * (n + gap));
    const biasPtr = bias ? memory.put(bias).ptr : 0;
    let from = 0;
    for (const to of splits) {
      run.f32_dense(
        xs.ptr + from * (k + gap) * 4,
        packed.ptr,
        biasPtr,
        y.ptr + from * (n + gap) * 4,
        to - from,
        k,
        n,
        k + gap,
        n + gap,
        clamp[0]!,
        clamp[1]!,
      );
      from = to;
    }
    packed.read();
    return y.read().filter((_, i) => i % (n + gap) < n);
  });
}

describe('dense', () => {
  const sizes: [rows: number, k: number, n: number][] = [
    [1, 1, 1],
    [1, 7, 1],
    [1, 300, 1000],
    [1, 64, 47],
    [1, 9, 49],
    [2, 5, 3],
    [5, 31, 9],
    [6, 8, 8],
    [7, 256, 16],
    [13, 257, 21],
    [193, 40, 12],
    [200, 520, 33],
  ];
  it.each(
    sizes.flatMap(([rows, k, n], i) =>
      [0, 3].map((gap) => [`dense x=[${rows},${k}] w=[${k},${n}] gap=${gap}`, rows, k, n, gap, i] as const),
    ),
  )('%s', (_, rows, k, n, gap, i) => {
    const random = generator(100 + i);
    const x = uniform(random, rows * k);
    const b = uniform(random, k * n);
    const bias = uniform(random, n);
    const clamp = i % 2 ? [-0.5, 1] : [-Infinity, Infinity];
    const expected = reference.dense(x, [rows, k], b, [k, n], bias);
    const size = reference.dense(absolute(x), [rows, k], absolute(b), [k, n], absolute(bias));
    const y = dense(x, b, bias, rows, k, n, [rows], gap, clamp);
    expectClose(
      y,
      reference.unary('clip', expected.data, clamp[0], clamp[1]),
      Float64Array.from(size.data, (v) => (k + 2) * roundoff * v),
    );
  });

  it('gives the same bits however the rows are split (67 rows as 1, 2, 3 and 7 parts, and one by one)', () => {
    const random = generator(5);
    const [rows, k, n] = [67, 389, 35];
    const x = uniform(random, rows * k);
    const b = uniform(random, k * n);
    const bias = uniform(random, n);
    const whole = dense(x, b, bias, rows, k, n);
    for (const parts of [2, 3, 7, rows]) {
      expectSameBits(
        dense(
          x,
          b,
          bias,
          rows,
          k,
          n,
          Array.from({ length: parts }, (_, i) => Math.round(((i + 1) * rows) / parts)),
        ),
        whole,
      );
    }
  });

  it('is one ascending chain of float32 multiply-adds from 0, then the bias: equal to a scalar loop, bit for bit', () => {
    const random = generator(6);
    const [rows, k, n] = [9, 600, 11];
    const x = uniform(random, rows * k);
    const b = uniform(random, k * n);
    const bias = uniform(random, n);
    const chain = new Float32Array(rows * n);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let q = 0; q < k; q++) sum = Math.fround(sum + Math.fround(x[i * k + q]! * b[q * n + j]!));
        chain[i * n + j] = sum + bias[j]!;
      }
    }
    expectSameBits(dense(x, b, bias, rows, k, n), chain);
  });

  it('a 1×1 convolution has the bits of the dense product, and so has a 3×3 one of its im2col matrix', () => {
    const random = generator(8);
    const [c, h, w, o] = [37, 6, 7, 10];
    const x = uniform(random, c * h * w);
    for (const [kh, pad] of [
      [1, 0],
      [3, 1],
    ] as const) {
      const weight = uniform(random, o * c * kh * kh);
      const columns = new Float64Array(h * w * kh * kh * c);
      const matrix = reference.transpose(weight, [o, c, kh, kh], [2, 3, 1, 0]).data;
      let at = 0;
      for (let oy = 0; oy < h; oy++)
        for (let ox = 0; ox < w; ox++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kh; kx++)
              for (let ci = 0; ci < c; ci++) {
                const [y, xx] = [oy + ky - pad, ox + kx - pad];
                columns[at++] = y >= 0 && y < h && xx >= 0 && xx < w ? x[(ci * h + y) * w + xx]! : 0;
              }
      const product = dense(columns, matrix, undefined, h * w, c * kh * kh, o);
      const conv = scoped((memory) => {
        const packed = packConv(memory, weight, o, c, kh, kh, 1);
        const y = memory.out(h * w * o);
        const scratch = memory.out(run.f32_conv2d_scratch(c, kh, kh, 1) / 4);
        run.f32_conv2d(
          memory.put(channelsLast(x, [1, c, h, w])).ptr,
          packed.ptr,
          0,
          y.ptr,
          scratch.ptr,
          1,
          h,
          w,
          c,
          h,
          w,
          o,
          kh,
          kh,
          1,
          1,
          pad,
          pad,
          1,
          1,
          1,
          c,
          o,
          -Infinity,
          Infinity,
        );
        return y.read();
      });
      expectSameBits(conv, product);
    }
  });
});

describe('pooling', () => {
  interface PoolCase {
    x: [number, number, number, number];
    k: [number, number];
    s?: [number, number];
    p?: [number, number, number, number];
    d?: [number, number];
    ceil?: boolean;
  }
  const cases: PoolCase[] = [
    { x: [1, 8, 8, 8], k: [2, 2], s: [2, 2] },
    { x: [2, 13, 9, 11], k: [3, 3], s: [2, 2], p: [1, 1, 1, 1] },
    { x: [1, 5, 7, 7], k: [7, 7] },
    { x: [1, 21, 10, 9], k: [3, 2], s: [1, 3], p: [2, 0, 1, 1], d: [1, 2] },
    { x: [1, 4, 8, 8], k: [3, 3], s: [2, 2], ceil: true },
    { x: [1, 9, 5, 6], k: [3, 3], s: [3, 3], p: [1, 1, 1, 1], ceil: true },
    { x: [1, 3, 6, 6], k: [2, 2], d: [3, 2], p: [1, 1, 1, 1] },
    { x: [1, 1, 1, 1], k: [1, 1] },
  ];
  const named = cases.map(
    (test, i) =>
      [
        `x=[${test.x}] k=${test.k} s=${test.s ?? 1} p=${test.p ?? 0} d=${test.d ?? 1}${test.ceil ? ' ceil' : ''}`,
        test,
        i,
      ] as const,
  );
  const setup = (test: PoolCase, seed: number) => {
    const x = uniform(generator(seed), reference.sizeOf(test.x));
    const options = {
      kernel: test.k,
      stride: test.s ?? [1, 1],
      padding: test.p ?? [0, 0, 0, 0],
      dilation: test.d ?? [1, 1],
      ceil: test.ceil ?? false,
    } as const;
    return { x, options, last: channelsLast(x, test.x) };
  };
  it.each(named)('maxPool2d %s (exact)', (_, test, i) => {
    const { x, options, last } = setup(test, i);
    const expected = reference.maxPool2d(x, test.x, options);
    const [n, c, h, w] = test.x;
    const [, , oh, ow] = expected.shape as [number, number, number, number];
    scoped((memory) => {
      const y = memory.out(n * oh * ow * c);
      const { kernel: k, stride: s, padding: p, dilation: d } = options;
      run.f32_max_pool2d(memory.put(last).ptr, y.ptr, n, h, w, c, oh, ow, k[0], k[1], s[0], s[1], p[0], p[1], d[0], d[1], c, c);
      expectClose(channelsFirst(y.read(), expected.shape), expected.data, 0);
    });
  });
  it.each([0, 1].flatMap((count) => named.map(([name, test, i]) => [`${name} countPadding=${count}`, test, i, count] as const)))(
    'averagePool2d %s',
    (_, test, i, count) => {
      const { x, options, last } = setup(test, i);
      const expected = reference.averagePool2d(x, test.x, { ...options, countPadding: count === 1 });
      const [n, c, h, w] = test.x;
      const [, , oh, ow] = expected.shape as [number, number, number, number];
      scoped((memory) => {
        const y = memory.out(n * oh * ow * c);
        const { kernel: k, stride: s, padding: p, dilation: d } = options;
        run.f32_average_pool2d(
          memory.put(last).ptr,
          y.ptr,
          n,
          h,
          w,
          c,
          oh,
          ow,
          k[0],
          k[1],
          s[0],
          s[1],
          ...p,
          d[0],
          d[1],
          count,
          c,
          c,
        );
        // Values in −1 … 1: a mean of k·k of them.
        expectClose(channelsFirst(y.read(), expected.shape), expected.data, (k[0] * k[1] + 2) * roundoff);
      });
    },
  );
  it('maxPool2d: a NaN in the window gives NaN, elsewhere not; padding never wins over negative values', () => {
    scoped((memory) => {
      const y = memory.out(4);
      run.f32_max_pool2d(
        memory.put([-1, -2, NaN, -4, -5, -6, -7, -8, -9]).ptr,
        y.ptr,
        1,
        3,
        3,
        1,
        2,
        2,
        2,
        2,
        2,
        2,
        1,
        1,
        1,
        1,
        1,
        1,
      );
      expect([...y.read()]).toEqual([-1, NaN, -4, -5]);
    });
  });
});

/** Arguments and absolute + relative error allowed: in 2⁻²⁴, beside the rounding of the result. Compositions lose a few. */
const unaryCases: Record<
  UnaryFn,
  { range?: [number, number]; alpha?: number; beta?: number; relative: number; absolute?: number }
> = {
  abs: { relative: 0 },
  neg: { relative: 0 },
  sqrt: { range: [0, 100], relative: 1 },
  reciprocal: { relative: 1 },
  exp: { range: [-87, 88], relative: 2 },
  log: { range: [1e-6, 1000], relative: 2 },
  sin: { range: [-100, 100], relative: 2 },
  cos: { range: [-100, 100], relative: 2 },
  tanh: { range: [-10, 10], relative: 4 },
  erf: { range: [-5, 5], relative: 4 },
  floor: { range: [-9, 9], relative: 0 },
  ceil: { range: [-9, 9], relative: 0 },
  round: { range: [-9, 9], relative: 0 },
  sign: { relative: 0 },
  square: { relative: 1 },
  affine: { alpha: 1.5, beta: -0.25, relative: 1, absolute: 4 },
  relu: { relative: 0 },
  leakyRelu: { alpha: 0.125, relative: 1 },
  elu: { range: [-10, 3], alpha: 1.5, relative: 8 },
  selu: { range: [-10, 3], alpha: 1.75, beta: 1.0625, relative: 8 },
  celu: { range: [-10, 3], alpha: 0.75, relative: 8 },
  // The exponential of −x rounds x·(1/ln 2): a few units more where the result is small.
  sigmoid: { range: [-30, 30], relative: 4 },
  hardSigmoid: { range: [-5, 5], alpha: 0.1875, beta: 0.5, relative: 1, absolute: 2 },
  hardSwish: { range: [-5, 5], relative: 4, absolute: 4 },
  silu: { range: [-30, 30], relative: 5 },
  softplus: { range: [-30, 30], relative: 5 },
  softsign: { range: [-30, 30], relative: 2 },
  thresholdedRelu: { alpha: 0.25, relative: 0 },
  mish: { range: [-20, 30], relative: 8 },
  // Small results keep their digits, but exp(−x²/2) rounds x².
  gelu: { range: [-5, 6], relative: 16 },
  geluTanh: { range: [-4, 6], relative: 24 },
  clip: { alpha: -0.5, beta: 0.25, relative: 0 },
};

describe('unary', () => {
  const names = Object.keys(unaryCases) as UnaryFn[];
  const apply = (fn: UnaryFn, x: ArrayLike<number>, alpha = 0, beta = 0) =>
    scoped((memory) => {
      const y = memory.out(x.length);
      run.f32_unary(unaryCodes[fn], memory.put(x).ptr, y.ptr, x.length, alpha, beta);
      return y.read();
    });

  it('tests every code', () => expect(names.sort()).toEqual(Object.keys(unaryCodes).sort()));

  it.each(
    names.map((fn) => {
      const { relative, absolute: floor = 0, range: [lo, hi] = [-2, 2] } = unaryCases[fn];
      return [`${fn} of ${lo} … ${hi} within ${relative}·2⁻²⁴ relative + ${floor}·2⁻²⁴`, fn] as const;
    }),
  )('%s', (_, fn) => {
    const { range: [lo, hi] = [-2, 2], alpha = 0, beta = 0, relative, absolute: floor = 0 } = unaryCases[fn];
    const x = uniform(generator(unaryCodes[fn]), 4099, lo, hi);
    const expected = reference.unary(fn, x, alpha, beta);
    // 2⁻¹⁴⁹: results below the normal numbers are off by a whole step.
    expectClose(apply(fn, x, alpha, beta), expected, near(expected, relative * roundoff, floor * roundoff + 2 ** -149));
  });

  it.each(names)('%s: a value gives the same bits at every position, tails included, and in place', (fn) => {
    const { range: [lo, hi] = [-2, 2], alpha = 0, beta = 0 } = unaryCases[fn];
    const x = uniform(generator(9), 11, lo, hi);
    const all = apply(fn, x, alpha, beta);
    for (let length = 1; length < 8; length++) {
      for (let start = 0; start + length <= x.length; start++)
        expectSameBits(apply(fn, x.subarray(start, start + length), alpha, beta), all.slice(start, start + length));
    }
    scoped((memory) => {
      const y = memory.put(x);
      run.f32_unary(unaryCodes[fn], y.ptr, y.ptr, x.length, alpha, beta);
      expectSameBits(y.read(), all);
    });
  });

  const special = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3.4e38,
    -3.4e38,
    1e-40,
    -1e-40,
    1e-45,
    88.8,
    89.5,
    -88,
    -95,
    -103.5,
    -110,
  ].map(Math.fround);
  it.each(names)('%s: NaN, infinities, zeros, subnormals and huge values as the twin', (fn) => {
    const { alpha = 0, beta = 0 } = unaryCases[fn];
    const actual = apply(fn, special, alpha, beta);
    const expected = Float32Array.from(reference.unary(fn, special, alpha, beta));
    const bad: string[] = [];
    special.forEach((x, i) => {
      const [a, e] = [actual[i]!, expected[i]!];
      // Relative; and a step of the subnormal numbers, or all of them where the logistic function leaves them out, times x.
      const smallest = ['sigmoid', 'silu', 'gelu', 'geluTanh'].includes(fn) ? Math.exp(-86.9) : 2 ** -149;
      const allowed = 12 * roundoff * Math.abs(e) + smallest * (1 + Math.abs(x));
      if (!(Object.is(a, e) || a === e || Math.abs(a - e) <= allowed)) bad.push(`${fn}(${x}) = ${a} instead of ${e}`);
    });
    expect(bad).toEqual([]);
  });

  it('round takes halves to the even number and keeps the sign of zero; relu and clip keep NaN', () => {
    expect([...apply('round', [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609])]).toEqual([
      0, 2, 2, -0, -2, -2, 0, 8388609,
    ]);
    expect([...reference.unary('round', [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609])]).toEqual([
      0, 2, 2, -0, -2, -2, 0, 8388609,
    ]);
    expect([...apply('relu', [NaN, -1, 2])]).toEqual([NaN, 0, 2]);
    expect([...apply('clip', [NaN, -1, 2], 0, 1)]).toEqual([NaN, 0, 1]);
    expect([...apply('sign', [0, -0, -3, 5, NaN])]).toEqual([0, -0, -1, 1, NaN]);
  });

  it('sin and cos of huge arguments agree with the twin to 2 units', () => {
    const random = generator(3);
    const x = Float64Array.from({ length: 500 }, () => Math.fround((random() - 0.5) * 2 ** whole(random, 18, 127)));
    for (const fn of ['sin', 'cos'] as const) {
      const expected = reference.unary(fn, x);
      expectClose(apply(fn, x), expected, near(expected, 4 * roundoff));
    }
  });
});

/** Strides of f32_binary's operands for a broadcast of these shapes. */
function spaceOf(shape: readonly number[], ...operands: readonly (readonly number[])[]): number[] {
  return [...shape, ...operands.flatMap((operand) => reference.broadcastStrides(operand, shape))];
}

const pairs: [a: number[], b: number[]][] = [
  [[7], [7]],
  [
    [2, 3, 5],
    [2, 3, 5],
  ],
  [[4, 9], [9]],
  [
    [4, 9],
    [4, 1],
  ],
  [
    [4, 1],
    [1, 6],
  ],
  [[], [5]],
  [[3], []],
  [[], []],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 1, 3, 1, 2],
    [4, 1, 7, 1],
  ],
  [
    [1, 2, 1, 2, 1, 2, 1, 2],
    [2, 1, 2, 1, 2, 1, 2, 1],
  ],
  [[0, 3], [3]],
];

describe('binary', () => {
  const names = Object.keys(binaryCodes) as BinaryFn[];
  it.each(names.flatMap((fn) => pairs.map(([a, b]) => [fn, a, b] as const)))('%s a=[%s] b=[%s]', (fn, aShape, bShape) => {
    const random = generator(17);
    const logical = fn === 'and' || fn === 'or' || fn === 'xor' || fn === 'equal';
    const draw = (shape: readonly number[], lo: number) => {
      const values = uniform(random, reference.sizeOf(shape), lo, 3);
      return logical ? values.map((v) => Math.round(v / 2)) : values;
    };
    const a = draw(aShape, fn === 'pow' ? 0.1 : -3);
    const b = draw(bShape, -3);
    const expected = reference.binary(fn, a, aShape, b, bShape);
    scoped((memory) => {
      const y = memory.out(expected.data.length);
      run.f32_binary(
        binaryCodes[fn],
        memory.put(a).ptr,
        memory.put(b).ptr,
        y.ptr,
        expected.shape.length,
        memory.i32(spaceOf(expected.shape, aShape, bShape)),
      );
      // One rounding each; pow is computed in float64; the rest is exact.
      expectClose(y.read(), expected.data, near(expected.data, 1.001 * roundoff));
    });
  });

  it.each(names)('%s of special values as the twin', (fn) => {
    const list = [0, -0, 1, -1, 2, 3, -3, 0.5, -0.5, Infinity, -Infinity, NaN];
    const a = list.flatMap((v) => list.map(() => v));
    const b = list.flatMap(() => list);
    const expected = Float32Array.from(reference.binary(fn, a, [a.length], b, [b.length]).data);
    scoped((memory) => {
      const y = memory.out(a.length);
      run.f32_binary(binaryCodes[fn], memory.put(a).ptr, memory.put(b).ptr, y.ptr, 1, memory.i32([a.length, 1, 1]));
      const actual = y.read();
      const bad = a.flatMap((v, i) =>
        Object.is(actual[i], expected[i]) || Math.abs(actual[i]! - expected[i]!) <= roundoff * Math.abs(expected[i]!)
          ? []
          : [`${fn}(${v}, ${b[i]}) = ${actual[i]} instead of ${expected[i]}`],
      );
      expect(bad).toEqual([]);
    });
  });
});

describe('where', () => {
  it.each([
    [[5], [5], [5]],
    [[2, 1], [1, 3], []],
    [[3, 4, 5], [5], [3, 1, 1]],
    [[], [2, 2], [2]],
    [
      [4, 6],
      [4, 6],
      [4, 6],
    ],
  ] as const)('mask=[%s] a=[%s] b=[%s]', (maskShape, aShape, bShape) => {
    const random = generator(21);
    const mask = uniform(random, reference.sizeOf(maskShape)).map((v) => (v > 0 ? 1 : 0));
    const a = uniform(random, reference.sizeOf(aShape));
    const b = uniform(random, reference.sizeOf(bShape));
    const expected = reference.where(mask, maskShape, a, aShape, b, bShape);
    scoped((memory) => {
      const y = memory.out(expected.data.length);
      run.f32_where(
        memory.put(mask).ptr,
        memory.put(a).ptr,
        memory.put(b).ptr,
        y.ptr,
        expected.shape.length,
        memory.i32(spaceOf(expected.shape, maskShape, aShape, bShape)),
      );
      expectClose(y.read(), expected.data, 0);
    });
  });
});

describe('copy', () => {
  const copy = (shape: number[], order: number[], intoPermuted: boolean) => {
    const x = Float64Array.from({ length: reference.sizeOf(shape) }, (_, i) => i + 1);
    const expected = reference.transpose(x, shape, order);
    scoped((memory) => {
      const y = memory.out(x.length);
      const own = reference.stridesOf(shape);
      const target = reference.stridesOf(expected.shape);
      // The same copy, walked in the order of the result or of the source.
      const space = intoPermuted
        ? [...expected.shape, ...order.map((axis) => own[axis]!), ...target]
        : [...shape, ...own, ...shape.map((_, axis) => target[order.indexOf(axis)]!)];
      run.f32_copy(memory.put(x).ptr, y.ptr, shape.length, memory.i32(space));
      expectClose(y.read(), expected.data, 0);
    });
  };
  it.each([
    [[6], [0]],
    [
      [3, 5],
      [1, 0],
    ],
    [
      [9, 11],
      [1, 0],
    ],
    [
      [2, 7, 5, 6],
      [0, 2, 3, 1],
    ],
    [
      [2, 5, 6, 7],
      [0, 3, 1, 2],
    ],
    [
      [2, 3, 4, 5],
      [3, 2, 1, 0],
    ],
    [
      [1, 8, 4, 4],
      [0, 2, 3, 1],
    ],
    [
      [2, 3, 4, 4, 2],
      [0, 2, 1, 3, 4],
    ],
    [
      [0, 4],
      [1, 0],
    ],
    [
      [2, 1, 2, 1, 2, 1, 2, 3],
      [7, 0, 6, 1, 5, 2, 4, 3],
    ],
  ])('x=[%s] order=[%s]', (shape, order) => {
    copy(shape, order, true);
    copy(shape, order, false);
  });
  it('takes negative and zero source strides, gaps in the destination, and rank 0', () => {
    scoped((memory) => {
      const x = memory.put([1, 2, 3, 4, 5, 6]);
      const reversed = memory.out(6);
      run.f32_copy(x.ptr + 20, reversed.ptr, 1, memory.i32([6, -1, 1]));
      expect([...reversed.read()]).toEqual([6, 5, 4, 3, 2, 1]);
      const repeated = memory.out(6);
      run.f32_copy(x.ptr, repeated.ptr, 2, memory.i32([2, 3, 0, 1, 3, 1]));
      expect([...repeated.read()]).toEqual([1, 2, 3, 1, 2, 3]);
      const apart = memory.out(9);
      run.f32_copy(x.ptr, apart.ptr, 1, memory.i32([5, 1, 2]));
      expect([0, 2, 4, 6, 8].map((i) => apart.read()[i])).toEqual([1, 2, 3, 4, 5]);
      expect([1, 3, 5, 7].every((i) => isCanary(apart.words()[i]))).toBe(true);
      const single = memory.out(1);
      run.f32_copy(x.ptr + 8, single.ptr, 0, memory.i32([0]));
      expect([...single.read()]).toEqual([3]);
    });
  });
});

describe('fill, scale and shift', () => {
  it.each([0, 1, 3, 4, 9])('fill %i elements', (n) => {
    scoped((memory) => {
      const y = memory.out(n);
      run.f32_fill(y.ptr, n, 2.5);
      expectClose(y.read(), new Float64Array(n).fill(2.5), 0);
    });
  });
  it.each([
    [1, 1],
    [5, 3],
    [4, 8],
    [3, 13],
  ])('scaleShift x=[%i,%i]', (rows, c) => {
    const random = generator(rows * c);
    const [x, scale, shift] = [uniform(random, rows * c), uniform(random, c), uniform(random, c)];
    scoped((memory) => {
      const y = memory.out(rows * c);
      run.f32_scale_shift(memory.put(x).ptr, memory.put(scale).ptr, memory.put(shift).ptr, y.ptr, rows, c, -0.4, 0.9);
      expectClose(y.read(), reference.scaleShift(x, scale, shift, -0.4, 0.9), 4 * roundoff);
    });
  });
});

const spaces: [outer: number, axis: number, inner: number][] = [
  [1, 1, 1],
  [3, 7, 1],
  [2, 10, 1],
  [1, 1000, 1],
  [2, 5, 3],
  [1, 49, 13],
  [3, 4, 8],
  [2, 6, 1],
];

describe('softmax', () => {
  it.each(spaces.flatMap((space) => [0, 1].map((log) => [...space, log] as const)))(
    'outer=%i axis=%i inner=%i log=%i',
    (outer, axis, inner, log) => {
      const x = uniform(generator(axis), outer * axis * inner, -8, 8);
      const expected = reference.softmax(x, [outer, axis, inner], 1, log === 1);
      scoped((memory) => {
        const y = memory.out(x.length);
        run.f32_softmax(memory.put(x).ptr, y.ptr, outer, axis, inner, log);
        // exp of a difference that was rounded: up to 16 · 2⁻²⁴, then exp and the division.
        expectClose(y.read(), expected, log ? near(expected, 3 * roundoff, 16 * roundoff) : near(expected, 20 * roundoff));
        if (!log) expect(y.read().reduce((a, b) => a + b, 0)).toBeCloseTo(outer * inner, 4);
      });
    },
  );
  it('has the same bits whichever axis is contiguous; NaN spreads over its row only; huge values do not overflow', () => {
    const x = uniform(generator(2), 40, -5, 5);
    scoped((memory) => {
      const [rows, columns] = [memory.out(40), memory.out(40)];
      run.f32_softmax(memory.put(x).ptr, rows.ptr, 4, 10, 1, 0);
      run.f32_softmax(memory.put(reference.transpose(x, [4, 10], [1, 0]).data).ptr, columns.ptr, 1, 10, 4, 0);
      expectSameBits(Float32Array.from(reference.transpose(columns.read(), [10, 4], [1, 0]).data), rows.read());
      const y = memory.out(6);
      run.f32_softmax(memory.put([1, NaN, 2, 3e38, 0, 3e38]).ptr, y.ptr, 2, 3, 1, 0);
      expect([...y.read()]).toEqual([NaN, NaN, NaN, 0.5, 0, 0.5]);
    });
  });
});

describe('reduce', () => {
  const names = Object.keys(reduceCodes) as ReduceFn[];
  it.each(names.flatMap((fn) => spaces.map((space) => [fn, ...space] as const)))(
    '%s outer=%i axis=%i inner=%i',
    (fn, outer, axis, inner) => {
      const positive = fn === 'logSum' || fn === 'prod';
      const x = uniform(generator(axis + 1), outer * axis * inner, positive ? 0.9 : -2, positive ? 1.1 : 2);
      const expected = reference.reduce(fn, x, [outer, axis, inner], [1]).data;
      scoped((memory) => {
        const y = memory.out(expected.length);
        run.f32_reduce(reduceCodes[fn], memory.put(x).ptr, y.ptr, outer, axis, inner);
        // Sums run in float64: one rounding to float32 at the end.
        expectClose(y.read(), expected, near(expected, 1.001 * roundoff, axis * 1e-15));
      });
    },
  );
  it('special values and nothing at all, as the twin', () => {
    scoped((memory) => {
      for (const fn of names) {
        for (const row of [[1, NaN, 2], [Infinity, 1, 2], [-Infinity, -Infinity, -Infinity], [0, -0, 0], []]) {
          const y = memory.out(1);
          run.f32_reduce(reduceCodes[fn], memory.put(row).ptr, y.ptr, 1, row.length, 1);
          expect(y.read()[0], `${fn} of [${row}]`).toEqual(Math.fround(reference.reduce(fn, row, [row.length]).data[0]!));
        }
      }
    });
  });
});

describe('layerNorm and lrn', () => {
  it.each([
    [1, 1],
    [3, 5],
    [2, 8],
    [4, 96],
    [2, 203],
  ])('layerNorm x=[%i,%i]', (rows, size) => {
    const random = generator(size);
    const x = uniform(random, rows * size, 90, 100);
    const [scale, shift] = [uniform(random, size), uniform(random, size)];
    for (const affine of [true, false]) {
      const expected = reference.layerNorm(x, [rows, size], affine ? scale : undefined, affine ? shift : undefined, 2 ** -16);
      scoped((memory) => {
        const y = memory.out(x.length);
        run.f32_layer_norm(
          memory.put(x).ptr,
          affine ? memory.put(scale).ptr : 0,
          affine ? memory.put(shift).ptr : 0,
          y.ptr,
          rows,
          size,
          2 ** -16,
        );
        expectClose(y.read(), expected, 6 * roundoff * 4);
      });
    }
  });
  it.each([
    [0.75, 5],
    [0.5, 3],
    [1, 4],
    [0.6, 5],
    [0.75, 1],
    [0.75, 31],
  ])('lrn beta=%d size=%i', (beta, size) => {
    const shape = [1, 19, 3, 5];
    const x = uniform(generator(size), reference.sizeOf(shape), -3, 3);
    const options = { size, alpha: 0.5, beta: Math.fround(beta), bias: 1.5 };
    const expected = reference.lrn(x, shape, options);
    scoped((memory) => {
      const y = memory.out(x.length);
      run.f32_lrn(memory.put(channelsLast(x, shape)).ptr, y.ptr, 15, 19, size, options.alpha, options.beta, options.bias);
      expectClose(channelsFirst(y.read(), shape), expected, near(expected, 1.001 * roundoff));
    });
  });
});

describe('resize2d', () => {
  it.each([
    [1, 3, 4, 4, 8, 8],
    [2, 5, 7, 3, 4, 6],
    [1, 8, 2, 2, 5, 1],
    [1, 1, 1, 1, 3, 3],
  ])('x=[%i,%i,%i,%i] to [%i,%i]', (n, c, h, w, oh, ow) => {
    const x = uniform(generator(h), n * c * h * w);
    for (const nearest of [false, true]) {
      const taps = (size: number, target: number) => {
        const at = Array.from({ length: target }, (_, i) => Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / target - 0.5)));
        return {
          first: at.map(nearest ? Math.round : Math.floor),
          second: at.map((v) => Math.min(size - 1, Math.floor(v) + 1)),
          weight: at.map((v) => (nearest ? 0 : Math.fround(v - Math.floor(v)))),
        };
      };
      const [rows, columns] = [taps(h, oh), taps(w, ow)];
      const expected = reference.resize2d(x, [n, c, h, w], rows, columns);
      scoped((memory) => {
        const y = memory.out(expected.data.length);
        run.f32_resize2d(
          memory.put(channelsLast(x, [n, c, h, w])).ptr,
          y.ptr,
          n,
          h,
          w,
          c,
          oh,
          ow,
          memory.i32(rows.first),
          memory.i32(rows.second),
          memory.put(rows.weight).ptr,
          memory.i32(columns.first),
          memory.i32(columns.second),
          memory.put(columns.weight).ptr,
        );
        expectClose(channelsFirst(y.read(), expected.shape), expected.data, nearest ? 0 : 6 * roundoff);
      });
    }
  });
});

describe('the comparison itself', () => {
  it('must fail: NaN never equals anything, an infinity only itself, and lengths count', () => {
    expect(mismatches([NaN], [NaN], Infinity)).toHaveLength(1);
    expect(mismatches([NaN], [0], Infinity)).toHaveLength(1);
    expect(mismatches([Infinity], [NaN], Infinity)).toHaveLength(1);
    expect(mismatches([Infinity], [-Infinity], 1)).toHaveLength(1);
    expect(mismatches([1, 2], [1], 1)).toHaveLength(1);
    expect(mismatches([1.001], [1], 1e-4)).toHaveLength(1);
    expect(mismatches([1, Infinity], [1, Infinity], 0)).toEqual([]);
  });
  it('must fail: a kernel that writes one float too far is caught', () => {
    scoped((memory) => {
      const y = memory.out(5);
      run.f32_fill(y.ptr, 6, 1);
      expect(() => y.read()).toThrow('word 5 outside it was overwritten');
    });
  });
});
