import { describe, expect, it } from 'vitest';
import { describeOp, weight } from '../../test/describe-op.ts';
import { bindGraph } from '../graph/bind.ts';
import type { Conv2dAttributes } from './conv2d.ts';

const plain: Conv2dAttributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };

describeOp('conv2d', [
  { attributes: plain, inputs: [[1, 3, 8, 8], weight(4, 3, 3, 3)] },
  { attributes: { ...plain, padding: [1, 1, 1, 1] }, inputs: [[1, 5, 9, 7], weight(10, 5, 3, 3), weight(10)] },
  { attributes: { ...plain, stride: [2, 2], padding: [3, 3, 3, 3] }, inputs: [[1, 3, 32, 32], weight(16, 3, 7, 7), weight(16)] },
  { attributes: { ...plain, stride: [4, 3], padding: [2, 1, 0, 3] }, inputs: [[2, 3, 21, 23], weight(6, 3, 11, 5)] },
  { attributes: { ...plain, dilation: [2, 3], padding: [2, 3, 2, 3] }, inputs: [[1, 6, 12, 13], weight(9, 6, 3, 3)] },
  { attributes: { ...plain, groups: 2, padding: [1, 1, 1, 1] }, inputs: [[1, 8, 6, 6], weight(12, 4, 3, 3), weight(12)] },
  { attributes: { ...plain, groups: 8, padding: [1, 1, 1, 1] }, inputs: [[1, 8, 6, 6], weight(8, 1, 3, 3), weight(8)] },
  { attributes: { ...plain, groups: 7, stride: [2, 2], padding: [3, 3, 3, 3] }, inputs: [[1, 7, 14, 15], weight(7, 1, 7, 7)] },
  { attributes: { ...plain, groups: 4, padding: [1, 1, 1, 1] }, inputs: [[1, 4, 6, 6], weight(8, 1, 3, 3), weight(8)] },
  { attributes: plain, inputs: [[3, 13, 5, 7], weight(21, 13, 1, 1), weight(21)] },
  { attributes: { ...plain, padding: 'sameUpper', stride: [2, 2] }, inputs: [[1, 3, 8, 9], weight(4, 3, 3, 4)] },
  { attributes: { ...plain, padding: 'sameLower', stride: [2, 2] }, inputs: [[1, 3, 8, 9], weight(4, 3, 2, 4)] },
  {
    attributes: { ...plain, activation: { fn: 'relu', alpha: 0, beta: 0 } },
    inputs: [[1, 3, 8, 8], weight(4, 3, 3, 3), weight(4)],
  },
  { attributes: { ...plain, activation: { fn: 'clip', alpha: -0.5, beta: 0.5 } }, inputs: [[1, 3, 8, 8], weight(4, 3, 3, 3)] },
  { attributes: { ...plain, activation: { fn: 'silu', alpha: 0, beta: 0 } }, inputs: [[1, 3, 8, 8], weight(4, 3, 3, 3)] },
]);

function bindConv(channels: number, attributes: Conv2dAttributes) {
  return bindGraph({
    name: 'net',
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, channels, 8, 8] }],
    outputs: ['y'],
    nodes: [{ op: 'conv2d', name: 'features.3', attributes, inputs: ['x', 'w'], outputs: ['y'] }],
    constants: new Map([['w', weight(64, 16, 3, 3)]]),
    metadata: {},
  });
}

describe('conv2d messages', () => {
  it('names both sides of a channel mismatch', () => {
    expect(() => bindConv(3, { ...plain, groups: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[InputError: conv2d "features.3": input has 3 channels but weight [64, 16, 3, 3] with groups 4 needs 64. Check the input's channels or the layer before it.]`,
    );
  });
  it('says that a window does not fit', () => {
    expect(() => bindConv(16, { ...plain, dilation: [9, 9] })).toThrowErrorMatchingInlineSnapshot(
      `[InputError: conv2d "features.3": a window of 3×3 (dilation 9×9) does not fit into an input of 8×8 with padding [0, 0, 0, 0]. Give a larger input.]`,
    );
  });
});
