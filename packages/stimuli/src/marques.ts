/**
 * @file The grating battery of Marques, Schrimpf & DiCarlo 2021 (doi:10.1101/2021.03.01.433495) in its published degrees: the
 * parameters of every picture, in the published order, and the published pictures themselves, to the byte. Values:
 * marques_gen_stim.py and marques_stim_common.py of Brain-Score Vision. The 450 textures are photographs and not here.
 */
import { type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { crossed, levels } from './crossed.ts';
import { type Place, pixelsPerDegree, type VisualField } from './field.ts';
import { type GratingPatch, maxCyclesPerPixel } from './gratings.ts';

/** Pixels per degree from which the published degrees are meant to be used, and below which they are refused. */
export const marquesPxPerDeg = { advised: 28, least: 16 } as const;

/** Where all published stimuli are but those that map a field: half a degree below and right of fixation. */
export const marquesPlace: Place = { yDeg: 0.5, xDeg: 0.5 };

/** The 22 spatial frequencies, 0.3856 to 14.67 cycles/deg in quarter octaves. */
const frequenciesCpd = levels(22, (i) => math.pow(2, -1.375 + i / 4));
/** The 12 diameters of size tuning, 0.21° to 9.51° in half octaves. */
const diametersDeg = levels(12, (i) => math.pow(2, -2.25 + i / 2));
/** Frequencies of the sets that do not vary them: 0.77, 1.54, 3.08 and 6.17 cycles/deg. */
const someFrequenciesCpd = [4, 8, 12, 16].map((i) => frequenciesCpd[i]!);
/** Cycles across the patches of the orientation set. */
const cyclesPerDiameter = [2, 3, 4];

export const twelveOrientationsDeg = levels(12, (i) => 15 * i);
export const sixOrientationsDeg = levels(6, (i) => 30 * i);
export const fourOrientationsDeg = levels(4, (i) => 45 * i);
export const eightPhasesDeg = levels(8, (i) => 45 * i);

/** Full contrast, all in one place. */
const common = { contrast: [1], yDeg: [marquesPlace.yDeg], xDeg: [marquesPlace.xDeg] };

/** The published sets of gratings. */
export const marquesPatches = {
  'receptive-field': (): GratingPatch[] => {
    const positionsDeg = levels(21, (i) => -2.5 + i / 4);
    return crossed<GratingPatch>({
      diameterDeg: [1 / 3],
      spatialFrequencyCpd: [3],
      orientationDeg: fourOrientationsDeg,
      phaseDeg: [0, 180],
      contrast: [1],
      yDeg: positionsDeg,
      xDeg: positionsDeg,
    });
  },
  orientation: (): GratingPatch[] =>
    cyclesPerDiameter.flatMap((cycles) =>
      someFrequenciesCpd.flatMap((spatialFrequencyCpd) =>
        crossed<GratingPatch>({
          diameterDeg: [cycles / spatialFrequencyCpd],
          spatialFrequencyCpd: [spatialFrequencyCpd],
          orientationDeg: twelveOrientationsDeg,
          phaseDeg: eightPhasesDeg,
          ...common,
        }),
      ),
    ),
  'spatial-frequency': (): GratingPatch[] =>
    crossed<GratingPatch>({
      diameterDeg: [1.5, 4.5],
      spatialFrequencyCpd: frequenciesCpd,
      orientationDeg: sixOrientationsDeg,
      phaseDeg: eightPhasesDeg,
      ...common,
    }),
  size: (): GratingPatch[] =>
    crossed<GratingPatch>({
      diameterDeg: diametersDeg,
      spatialFrequencyCpd: someFrequenciesCpd,
      orientationDeg: sixOrientationsDeg,
      phaseDeg: eightPhasesDeg,
      ...common,
    }),
};

export type MarquesSetName = keyof typeof marquesPatches;

/** What of a published set a field can show. */
export interface ShownPatches {
  readonly patches: readonly GratingPatch[];
  /** Frequencies of more than half a cycle per pixel, which were left out. */
  readonly droppedCpd: readonly number[];
}

/** The patches whose frequency the field's pixels can carry. */
export function shownOf(patches: readonly GratingPatch[], field: VisualField): ShownPatches {
  const isShown = ({ spatialFrequencyCpd }: GratingPatch) => spatialFrequencyCpd / pixelsPerDegree(field) <= maxCyclesPerPixel;
  const dropped = patches.filter((patch) => !isShown(patch)).map(({ spatialFrequencyCpd }) => spatialFrequencyCpd);
  return { patches: patches.filter(isShown), droppedCpd: [...new Set(dropped)] };
}

/**
 * What a reader must know of published degrees on a field.
 *
 * @throws InputError `stimuli: the published degrees need at least 16 px per degree (28 are advised), got 4. Use a narrower
 *   field of view, a larger input, or the mode "relative".`
 */
export function marquesNotes(field: VisualField): string[] {
  const perDegree = pixelsPerDegree(field);
  const { advised, least } = marquesPxPerDeg;
  if (perDegree < least) {
    throw new InputError(
      `stimuli: the published degrees need at least ${least} px per degree (${advised} are advised), got ${perDegree}. Use a narrower field of view, a larger input, or the mode "relative".`,
    );
  }
  if (perDegree >= advised) return [];
  return [`${perDegree} px per degree: the published degrees are meant for ${advised} and more.`];
}

/**
 * A patch as the published picture of it, which has 672 × 672 px over 12°: the middle of the field is at pixel size / 2, the
 * disk has a hard edge, pixels of which r ≤ radius, and bytes are cut, not rounded: 255 · (sin + 1) / 2. The battery itself
 * draws with drawGrating; this is for comparison with what others have measured.
 */
export function drawPublishedPatch(field: VisualField, patch: GratingPatch): Image {
  const { heightPx, widthPx } = field;
  const perDegree = pixelsPerDegree(field);
  const radians = (deg: number) => (deg / 180) * Math.PI;
  const [cos, sin] = [math.cos(radians(patch.orientationDeg)), math.sin(radians(patch.orientationDeg))];
  const radius = patch.diameterDeg / 2;
  const data = new Uint8Array(heightPx * widthPx * 3).fill(128);
  for (let yPx = 0, i = 0; yPx < heightPx; yPx++) {
    const y = (yPx - heightPx / 2) / perDegree - patch.yDeg;
    for (let xPx = 0; xPx < widthPx; xPx++, i += 3) {
      const x = (xPx - widthPx / 2) / perDegree - patch.xDeg;
      if (x * x + y * y > radius * radius) continue;
      const angle = (x * cos + y * sin) * patch.spatialFrequencyCpd * 2 * Math.PI + radians(patch.phaseDeg);
      data.fill(Math.floor(((math.sin(angle) * patch.contrast + 1) / 2) * 255), i, i + 3);
    }
  }
  return { heightPx, widthPx, data };
}
