import { createRandom } from '@ventral/core';
import { checks } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { reverseCorrelation, spikeTriggeredAverage } from './reverse-correlation.ts';

/** A field of 33 px in a picture of 41: 11 × 11 checks of 3 px. */
const [sidePx, fieldPx, nAcross] = [41, 33, 11];
const middle = (sidePx - 1) / 2;
const view = {
  heightPx: sidePx,
  widthPx: sidePx,
  fovDeg: 4.1,
  seed: 0,
  target: { centerPx: [middle, middle], fieldPx },
} as const;
const list = checks.list(view);
const pairs = Array.from({ length: 256 }, (_, p) => list.parameters(2 * p).brightChecks);
/** Contrast of each pixel, as the pictures' bytes have it. */
const pictures = Array.from({ length: 512 }, (_, i) => {
  const { data } = list.draw(i);
  return Float64Array.from({ length: sidePx * sidePx }, (_, px) => (data[3 * px]! - 127.5) / 127.5);
});

type Kernel = Float64Array;
const kernelOf = (at: (y: number, x: number) => number): Kernel =>
  Float64Array.from({ length: sidePx * sidePx }, (_, i) => at(Math.floor(i / sidePx) - middle, (i % sidePx) - middle));
const gaussian = (sigmaPx: number, y0 = 0, x0 = 0) =>
  kernelOf((y, x) => Math.exp(-((y - y0) ** 2 + (x - x0) ** 2) / (2 * sigmaPx ** 2)) / sigmaPx ** 2);
const odd = kernelOf((y, x) => {
  const u = x * Math.cos(Math.PI / 6) + y * Math.sin(Math.PI / 6);
  return Math.exp(-(y * y + x * x) / 50) * Math.sin(2 * Math.PI * 0.08 * u);
});
const onCentre = gaussian(2.5).map((value, i) => value - 0.9 * gaussian(5)[i]!);

const respond = (kernel: Kernel, nonlinearity: (drive: number) => number) =>
  pictures.map((picture) => nonlinearity(picture.reduce((sum, contrast, i) => sum + contrast * kernel[i]!, 0)));
const halfWave = (drive: number) => Math.max(0, drive);
const measured = (kernel: Kernel, nonlinearity = halfWave, isFitted = false) =>
  reverseCorrelation(respond(kernel, nonlinearity), pairs, nAcross, isFitted);

