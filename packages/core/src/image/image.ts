/** @file A decoded picture: 8-bit RGB, the one form every decoder gives and every stimulus generator makes. */

/** Row-major h w 3, sRGB bytes 0…255; a grey picture has three equal channels. */
export interface Image {
  readonly heightPx: number;
  readonly widthPx: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Made at the network's input size (a drawn stimulus): preprocessing scales its values and leaves its geometry alone. */
  readonly isFitted?: boolean;
}
