import { describe, expect, it } from 'vitest';
import { harmonics, modulationRatio, preferredComponent } from './phase.ts';

const phases = (response: (turn: number) => number) => Array.from({ length: 8 }, (_, t) => response(t / 8));
const cos = (turn: number) => Math.cos(2 * Math.PI * turn);

describe('harmonics', () => {
  it('3 + 2cos(2πt/8 + 0.4) + 0.3cos(4πt/8), as NumPy’s FFT has it: F0 3, F1 2, ratio 0.6666666667', () => {
    const both = harmonics(
      phases((turn) => 3 + 2 * Math.cos(2 * Math.PI * turn + 0.4) + 0.3 * cos(2 * turn)),
      8,
    );
    expect(both.f0[0]).toBeCloseTo(3, 14);
    expect(both.f1[0]).toBeCloseTo(2, 14);
    expect(modulationRatio(both).value).toBeCloseTo(0.6666666667, 10);
  });
  it('by hand: 4, 1, 0, 1 at 0, 90, 180, 270: F0 1.5, F1 = 2·4/4', () => {
    const { f0, f1 } = harmonics([4, 1, 0, 1], 4);
    expect([f0[0], f1[0]]).toEqual([1.5, 2]);
  });
  it('starting at another phase changes neither', () => {
    const curve = phases((turn) => Math.max(0, 1 + 3 * cos(turn)));
    const shifted = curve.map((_, i) => curve[(i + 3) % 8]!);
    const [a, b] = [harmonics(curve, 8), harmonics(shifted, 8)];
    expect(b.f0[0]).toBeCloseTo(a.f0[0]!, 14);
    expect(b.f1[0]).toBeCloseTo(a.f1[0]!, 14);
  });
  it('refuses responses that are no whole number of stimuli', () => {
    expect(() => harmonics(new Float64Array(17), 8)).toThrow(
      'harmonics: needs responses to at least 3 phases of each stimulus, got 17 responses for 8 phases.',
    );
  });
});

describe('modulationRatio', () => {
  // π/2 over all phases; 8 phases reach 1.53 … 1.66 by where they fall.
  it.each([0, 0.01, 0.03, 0.0625, 0.1])('a half-wave unit, first phase at %d of a turn: 1.53 … 1.66', (offset) => {
    const { value } = modulationRatio(
      harmonics(
        phases((turn) => Math.max(0, cos(turn + offset))),
        8,
      ),
    );
    expect(value).toBeGreaterThan(1.53);
    expect(value).toBeLessThan(1.66);
  });
  it('an energy unit: 0', () => {
    const energy = phases((turn) => cos(turn) ** 2 + cos(turn + 0.25) ** 2);
    expect(modulationRatio(harmonics(energy, 8)).value).toBeLessThan(1e-15);
  });
  it('is read at the stimulus of the largest F0, and a scale changes nothing', () => {
    const weak = phases((turn) => 1 + cos(turn));
    const strong = phases((turn) => 5 + cos(turn));
    for (const scale of [1, 1e-4]) {
      const { value, stimulusIndex } = modulationRatio(
        harmonics(
          [...weak, ...strong].map((r) => scale * r),
          8,
        ),
      );
      expect(value).toBeCloseTo(0.2, 13);
      expect(stimulusIndex).toBe(1);
    }
  });
  it('a unit that never responds has none', () => {
    expect(modulationRatio(harmonics(new Float64Array(16), 8))).toMatchObject({ value: Number.NaN, note: 'no response above 0' });
  });
});

describe('preferredComponent', () => {
  it('takes F1 of a modulated unit and F0 − blank of a steady one', () => {
    const simple = harmonics(
      phases((turn) => Math.max(0, cos(turn))),
      8,
    );
    expect(preferredComponent(simple, 0)).toMatchObject({ component: 'f1', stimulusIndex: 0 });
    const complex = harmonics([...phases(() => 1), ...phases((turn) => 4 + 0.1 * cos(turn))], 8);
    const { component, stimulusIndex, responses } = preferredComponent(complex, 0.5);
    expect([component, stimulusIndex]).toEqual(['f0', 1]);
    expect(responses[0]).toBeCloseTo(0.5, 14);
    expect(responses[1]).toBeCloseTo(3.5, 14);
  });
});
