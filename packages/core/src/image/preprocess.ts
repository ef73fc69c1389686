/**
 * @file From a picture to a network's input: resize, crop, scale, as the network's metadata say. Channels last; the executor
 * takes that order as it is. Decoding files is formats; knowing which preprocessing a model wants is its reader.
 */
import * as v from 'valibot';
import { InputError } from '../errors.ts';
import type { Preprocess } from '../graph/graph.ts';
import type { Image } from './image.ts';
import { resizeBilinear } from './resize.ts';

const sidePx = v.pipe(v.number(), v.integer(), v.minValue(1));
const perChannel = v.pipe(v.array(v.pipe(v.number(), v.finite())), v.minLength(1));

/**
 * What a preprocessing description in a file must look like: {@link Preprocess}, nothing more. Unknown keys are refused: a
 * misspelt one would silently change every number.
 */
export const preprocessSchema = v.pipe(
  v.strictObject({
    channels: v.picklist(['RGB', 'BGR', 'grey']),
    scale: v.pipe(v.number(), v.finite()),
    mean: perChannel,
    std: v.pipe(
      perChannel,
      v.everyItem((x) => x > 0, 'every std must be above 0'),
    ),
    resize: v.optional(v.strictObject({ short: sidePx, filter: v.literal('bilinear') })),
    crop: v.optional(v.union([sidePx, v.strictTuple([sidePx, sidePx])])),
  }),
  v.check(
    ({ channels, mean, std }) => [mean, std].every((list) => list.length === (channels === 'grey' ? 1 : 3)),
    'mean and std need one number per channel (3 for RGB and BGR, 1 for grey)',
  ),
);

/**
 * A picture as the network's input, [heightPx, widthPx, channels] float32: the short side resized to `spec.resize.short`
 * (Pillow's bilinear; the long side in proportion, truncated), the centre cut out (offset (size − crop) / 2, halves to the
 * even number), then each value (x · scale − mean) / std, worked out in float64 and rounded once.
 *
 * A picture made at the input's size (`isFitted`) keeps its geometry: resized and cropped, a drawn grating would have another
 * frequency than its name says. A picture smaller than the crop is an error: padding or stretching it would show the network something nobody asked for.
 *
 * @param input the network's input size; also the crop where the spec names none
 * @throws InputError `preprocess: the picture is 20×30 px but the network's centre crop is 32×32. Give "resize" in the
 *   preprocessing, or larger pictures.`
 * @throws InputError `preprocess: the crop is 224×224 px but the network's input is 256×256. Make them the same, or leave "crop" out.`
 */
export function preprocess(image: Image, spec: Preprocess, input: PictureSize): Float32Array {
  return normalize(fit(image, spec, input), spec);
}

/** The network's input size. */
interface PictureSize {
  readonly heightPx: number;
  readonly widthPx: number;
}

/** The geometry of {@link preprocess} alone: the picture resized and cropped, still in bytes. Errors are those of preprocess. */
export function fit(image: Image, spec: Preprocess, input: PictureSize): Image {
  const { heightPx, widthPx } = input;
  if (image.isFitted) {
    if (image.heightPx === heightPx && image.widthPx === widthPx) return image;
    throw new InputError(
      `preprocess: the stimulus was drawn at ${image.heightPx}×${image.widthPx} px but the network's input is ${heightPx}×${widthPx}. Draw it at that size.`,
    );
  }
  const [cropHeight, cropWidth] = typeof spec.crop === 'object' ? spec.crop : [spec.crop ?? heightPx, spec.crop ?? widthPx];
  if (cropHeight !== heightPx || cropWidth !== widthPx) {
    throw new InputError(
      `preprocess: the crop is ${cropHeight}×${cropWidth} px but the network's input is ${heightPx}×${widthPx}. Make them the same, or leave "crop" out.`,
    );
  }
  const resized = spec.resize === undefined ? image : shortSide(image, spec.resize.short);
  if (resized.heightPx < heightPx || resized.widthPx < widthPx) {
    const [was, todo] =
      spec.resize === undefined
        ? ['the picture is', 'Give "resize" in the preprocessing, or larger pictures.']
        : [`with the short side at ${spec.resize.short} px the picture is`, 'Raise "short" in the preprocessing.'];
    throw new InputError(
      `preprocess: ${was} ${resized.heightPx}×${resized.widthPx} px but the network's centre crop is ${heightPx}×${widthPx}. ${todo}`,
    );
  }
  const box = { topPx: cropOffset(resized.heightPx, heightPx), leftPx: cropOffset(resized.widthPx, widthPx), heightPx, widthPx };
  return resizeBilinear(image, resized.heightPx, resized.widthPx, box);
}

