/** @file Draws convolution kernels over RGB as small coloured pictures. Knows no layers and no events. */

/**
 * One kernel as an image of its own size. Mid-grey is a weight of 0; each kernel is on its own scale, brightest where its
 * largest weight is. Over other than three channels: their mean, in grey.
 *
 * @param weights [kernels, channels, h, w]
 */
export function kernelCanvas(
  weights: Float32Array,
  [, nChannels, h, w]: readonly [n: number, c: number, h: number, w: number],
  index: number,
): OffscreenCanvas {
  const area = h * w;
  const kernel = weights.subarray(index * nChannels * area, (index + 1) * nChannels * area);
  const most = kernel.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const canvas = new OffscreenCanvas(w, h);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(w, h);
  for (let i = 0; i < area; i++) {
    let sum = 0;
    for (let c = 0; c < nChannels; c++) sum += kernel[c * area + i]!;
    for (let c = 0; c < 3; c++) {
      const value = nChannels === 3 ? kernel[c * area + i]! : sum / nChannels;
      image.data[4 * i + c] = Math.round(127.5 + (127.5 * value) / most);
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
