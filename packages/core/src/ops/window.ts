/** @file The one shape rule of everything with a sliding window: output size and padding, along h and w. */
import { InputError } from '../errors.ts';
import type { AxisReach } from './op.ts';

/** [top, left, bottom, right] (ONNX order), or TensorFlow's rule worked out from the sizes. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number] | 'sameUpper' | 'sameLower';

export interface Window2d {
  readonly kernel: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  readonly padding: Padding;
  readonly dilation: readonly [h: number, w: number];
}

/** A window with its padding and output size worked out. */
export interface PlacedWindow {
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  readonly outputSize: readonly [h: number, w: number];
}

/**
 * Output size = floor((size + before + after − dilation·(kernel − 1) − 1) / stride) + 1. With ceilMode the division rounds
 * up, but no window may start in the padding after the image (ONNX and PyTorch agree on that). `sameUpper`/`sameLower`:
 * output = ceil(size / stride), the odd pixel of padding at the end / at the beginning.
 */
export function placeWindow(window: Window2d, inputSize: readonly [h: number, w: number], ceilMode = false): PlacedWindow {
  const axes = [0, 1].map((axis) => {
    const size = inputSize[axis]!;
    const stride = window.stride[axis]!;
    const extent = window.dilation[axis]! * (window.kernel[axis]! - 1) + 1;
    if (typeof window.padding === 'string') {
      const out = Math.ceil(size / stride);
      const total = Math.max(0, (out - 1) * stride + extent - size);
      const small = Math.floor(total / 2);
      const before = window.padding === 'sameUpper' ? small : total - small;
      return { before, after: total - before, out };
    }
    const before = window.padding[axis]!;
    const after = window.padding[axis + 2]!;
    const span = (size + before + after - extent) / stride;
    let out = (ceilMode ? Math.ceil(span) : Math.floor(span)) + 1;
    if (ceilMode && (out - 1) * stride >= size + before) out--;
    if (out < 1) {
      throw new InputError(
        `a window of ${window.kernel.join('×')} (dilation ${window.dilation.join('×')}) does not fit into an input of ${inputSize.join('×')} with padding [${window.padding.join(', ')}]. Give a larger input.`,
      );
    }
    return { before, after, out };
  });
  const [y, x] = axes as [(typeof axes)[0], (typeof axes)[0]];
  return { padding: [y.before, x.before, y.after, x.after], outputSize: [y.out, x.out] };
}

/** Reach of the window along h (axis 2) and w (axis 3). */
export function windowReach(window: Window2d, placed: PlacedWindow): AxisReach[] {
  return [0, 1].map((axis) => ({
    axis: axis + 2,
    stride: window.stride[axis]!,
    start: -placed.padding[axis]!,
    size: window.dilation[axis]! * (window.kernel[axis]! - 1) + 1,
  }));
}
