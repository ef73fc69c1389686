/** @file A picture as the address of an image: for SVG and HTML, which take no bytes. */
import type { ProbePicture } from '@ventral/probe';

export function pictureUrl({ heightPx, widthPx, data }: ProbePicture['image']): string {
  const canvas = document.createElement('canvas');
  canvas.width = widthPx;
  canvas.height = heightPx;
  const rgba = new Uint8ClampedArray(4 * heightPx * widthPx).fill(255);
  for (let i = 0; i < heightPx * widthPx; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  canvas.getContext('2d')!.putImageData(new ImageData(rgba, widthPx, heightPx), 0, 0);
  return canvas.toDataURL();
}
