/**
 * @file The physiologist's stimulus sets: gratings of every kind, bars, Gabor patches, spots, noise. `relative`, the
 * default, fits sizes and spatial frequencies to the receptive field under study, so that layers whose fields differ a
 * hundredfold are asked the same questions; `marques` takes the published degrees of marques.ts.
 */
import { createRandom, type Image, InputError } from '@ventral/core';
import { type Bar, drawBar } from './bars.ts';
import { type Checks, checkNoise, drawChecks, mostChecksAcross } from './checks.ts';
import { type ChromaticGrating, colourAxes, drawChromaticGrating } from './chromatic.ts';
import { crossed, geometricLevels, levels } from './crossed.ts';
import { direction, type Place, pixelsPerDegree, positionDeg } from './field.ts';
import { drawGabor, type Gabor } from './gabors.ts';
import { drawGrating, type GratingPatch } from './gratings.ts';
import { greyImage } from './grey.ts';
import {
  eightPhasesDeg,
  fourOrientationsDeg,
  type MarquesSetName,
  marquesNotes,
  marquesPatches,
  shownOf,
  sixOrientationsDeg,
  twelveOrientationsDeg,
} from './marques.ts';
import { drawObject, objectNames, type PlacedObject } from './objects.ts';
import { drawSparseNoise, gridSize, type SparseNoise, sparseNoiseCells } from './sparse-noise.ts';
import { drawSpot, type Spot } from './spots.ts';
import { createSet, type Parameters, type StimulusSet, type StimulusView, stimulusList } from './stimulus-set.ts';

/** Lowest and highest frequency of relative sets: half a cycle over the field, and what pixels carry with some room. */
const [leastCyclesPerField, mostCyclesPerPixel] = [0.5, 0.35];
/** Smallest patch. */
const leastDiameterPx = 2;
/** The smallest field that relative sets can be fitted to: below, the lowest frequency and the highest, 2 px and it are one. */
export const leastFieldPx = 3;

const fourPhasesDeg = levels(4, (i) => 90 * i);

/** A receptive field as relative sets see it. */
export interface Scale {
  readonly place: Place;
  readonly fieldDeg: number;
  readonly pixelDeg: number;
  /** 12 frequencies, in equal ratios. */
  readonly frequenciesCpd: readonly number[];
}

/**
 * The scale of a view's target. A field larger than the picture counts as large as the picture's longer side.
 *
 * @throws InputError `stimuli: a relative set needs a field of at least 3 px, got 1.`
 */
export function scaleOf(view: StimulusView): Scale {
  const { heightPx, widthPx, target } = view;
  const [yPx, xPx] = target?.centerPx ?? [(heightPx - 1) / 2, (widthPx - 1) / 2];
  const fieldPx = Math.min(target?.fieldPx ?? Math.min(heightPx, widthPx), Math.max(heightPx, widthPx));
  if (!(fieldPx >= leastFieldPx))
    throw new InputError(`stimuli: a relative set needs a field of at least ${leastFieldPx} px, got ${fieldPx}.`);
  const [yDeg, xDeg] = positionDeg(view, yPx, xPx);
  const perDegree = pixelsPerDegree(view);
  return {
    place: { yDeg, xDeg },
    fieldDeg: fieldPx / perDegree,
    pixelDeg: 1 / perDegree,
    frequenciesCpd: geometricLevels((leastCyclesPerField / fieldPx) * perDegree, mostCyclesPerPixel * perDegree, 12),
  };
}

/**
 * Every fourth of the twelve from the third, where frequency is not what is varied. Units peak from about there up to the last:
 * in SqueezeNet 1.1 and in a ResNet-20, four of five within a step and a half of one of these three; of the third, sixth and
 * ninth, spaced as the published four, about every second.
 */
const threeOf = ({ frequenciesCpd }: Scale) => [2, 6, 10].map((i) => frequenciesCpd[i]!);

/** n diameters from 2 px to the field. */
const diametersDeg = ({ fieldDeg, pixelDeg }: Scale, n: number) => geometricLevels(leastDiameterPx * pixelDeg, fieldDeg, n);

