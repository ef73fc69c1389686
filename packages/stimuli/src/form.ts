/**
 * @file The stimulus sets of form: patterns that early vision is thought to be made for and such as it is not, alike in all else;
 *   and closed shapes for the tuning of curvature. Fitted to the field under study, as those of physiology.ts.
 */
import type { Image } from '@ventral/core';
import { disk, rectangle, shareInside } from './aperture.ts';
import { baseShapes, type ContourShape, shapeCoverage, shapeStepDeg, squashedCurvature } from './contour-shapes.ts';
import { crossed, geometricLevels, levels } from './crossed.ts';
import { direction, type Pattern, type Place, type VisualField } from './field.ts';
import { type Figure, type FigureName, figureCoverage, lengthOfArea } from './figures.ts';
import { sineWave, type Wave } from './gratings.ts';
import { patternOnGrey, squareAround } from './grey.ts';
import { type HyperbolicWave, hyperbolicWave, type PolarWave, polarWave } from './non-cartesian.ts';
import { type Scale, scaleOf } from './physiology.ts';
import { type Coverage, shareAt } from './raster.ts';
import { createSet, type StimulusSet, stimulusList } from './stimulus-set.ts';

/** A pattern in a disk, or a figure within one. */
export type FormStimulus = Place & {
  /** Of the disk in which contrast is counted. */
  readonly diameterDeg: number;
} & (
    | ({ readonly kind: 'grating' } & Wave)
    /** 0°: light on the right, 90°: light below. */
    | { readonly kind: 'edge'; readonly orientationDeg: number }
    | ({ readonly kind: 'polar grating' } & PolarWave)
    | ({ readonly kind: 'hyperbolic grating' } & HyperbolicWave)
    /** Light or dark, away from the middle of the disk by so much. */
    | ({ readonly kind: 'figure'; readonly polarity: 1 | -1; readonly offsetYDeg: number; readonly offsetXDeg: number } & Figure)
  );

/**
 * √ of the mean squared contrast over the disk, the same in every picture of both sets. At it gratings have a Michelson contrast
 * of 0.35 and figures, which cover a ninth of the disk, one of 0.75; that leaves room for lines that pixels blur.
 */
const rmsContrast = 0.25;

/** Draws a pattern at the contrast at which its RMS over the disk is {@link rmsContrast}, or at full contrast if that is less. */
export function drawForm(view: VisualField, stimulus: FormStimulus): Image {
  const { diameterDeg } = stimulus;
  const [pattern, inside] = [patternOf(view, stimulus), shareInside(view, stimulus, disk(diameterDeg))];
  const { top, bottom } = squareAround(view, stimulus, diameterDeg / 2);
  let [squares, area] = [0, 0];
  const rows = Array.from({ length: bottom + 1 - top }, (_, i) => {
    const [row, share] = [pattern(top + i).slice(), inside(top + i)];
    for (let xPx = 0; xPx < row.length; xPx++) {
      row[xPx]! *= share[xPx]!;
      squares += row[xPx]! * row[xPx]!;
      area += share[xPx]!;
    }
    return row;
  });
  const contrast = Math.min(1, rmsContrast / Math.sqrt(squares / area));
  return patternOnGrey(view, stimulus, diameterDeg / 2, (yPx) => rows[yPx - top]!.map((value) => contrast * value));
}

/** −1 … 1; gratings are not yet cut to their disk. */
function patternOf(view: VisualField, stimulus: FormStimulus): Pattern {
  const { diameterDeg } = stimulus;
  switch (stimulus.kind) {
    case 'grating':
      return sineWave(view, stimulus, stimulus);
    case 'edge': {
      const [cos, sin] = direction(stimulus.orientationDeg);
      const light = { yDeg: stimulus.yDeg + (sin * diameterDeg) / 2, xDeg: stimulus.xDeg + (cos * diameterDeg) / 2 };
      // A square beside the edge, larger than its half of the disk with the pixels on the disk's edge.
      const half = shareInside(view, light, rectangle(2 * diameterDeg, diameterDeg, stimulus.orientationDeg));
      return (yPx) => half(yPx).map((share) => 2 * share - 1);
    }
    case 'polar grating':
      return polarWave(view, stimulus, diameterDeg / 2, stimulus);
    case 'hyperbolic grating':
      return hyperbolicWave(view, stimulus, diameterDeg / 2, stimulus);
    case 'figure': {
      const { yDeg, xDeg, offsetYDeg, offsetXDeg, polarity } = stimulus;
      const place = { yDeg: yDeg + offsetYDeg, xDeg: xDeg + offsetXDeg };
      return patternOfCoverage(view, figureCoverage(view, place, stimulus), polarity);
    }
  }
}

