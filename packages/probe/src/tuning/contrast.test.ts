import { describe, expect, it } from 'vitest';
import { contrastResponse } from './contrast.ts';

const contrasts = [0, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1];
const nakaRushton = (b: number, rMax: number, c50: number, n: number) => (c: number) => b + (rMax * c ** n) / (c ** n + c50 ** n);

describe('contrastResponse', () => {
  it('is the least-squares fit of scipy.optimize.curve_fit (1.17) to 3 + 40c^2.2/(c^2.2 + 0.21^2.2) + 0.8sin(1 + 3i)', () => {
    const responses = contrasts.map((c, i) => nakaRushton(3, 40, 0.21, 2.2)(c) + 0.8 * Math.sin(1 + 3 * i));
    const fit = contrastResponse(responses, contrasts);
    expect(fit.baseline).toBeCloseTo(3.1242614, 5);
    expect(fit.growth).toBeCloseTo(39.8469489, 4);
    expect(fit.halfContrast).toBeCloseTo(0.2105308586, 7);
    expect(fit.exponent).toBeCloseTo(2.2141142, 5);
    expect(fit.r2).toBeCloseTo(0.9992763394793, 12);
    expect(fit.note).toBeNull();
  });
  it.each([
    [0, 1, 0.05, 1],
    [5, 30, 0.3, 3.4],
    [2, 400, 0.6, 1.8],
  ])('finds b %d, Rmax %d, c50 %d, n %d again', (b, rMax, c50, n) => {
    const fit = contrastResponse(contrasts.map(nakaRushton(b, rMax, c50, n)), contrasts);
    expect(fit.growth / rMax).toBeCloseTo(1, 6);
    expect(fit.halfContrast / c50).toBeCloseTo(1, 6);
    expect(fit.exponent / n).toBeCloseTo(1, 6);
    expect(fit.baseline).toBeCloseTo(b, 6);
    expect(fit.r2).toBeCloseTo(1, 12);
  });
  it('a scale of the responses scales b and Rmax alone', () => {
    const responses = contrasts.map((c, i) => nakaRushton(3, 40, 0.21, 2.2)(c) + 0.8 * Math.sin(1 + 3 * i));
    const [fit, scaled] = [responses, responses.map((r) => 1e-4 * r)].map((curve) => contrastResponse(curve, contrasts));
    expect(scaled!.growth * 1e4).toBeCloseTo(fit!.growth, 5);
    expect(scaled!.halfContrast).toBeCloseTo(fit!.halfContrast, 8);
    expect(scaled!.exponent).toBeCloseTo(fit!.exponent, 6);
  });
  it('a unit without normalisation grows in proportion and has no c50', () => {
    const fit = contrastResponse(
      contrasts.map((c) => 7 * c),
      contrasts,
    );
    expect(fit).toMatchObject({
      growth: Number.NaN,
      halfContrast: Number.NaN,
      note: 'half of the growth lies outside the contrasts shown',
    });
    expect(fit.exponent).toBeCloseTo(1, 1);
    expect(fit.r2).toBeGreaterThan(0.9999);
  });
  it('a step between two contrasts leaves c50 and n open', () => {
    const fit = contrastResponse([0, 0, 0, 0, 9, 9, 9, 9], contrasts);
    expect(fit).toMatchObject({ halfContrast: Number.NaN, exponent: Number.NaN, note: 'no contrast lies on the slope' });
    expect(fit.growth).toBeCloseTo(9, 3);
  });
  it('says why there is no fit', () => {
    expect(contrastResponse(new Float64Array(8), contrasts).note).toBe('no response above 0');
    expect(contrastResponse(new Float64Array(8).fill(2), contrasts)).toMatchObject({
      r2: Number.NaN,
      note: 'same response at every contrast',
    });
    const falling = contrastResponse(
      contrasts.map((c) => 10 - nakaRushton(0, 9, 0.2, 2)(c)),
      contrasts,
    );
    expect(falling).toMatchObject({ growth: Number.NaN, note: 'response falls with contrast' });
  });
  it('refuses too few contrasts', () => {
    expect(() => contrastResponse([1, 2, 3], [0.1, 0.5, 1])).toThrow(
      'contrastResponse: needs a response for each of at least 5 ascending contrasts above 0 (and 0, if shown), at most 1, got 3 responses and contrasts 0.1, 0.5, 1.',
    );
  });
});