/** The field's centre, as levels. */
const centred = ({ place }: Scale) => ({ yDeg: [place.yDeg], xDeg: [place.xDeg] });

type About<Name extends string = string> = Pick<StimulusSet, 'title' | 'description'> & { readonly name: Name };

/** A set fitted to the field under study. */
function relativeSet<P extends Parameters>(
  about: About,
  all: (scale: Scale, view: StimulusView) => readonly P[],
  draw: (view: StimulusView, parameters: P) => Image,
): StimulusSet<P> {
  return createSet({
    ...about,
    list: (view) =>
      stimulusList({ name: about.name, all: all(scaleOf(view), view), draw: (parameters) => draw(view, parameters) }),
  });
}

/** A set of gratings that has published degrees as well. */
function publishedSet(about: About<MarquesSetName>, relative: (scale: Scale) => GratingPatch[]): StimulusSet<GratingPatch> {
  const { name } = about;
  const set = relativeSet(about, relative, drawGrating);
  return createSet({
    ...about,
    modes: ['relative', 'marques'],
    list(view) {
      if (view.mode !== 'marques') return set.list(view);
      const notes = marquesNotes(view);
      const { patches, droppedCpd } = shownOf(marquesPatches[name](), view);
      return stimulusList({ name, all: patches, draw: (patch) => drawGrating(view, patch), droppedCpd, notes });
    },
  });
}

/** Nothing but grey: what a unit does when nothing is shown. */
export const blank: StimulusSet = createSet({
  name: 'blank',
  title: 'Blank',
  description: 'Grey 128, against which responses are counted.',
  modes: ['relative', 'marques'],
  list: ({ heightPx, widthPx }) => {
    const draw = () => greyImage(heightPx, widthPx, new Float64Array(heightPx * widthPx).fill(0.5));
    return stimulusList({ name: 'blank', all: [{}], draw });
  },
});

export const receptiveFieldPatches = publishedSet(
  {
    name: 'receptive-field',
    title: 'Patches for mapping',
    description: 'Light and dark spots and edges at 11 × 11 places of the field (published: grating patches at 21 × 21).',
  },
  ({ place, fieldDeg, pixelDeg }) => {
    // As published, neighbours lie three quarters of a diameter apart. A diameter holds half a cycle: by phase a light spot, a dark
    // one, and edges of either sign. A whole cycle has as much light as dark, and a unit that sums light would not see it.
    const diameterDeg = Math.max(leastDiameterPx * pixelDeg, fieldDeg / 7.5);
    const offsetsDeg = levels(11, (i) => ((i - 5) / 10) * fieldDeg);
    return crossed<GratingPatch>({
      diameterDeg: [diameterDeg],
      spatialFrequencyCpd: [0.5 / diameterDeg],
      contrast: [1],
      yDeg: offsetsDeg.map((offset) => place.yDeg + offset),
      xDeg: offsetsDeg.map((offset) => place.xDeg + offset),
      orientationDeg: [0, 90],
      phaseDeg: fourPhasesDeg,
    });
  },
);

export const orientationGratings = publishedSet(
  {
    name: 'orientation',
    title: 'Orientations',
    description: '12 orientations × 4 spatial frequencies × 8 phases, over the whole field (published: in 3 diameters).',
  },
  (scale) => {
    const { fieldDeg, pixelDeg, frequenciesCpd } = scale;
    // From 1.5 cycles over the field, enough to show an orientation, to four pixels a cycle: with fewer the pixels' own grid
    // shows among slanted stripes. Where the field is too small for that, from an octave below, or from the lowest of all.
    const highest = 0.25 / pixelDeg;
    const lowest = Math.max(frequenciesCpd[0]!, Math.min(1.5 / fieldDeg, highest / 2));
    return crossed<GratingPatch>({
      diameterDeg: [fieldDeg],
      spatialFrequencyCpd: geometricLevels(lowest, highest, 4),
      orientationDeg: twelveOrientationsDeg,
      phaseDeg: eightPhasesDeg,
      contrast: [1],
      ...centred(scale),
    });
  },
);

