/** @file Ops that only move values, as lists of strided copies: what slice, split, concat, pad, gather, expand and tile become. */
import type { AxisOrder } from '../tensor/layout.ts';
import { collapse, spaceBlock } from '../tensor/strided.ts';
import { type Lowered, packedValues } from './op.ts';

/** One block: elements of input `input` at sourceOffset + Σ index·source go to targetOffset + Σ index·target of the output. */
export interface StridedCopy {
  readonly input: number;
  readonly output?: number;
  readonly shape: readonly number[];
  readonly source: readonly number[];
  readonly sourceOffset: number;
  readonly target: readonly number[];
  readonly targetOffset: number;
}

/**
 * Packs and binds a list of copies.
 *
 * @param order physical order in which the targets lie: axes are walked in it
 * @param fill value written to the whole of output 0 first (`size` elements), for constant padding
 */
export function stridedCopies(
  order: AxisOrder,
  copies: readonly StridedCopy[],
  fill?: { value: number; size: number },
): Pick<Lowered, 'packed' | 'bind'> {
  const spaces = copies
    .filter((copy) => !copy.shape.includes(0))
    .map((copy) => ({ copy, space: collapse(copy.shape, order, [copy.source, copy.target]) }));
  return {
    packed: spaces.map(({ space }) => packedValues(spaceBlock(space))),
    bind(kernels, at) {
      const steps = spaces.map(({ copy, space }, i) => {
        const source = at.inputs[copy.input]! + copy.sourceOffset * 4;
        const target = at.outputs[copy.output ?? 0]! + copy.targetOffset * 4;
        return [source, target, space.sizes.length, at.packed[i]!] as const;
      });
      return () => {
        if (fill) kernels.run.f32_fill(at.outputs[0]!, fill.size, fill.value);
        for (const [source, target, rank, block] of steps) kernels.run.f32_copy(source, target, rank, block);
      };
    },
  };
}