/**
 * A picture's values as the network wants them, without resizing or cropping.
 * [h, w, 3] for RGB and BGR; [h, w, 1] for grey, which is Rec. 601 luma in Pillow's whole-number form.
 */
export function normalize(image: Image, spec: Preprocess): Float32Array {
  const { data } = image;
  const nPixels = image.heightPx * image.widthPx;
  const nChannels = spec.channels === 'grey' ? 1 : 3;
  const tables = Array.from({ length: nChannels }, (_, c) =>
    Float32Array.from({ length: 256 }, (_, x) => (x * spec.scale - spec.mean[c]!) / spec.std[c]!),
  );
  const out = new Float32Array(nPixels * nChannels);
  if (spec.channels === 'grey') {
    // 0.299, 0.587, 0.114 in 16-bit fixed point, rounded: Pillow's convert('L').
    for (let i = 0; i < nPixels; i++) {
      out[i] = tables[0]![(data[3 * i]! * 19595 + data[3 * i + 1]! * 38470 + data[3 * i + 2]! * 7471 + 0x8000) >> 16]!;
    }
    return out;
  }
  for (let c = 0; c < 3; c++) {
    const source = spec.channels === 'BGR' ? 2 - c : c;
    const table = tables[c]!;
    for (let i = 0; i < nPixels; i++) out[3 * i + c] = table[data[3 * i + source]!]!;
  }
  return out;
}

/**
 * What is assumed of a network that comes without preprocessing, so that the caller can say so: torchvision's ImageNet
 * recipe (RGB in 0…1, ImageNet mean and std, short side 256 for a 224 input, in proportion for others). Inputs of up to
 * 64 px are taken whole. One channel: grey with the mean of the three means and stds.
 *
 * @throws InputError `preprocess: the network takes 4 channels; only 1 (grey) and 3 (RGB) can be assumed. Describe its preprocessing in a file.`
 * @see torchvision, references/classification/presets.py, for the ImageNet numbers.
 */
export function assumedPreprocess(heightPx: number, widthPx: number, channels: number): Preprocess {
  // The longer side, so that a picture of any shape covers the crop.
  const inputPx = Math.max(heightPx, widthPx);
  const short = inputPx > 64 ? Math.round((inputPx * 256) / 224) : inputPx;
  const common = { scale: 1 / 255, resize: { short, filter: 'bilinear' }, crop: [heightPx, widthPx] } as const;
  if (channels === 1) return { ...common, channels: 'grey', mean: [0.449], std: [0.226] };
  if (channels === 3) return { ...common, channels: 'RGB', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  throw new InputError(
    `preprocess: the network takes ${channels} channels; only 1 (grey) and 3 (RGB) can be assumed. Describe its preprocessing in a file.`,
  );
}

/** Size with the short side as given and the long side in proportion, truncated, as torchvision's Resize has it. */
function shortSide({ heightPx, widthPx }: Image, short: number): { readonly heightPx: number; readonly widthPx: number } {
  return heightPx <= widthPx
    ? { heightPx: short, widthPx: Math.trunc((short * widthPx) / heightPx) }
    : { heightPx: Math.trunc((short * heightPx) / widthPx), widthPx: short };
}

/** (size − crop) / 2, a half going to the even number, as Python's round does. */
function cropOffset(size: number, crop: number): number {
  const down = Math.floor((size - crop) / 2);
  return (size - crop) % 2 === 0 || down % 2 === 0 ? down : down + 1;
}