/** What a kernel sums over each check. */
function overChecks(kernel: Kernel): Float64Array {
  const sums = new Float64Array(nAcross * nAcross);
  for (let y = 4; y < 37; y++)
    for (let x = 4; x < 37; x++) sums[Math.floor((y - 4) / 3) * nAcross + Math.floor((x - 4) / 3)]! += kernel[y * sidePx + x]!;
  return sums;
}
const cosine = (a: Float64Array, b: Float64Array) => {
  const dot = (p: Float64Array, q: Float64Array) => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe('spikeTriggeredAverage', () => {
  // Of 2 × 2 checks; numbers of the correlation and the share by NumPy (corrcoef).
  const shown = [[0, 1], [0, 2], [1], [0, 1, 2]];
  const responses = [3, 1, 0, 2, 5, 4, 1, 0];
  it('by hand: 8 responses to 4 pairs', () => {
    const { map, halves, reliability, oddShare } = spikeTriggeredAverage(responses, shown, 4);
    expect([...halves[0]]).toEqual([0.25, 0.75, -0.75, -0.75]);
    expect([...halves[1]]).toEqual([-0.25, 0.75, -0.25, 0.25]);
    expect([...map]).toEqual([0, 0.75, -0.5, -0.25]);
    expect(reliability).toBeCloseTo(0.5222329678670935, 14);
    expect(oddShare).toBeCloseTo(5 / 24, 14);
  });
  it('a constant added changes nothing, a factor the map alone', () => {
    const base = spikeTriggeredAverage(responses, shown, 4);
    const moved = spikeTriggeredAverage(
      responses.map((response) => 4 * response + 8),
      shown,
      4,
    );
    expect([...moved.map]).toEqual([...base.map].map((value) => 4 * value));
    expect(moved.reliability).toBeCloseTo(base.reliability, 14);
    expect(moved.oddShare).toBeCloseTo(base.oddShare, 14);
  });
  it('needs both of every pair', () => {
    expect(() => spikeTriggeredAverage(responses.slice(1), shown, 4)).toThrow(
      'spikeTriggeredAverage: needs two responses for each of at least 2 pairs, got 7 for 4.',
    );
  });
});

describe('units whose kernel is known, by the pictures that are shown', () => {
  it.each([
    ['odd Gabor', odd],
    ['on-centre', onCentre],
    ['off-centre', onCentre.map((value) => -value)],
  ])('half-wave rectified %s: the map is its kernel over checks, halved, the halves the same', (_, kernel) => {
    const { map, reliability } = measured(kernel);
    const truth = overChecks(kernel);
    // Grey 128 around the field is half a byte more than nothing.
    expect(cosine(map, truth)).toBeGreaterThan(1 - 1e-9);
    for (const [i, value] of truth.entries()) expect(map[i]!).toBeCloseTo(value / 2, 4);
    expect(reliability).toBeGreaterThan(1 - 1e-9);
  });
  // Where the response bends, three checks together pass for a fourth: noise. Measured 0.83 and 0.73; of the halves 0.41 and 0.46.
  it.each([
    ['odd Gabor', odd],
    ['on-centre', onCentre],
  ])('with a threshold at one standard deviation and squared, the map of the %s is still its kernel', (_, kernel) => {
    const drives = respond(kernel, (drive) => drive);
    const sd = Math.sqrt(drives.reduce((sum, drive) => sum + drive * drive, 0) / drives.length);
    const { map, reliability, field } = measured(kernel, (drive) => halfWave(drive - sd) ** 2);
    expect(cosine(map, overChecks(kernel))).toBeGreaterThan(0.7);
    expect(reliability).toBeGreaterThan(0.3);
    expect(field!.sigmaSteps).toBeGreaterThan(0);
  });
  it('more like LGN is a difference of Gaussians, more like V1 a Gabor', () => {
    const [centre, off, stripes] = [onCentre, onCentre.map((value) => -value), odd].map(
      (kernel) => measured(kernel, halfWave, true).shape!,
    );
    expect(centre!.lgnLikeness).toBeGreaterThan(0.02);
    expect(off!.lgnLikeness).toBeCloseTo(centre!.lgnLikeness, 4);
    expect(centre!.differenceOfGaussians!.centreAmplitude).toBeGreaterThan(0);
    expect(off!.differenceOfGaussians!.centreAmplitude).toBeLessThan(0);
    expect(stripes!.lgnLikeness).toBeLessThan(-0.3);
    // σ 5 px at 0.08 cycles/px.
    expect(Math.abs(stripes!.gabor!.nx / 0.4 - 1)).toBeLessThan(0.1);
    expect(Math.abs(stripes!.gabor!.ny / 0.4 - 1)).toBeLessThan(0.1);
  });
  it.each([2.5, 3.5, 4.5])('σ of a linear Gaussian unit of %f px within 10 %', (sigmaPx) => {
    const { field } = measured(gaussian(sigmaPx), (drive) => drive + 100);
    expect(Math.abs((field!.sigmaSteps * 3) / sigmaPx - 1)).toBeLessThan(0.1);
    // √area above 4.55 % of the peak: 4.406 σ, of the kernel blurred by the check.
    const blurredSteps = Math.sqrt((sigmaPx / 3) ** 2 + 1 / 12);
    expect(Math.abs(field!.sqrtAreaSteps / (4.406 * blurredSteps) - 1)).toBeLessThan(0.1);
  });
  it('noise of the unit leaves σ within 10 %, and takes the area away', () => {
    const random = createRandom(1);
    const drives = respond(gaussian(3.5), (drive) => drive);
    const sd = Math.sqrt(drives.reduce((sum, drive) => sum + drive * drive, 0) / drives.length);
    const responses = drives.map((drive) => 10 * sd + drive + 1.5 * sd * random.normal());
    const { reliability, field, note } = reverseCorrelation(responses, pairs, nAcross, false);
    expect(reliability).toBeGreaterThan(0.3);
    expect(reliability).toBeLessThan(0.7);
    expect(Math.abs((field!.sigmaSteps * 3) / 3.5 - 1)).toBeLessThan(0.1);
    expect(field!.sqrtAreaSteps).toBeNaN();
    expect(note).toBe('the map is too noisy for an area');
  });
  it('moving the unit by two checks and one moves the map, and nothing else', () => {
    const [base, moved] = [measured(gaussian(2.5)), measured(gaussian(2.5, 6, -3))];
    expect(moved.field!.centroidYSteps - base.field!.centroidYSteps).toBeCloseTo(2, 2);
    expect(moved.field!.centroidXSteps - base.field!.centroidXSteps).toBeCloseTo(-1, 2);
    expect(moved.field!.sigmaSteps).toBeCloseTo(base.field!.sigmaSteps, 3);
  });
});

describe('says why it is empty', () => {
  const nothing = { field: null, shape: null, reliability: Number.NaN };
  it.each([
    ['a unit that ignores the picture', () => 0.1, 'a picture and its negative give the same response'],
    ['an energy unit', (drive: number) => drive * drive, 'a picture and its negative give the same response'],
    ['a dead unit', () => 0, 'no response above 0'],
    ['a broken unit', () => Number.NaN, 'a response is not a number'],
  ])('%s', (_, nonlinearity, note) => {
    expect(measured(odd, nonlinearity, true)).toMatchObject({ ...nothing, note });
  });
  it('a unit that answers two of three checks by their product: the halves hardly agree', () => {
    const responses = pictures.map(
      (picture) => 1 + picture[4 * sidePx + 4]! * picture[8 * sidePx + 20]! * picture[30 * sidePx + 9]!,
    );
    const { reliability, ...rest } = reverseCorrelation(responses, pairs, nAcross, true);
    expect(Math.abs(reliability)).toBeLessThan(0.3);
    expect(rest).toMatchObject({ field: null, shape: null, note: 'the halves of the map hardly agree' });
  });
  it('a field of 5 checks is too small for shapes, not for σ', () => {
    const small = checks.list({ ...view, target: { ...view.target, fieldPx: 5 } });
    const shown = Array.from({ length: 256 }, (_, p) => small.parameters(2 * p).brightChecks);
    const weights = Float64Array.from({ length: 25 }, (_, i) =>
      Math.exp(-((Math.floor(i / 5) - 2) ** 2 + ((i % 5) - 2) ** 2) / 2),
    );
    const responses = shown.flatMap((bright) => {
      const drive = weights.reduce((sum, weight, check) => sum + (bright.includes(check) ? weight : -weight), 0);
      return [halfWave(drive), halfWave(-drive)];
    });
    const { field, shape, note } = reverseCorrelation(responses, shown, 5, true);
    // Weights, not an integral over checks: σ 1, less the check in quadrature.
    expect(field!.sigmaSteps).toBeCloseTo(Math.sqrt(1 - 1 / 12), 6);
    expect(shape!.lgnLikeness).toBeNaN();
    expect(note).toBe('the field reaches the map’s border: a lower bound; map narrower than 7 px');
  });
});
