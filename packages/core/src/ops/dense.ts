/** @file Dense layer, as in ONNX Gemm: y = alpha · A' · B' + beta · C, with A' = A or Aᵀ. */
import { reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat32, toFloat64 } from '../tensor/tensor.ts';
import { packColumns, panelBytes } from './conv2d.ts';
import { needed, type Op, type PackedConstant, packedValues, tensorLike, type ValueType } from './op.ts';
import { applyActivation, beforeActivation, clampOf, finishActivation, type UnaryAttributes } from './unary.ts';

/** Inputs: a [m, k], b [k, n] (or [n, k] with transB), c? (anything that broadcasts to [m, n]). */
export interface DenseAttributes {
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly activation?: UnaryAttributes | undefined;
}

function sizes({ transA, transB }: DenseAttributes, a: Pick<ValueType, 'shape'>, b: Pick<ValueType, 'shape'>) {
  const [a0, a1] = a.shape as [number, number];
  const [b0, b1] = b.shape as [number, number];
  return { m: transA ? a1 : a0, k: transA ? a0 : a1, kOfB: transB ? b1 : b0, n: transB ? b0 : b1 };
}

export const dense: Op<DenseAttributes> = {
  stage: () => 'dense',
  runsOnTwin:
    'a C that differs between rows; a B that depends on the picture with alpha, or a C that does with beta, other than 1',
  infer(attributes, inputs) {
    const a = needed(inputs, 0, 'a');
    const b = needed(inputs, 1, 'b');
    if (a.shape.length !== 2 || b.shape.length !== 2) {
      throw new InputError(
        `needs two matrices, got ${formatShape(a.shape)} and ${formatShape(b.shape)}. A picture must be flattened first.`,
      );
    }
    const { m, k, kOfB, n } = sizes(attributes, a, b);
    if (k !== kOfB) {
      throw new InputError(
        `input has ${k} values a row but the weight ${formatShape(b.shape)} needs ${kOfB}. If the network was trained at another picture size, give that size with --input.`,
      );
    }
    return [{ dtype: a.dtype, shape: [m, n] }];
  },
  reach: () => [{ axes: [{ axis: 0, stride: 1, start: 0, size: 1 }, null], whole: [1] }, null, null],
  reference(attributes, inputs) {
    const [a, b, c] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { m, k, n } = sizes(attributes, a, b);
    const at = attributes.transA ? (i: number, j: number) => a.data[j * m + i]! : (i: number, j: number) => a.data[i * k + j]!;
    const bt = attributes.transB ? (i: number, j: number) => b.data[j * k + i]! : (i: number, j: number) => b.data[i * n + j]!;
    const y = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += at(i, l) * bt(l, j);
        y[i * n + j] = attributes.alpha * sum;
      }
    }
    const biased = c
      ? reference.binary(
          'add',
          y,
          [m, n],
          toFloat64(c).map((v) => v * attributes.beta),
          c.shape,
        ).data
      : y;
    return [tensorLike(a, [m, n], applyActivation(attributes.activation, biased))];
  },
  lower(attributes, inputs) {
    const { alpha, beta, transA, transB } = attributes;
    const b = needed(inputs, 1, 'b');
    const { m, k, n } = sizes(attributes, needed(inputs, 0, 'a'), b);
    const bias = inputs[2];
    const isKnown = b.constant !== undefined;
    // A bias that is computed is read as it lies, which a factor would change.
    const isComputed = bias !== undefined && !bias.constant && sizeOf(bias.shape) === n && bias.shape.at(-1) === n && beta === 1;
    if ((!isKnown && alpha !== 1) || (bias && !isComputed && !isRow(bias, n))) return undefined;
    const [lo, hi] = clampOf(attributes.activation);
    const finish = finishActivation(attributes.activation, m * n);
    const order = transA ? [1, 0] : rowMajor(2);
    return {
      inputOrders: [order, isKnown ? undefined : rowMajor(2), isComputed ? rowMajor(bias.shape.length) : undefined],
      outputOrders: [rowMajor(2)],
      packed: [
        ...(b.constant ? [packedMatrix(b.constant, k, n, transB, alpha)] : []),
        ...(bias && !isComputed ? [packedValues(biasRow(bias, n, beta))] : []),
      ],
      scratchBytes: () => (isKnown ? 0 : panelBytes(k, n)),
      bind(kernels, at) {
        const { run } = kernels;
        const [aPtr, bPtr, computedPtr] = at.inputs as [number, number, number];
        const packedPtr = isKnown ? at.packed[0]! : at.scratch;
        const biasPtr = isComputed ? computedPtr : (at.packed[isKnown ? 1 : 0] ?? 0);
        return () => {
          if (!isKnown) run.f32_pack(bPtr, packedPtr, 1, 1, k, n, 0, 0, transB ? 1 : n, transB ? k : 1);
          run.f32_dense(aPtr, packedPtr, biasPtr, at.outputs[0]!, m, k, n, k, n, lo, hi);
          finish?.(kernels, at.outputs[0]!);
        };
      },
    };
  },
  cost(_, inputs, outputs) {
    const b = needed(inputs, 1, 'b').shape;
    const k = sizeOf(b) / outputs[0]!.shape[1]!;
    return { nMacs: sizeOf(outputs[0]!.shape) * k, nParams: sizeOf(b) + (inputs[2] ? sizeOf(inputs[2].shape) : 0) };
  },
  gradient(attributes, rule) {
    const { alpha, beta, transA, transB } = attributes;
    const [a, b, c] = rule.inputs as [string, string, string | undefined];
    const dz = beforeActivation(attributes, rule);
    const product = (left: string, right: string, ofLeft: boolean, ofRight: boolean) =>
      rule.add(dense, { alpha, beta: 1, transA: ofLeft, transB: ofRight }, [left, right]);
    const scaled = (value: string) => (beta === 1 ? value : rule.unary('affine', value, beta));
    return [
      // With A' = A or Aᵀ and B' = B or Bᵀ: dA' = α · dz · B'ᵀ, dB' = α · A'ᵀ · dz.
      !rule.wants(0) ? undefined : transA ? product(b, dz, transB, true) : product(dz, b, false, !transB),
      !rule.wants(1) ? undefined : transB ? product(dz, a, true, transA) : product(a, dz, !transA, false),
      c && rule.wants(2) ? scaled(rule.sumTo(dz, rule.type(c).shape)) : undefined,
    ];
  },
};

