/**
 * @file The set `textures`: naturalistic textures and the same phase-scrambled. Synthesising one takes seconds, so the package
 * ships a tile of each family (tiles.json, made by `npm run textures`), and samples are windows of it.
 */
import { createRandom, type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { crossed, levels } from '../crossed.ts';
import { offsetsDeg, type Place } from '../field.ts';
import { patternOnGrey } from '../grey.ts';
import { scaleOf } from '../physiology.ts';
import { createSet, type StimulusSet, type StimulusView, stimulusList } from '../stimulus-set.ts';
import { textureFamilies } from './exemplars.ts';
import { phaseScrambled } from './luminance.ts';
import tiles from './tiles.json' with { type: 'json' };
import { tileSidePx } from './torus.ts';

/** A window of a tile, in an aperture. */
export type Texture = Place & {
  /** One of `textureFamilies` by name. */
  readonly family: string;
  readonly kind: 'naturalistic' | 'scrambled';
  readonly sample: number;
  /** Diameter of the aperture where its raised-cosine edge has fallen to half. */
  readonly apertureDeg: number;
};

const nSamples = 3;

/**
 * Diameter of the aperture over the field: over the field itself contrast is full, and it ends at one and a half fields. So the
 * edge drives no unit, as in the experiments, whose aperture of 4° was several fields wide.
 */
export const apertureOverField = 1.25;

/**
 * A family's tile, luminance on a torus of 128×128 px.
 *
 * @throws InputError `textureTile: there is no family "sand". Known: bark, bricks, facets, …`
 */
export function textureTile(family: string): Float64Array {
  const encoded = (tiles as Readonly<Record<string, string>>)[family];
  if (encoded === undefined)
    throw new InputError(`textureTile: there is no family "${family}". Known: ${Object.keys(tiles).join(', ')}.`);
  return Float64Array.from(atob(encoded), (byte) => byte.charCodeAt(0) / 255);
}

/**
 * Draws a texture on grey 128. Its pixels are those of the tile, one to one, whatever the field: textures have the same grain for
 * all layers, as they had for all areas. A picture of more than 128 px repeats it.
 */
export function drawTexture(view: StimulusView, texture: Texture): Image {
  const { family, kind, sample, apertureDeg } = texture;
  const random = createRandom(view.seed).fork(`textures/${family}/${sample}`);
  const [shiftY, shiftX] = [random.integer(tileSidePx), random.integer(tileSidePx)];
  const tile = textureTile(family);
  const luminance = kind === 'naturalistic' ? tile : phaseScrambled(tile, tileSidePx, random);
  const [rowsDeg, columnsDeg] = offsetsDeg(view, texture);
  const fieldDeg = apertureDeg / apertureOverField;
  const [fullDeg, endDeg] = [fieldDeg / 2, apertureDeg - fieldDeg / 2];
  const row = new Float64Array(view.widthPx);
  return patternOnGrey(view, texture, endDeg, (yPx) =>
    row.map((_, xPx) => {
      const distanceDeg = Math.sqrt(rowsDeg[yPx]! ** 2 + columnsDeg[xPx]! ** 2);
      const share = Math.max(0, Math.min(1, (endDeg - distanceDeg) / (endDeg - fullDeg)));
      const window = 0.5 - 0.5 * math.cos(Math.PI * share);
      const at = ((yPx + shiftY) % tileSidePx) * tileSidePx + ((xPx + shiftX) % tileSidePx);
      return window * (2 * luminance[at]! - 1);
    }),
  );
}

export const textures: StimulusSet<Texture> = createSet({
  name: 'textures',
  title: 'Textures',
  description: '15 families × 3 samples, each as a naturalistic texture and phase-scrambled: the same spectrum, nothing else.',
  list(view) {
    const { place, fieldDeg } = scaleOf(view);
    const all = crossed<Texture>({
      family: textureFamilies.map(({ name }) => name),
      kind: ['naturalistic', 'scrambled'],
      sample: levels(nSamples, (i) => i),
      apertureDeg: [apertureOverField * fieldDeg],
      yDeg: [place.yDeg],
      xDeg: [place.xDeg],
    });
    return stimulusList({ name: 'textures', all, draw: (texture) => drawTexture(view, texture) });
  },
});
