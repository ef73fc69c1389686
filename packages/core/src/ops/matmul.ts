/** @file Matrix product with numpy's rules for batches and vectors. Bias and activation are set by the canonical form. */
import { reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { broadcastShape, broadcastStrides } from '../tensor/strided.ts';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { panelBytes } from './conv2d.ts';
import { biasRow, isRow, packedMatrix } from './dense.ts';
import { needed, type Op, packedValues, tensorLike } from './op.ts';
import { applyActivation, beforeActivation, clampOf, finishActivation, type UnaryAttributes } from './unary.ts';

/** Inputs: a, b, bias? ([n], added to every row). */
export interface MatmulAttributes {
  readonly activation?: UnaryAttributes | undefined;
}

/** Sizes of the product: matrices [m, k]·[k, n] over broadcast batch axes; a vector counts as one row or column. */
function sizes(aShape: readonly number[], bShape: readonly number[]) {
  const a = aShape.length === 1 ? [1, ...aShape] : aShape;
  const b = bShape.length === 1 ? [...bShape, 1] : bShape;
  const [m, k] = a.slice(-2) as [number, number];
  const [kOfB, n] = b.slice(-2) as [number, number];
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  const shape = [...batch, ...(aShape.length === 1 ? [] : [m]), ...(bShape.length === 1 ? [] : [n])];
  return { a, b, m, k, kOfB, n, batch, shape };
}

/** Element offsets of each batch's matrix. */
function batchOffsets(batch: readonly number[], operand: readonly number[]): number[] {
  const strides = broadcastStrides(batch, operand.slice(0, -2), stridesOf(operand, rowMajor(operand.length)).slice(0, -2));
  return Array.from({ length: sizeOf(batch) }, (_, i) => {
    let rest = i;
    let offset = 0;
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      offset += (rest % batch[axis]!) * strides[axis]!;
      rest = Math.floor(rest / batch[axis]!);
    }
    return offset;
  });
}