function patternOfCoverage({ widthPx }: VisualField, coverage: Coverage, contrast: number): Pattern {
  const row = new Float64Array(widthPx);
  return (yPx) => row.map((_, xPx) => contrast * shareAt(coverage, yPx, xPx));
}

const fourPhasesDeg = levels(4, (i) => 90 * i);
const eightOrientationsDeg = levels(8, (i) => 22.5 * i);
const eightDirectionsDeg = levels(8, (i) => 45 * i);

/**
 * 3 frequencies of gratings of form: from 1.5 to 6 cycles over the field, but no more than a quarter cycle per pixel; in small
 * fields from an octave below that, or from half a cycle over the field if that is more.
 */
function formFrequenciesCpd({ fieldDeg, pixelDeg }: Scale): number[] {
  const highest = Math.min(6 / fieldDeg, 0.25 / pixelDeg);
  return geometricLevels(Math.max(0.5 / fieldDeg, Math.min(1.5 / fieldDeg, highest / 2)), highest, 3);
}

/** Area of every figure, and width of its lines, in shares of the field: a ninth of the disk. A thick bar has twice the width. */
const [figureArea, strokeShare] = [0.0875, 0.1];

/** A figure as a set shows it. Strokes and places are shares of the field. */
interface Shown {
  readonly figure: FigureName;
  readonly stroke?: number;
  readonly rotationsDeg?: readonly number[];
  readonly places?: readonly (readonly [y: number, x: number])[];
}

/** Figures, first light, then dark ones. */
function figures({ place, fieldDeg }: Scale, all: readonly Shown[]): FormStimulus[] {
  return all.flatMap(({ figure, stroke = strokeShare, rotationsDeg = [0], places = [[0, 0]] }) => {
    const length = lengthOfArea(figure, figureArea, stroke);
    return crossed({ polarity: [1, -1] as const, rotationDeg: rotationsDeg, at: places }).map(
      ({ polarity, rotationDeg, at }) => ({
        kind: 'figure' as const,
        figure,
        polarity,
        rotationDeg,
        strokeDeg: stroke * fieldDeg,
        lengthDeg: length * fieldDeg,
        offsetYDeg: at[0] * fieldDeg,
        offsetXDeg: at[1] * fieldDeg,
        diameterDeg: fieldDeg,
        ...place,
      }),
    );
  });
}

const quarterTurnsDeg = [0, 90, 180, 270];

export const simpleForms = formSet(
  {
    name: 'simple',
    title: 'Simple patterns',
    description:
      'Gratings and edges, bars of two widths and spots: 154, of the RMS contrast of the complex ones, figures of their area.',
  },
  (scale) => {
    const shared = { ...scale.place, diameterDeg: scale.fieldDeg };
    const gratings = crossed({
      spatialFrequencyCpd: formFrequenciesCpd(scale),
      orientationDeg: eightOrientationsDeg,
      phaseDeg: fourPhasesDeg,
    });
    const thirds = [-0.2, 0, 0.2];
    return [
      ...gratings.map((wave) => ({ kind: 'grating' as const, ...wave, ...shared })),
      ...eightDirectionsDeg.map((orientationDeg) => ({ kind: 'edge' as const, orientationDeg, ...shared })),
      ...figures(scale, [
        { figure: 'bar', rotationsDeg: eightOrientationsDeg },
        { figure: 'bar', stroke: 2 * strokeShare, rotationsDeg: eightOrientationsDeg },
        {
          figure: 'spot',
          stroke: 2 * Math.sqrt(figureArea / Math.PI),
          places: thirds.flatMap((y) => thirds.map((x) => [y, x] as const)),
        },
      ]),
    ];
  },
);