export const spatialFrequencyGratings = publishedSet(
  {
    name: 'spatial-frequency',
    title: 'Spatial frequencies',
    description:
      '12 spatial frequencies × 6 orientations × 8 phases, over the whole field (published: 22 frequencies × 2 diameters).',
  },
  (scale) =>
    crossed<GratingPatch>({
      diameterDeg: [scale.fieldDeg],
      spatialFrequencyCpd: scale.frequenciesCpd,
      orientationDeg: sixOrientationsDeg,
      phaseDeg: eightPhasesDeg,
      contrast: [1],
      ...centred(scale),
    }),
);

export const sizeGratings = publishedSet(
  {
    name: 'size',
    title: 'Sizes',
    description: '10 diameters × 3 spatial frequencies × 4 orientations × 4 phases (published: 12 diameters × 4 × 6 × 8).',
  },
  (scale) =>
    crossed<GratingPatch>({
      diameterDeg: diametersDeg(scale, 10),
      spatialFrequencyCpd: threeOf(scale),
      orientationDeg: fourOrientationsDeg,
      phaseDeg: fourPhasesDeg,
      contrast: [1],
      ...centred(scale),
    }),
);

/** Contrasts in octaves, as in Albrecht & Hamilton 1982, doi:10.1152/jn.1982.48.1.217; 1/64 is ± 2 bytes, the least of use. */
export const contrastGratings = relativeSet<GratingPatch>(
  {
    name: 'contrast',
    title: 'Contrasts',
    description: '7 contrasts, 1/64 to 1 in octaves, × 3 spatial frequencies × 4 orientations × 4 phases, over the whole field.',
  },
  (scale) =>
    crossed<GratingPatch>({
      contrast: [64, 32, 16, 8, 4, 2, 1].map((part) => 1 / part),
      diameterDeg: [scale.fieldDeg],
      spatialFrequencyCpd: threeOf(scale),
      orientationDeg: fourOrientationsDeg,
      phaseDeg: fourPhasesDeg,
      ...centred(scale),
    }),
  drawGrating,
);

/** Just below what sRGB shows along L−M, the narrowest of the three (largestConeContrast): nothing is clipped. */
const rmsConeContrast = 0.08;

export const chromaticGratings = relativeSet<ChromaticGrating>(
  {
    name: 'chromatic',
    title: 'Colours',
    description:
      'Luminance, L−M and S gratings of one RMS cone contrast: 3 axes × 3 spatial frequencies × 4 orientations × 4 phases.',
  },
  (scale) =>
    crossed<ChromaticGrating>({
      axis: colourAxes,
      rmsConeContrast: [rmsConeContrast],
      diameterDeg: [scale.fieldDeg],
      spatialFrequencyCpd: threeOf(scale),
      orientationDeg: fourOrientationsDeg,
      phaseDeg: fourPhasesDeg,
      ...centred(scale),
    }),
  (view, grating) => drawChromaticGrating(view, grating).image,
);

export const bars = relativeSet<Bar>(
  {
    name: 'bars',
    title: 'Bars',
    description: 'White and black bars as long as the field: 12 orientations × 3 widths × 9 places across the field.',
  },
  (scale) => {
    const { place, fieldDeg, pixelDeg } = scale;
    const offsetsDeg = levels(9, (i) => ((i - 4) / 9) * fieldDeg);
    return [1, -1].flatMap((contrast) =>
      [16, 8, 4].flatMap((share) =>
        twelveOrientationsDeg.flatMap((orientationDeg) => {
          const [cos, sin] = direction(orientationDeg);
          return offsetsDeg.map((offset) => ({
            contrast,
            widthDeg: Math.max(pixelDeg, fieldDeg / share),
            lengthDeg: fieldDeg,
            orientationDeg,
            yDeg: place.yDeg + offset * sin,
            xDeg: place.xDeg + offset * cos,
          }));
        }),
      ),
    );
  },
  drawBar,
);

export const gabors = relativeSet<Gabor>(
  {
    name: 'gabors',
    title: 'Gabor patches',
    description: '12 orientations × 5 spatial frequencies × 4 phases, σ a sixth of the field, no brighter than the grey.',
  },
  (scale) =>
    crossed<Gabor>({
      sigmaDeg: [scale.fieldDeg / 6],
      spatialFrequencyCpd: [3, 5, 7, 9, 11].map((i) => scale.frequenciesCpd[i]!),
      orientationDeg: twelveOrientationsDeg,
      phaseDeg: fourPhasesDeg,
      contrast: [1],
      ...centred(scale),
    }),
  drawGabor,
);