/** Panels of alpha · B; B is [k, n], or [n, k] if transposed. */
export function packedMatrix(b: Tensor, k: number, n: number, transposed: boolean, alpha = 1): PackedConstant {
  return {
    bytes: panelBytes(k, n),
    write(kernels, ptr) {
      const data = alpha === 1 ? toFloat32(b) : toFloat32(b).map((v) => v * alpha);
      if (transposed) {
        packColumns(kernels, ptr, data, 0, n, 1, 1, k, [0, 0, 1]);
        return;
      }
      const mark = kernels.mark();
      const temporary = kernels.allocate(k * n * 4);
      kernels.f32(temporary, k * n).set(data);
      kernels.run.f32_pack(temporary, ptr, 1, 1, k, n, 0, 0, n, 1);
      kernels.release(mark);
    },
  };
}

/** Whether a bias is known at load and the same for every row of n values: one value, or the last axis alone. */
export function isRow(bias: ValueType, n: number): boolean {
  const size = sizeOf(bias.shape);
  return bias.constant !== undefined && (size === 1 || (size === n && bias.shape.at(-1) === n));
}

/** beta · C as one row of n values. */
export function biasRow(bias: ValueType, n: number, beta = 1): Float32Array {
  const { data } = bias.constant!;
  return Float32Array.from({ length: n }, (_, i) => data[data.length === 1 ? 0 : i]! * beta);
}