export const complexForms = formSet(
  {
    name: 'complex',
    title: 'Complex patterns',
    description:
      'Concentric, radial, spiral and hyperbolic gratings, angles, crosses, stars, arcs, circles: 154, matched to the simple ones.',
  },
  (scale) => {
    const shared = { ...scale.place, diameterDeg: scale.fieldDeg };
    const frequenciesCpd = formFrequenciesCpd(scale);
    const polar = [
      { concentricFrequencyCpd: frequenciesCpd, radialFrequency: [0], phaseDeg: fourPhasesDeg },
      { concentricFrequencyCpd: [0], radialFrequency: [2, 3, 4, 6, 8], phaseDeg: fourPhasesDeg },
      { concentricFrequencyCpd: frequenciesCpd, radialFrequency: [2, -2, 4, -4], phaseDeg: fourPhasesDeg },
    ].flatMap((design) => crossed<PolarWave>(design));
    const hyperbolic = crossed<HyperbolicWave>({
      spatialFrequencyCpd: frequenciesCpd,
      orientationDeg: [0, 45],
      phaseDeg: fourPhasesDeg,
    });
    return [
      ...polar.map((wave) => ({ kind: 'polar grating' as const, ...wave, ...shared })),
      ...hyperbolic.map((wave) => ({ kind: 'hyperbolic grating' as const, ...wave, ...shared })),
      ...figures(scale, [
        { figure: 'acute angle', rotationsDeg: quarterTurnsDeg },
        { figure: 'right angle', rotationsDeg: quarterTurnsDeg },
        { figure: 'obtuse angle', rotationsDeg: quarterTurnsDeg },
        { figure: 'half circle', rotationsDeg: quarterTurnsDeg },
        { figure: 'three-quarter circle', rotationsDeg: quarterTurnsDeg },
        { figure: 'cross', rotationsDeg: [0, 45] },
        { figure: 'star', rotationsDeg: [0, 180] },
        { figure: 'circle' },
      ]),
    ];
  },
);

function formSet(
  about: Pick<StimulusSet, 'name' | 'title' | 'description'>,
  all: (scale: Scale) => readonly FormStimulus[],
): StimulusSet<FormStimulus> {
  return createSet({
    ...about,
    list: (view) => stimulusList({ name: about.name, all: all(scaleOf(view)), draw: (stimulus) => drawForm(view, stimulus) }),
  });
}

/** Share of the field's radius at which the ends of shapes lie: all of a shape is well inside of the field. */
const shapeRadiusShare = 0.75;

export const contourShapes: StimulusSet<ContourShape> = createSet({
  name: 'shapes',
  title: 'Closed shapes',
  description: '51 white shapes of convex and concave curves, sharp and round ends, each at up to 8 rotations.',
  list(view) {
    const { place, fieldDeg } = scaleOf(view);
    const bases = baseShapes();
    const all = bases.flatMap(({ outline, fragments, nRotations }, i) =>
      Array.from(
        { length: nRotations },
        (_, turn): ContourShape => ({
          shape: i + 1,
          outline,
          rotationDeg: turn * shapeStepDeg,
          radiusDeg: (shapeRadiusShare * fieldDeg) / 2,
          contrast: 1,
          ...place,
          curvatures: fragments.map(({ curvature }) => squashedCurvature(curvature)),
          positionsDeg: fragments.map(({ positionDeg }) => (positionDeg + turn * shapeStepDeg) % 360),
        }),
      ),
    );
    return stimulusList({
      name: 'shapes',
      all,
      draw(shown) {
        const coverage = shapeCoverage(view, bases[shown.shape - 1]!, shown);
        return patternOnGrey(view, shown, shown.radiusDeg, patternOfCoverage(view, coverage, shown.contrast));
      },
    });
  },
});

/** The one list of them. */
export const formSets: readonly StimulusSet[] = [complexForms, contourShapes, simpleForms];
