/** @file Padding of any axis. Inputs: x, pads (constant: begins then ends), value?, axes?. */
export interface PadAttributes {
  readonly mode: 'constant' | 'reflect' | 'edge' | 'wrap';
}
