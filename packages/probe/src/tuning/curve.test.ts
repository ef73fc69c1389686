import { describe, expect, it } from 'vitest';
import { cubicSpline, smoothed } from './curve.ts';

describe('cubicSpline', () => {
  // scipy 1.17 UnivariateSpline(x, y, s=0), inside and beyond the ends
  it('is SciPy’s interpolating spline of sin(1 + 2x) on uneven points', () => {
    const x = [0, 1, 1.5, 3, 4.2, 5];
    const spline = cubicSpline(
      x,
      x.map((at) => Math.sin(1 + 2 * at)),
    );
    const wanted = [
      [-0.5, -1.8522842182158072],
      [0.3, 1.204093713617608],
      [1.2, -0.2940460485551377],
      [2.5, 0.02089324584738727],
      [4.9, -0.8915470140500559],
      [5.6, -1.3291602247079142],
    ] as const;
    for (const [at, value] of wanted) expect(spline(at)).toBeCloseTo(value, 12);
  });

  it('by hand: four points have one cubic, x³ − 2x + 1 here', () => {
    const cubic = (x: number) => x * x * x - 2 * x + 1;
    const spline = cubicSpline([-1, 0, 2, 3], [-1, 0, 2, 3].map(cubic));
    for (const x of [-3, -1, -0.4, 1, 2.2, 7]) expect(spline(x)).toBeCloseTo(cubic(x), 11);
  });

  it('goes through its points', () => {
    const x = [1, 2, 4, 5, 9, 11, 12];
    const y = [3, -1, 4, 1, -5, 9, 2];
    const spline = cubicSpline(x, y);
    for (const [i, at] of x.entries()) expect(spline(at)).toBeCloseTo(y[i]!, 13);
  });

  it('refuses fewer than 4 points and repeated ones', () => {
    expect(() => cubicSpline([1, 1, 2, 3], [0, 0, 0, 0])).toThrow(
      'cubicSpline: needs at least 4 points in ascending order, got x = 1, 1, 2, 3.',
    );
    expect(() => cubicSpline([1, 2, 3], [0, 0, 0])).toThrow('got x = 1, 2, 3.');
  });
});

describe('smoothed', () => {
  it('by hand: 0, 9, 0, 0 with 0.4, 1, 0.4 over 1.8', () => {
    expect([...smoothed([0, 9, 0, 0], 'hanning', 'edge')]).toEqual([2, 5, 2, 0].map((v) => expect.closeTo(v, 14)));
    expect([...smoothed([9, 0, 0, 0], 'hanning', 'edge')]).toEqual([7, 2, 0, 0].map((v) => expect.closeTo(v, 14)));
    expect([...smoothed([9, 0, 0, 0], 'hanning', 'circle')]).toEqual([5, 2, 0, 2].map((v) => expect.closeTo(v, 14)));
  });
  it('leaves a constant as it is, and everything without a kernel', () => {
    for (const kernel of ['smooth', 'triangle', 'flat'] as const) {
      for (const value of smoothed([4, 4, 4, 4, 4], kernel, 'edge')) expect(value).toBeCloseTo(4, 14);
    }
    expect([...smoothed([1, 5, 2], 'none', 'edge')]).toEqual([1, 5, 2]);
  });
});
