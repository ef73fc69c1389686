import { describe, expect, test } from 'vitest';
import { complexForms, type FormStimulus, formSets, simpleForms } from './form.ts';

const view = { heightPx: 64, widthPx: 64, fovDeg: 8, seed: 0 };
/** 8 px per degree. */
const target = { centerPx: [28, 34], fieldPx: 48 } as const;

interface Shown {
  readonly parameters: FormStimulus;
  /** Contrast of each pixel, −1 … 1. */
  readonly contrasts: Float64Array;
}

function pictures({ list }: typeof simpleForms, fieldPx = 48): Shown[] {
  const { nStimuli, parameters, draw } = list({ ...view, target: { ...target, fieldPx } });
  return Array.from({ length: nStimuli }, (_, i) => {
    const { data } = draw(i);
    return {
      parameters: parameters(i),
      contrasts: Float64Array.from({ length: 64 * 64 }, (_, k) => (data[3 * k]! - 127.5) / 127.5),
    };
  });
}

const diskPx = (fieldPx: number) => (Math.PI * fieldPx ** 2) / 4;
const rms = ({ contrasts }: Shown, fieldPx = 48) =>
  // Grey 128 is half a byte above the middle.
  Math.sqrt(contrasts.reduce((sum, c) => sum + (Math.abs(c) < 0.005 ? 0 : c * c), 0) / diskPx(fieldPx));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const [simple, complex] = [pictures(simpleForms), pictures(complexForms)];
const isFigure = ({ parameters }: Shown) => parameters.kind === 'figure';

describe('simple and complex patterns are alike in all but form', () => {
  test('154 of each, 50 of them figures, half of these light', () => {
    for (const set of [simple, complex]) {
      expect(set.length).toBe(154);
      const figures = set.filter(isFigure);
      expect(figures.length).toBe(50);
      expect(figures.filter(({ contrasts }) => mean([...contrasts]) > 0.005).length).toBe(25);
    }
  });
  test('RMS contrast over the field is 0.25 within 2 % in every picture, 0.2 % on average', () => {
    const of = (set: readonly Shown[]) => set.map((shown) => rms(shown));
    for (const value of [...of(simple), ...of(complex)]) expect(Math.abs(value / 0.25 - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean(of(simple)) / mean(of(complex)) - 1)).toBeLessThan(0.002);
  });
  test('figures cover a ninth of the field, within 4 % each; gratings and edges all of it', () => {
    for (const set of [simple, complex]) {
      for (const shown of set) {
        const peak = shown.contrasts.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
        const area = shown.contrasts.reduce((sum, c) => sum + Math.abs(Math.abs(c) < 0.005 ? 0 : c), 0) / peak;
        if (isFigure(shown)) expect(Math.abs(area / (0.0875 * 48 ** 2) - 1)).toBeLessThan(0.04);
        else expect(shown.contrasts.filter((c) => Math.abs(c) > 0.005).length / diskPx(48)).toBeGreaterThan(0.75);
      }
    }
  });
  test('no picture of one set is in the other', () => {
    const all = [...simple, ...complex].map(({ contrasts }) => String(contrasts.map((c) => Math.round(1000 * c))));
    expect(new Set(all).size).toBe(308);
  });
});

test('frequencies: 1.5, 3 and 6 cycles over the field, no more than a quarter cycle per pixel', () => {
  const frequencies = (fieldPx: number) => [
    ...new Set(
      pictures(simpleForms, fieldPx).flatMap(({ parameters }) =>
        parameters.kind === 'grating' ? [Number(((parameters.spatialFrequencyCpd * fieldPx) / 8).toFixed(9))] : [],
      ),
    ),
  ];
  expect(frequencies(48)).toEqual([1.5, 3, 6]);
  expect(frequencies(12)).toEqual([1.5, expect.closeTo(Math.sqrt(1.5 * 3), 6), 3]);
});

test('an edge of 0° is light on the right, of 90° below', () => {
  const edge = (orientationDeg: number) =>
    simple.find(({ parameters: p }) => p.kind === 'edge' && p.orientationDeg === orientationDeg)!.contrasts;
  const at = (contrasts: Float64Array, y: number, x: number) => contrasts[64 * (28 + y) + 34 + x]!;
  const [right, below] = [edge(0), edge(90)];
  for (const [contrasts, y, x] of [
    [right, 0, 10],
    [below, 10, 0],
  ] as const) {
    expect(at(contrasts, y, x)).toBeCloseTo(0.25, 2);
    expect(at(contrasts, -y, -x)).toBeCloseTo(-0.25, 2);
  }
});

test.each([
  [8, 0.24, 0.005],
  // Below, lines and narrow sectors blur: they end at full contrast, and at less RMS.
  [5, 0.14, 0.05],
])(
  'in a field of %d px RMS contrast is at least %d, and that of the two sets the same within %d of it',
  (fieldPx, least, apart) => {
    const [ofSimple, ofComplex] = [simpleForms, complexForms].map((set) =>
      pictures(set, fieldPx).map((shown) => rms(shown, fieldPx)),
    ) as [number[], number[]];
    for (const value of [...ofSimple, ...ofComplex]) {
      expect(value).toBeGreaterThan(least);
      expect(value).toBeLessThan(0.26);
    }
    expect(Math.abs(mean(ofSimple) / mean(ofComplex) - 1)).toBeLessThan(apart);
  },
);

test('beyond the field there is grey 128', () => {
  for (const set of formSets) {
    const { nStimuli, draw } = set.list({ ...view, target: { centerPx: [20, 40], fieldPx: 24 } });
    for (let i = 0; i < nStimuli; i += 7) expect(draw(i).data[3 * (64 * 60 + 3)]).toBe(128);
  }
});
