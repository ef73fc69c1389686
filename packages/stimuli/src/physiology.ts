/**
 * @file The physiologist's stimulus sets: gratings of every kind, bars, Gabor patches, spots, sparse noise. `relative`, the
 * default, fits sizes and spatial frequencies to the receptive field under study, so that layers whose fields differ a
 * hundredfold are asked the same questions; `marques` takes the published degrees of marques.ts.
 */
import { createRandom, type Image, InputError } from '@ventral/core';
import { type Bar, drawBar } from './bars.ts';
import { type ChromaticGrating, colourAxes, drawChromaticGrating } from './chromatic.ts';
import { crossed, geometricLevels, levels } from './crossed.ts';
import { direction, type Place, pixelsPerDegree, positionDeg } from './field.ts';
import { drawGabor, type Gabor } from './gabors.ts';
import { drawGrating, type GratingPatch } from './gratings.ts';
import { patternOnGrey } from './grey.ts';
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
import { drawSparseNoise, gridSize, type SparseNoise, sparseNoiseCells } from './sparse-noise.ts';
import { drawSpot, type Spot } from './spots.ts';
import { createSet, type Parameters, type StimulusSet, type StimulusView, stimulusList } from './stimulus-set.ts';

/** Lowest and highest frequency of relative sets: half a cycle over the field, and what pixels carry with some room. */
const [leastCyclesPerField, mostCyclesPerPixel] = [0.5, 0.35];
/** Smallest patch. */
const leastDiameterPx = 2;
/** Fields from which the smallest patch and the field, and the lowest frequency and the highest, are two. */
const leastFieldPx = 3;

/** A receptive field as relative sets see it. */
interface Scale {
  readonly place: Place;
  readonly fieldDeg: number;
  readonly pixelDeg: number;
  /** 22 frequencies, as many as the published ones. */
  readonly frequenciesCpd: readonly number[];
}

/**
 * The scale of a view's target. A field larger than the picture counts as large as the picture's longer side.
 *
 * @throws InputError `stimuli: a relative set needs a field of at least 3 px, got 1.`
 */
function scaleOf(view: StimulusView): Scale {
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
    frequenciesCpd: geometricLevels((leastCyclesPerField / fieldPx) * perDegree, mostCyclesPerPixel * perDegree, 22),
  };
}

/** Every nth of the 22 frequencies, beginning with number `first`. */
function everyNth({ frequenciesCpd }: Scale, n: number, first: number): number[] {
  return frequenciesCpd.filter((_, i) => i >= first && (i - first) % n === 0);
}

/** The four that the published sets take, too, where frequency is not what they vary. */
const fourOf = ({ frequenciesCpd }: Scale) => [4, 8, 12, 16].map((i) => frequenciesCpd[i]!);

/** A third of the field, where units are driven most, and all of it. */
const twoDiametersDeg = ({ fieldDeg, pixelDeg }: Scale) => [Math.max(leastDiameterPx * pixelDeg, fieldDeg / 3), fieldDeg];

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
  list: (view) => stimulusList({ name: 'blank', all: [{}], draw: () => patternOnGrey(view, { yDeg: 0, xDeg: 0 }, 0, () => 0) }),
});

export const receptiveFieldPatches = publishedSet(
  {
    name: 'receptive-field',
    title: 'Patches for mapping',
    description: 'Small grating patches at 21 × 21 places of the field, 4 orientations × 2 phases.',
  },
  ({ place, fieldDeg, pixelDeg }) => {
    // As published, neighbours lie three quarters of a diameter apart and a diameter holds one cycle.
    const diameterDeg = Math.max(leastDiameterPx * pixelDeg, fieldDeg / 15);
    const offsetsDeg = levels(21, (i) => ((i - 10) / 20) * fieldDeg);
    return crossed<GratingPatch>({
      diameterDeg: [diameterDeg],
      spatialFrequencyCpd: [Math.min(1 / diameterDeg, mostCyclesPerPixel / pixelDeg)],
      orientationDeg: fourOrientationsDeg,
      phaseDeg: [0, 180],
      contrast: [1],
      yDeg: offsetsDeg.map((offset) => place.yDeg + offset),
      xDeg: offsetsDeg.map((offset) => place.xDeg + offset),
    });
  },
);

export const orientationGratings = publishedSet(
  {
    name: 'orientation',
    title: 'Orientations',
    description: '12 orientations × 6 spatial frequencies × 2 diameters × 8 phases (published: 4 frequencies × 3 diameters).',
  },
  (scale) =>
    crossed<GratingPatch>({
      diameterDeg: twoDiametersDeg(scale),
      spatialFrequencyCpd: everyNth(scale, 4, 1),
      orientationDeg: twelveOrientationsDeg,
      phaseDeg: eightPhasesDeg,
      contrast: [1],
      ...centred(scale),
    }),
);

export const spatialFrequencyGratings = publishedSet(
  {
    name: 'spatial-frequency',
    title: 'Spatial frequencies',
    description: '22 spatial frequencies × 6 orientations × 2 diameters × 8 phases.',
  },
  (scale) =>
    crossed<GratingPatch>({
      diameterDeg: twoDiametersDeg(scale),
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
    description: '12 diameters × 4 spatial frequencies × 6 orientations × 8 phases.',
  },
  (scale) =>
    crossed<GratingPatch>({
      diameterDeg: diametersDeg(scale, 12),
      spatialFrequencyCpd: fourOf(scale),
      orientationDeg: sixOrientationsDeg,
      phaseDeg: eightPhasesDeg,
      contrast: [1],
      ...centred(scale),
    }),
);

/** Contrasts in octaves, as in Albrecht & Hamilton 1982, doi:10.1152/jn.1982.48.1.217; 1/64 is ± 2 bytes, the least of use. */
export const contrastGratings = relativeSet<GratingPatch>(
  {
    name: 'contrast',
    title: 'Contrasts',
    description: '7 contrasts, 1/64 to 1 in octaves, × 4 spatial frequencies × 6 orientations × 8 phases, over the whole field.',
  },
  (scale) =>
    crossed<GratingPatch>({
      contrast: [64, 32, 16, 8, 4, 2, 1].map((part) => 1 / part),
      diameterDeg: [scale.fieldDeg],
      spatialFrequencyCpd: fourOf(scale),
      orientationDeg: sixOrientationsDeg,
      phaseDeg: eightPhasesDeg,
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
      'Luminance, L−M and S gratings of one RMS cone contrast: 3 axes × 5 spatial frequencies × 6 orientations × 8 phases.',
  },
  (scale) =>
    crossed<ChromaticGrating>({
      axis: colourAxes,
      rmsConeContrast: [rmsConeContrast],
      diameterDeg: [scale.fieldDeg],
      spatialFrequencyCpd: everyNth(scale, 4, 0).slice(0, 5),
      orientationDeg: sixOrientationsDeg,
      phaseDeg: eightPhasesDeg,
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
      spatialFrequencyCpd: everyNth(scale, 4, 5),
      orientationDeg: twelveOrientationsDeg,
      phaseDeg: levels(4, (i) => 90 * i),
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

/** The one list of them. */
export const physiologySets: readonly StimulusSet[] = [
  bars,
  blank,
  chromaticGratings,
  contrastGratings,
  gabors,
  orientationGratings,
  receptiveFieldPatches,
  sizeGratings,
  sparseNoise,
  spatialFrequencyGratings,
  spots,
];
