/**
 * @file Makes what tiles.json holds: of each family of exemplars the synthesised texture. Not for run time, it takes minutes:
 * `npm run textures`.
 */
import { exemplar, type TextureFamily } from './exemplars.ts';
import { asLuminance } from './luminance.ts';
import { pyramidFilters } from './pyramid.ts';
import { textureStatistics } from './statistics.ts';
import { type Synthesis, synthesise } from './synthesis.ts';
import { tileSidePx } from './torus.ts';

/** Seed of the tiles that the package ships. */
const tileSeed = 1;

export interface Tile {
  readonly synthesis: Synthesis;
  /** [128, 128] luminances, 0 … 255. */
  readonly bytes: Uint8Array;
}

/** A family's tile: the texture synthesised from its exemplar at seed 1, in at most 100 iterations, as bytes. */
export function makeTile(family: TextureFamily): Tile {
  const target = textureStatistics(exemplar(family, tileSeed), pyramidFilters(tileSidePx));
  const synthesis = synthesise(target, { seed: tileSeed, sidePx: tileSidePx, nIterations: 100 });
  const bytes = Uint8Array.from(asLuminance(synthesis.picture), (luminance) => Math.floor(255 * luminance + 0.5));
  return { synthesis, bytes };
}