export const spots = relativeSet<Spot>(
  {
    name: 'spots',
    title: 'Spots and rings',
    description: 'White and black spots of 12 diameters, alone and in a ring of the opposite sign that fills the field.',
  },
  (scale) =>
    crossed<Spot>({
      centerContrast: [1, -1],
      surroundContrast: [0, 1],
      centerDiameterDeg: diametersDeg(scale, 12),
      surroundDiameterDeg: [scale.fieldDeg],
      ...centred(scale),
    })
      // The largest spot leaves no room for a ring.
      .filter((spot) => spot.surroundContrast === 0 || spot.centerDiameterDeg < scale.fieldDeg)
      .map((spot) => ({ ...spot, surroundContrast: -spot.centerContrast * spot.surroundContrast })),
  drawSpot,
);

/**
 * Views of an object, lengths in shares of the field: the base view, then one change at a time. Places lie an eighth apart, because
 * units of deep layers answer to hardly more than the middle half of their theoretical field.
 */
const objectViews: readonly (readonly [y: number, x: number, size: number, rotationDeg: number])[] = [
  [0, 0, 0.5, 0],
  [-1 / 8, 0, 0.5, 0],
  [0, -1 / 8, 0.5, 0],
  [0, 1 / 8, 0.5, 0],
  [1 / 8, 0, 0.5, 0],
  [0, 0, 0.25, 0],
  [0, 0, Math.SQRT1_2 / 2, 0],
  [0, 0, Math.SQRT1_2, 0],
  [0, 0, 0.5, -45],
  [0, 0, 0.5, 45],
  [0, 0, 0.5, 90],
];

export const objects = relativeSet<PlacedObject>(
  {
    name: 'objects',
    title: 'Objects',
    description:
      '10 drawn objects in two greys: in the middle at half the field, at 4 more places, in 3 more sizes and 3 more rotations.',
  },
  ({ place, fieldDeg }) =>
    objectNames.flatMap((object) =>
      objectViews.map(([y, x, size, rotationDeg]) => ({
        object,
        yDeg: place.yDeg + y * fieldDeg,
        xDeg: place.xDeg + x * fieldDeg,
        sizeDeg: size * fieldDeg,
        rotationDeg,
      })),
    ),
  drawObject,
);

export const sparseNoise = relativeSet<SparseNoise>(
  {
    name: 'sparse-noise',
    title: 'Sparse noise',
    description: '4 white and 4 black squares on a grid of 16 × 16 over the field; every second picture is a negative.',
  },
  ({ place, fieldDeg, pixelDeg }, { seed }) =>
    sparseNoiseCells(createRandom(seed).fork('sparse-noise'), 256).map((cells) => ({
      cellDeg: Math.max(pixelDeg, fieldDeg / gridSize),
      ...place,
      ...cells,
    })),
  drawSparseNoise,
);

export const checks = relativeSet<Checks>(
  {
    name: 'checks',
    title: 'Checks',
    description: 'Black and white checks, up to 11 × 11 over the field, at random; every second picture is a negative.',
  },
  ({ place, fieldDeg, pixelDeg }, { seed }) => {
    // No check is smaller than a pixel. The quotient of two lengths in degrees may lie a last bit below a whole number.
    const nAcross = Math.min(mostChecksAcross, Math.floor(fieldDeg / pixelDeg + 1e-9));
    return checkNoise(createRandom(seed).fork('checks'), nAcross).map((brightChecks, frame) => ({
      checkDeg: fieldDeg / nAcross,
      nAcross,
      ...place,
      frame,
      brightChecks,
    }));
  },
  drawChecks,
);

/** The one list of them. */
export const physiologySets: readonly StimulusSet[] = [
  bars,
  blank,
  checks,
  chromaticGratings,
  contrastGratings,
  gabors,
  objects,
  orientationGratings,
  receptiveFieldPatches,
  sizeGratings,
  sparseNoise,
  spatialFrequencyGratings,
  spots,
];
