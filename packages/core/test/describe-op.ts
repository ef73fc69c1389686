/**
 * @file One specification, every implementation: a case of an op runs through the WASM kernels by way of a bound graph and is
 * compared with the op's float64 twin. The case's name is its parameters.
 */
import { readFileSync } from 'node:fs';
import { instantiate } from '@ventral/kernels';
import { describe, expect, it } from 'vitest';
import { createExecutor } from '../src/exec/executor.ts';
import { bindGraph } from '../src/graph/bind.ts';
import type { Node } from '../src/graph/graph.ts';
import type { Op } from '../src/ops/op.ts';
import type { OpAttributes, OpName } from '../src/ops/table.ts';
import { ops } from '../src/ops/table.ts';
import { createRandom } from '../src/rng.ts';
import { formatShape, integers, isFloat, sizeOf, type Tensor, toFloat64 } from '../src/tensor/tensor.ts';
import { checkGradients } from './gradient-check.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../kernels/build/simd.wasm', import.meta.url)));

/** An input of a case: a shape for values that depend on the picture, a tensor for what is known at load, null for left out. */
export type CaseInput = readonly number[] | Tensor | null;

export interface OpCase<K extends OpName> {
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly CaseInput[];
  readonly nOutputs?: number;
  /** Largest allowed |difference| relative to the largest |y|; default 2e-6: float32 sums of up to some hundred terms. */
  readonly tolerance?: number;
  /** The output changes in steps: no gradient passes. Default false. */
  readonly isStepwise?: boolean;
  /** The same for the gradients on the kernels; default 1e-5. */
  readonly gradientTolerance?: number;
  /** Range of the random inputs; default −1 … 1. */
  readonly range?: readonly [low: number, high: number];
}

/** Seeded values of a shape. */
export function randomTensor(shape: readonly number[], seed: number, [low, high]: readonly [number, number] = [-1, 1]): Tensor {
  const random = createRandom(seed);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()),
  };
}

/** A weight known at load. */
export function weight(...shape: number[]): Tensor {
  return randomTensor(shape, 1000 + sizeOf(shape));
}

export { integers };

function caseName<K extends OpName>({ attributes, inputs }: OpCase<K>): string {
  const shapes = inputs.map((input) => (input === null ? '–' : formatShape('dtype' in input ? input.shape : input)));
  return `${shapes.join(' ')} ${JSON.stringify(attributes)}`;
}

/** Runs every case of an op on the kernels and on the twin, and checks its gradients where it has a rule. */
export function describeOp<K extends OpName>(op: K, cases: readonly OpCase<K>[]): void {
  describe(op, () => {
    it.each(cases.map((one) => [caseName(one), one] as const))('%s', (_, one) => {
      const outputNames = Array.from({ length: one.nOutputs ?? 1 }, (_, i) => `y${i}`);
      const constants = new Map<string, Tensor>();
      const values = one.inputs.map((input, i) => {
        if (input === null) return undefined;
        if (!('dtype' in input)) return randomTensor(input, 7 + i, one.range);
        constants.set(`x${i}`, input);
        return input;
      });
      const names = one.inputs.map((input, i) => (input === null ? '' : `x${i}`));
      const graphInputs = names.filter((name) => name !== '' && !constants.has(name));
      const node = { op, name: 'node', attributes: one.attributes, inputs: names, outputs: outputNames } as Node;
      const graph = bindGraph(
        {
          name: 'case',
          inputs: graphInputs.map((name) => ({ name, dtype: 'float32', shape: values[names.indexOf(name)]!.shape })),
          outputs: outputNames,
          nodes: [node],
          constants,
          metadata: {},
        },
        { shapes: new Map(graphInputs.map((name) => [name, values[names.indexOf(name)]!.shape])) },
      );
      const executor = createExecutor(instantiate(module), graph);
      for (const name of graphInputs) executor.setInput(name, values[names.indexOf(name)]!.data as Float32Array, 'rowMajor');
      executor.run();
      const twin = (ops[op] as Op<OpAttributes[K]>).reference(
        one.attributes,
        values.map(
          (value) => value && { ...value, dtype: isFloat(value.dtype) ? 'float64' : value.dtype, data: toFloat64(value) },
        ),
      );
      for (const [i, name] of outputNames.entries()) {
        const y = executor.read(name);
        expect(y.shape).toEqual(twin[i]!.shape);
        const worst = worstError(y.data, twin[i]!.data);
        expect(worst, `largest error of "${name}" relative to its largest value`).toBeLessThanOrEqual(one.tolerance ?? 2e-6);
      }
      if ((ops[op] as Op<OpAttributes[K]>).gradient) {
        const given = new Map(graphInputs.map((name) => [name, values[names.indexOf(name)]!]));
        checkGradients(graph, given, module, one.gradientTolerance ?? 1e-5, one.isStepwise ?? false);
      }
      // A second run on the same memory gives the same bytes: nothing is left over from the first.
      const first = executor.read('y0').data.slice();
      executor.run();
      expect(executor.read('y0').data).toEqual(first);
    });
  });
}

/** max |a − b| / max |b|; Infinity where one is NaN or infinite and the other is not the same. */
export function worstError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    if (Number.isFinite(b[i]!)) scale = Math.max(scale, Math.abs(b[i]!));
    if (!Object.is(a[i], b[i]) && !(Math.abs(a[i]! - b[i]!) <= Number.MAX_VALUE)) return Infinity;
    if (a[i] !== b[i]) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  }
  return scale === 0 ? worst : worst / scale;
}
