import { expect, it } from 'vitest';
import { describeOp } from '../../test/describe-op.ts';
import type { DType, Tensor } from '../tensor/tensor.ts';
import { dequantize, quantize } from './quantize.ts';

const values = (dtype: DType, ...list: number[]): Tensor => ({
  dtype,
  shape: list.length === 1 ? [] : [list.length],
  data: dtype === 'float32' ? Float32Array.from(list) : Float64Array.from(list),
});
const axis = { axis: 1, blockSize: 0 };

describeOp('quantize', [
  {
    attributes: { ...axis, to: 'uint8' },
    inputs: [[2, 3, 4, 5], values('float32', 0.01)],
    range: [-1, 4],
    isStepwise: true,
  },
  {
    attributes: { ...axis, to: 'uint8' },
    inputs: [[2, 3, 4, 5], values('float32', 0.1, 0.01, 1), values('int8', 3, 4, 5)],
    isStepwise: true,
  },
  {
    attributes: { axis: -1, blockSize: 2, to: 'int8' },
    inputs: [[2, 4], { ...values('float32', 1, 2, 3, 4), shape: [2, 2] }],
    isStepwise: true,
  },
]);
describeOp('dequantize', [
  { attributes: axis, inputs: [[2, 3, 4, 5], values('float32', 0.01), values('uint8', 128)], range: [0, 255] },
  { attributes: { ...axis, axis: -3 }, inputs: [[2, 3, 4, 5], values('float32', 0.1, 0.01, 1), values('int8', 3, 4, 5)] },
]);

it('quantize: halves go to the even number, the ends of the type hold (by hand)', () => {
  const y = (zero: Tensor | undefined, to: DType) =>
    quantize.reference({ ...axis, to }, [values('float32', -1, 0.5, 1.5, 2.5, 300), values('float32', 1), zero])[0]!.data;
  expect([...y(undefined, 'uint8')]).toEqual([0, 0, 2, 2, 255]);
  expect([...y(undefined, 'int8')]).toEqual([-1, 0, 2, 2, 127]);
  expect([...y(values('uint8', 10), 'int8')]).toEqual([9, 10, 12, 12, 255]);
});

it('dequantize undoes quantize to half a step', () => {
  const x = values('float32', -0.9, -0.2, 0, 0.33, 1.1);
  const parameters = [values('float32', 0.01), values('int8', -7)];
  const [q] = quantize.reference({ ...axis, to: 'int8' }, [x, ...parameters]);
  const [back] = dequantize.reference(axis, [q, ...parameters]);
  for (const [i, v] of x.data.entries()) expect(Math.abs(v - back!.data[i]!)).toBeLessThanOrEqual(0.005 + 1e-6);
});
