/** @file What a reader of a layer sees the moment the layer's output exists. */

/**
 * A layer's output for one image, in kernel memory, channels last: [rows, channels] with rows = positions (h·w; 1 after
 * flatten or dense). Valid only inside the callback: the memory is reused by later layers.
 */
export interface Tap {
  /** Index in the executor's list of taps. */
  readonly tapIndex: number;
  /** Position in the batch; each image of a batch is shown on its own. */
  readonly image: number;
  readonly ptr: number;
  readonly rows: number;
  readonly channels: number;
}
