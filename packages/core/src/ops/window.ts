/** @file The one shape rule of everything with a sliding window: output size and padding, along any number of axes. */
import { InputError } from '../errors.ts';
import type { AxisReach, Box } from './op.ts';

/** [top, left, bottom, right] (ONNX order), or TensorFlow's rule worked out from the sizes. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number] | 'sameUpper' | 'sameLower';

export interface Window2d {
  readonly kernel: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  readonly padding: Padding;
  readonly dilation: readonly [h: number, w: number];
}

/** A window over any number of axes; padding: all beginnings, then all ends. */
export interface WindowNd {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'sameUpper' | 'sameLower';
  readonly dilation: readonly number[];
}

/** A window with its padding and output size worked out. */
export interface PlacedWindow {
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  readonly outputSize: readonly [h: number, w: number];
}

export interface PlacedWindowNd {
  readonly padding: readonly number[];
  readonly outputSize: readonly number[];
}

/**
 * Output size = floor((size + before + after − dilation·(kernel − 1) − 1) / stride) + 1. With ceilMode the division rounds
 * up, but no window may start in the padding after the image (ONNX and PyTorch agree on that). `sameUpper`/`sameLower`:
 * output = ceil(size / stride), the odd pixel of padding at the end / at the beginning.
 */
export function placeWindow(window: Window2d, inputSize: readonly [h: number, w: number], ceilMode?: boolean): PlacedWindow;
export function placeWindow(window: WindowNd, inputSize: readonly number[], ceilMode?: boolean): PlacedWindowNd;
export function placeWindow(window: WindowNd, inputSize: readonly number[], ceilMode = false): PlacedWindowNd {
  const axes = inputSize.map((size, axis) => {
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
    const after = window.padding[axis + inputSize.length]!;
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
  return {
    padding: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
    outputSize: axes.map(({ out }) => out),
  };
}

/** Sizes of the positions of x [n, c, …] as a window of `nAxes` axes walks them: [n, c, l] is one row of l. */
export function positionsOf(shape: readonly number[], nAxes: number): number[] {
  const own = shape.slice(2);
  return [...new Array<number>(Math.max(0, nAxes - own.length)).fill(1), ...own];
}

/** Reach of the window along the positions of x [n, c, …] of `rank` axes: h (axis 2) and w (axis 3) of a picture. */
export function windowReach(window: WindowNd, placed: PlacedWindowNd, rank: number): AxisReach[] {
  return window.kernel
    .map((kernel, i) => ({
      axis: i + rank - window.kernel.length,
      stride: window.stride[i]!,
      start: -placed.padding[i]!,
      size: window.dilation[i]! * (kernel - 1) + 1,
    }))
    .filter(({ axis }) => axis >= 2);
}

/**
 * Padding with which a window makes a box of its output from the positions inside the input that the box reads: what remains of
 * the padding at each side, or less than what was given if the last windows read less of it.
 * @param inputSize positions of the whole input
 * @param box of the output's positions, an axis for each of the window
 */
export function croppedPadding(window: WindowNd, placed: PlacedWindowNd, inputSize: readonly number[], box: Box): number[] {
  const sides = box.map(([start, end], axis) => {
    const [stride, before] = [window.stride[axis]!, placed.padding[axis]!];
    const last = (end - 1) * stride - before + window.dilation[axis]! * (window.kernel[axis]! - 1);
    return { before: Math.max(0, before - start * stride), after: Math.max(0, last + 1 - inputSize[axis]!) };
  });
  return [...sides.map(({ before }) => before), ...sides.map(({ after }) => after)];
}
