/** @file The float64 functions against the engine's own (which may be off by a unit themselves), and values fixed bit by bit. */
import { describe, expect, it } from 'vitest';
import { generator, uniform, whole } from '../test/harness.ts';
import { math } from './index.ts';

/** Distance between x and the next float64 of greater magnitude. */
function ulp(x: number): number {
  const float = new Float64Array([Math.abs(x)]);
  new BigUint64Array(float.buffer)[0]! += 1n;
  return float[0]! - Math.abs(x);
}

type Fn = 'exp' | 'expm1' | 'log' | 'log1p' | 'sin' | 'cos' | 'tanh';
const ranges: Record<Fn, [lo: number, hi: number, ulps: number]> = {
  exp: [-700, 700, 2],
  expm1: [-3, 3, 3.5],
  log: [1e-3, 30, 2],
  log1p: [-0.99, 10, 2.5],
  sin: [-100, 100, 2],
  cos: [-100, 100, 2],
  tanh: [-5, 5, 3],
};
const special = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  1e-310,
  5e-324,
  -5e-324,
  -1e-20,
  1e308,
  -1e308,
  709.78,
  709.79,
  710,
  -708.5,
  -744,
  -745,
  -746,
  1e-8,
  -0.5,
  0.5,
];

describe('float64 functions', () => {
  it.each(Object.entries(ranges) as [Fn, [number, number, number]][])(
    '%s within %j (lowest, highest argument, units in the last place)',
    (fn, [lo, hi, ulps]) => {
      const random = generator(11);
      let worst = 0;
      for (let i = 0; i < 20000; i++) {
        const x = lo + (hi - lo) * (random() + random() * 2 ** -32);
        const expected = Math[fn](x);
        worst = Math.max(worst, Math.abs(math[fn](x) - expected) / ulp(expected));
      }
      expect(worst).toBeLessThanOrEqual(ulps);
    },
  );

  it.each(Object.keys(ranges) as Fn[])('%s of special values', (fn) => {
    for (const x of special) {
      const [actual, expected] = [math[fn](x), Math[fn](x)];
      if (!(Math.abs(actual - expected) <= 2 * ulp(expected))) expect(actual, `${fn}(${x})`).toBe(expected);
      if (expected === 0) expect(actual, `${fn}(${x})`).toBe(expected);
    }
  });

  it('sin and cos of huge arguments, within 2 units', () => {
    const random = generator(12);
    for (let i = 0; i < 3000; i++) {
      const x = (random() - 0.5) * 2 ** whole(random, 18, 1023);
      for (const fn of ['sin', 'cos'] as const)
        expect(Math.abs(math[fn](x) - Math[fn](x)) / ulp(Math[fn](x))).toBeLessThanOrEqual(2);
    }
    // The float64 closest to a multiple of π/2 (Muller 2016, Elementary Functions, §11.1): cos is 4.7e-19 there.
    expect(math.cos(6381956970095103 * 2 ** 797)).toBeCloseTo(-4.687165924254628e-19, 33);
  });

  it('pow within 2 units, and its special cases as IEEE 754', () => {
    const random = generator(13);
    let worst = 0;
    for (let i = 0; i < 20000; i++) {
      const [x, y] = [10 ** (random() * 10 - 5), random() * 100 - 50];
      const expected = x ** y;
      if (expected > 1e-300 && expected < Infinity) worst = Math.max(worst, Math.abs(math.pow(x, y) - expected) / ulp(expected));
    }
    expect(worst).toBeLessThanOrEqual(2);
    const list = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, Infinity, -Infinity, NaN, 1e-310, 1e300];
    for (const x of list) {
      for (const y of list) {
        const ieee = x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
        const actual = math.pow(x, y);
        if (!(ieee !== 0 && Math.abs(actual - ieee) <= ulp(ieee))) expect(actual, `pow(${x}, ${y})`).toBe(ieee);
      }
    }
  });

  it('erf: tabulated values (Abramowitz & Stegun, table 7.1), oddness, limits', () => {
    expect(math.erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(math.erf(1)).toBeCloseTo(0.8427007929497149, 15);
    expect(math.erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(math.erf(3.5)).toBeCloseTo(0.999999256901628, 15);
    for (const x of uniform(generator(14), 200, -7, 7)) expect(math.erf(-x)).toBe(-math.erf(x));
    expect([math.erf(0), math.erf(-0), math.erf(Infinity), math.erf(-Infinity), math.erf(NaN), math.erf(1e-300)]).toEqual([
      0,
      -0,
      1,
      -1,
      NaN,
      1.1283791670955126e-300,
    ]);
    // Continuous where the two formulas meet
    expect(math.erf(1) - math.erf(1 - 2 ** -53)).toBeLessThan(4e-16);
  });

  it('exp and log are each other’s inverse, sin² + cos² = 1', () => {
    for (const x of uniform(generator(15), 500, -20, 20)) {
      expect(math.log(math.exp(x))).toBeCloseTo(x, 13);
      expect(math.sin(x) ** 2 + math.cos(x) ** 2).toBeCloseTo(1, 15);
    }
  });

  it('uses no function of the engine that may round differently', () => {
    expect(
      Object.values(math)
        .filter((value) => typeof value === 'function')
        .map(String)
        .join('\n'),
    ).not.toMatch(/Math\.(?!sqrt|abs|floor)|\*\*/);
  });

  it('gives these bits on every machine (a digest of 10,000 results)', () => {
    const random = generator(16);
    let hash = 2166136261;
    const add = (value: number) => {
      for (const word of new Uint32Array(new Float64Array([value]).buffer)) hash = Math.imul(hash ^ word, 16777619) >>> 0;
    };
    for (let i = 0; i < 1000; i++) {
      const x = random() * 20 - 10;
      add(math.exp(x));
      add(math.expm1(x));
      add(math.log(x + 10));
      add(math.log1p(x + 10));
      add(math.sin(x));
      add(math.cos(x * 1e9));
      add(math.tanh(x));
      add(math.erf(x));
      add(math.pow(x + 10, x));
      add(math.sin(x * 2 ** 60));
    }
    expect(hash).toMatchInlineSnapshot(`2438396599`);
  });
});