export const matmul: Op<MatmulAttributes> = {
  // A matrix applied at every position of a picture is a 1×1 convolution under another name.
  stage: ({ activation }, inputs) => (needed(inputs, 0, 'a').shape.length <= 2 ? 'dense' : activation ? 'activation' : 'linear'),
  infer(_, inputs) {
    const a = needed(inputs, 0, 'a');
    const b = needed(inputs, 1, 'b');
    const { k, kOfB, shape } = sizes(a.shape, b.shape);
    if (k !== kOfB)
      throw new InputError(
        `${formatShape(a.shape)} and ${formatShape(b.shape)} cannot be multiplied: ${k} columns against ${kOfB} rows.`,
      );
    return [{ dtype: a.dtype, shape }];
  },
  reach(_, inputs) {
    const a = needed(inputs, 0, 'a').shape;
    const b = needed(inputs, 1, 'b');
    if (b.constant && b.shape.length === 2) {
      // Position-wise: every row of a is multiplied by itself; only the last axis is mixed.
      const axes = a.map((_, axis) => (axis === a.length - 1 ? null : { axis, stride: 1, start: 0, size: 1 }));
      return [{ axes, whole: [a.length - 1] }, null, null];
    }
    const rank = sizes(a, b.shape).shape.length;
    const every = (shape: readonly number[]) => ({
      axes: Array.from({ length: rank }, (_, axis) =>
        axis === 0 && shape.length === rank ? { axis, stride: 1, start: 0, size: 1 } : null,
      ),
      whole: shape.map((_, axis) => axis).slice(1),
    });
    return [every(a), b.constant ? null : every(b.shape), null];
  },
  reference(attributes, inputs) {
    const [x, y, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { a, b, m, k, n, batch, shape } = sizes(x.shape, y.shape);
    const aOffsets = batchOffsets(batch, a);
    const bOffsets = batchOffsets(batch, b);
    const out = new Float64Array(sizeOf(batch) * m * n);
    for (let i = 0; i < aOffsets.length; i++) {
      const left = toFloat64(x).subarray(aOffsets[i]!, aOffsets[i]! + m * k);
      const right = toFloat64(y).subarray(bOffsets[i]!, bOffsets[i]! + k * n);
      for (let r = 0; r < m; r++) {
        for (let c = 0; c < n; c++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += left[r * k + l]! * right[l * n + c]!;
          out[(i * m + r) * n + c] = sum;
        }
      }
    }
    const biased = bias ? reference.binary('add', out, shape, toFloat64(bias), bias.shape).data : out;
    return [tensorLike(x, shape, applyActivation(attributes.activation, biased))];
  },
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'a');
    const y = needed(inputs, 1, 'b');
    const { a, b, m, k, n, batch } = sizes(x.shape, y.shape);
    const [lo, hi] = clampOf(attributes.activation);
    const finish = finishActivation(attributes.activation, sizeOf(outputs[0]!.shape));
    const bias = inputs[2];
    if (bias && !isRow(bias, n)) return undefined;
    const biasPacked = bias ? [packedValues(biasRow(bias, n))] : [];
    const outputOrders = [rowMajor(outputs[0]!.shape.length)];
    if (y.constant && sizeOf(b.slice(0, -2)) === 1) {
      const rows = sizeOf(batch) * m;
      return {
        inputOrders: [rowMajor(x.shape.length), undefined, undefined],
        outputOrders,
        packed: [packedMatrix(y.constant, k, n, false), ...biasPacked],
        bind(kernels, at) {
          const [weightPtr, biasPtr] = at.packed as [number, number | undefined];
          return () => {
            kernels.run.f32_dense(at.inputs[0]!, weightPtr, biasPtr ?? 0, at.outputs[0]!, rows, k, n, k, n, lo, hi);
            finish?.(kernels, at.outputs[0]!);
          };
        },
      };
    }
    // Both sides depend on the picture: the right one is packed again for every product.
    const aOffsets = batchOffsets(batch, a);
    const bOffsets = batchOffsets(batch, b);
    return {
      inputOrders: [rowMajor(x.shape.length), rowMajor(y.shape.length), undefined],
      outputOrders,
      packed: biasPacked,
      scratchBytes: () => panelBytes(k, n),
      bind(kernels, at) {
        const [aPtr, bPtr, yPtr, biasPtr] = [at.inputs[0]!, at.inputs[1]!, at.outputs[0]!, at.packed[0] ?? 0];
        return () => {
          for (let i = 0; i < aOffsets.length; i++) {
            if (i === 0 || bOffsets[i] !== bOffsets[i - 1])
              kernels.run.f32_pack(bPtr + bOffsets[i]! * 4, at.scratch, 1, 1, k, n, 0, 0, n, 1);
            kernels.run.f32_dense(aPtr + aOffsets[i]! * 4, at.scratch, biasPtr, yPtr + i * m * n * 4, m, k, n, k, n, lo, hi);
          }
          finish?.(kernels, yPtr);
        };
      },
    };
  },
  cost(_, inputs, outputs) {
    const a = needed(inputs, 0, 'a').shape;
    const b = needed(inputs, 1, 'b');
    const nParams = (b.constant ? sizeOf(b.shape) : 0) + (inputs[2] ? sizeOf(inputs[2].shape) : 0);
    return { nMacs: sizeOf(outputs[0]!.shape) * a[a.length - 1]!, nParams };
  },
  gradient(attributes, rule) {
    const [x, y, bias] = rule.inputs as [string, string, string | undefined];
    const [own, other] = [rule.type(x).shape, rule.type(y).shape];
    const { a, b, m, n, batch } = sizes(own, other);
    const dz = beforeActivation(attributes, rule);
    const dy = rule.reshape(dz, [...batch, m, n]);
    const turned = (value: string, shape: readonly number[]) => {
      const rank = shape.length;
      return rule.transpose(rule.reshape(value, shape), [...shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
    };
    return [
      rule.wants(0) ? rule.reshape(rule.sumTo(rule.matmul(dy, turned(y, b)), a), own) : undefined,
      rule.wants(1) ? rule.reshape(rule.sumTo(rule.matmul(turned(x, a), dy), b), other) : undefined,
      bias && rule.wants(2) ? rule.sumTo(dz, rule.type(bias).shape) : undefined,
    ];
  },
};
