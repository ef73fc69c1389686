import { createRandom } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { type Boundary, curvatureTuning } from './curvature.ts';

const list = stimulusSet('shapes').list({ heightPx: 48, widthPx: 48, fovDeg: 4, seed: 0 });
const shapes = Array.from({ length: list.nStimuli }, (_, i) => list.parameters(i)) as unknown as (Boundary & { shape: number })[];
const isFitted = (i: number) => shapes[i]!.shape % 2 === 1;
const tuningOf = (responses: ArrayLike<number>) => curvatureTuning(responses, shapes, isFitted);

const turned = (angleDeg: number) => angleDeg - 360 * Math.floor((angleDeg + 180) / 360);
const unit = (curvature: number, positionDeg: number) =>
  shapes.map(({ curvatures, positionsDeg }) =>
    Math.max(
      ...curvatures.map((c, k) =>
        Math.exp(-((c - curvature) ** 2) / (2 * 0.15 ** 2) - turned(positionsDeg[k]! - positionDeg) ** 2 / (2 * 35 ** 2)),
      ),
    ),
  );

describe('curvatureTuning', () => {
  it.each([
    [0.99, 0],
    [0.46, 90],
    [0.12, 200],
    [-0.2, 45],
    [-0.12, 350],
  ])('finds a unit that peaks at curvature %d and position %d°', (curvature, positionDeg) => {
    const found = tuningOf(unit(curvature, positionDeg));
    expect(found.r).toBeGreaterThan(0.99);
    expect(Math.abs(found.curvature - curvature)).toBeLessThan(0.02);
    expect(Math.abs(turned(found.positionDeg - positionDeg))).toBeLessThan(1);
    expect(Math.abs(found.curvatureSigma / 0.15 - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.positionSigmaDeg / 35 - 1)).toBeLessThan(0.05);
  });
  it('and under noise of a fifth of its height, within 0.1 and 10°', () => {
    const random = createRandom(3);
    const found = tuningOf(unit(0.46, 120).map((response) => response + 0.2 * random.normal()));
    expect(found.r).toBeGreaterThan(0.8);
    expect(Math.abs(found.curvature - 0.46)).toBeLessThan(0.1);
    expect(Math.abs(turned(found.positionDeg - 120))).toBeLessThan(10);
  });
  it('turning what a unit prefers turns its peak, and nothing else', () => {
    const [one, other] = [tuningOf(unit(0.46, 45)), tuningOf(unit(0.46, 135))];
    expect(turned(other.positionDeg - one.positionDeg)).toBeCloseTo(90, 3);
    expect(other.curvature).toBeCloseTo(one.curvature, 4);
  });
  it('a scale and a shift change nothing', () => {
    const [one, other] = [tuningOf(unit(0.3, 45)), tuningOf(unit(0.3, 45).map((response) => 5 + 30 * response))];
    for (const key of ['r', 'curvature', 'positionSigmaDeg'] as const) expect(other[key]).toBeCloseTo(one[key], 4);
  });
  it('a unit that sums a shape’s area is not predicted well, one that answers at random not at all and has no peak', () => {
    const area = Array.from({ length: list.nStimuli }, (_, i) =>
      Array.from(list.draw(i).data).reduce((sum, byte) => sum + byte - 128, 0),
    );
    expect(tuningOf(area).r).toBeLessThan(0.6);
    const random = createRandom(4);
    const correlations = Array.from({ length: 12 }, () => tuningOf(shapes.map(() => Math.max(0, random.normal()))));
    for (const { r, curvature, note } of correlations) {
      expect(Math.abs(r)).toBeLessThan(0.3);
      expect([curvature, note]).toEqual([Number.NaN, 'no peak: the fit does not predict other shapes']);
    }
  });
  it('but a linear Gabor at the right edge of the shapes passes for tuned: r says less than its name', () => {
    const filtered = Array.from({ length: list.nStimuli }, (_, i) => {
      const { data } = list.draw(i);
      let sum = 0;
      for (let k = 0; k < 48 * 48; k++) {
        const [y, x] = [Math.floor(k / 48) - 23.5, (k % 48) - 33.5];
        sum += (data[3 * k]! - 128) * Math.exp(-(y * y + x * x) / 18) * Math.sin(-0.5 * x);
      }
      return Math.max(0, sum);
    });
    const { r, positionDeg } = tuningOf(filtered);
    expect(r).toBeCloseTo(0.89, 2);
    expect(Math.abs(turned(positionDeg))).toBeLessThan(10);
  });
  it('has no number, and says why, where there is nothing to fit or to predict', () => {
    const notes = [
      [shapes.map(() => 0), 'no response above 0'],
      [shapes.map(() => 1), 'the same response to all shapes that are fitted'],
      [
        shapes.map((_, i) => (isFitted(i) ? unit(0.4, 0)[i]! : 1)),
        'the same response to all shapes that are not fitted, or predicted so',
      ],
      [shapes.map(() => Number.NaN), 'a response is not a number'],
    ] as const;
    for (const [responses, note] of notes)
      expect(tuningOf(responses)).toMatchObject({ r: Number.NaN, curvature: Number.NaN, note });
    expect(() => curvatureTuning([1], shapes, isFitted)).toThrow(
      'curvatureTuning: needs a response to each shape, got 1 for 366.',
    );
  });
});
