/** @file `ventral stimuli textures --from SRC`: textures synthesised from pictures, each beside its phase-scrambled twin. */
import { createRandom, fit, type Image, InputError, normalize } from '@ventral/core';
import { createImageDecoder } from '@ventral/formats';
import {
  asLuminance,
  greyImage,
  phaseScrambled,
  pyramidFilters,
  type StimulusList,
  type StimulusView,
  type Synthesis,
  statisticGroups,
  stimulusList,
  synthesise,
  textureStatistics,
} from '@ventral/stimuli';
import { createVoice } from '../progress.ts';
import { loadRuntime } from '../runtime.ts';
import { listStimuli, stimulusReader } from '../stimuli.ts';

/** Iterations before a picture is called not converged. */
const nIterations = 100;

/**
 * Two pictures for each one of SRC: a texture of its statistics, and that with random phases. The middle square of a picture counts,
 * grey, resized; its mean and contrast become those of the set `textures`. Costs some ten seconds a picture.
 *
 * @param view its size is that of the pictures: a square whose side is a power of two, at least 128
 * @throws InputError `stimuli "photos": textures are squares, got 128×256 px. Use --size 128x128 or --size 256x256.`
 * @throws InputError `stimuli "grey.png": the same grey everywhere, which is no texture.`
 */
export async function synthesisedTextures(source: string, view: StimulusView): Promise<StimulusList> {
  const { heightPx, widthPx, seed } = view;
  if (heightPx !== widthPx) {
    throw new InputError(
      `stimuli "${source}": textures are squares, got ${heightPx}×${widthPx} px. Use --size 128x128 or --size 256x256.`,
    );
  }
  const filters = pyramidFilters(widthPx);
  const pictures = listStimuli(source, view);
  const read = stimulusReader(createImageDecoder(loadRuntime(false).codecs));
  const voice = createVoice(false);
  const made: { id: string; synthesis: Synthesis; naturalistic: Float64Array; scrambled: Float64Array }[] = [];
  for (const [i, picture] of pictures.entries()) {
    voice.progress({ nDone: i, nItems: pictures.length, nFailed: 0 }, { unit: 'pictures' });
    const grey = greyOf(await read(picture), widthPx);
    if (grey.every((value) => value === grey[0]))
      throw new InputError(`stimuli "${picture.id}": the same grey everywhere, which is no texture.`);
    const target = textureStatistics(asLuminance(grey), filters);
    const synthesis = synthesise(target, { seed, sidePx: widthPx, nIterations });
    const naturalistic = asLuminance(synthesis.picture);
    const random = createRandom(seed).fork(`textures/${picture.id}`);
    made.push({ id: picture.id, synthesis, naturalistic, scrambled: phaseScrambled(naturalistic, widthPx, random) });
  }
  voice.endProgress();
  return stimulusList({
    name: 'textures',
    all: made.flatMap(({ id, synthesis }) => {
      const matches = statisticGroups.map((group) => synthesis.match[group]);
      return [
        {
          source: id,
          kind: 'naturalistic',
          iterations: synthesis.nIterations,
          isConverged: synthesis.isConverged ? 'yes' : 'no',
          leastCorrelation: Math.min(...matches.map(({ correlation }) => correlation)),
          largestDeviation: Math.max(...matches.map(({ largestDeviation }) => largestDeviation)),
        },
        { source: id, kind: 'scrambled' },
      ];
    }),
    draw: (_, i) => {
      const { naturalistic, scrambled } = made[i >> 1]!;
      return greyImage(heightPx, widthPx, i % 2 === 0 ? naturalistic : scrambled);
    },
    notes: made.flatMap(({ id, synthesis: { isConverged, match } }) => {
      if (isConverged) return [];
      const worst = statisticGroups.reduce((a, b) => (match[b].correlation < match[a].correlation ? b : a));
      const correlation = match[worst].correlation.toFixed(3);
      return [`"${id}" did not converge in ${nIterations} iterations: ${worst} correlate ${correlation} with the picture’s`];
    }),
  });
}

/** The middle square of a picture in grey, 0 … 1. */
function greyOf(image: Image, sidePx: number): Float64Array {
  const spec = { channels: 'grey', scale: 1 / 255, mean: [0], std: [1], resize: { short: sidePx, filter: 'bilinear' } } as const;
  const plain: Image = { heightPx: image.heightPx, widthPx: image.widthPx, data: image.data };
  return Float64Array.from(normalize(fit(plain, spec, { heightPx: sidePx, widthPx: sidePx }), spec));
}
