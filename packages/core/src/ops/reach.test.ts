/** @file Reach against brute force: a value of the input is changed, and whatever changes in the output must have it in reach. */
import { describe, expect, it } from 'vitest';
import { integers, randomTensor, weight } from '../../test/describe-op.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { formatShape, type Tensor } from '../tensor/tensor.ts';
import type { Op } from './op.ts';
import { indices } from './pool-nd.ts';
import { type OpAttributes, type OpName, ops } from './table.ts';

interface Case<K extends OpName> {
  readonly op: K;
  readonly attributes: OpAttributes[K];
  readonly shape: readonly number[];
  readonly constants?: readonly (Tensor | undefined)[];
}
const one = <K extends OpName>(
  op: K,
  attributes: OpAttributes[K],
  shape: readonly number[],
  ...constants: (Tensor | undefined)[]
): Case<OpName> => ({ op, attributes, shape, constants }) as Case<OpName>;

const window = { stride: [2, 1], padding: [1, 0, 1, 2], dilation: [1, 2] } as const;
const transposed = { stride: [2, 3], padding: [1, 2, 0, 1], dilation: [2, 1], outputPadding: [1, 0] };
const pool = { ...window, kernel: [2, 2], kind: 'lp', ceilMode: true, countPadding: false } as const;
const half = { coordinates: 'halfPixel', nearest: 'floor' } as const;
const scales = (...values: number[]): Tensor => ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) });

const cases = [
  one('conv2d', { ...window, groups: 1 }, [1, 2, 6, 6], weight(2, 2, 3, 2)),
  one('conv2d', { stride: [1, 2], padding: [0, 1, 0, 2], dilation: [1, 2], groups: 1 }, [1, 2, 9], weight(2, 2, 3)),
  one('convNd', { ...window, groups: 2 }, [1, 2, 6, 6], weight(2, 1, 3, 2)),
  one('convTranspose', { ...transposed, groups: 1 }, [1, 2, 4, 4], weight(2, 2, 3, 3)),
  one('convTranspose', { ...transposed, padding: 'sameLower', groups: 2 }, [1, 2, 4, 3], weight(2, 1, 2, 4)),
  one('pool2d', pool, [1, 2, 6, 7]),
  one('depthToSpace', { blockSize: 2, mode: 'depthColumnRow' }, [1, 8, 2, 3]),
  one('depthToSpace', { blockSize: 3, mode: 'columnRowDepth' }, [1, 9, 2, 2]),
  one('spaceToDepth', { blockSize: 2, mode: 'columnRowDepth' }, [1, 2, 4, 6]),
  one('resize', { ...half, mode: 'cubic' }, [1, 1, 5, 6], scales(1, 1, 1.7, 0.5)),
  one('resize', { ...half, mode: 'cubic', antialias: true }, [1, 1, 7, 8], scales(1, 1, 0.4, 0.6)),
  one(
    'resize',
    { ...half, mode: 'linear', coordinates: 'cropAndResize' },
    [1, 1, 5, 6],
    undefined,
    integers([1, 1, 4, 5]),
    scales(0, 0, 0.1, -0.2, 1, 1, 0.9, 0.8),
  ),
  one('groupNorm', { groups: 2, epsilon: 1e-5 }, [2, 4, 2, 2], weight(4), weight(4)),
  one('groupNorm', { epsilon: 1e-5 }, [2, 3, 2, 2], weight(3), weight(3)),
  one('hardmax', { axis: 1, flattened: true }, [2, 3, 2]),
  one('argMax', { axis: 1, keepDims: false, lastIndex: false, smallest: false }, [2, 3, 4]),
  one('topK', { axis: 1, largest: true }, [2, 3, 4], integers([2])),
  one('einsum', { equation: 'nij,jk->nki' }, [2, 3, 4], weight(4, 5)),
  one('centerCropPad', {}, [1, 2, 5, 4], integers([1, 2, 2, 7])),
  one('quantize', { axis: 1, blockSize: 0, to: 'int8' }, [1, 2, 3], scales(0.1)),
];

describe('reach', () => {
  it.each(cases.map((given) => [`${given.op} ${formatShape(given.shape)} ${JSON.stringify(given.attributes)}`, given] as const))(
    '%s holds all that an output reads, and no window is wider than what is read',
    (_, { op: name, attributes, shape, constants = [] }) => {
      const op = ops[name] as Op<OpAttributes[OpName]>;
      const base = randomTensor(shape, 5);
      const x: Tensor = { dtype: 'float64', shape, data: Float64Array.from(base.data) };
      const [before] = op.reference(attributes, [x, ...constants]);
      const y = before!;
      const types = [{ ...x }, ...constants.map((constant) => constant && { ...constant, constant })];
      const [reach] = op.reach(attributes, types, y);
      const outputs = indices(y.shape);
      const strides = stridesOf(shape, rowMajor(shape.length));
      // How much of each window is used: [lowest, highest] offset from its start.
      const used = reach!.axes.map(() => [Infinity, -Infinity] as [number, number]);
      for (const at of indices(shape)) {
        const data = Float64Array.from(x.data);
        const i = at.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);
        for (const change of [10, -10]) {
          data[i] = x.data[i]! + change;
          const [after] = op.reference(attributes, [{ ...x, data }, ...constants]);
          for (const [o, out] of outputs.entries()) {
            if (Object.is(after!.data[o], y.data[o])) continue;
            const inReach = new Set(reach!.whole);
            for (const [axis, along] of reach!.axes.entries()) {
              if (!along) continue;
              if ('whole' in along) inReach.add(along.axis);
              else {
                const offset = at[along.axis]! - (out[axis]! * along.stride + along.start);
                if (offset >= -1e-9 && offset <= along.size - 1 + 1e-9) inReach.add(along.axis);
                if (!reach!.whole.includes(along.axis))
                  used[axis] = [Math.min(used[axis]![0], offset), Math.max(used[axis]![1], offset)];
              }
            }
            expect([...inReach].sort(), `output ${out} reads input ${at}`).toEqual(shape.map((_, axis) => axis));
          }
        }
      }
      for (const [axis, along] of reach!.axes.entries()) {
        if (!along || 'whole' in along || reach!.whole.includes(along.axis)) continue;
        const [low, high] = used[axis]!;
        expect(low, `axis ${axis} begins`).toBeLessThan(1);
        expect(high, `axis ${axis} ends`).toBeGreaterThan(along.size - 2);
      }
    },
  );
});
