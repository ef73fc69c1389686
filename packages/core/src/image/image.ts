/** @file A decoded picture: 8-bit RGB, the one form every decoder gives and every stimulus generator makes. */
import { InputError } from '../errors.ts';
import { cutPart } from '../graph/crop.ts';

/** Row-major h w 3, sRGB bytes 0…255; a grey picture has three equal channels. */
export interface Image {
  readonly heightPx: number;
  readonly widthPx: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Made at the network's input size (a drawn stimulus): preprocessing scales its values and leaves its geometry alone. */
  readonly isFitted?: boolean;
}

/** A rectangle of pixels; top and left count from the picture's upper left corner. */
export interface PixelBox {
  readonly topPx: number;
  readonly leftPx: number;
  readonly heightPx: number;
  readonly widthPx: number;
}

/**
 * A part of a picture, copied pixel by pixel. The whole box must lie in the picture, at whole pixels.
 *
 * @throws InputError `crop: 60×50 px at left 600, top 0 do not lie in the picture, which is 640 px wide and 480 px high.`
 */
export function cropImage(image: Image, { topPx, leftPx, heightPx, widthPx }: PixelBox): Image {
  const isWithin = (from: number, n: number, of: number) =>
    Number.isInteger(from) && Number.isInteger(n) && from >= 0 && n >= 1 && from + n <= of;
  if (!isWithin(topPx, heightPx, image.heightPx) || !isWithin(leftPx, widthPx, image.widthPx)) {
    throw new InputError(
      `crop: ${widthPx}×${heightPx} px at left ${leftPx}, top ${topPx} do not lie in the picture, which is ${image.widthPx} px wide and ${image.heightPx} px high.`,
    );
  }
  const part = { row: topPx, column: leftPx, heightUnits: heightPx, widthUnits: widthPx };
  return { heightPx, widthPx, data: cutPart(image.data, [image.heightPx, image.widthPx], part) };
}
