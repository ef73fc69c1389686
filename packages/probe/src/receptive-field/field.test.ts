import { bindGraph, createRandom, type Node, opOf, pictureInput, type Tensor } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { layerSet } from '../layers.ts';
import { testGraph } from '../test-graph.ts';
import { type AxisField, centreUnitFields, clippedSizePx, nearestUnit, receptiveFields } from './field.ts';
import { receptiveField, receptiveFieldSummary } from './table.ts';

type Builder = ReturnType<typeof testGraph>;

/** Every value of a graph for one picture, by the ops' float64 twins. */
function evaluate(g: Builder, picture: Tensor): Map<string, Tensor> {
  const bound = g.bound();
  const values = new Map<string, Tensor>([...bound.constants, ['data', picture]]);
  for (const node of bound.nodes) {
    const outputs = opOf(node).reference(
      node.attributes,
      node.inputs.map((name) => values.get(name)),
    );
    for (const [i, name] of node.outputs.entries()) values.set(name, outputs[i]!);
  }
  return values;
}

/**
 * For each unit (y, x) of a value's first channels: first and last row and column of the picture that change it. All weights
 * are positive and each row or column in turn is made so bright that no maximum hides it.
 */
function measuredFields(g: Builder, value: string, [h, w]: readonly [number, number]) {
  const grey = new Float64Array(h * w).fill(1);
  const at = (data: Float64Array) => evaluate(g, { dtype: 'float64', shape: [1, 1, h, w], data }).get(value)!.data;
  const rest = at(grey);
  const sides = (
    [
      ['y', h],
      ['x', w],
    ] as const
  ).map(([axis, n]) => {
    const first = new Array<number>(rest.length).fill(Number.NaN);
    const last = new Array<number>(rest.length).fill(Number.NaN);
    for (let line = 0; line < n; line++) {
      const lit = at(grey.map((v, i) => ((axis === 'y' ? Math.floor(i / w) : i % w) === line ? 1e9 : v)));
      for (let unit = 0; unit < rest.length; unit++) {
        if (lit[unit] === rest[unit]) continue;
        if (Number.isNaN(first[unit])) first[unit] = line;
        last[unit] = line;
      }
    }
    return { first, last };
  });
  return { y: sides[0]!, x: sides[1]! };
}

const size = [40, 36] as const;

/** Random graphs of windows, sums, joins, crops and pads whose branches keep one shape. */
function randomGraph(seed: number): { g: Builder; description: string; value: string } {
  const random = createRandom(seed).fork('graph');
  const g = testGraph(size, 1, 'float64');
  const steps: string[] = [];
  let x = 'data';
  const window = () => ({ k: [1 + random.integer(4), 1 + random.integer(4)] as const, d: 1 + random.integer(2) });
  for (let i = 0; i < 4; i++) {
    const kind = ['conv', 'conv', 'max', 'average', 'add', 'concat', 'crop', 'pad', 'stepped', 'transposed'][random.integer(10)]!;
    const { k, d } = window();
    const s = 1 + random.integer(2);
    // The same number of positions on every branch: total padding = extent − 1.
    const full = [d * (k[0] - 1), d * (k[1] - 1)] as const;
    const p = (top: number, left: number) => [top, left, full[0] - top, full[1] - left] as const;
    const low = p(random.integer(full[0] + 1), random.integer(full[1] + 1));
    steps.push(`${kind} k=${k.join('x')} s=${s} d=${d} p=${low.join(',')}`);
    const shiftless = () => g.conv(x, { k: 1, s, out: 2 });
    if (kind === 'conv') x = g.conv(x, { k, d, s, p: random.integer(2) ? low : 'sameUpper', out: 2 });
    else if (kind === 'max') x = g.pool(x, { k, d, s });
    else if (kind === 'average') x = g.pool(x, { k, s, kind });
    else if (kind === 'add') x = g.add(g.conv(x, { k, d, s, p: low, out: 2 }), shiftless());
    else if (kind === 'concat') x = g.conv(g.concat([shiftless(), g.conv(x, { k, d, s, p: low })]), { k: 1 });
    else if (kind === 'crop') x = g.crop(x, [1, 2, 0, 1]);
    else if (kind === 'stepped') x = g.crop(x, [1, 0, 0, 1], [2, 1]);
    else if (kind === 'pad') x = g.conv(g.pad(x, [1, 0, 2, 1]), { k, p: 0 });
    else x = g.transpose(g.conv(g.transpose(x, [0, 1, 3, 2]), { k, d, p: 0 }), [0, 1, 3, 2]);
  }
  return { g, description: steps.join(' | '), value: x };
}

describe('receptive fields are what the pixels say', () => {
  let nExact = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { g, description, value } = randomGraph(seed);
    it(`seed ${seed}: ${description}`, () => {
      const bound = g.bound();
      const field = receptiveFields(bound).get(value)!;
      const [, channels, height, width] = bound.types.get(value)!.shape as [number, number, number, number];
      const measured = measuredFields(g, value, size);
      const center = [Math.floor(height / 2), Math.floor(width / 2)] as const;
      for (const [axis, n] of [
        ['y', size[0]],
        ['x', size[1]],
      ] as const) {
        const { startPx, stridePx, sizePx } = field[axis];
        for (let unit = 0; unit < channels * height * width; unit++) {
          const position = axis === 'y' ? Math.floor(unit / width) % height : unit % width;
          const first = startPx + position * stridePx;
          if (Number.isNaN(measured[axis].first[unit])) continue;
          if (field[axis].isAligned) {
            // Channels of unlike branches are narrower than the union: inside it, never outside.
            expect(measured[axis].first[unit]).toBeGreaterThanOrEqual(first);
            expect(measured[axis].last[unit]).toBeLessThanOrEqual(first + sizePx - 1);
          }
        }
        const start = startPx + (axis === 'y' ? center[0] : center[1]) * stridePx;
        const units = Array.from({ length: channels }, (_, channel) => (channel * height + center[0]) * width + center[1]);
        if (start >= 0 && start + sizePx <= n) {
          nExact++;
          expect(Math.min(...units.map((unit) => measured[axis].first[unit]!))).toBe(start);
          expect(Math.max(...units.map((unit) => measured[axis].last[unit]!))).toBe(start + sizePx - 1);
        }
      }
    });
  }
  it('most of them were tested for equality', () => {
    expect(nExact).toBeGreaterThan(60);
  });
});

const summary = ({ startPx, sizePx, stridePx }: AxisField) => [startPx, sizePx, stridePx];

describe('receptive fields by hand', () => {
  const one = (build: (g: Builder) => string, sizePx: readonly [number, number] = [32, 32]) => {
    const g = testGraph(sizePx);
    const value = build(g);
    return receptiveFields(g.bound()).get(value)!;
  };

  it('dilation 3, kernel 3: 7 px', () => {
    expect(summary(one((g) => g.conv('data', { k: 3, d: 3, p: 3 })).y)).toEqual([-3, 7, 1]);
  });
  it('even kernel 4, stride 2, SAME on 32 px pads 1 before and 1 after', () => {
    expect(summary(one((g) => g.conv('data', { k: 4, s: 2, p: 'sameUpper' })).y)).toEqual([-1, 4, 2]);
  });
  it('kernel 3, stride 2, SAME on 32 px pads 0 before; sameLower pads 1', () => {
    expect(summary(one((g) => g.conv('data', { k: 3, s: 2, p: 'sameUpper' })).y)).toEqual([0, 3, 2]);
    expect(summary(one((g) => g.conv('data', { k: 3, s: 2, p: 'sameLower' })).y)).toEqual([-1, 3, 2]);
  });
  it('kernel 5×7 on a picture of 20×40: axes keep apart, through a Transpose too', () => {
    const field = one((g) => g.transpose(g.conv('data', { k: [5, 7], s: [1, 4] }), [0, 1, 3, 2]), [20, 40]);
    expect([summary(field.y), summary(field.x)]).toEqual([
      [0, 5, 1],
      [0, 7, 4],
    ]);
    expect([field.y.valueAxis, field.x.valueAxis]).toEqual([3, 2]);
  });
  it('a shuffle of channels over five axes moves no field', () => {
    const field = one((g) => {
      const x = g.conv('data', { k: 3, s: 2, p: 1, out: 4 });
      return g.reshape(g.transpose(g.reshape(x, [1, 2, 2, 16, 16]), [0, 2, 1, 3, 4]), [1, 4, 16, 16]);
    });
    expect([summary(field.y), summary(field.x), field.y.seesWhole]).toEqual([[-1, 3, 2], [-1, 3, 2], false]);
  });
  it('branches of 3 (stride 2, SAME) and 1 px: union, not aligned, smallest path 1 px', () => {
    const { y } = one((g) =>
      g.conv(g.add(g.conv('data', { k: 3, s: 2, p: 'sameUpper' }), g.conv('data', { k: 1, s: 2 })), { k: 3, p: 1 }),
    );
    expect(summary(y)).toEqual([-2, 7, 2]);
    expect([y.isAligned, y.smallestPx]).toEqual([false, 5]);
  });
  it('branches of strides 1 and 2 that begin together: not aligned, the union is that of the centre unit (8 and 16)', () => {
    const { y } = one((g) => g.add(g.conv('data', { k: 1, s: 2 }), g.conv(g.crop('data', [0, 0, 16, 16]), { k: 1 })));
    expect([y.isAligned, y.startPx + 8 * y.stridePx, y.sizePx]).toEqual([false, 8, 9]);
  });
  it('a squeeze-and-excitation gate keeps the local size and sees everything', () => {
    const { y } = one((g) => {
      const x = g.conv('data', { k: 3, p: 1, out: 2 });
      return g.conv(g.mul(x, g.conv(g.globalPool(x), { k: 1, out: 2 })), { k: 3, p: 1 });
    });
    expect(summary(y)).toEqual([-2, 5, 1]);
    expect([y.seesWhole, y.isGlobal, y.isAligned, y.smallestPx]).toEqual([true, false, true, 5]);
  });
  it('a group normalisation keeps the local size and sees everything through its statistics', () => {
    const g = testGraph([32, 32]);
    const conv = g.conv('data', { k: 3, p: 1, out: 4 });
    const bound = g.bound();
    const type = bound.types.get(conv)!;
    const row = (value: number): Tensor => ({ dtype: 'float32', shape: [4], data: new Float32Array(4).fill(value) });
    const constants = new Map([...bound.constants, ['scale', row(1)], ['shift', row(0)]] as [string, Tensor][]);
    const types = new Map(bound.types).set('norm', type);
    for (const name of ['scale', 'shift']) types.set(name, { dtype: 'float32', shape: [4], constant: constants.get(name) });
    const norm: Node = {
      op: 'groupNorm',
      name: 'norm',
      attributes: { groups: 2, epsilon: 1e-5 },
      inputs: [conv, 'scale', 'shift'],
      outputs: ['norm'],
    };
    const { y } = receptiveFields({ ...bound, nodes: [...bound.nodes, norm], constants, types }).get('norm')!;
    expect([summary(y), y.seesWhole, y.isGlobal]).toEqual([[-1, 3, 1], true, false]);
  });
  it.each([
    ['global pool', (g: Builder) => g.globalPool(g.conv('data', { k: 3, p: 1 }))],
    ['flatten and dense', (g: Builder) => g.dense(g.flatten(g.conv('data', { k: 3, p: 1 }), 32 * 32), 5)],
  ])('%s: the union over the whole extent', (_, build) => {
    const { y } = one(build);
    expect([y.startPx, y.sizePx, y.valueAxis, y.isGlobal, y.seesWhole]).toEqual([-1, 34, null, true, true]);
  });
  it('average pooling by one window of the map’s size is global pooling', () => {
    const { y } = one((g) => g.pool(g.conv('data', { k: 3, s: 2, p: 1 }), { k: 16, kind: 'average' }));
    expect([y.startPx, y.sizePx, y.isGlobal, y.seesWhole]).toEqual([-1, 33, true, true]);
  });
  it('nearest upsampling by 2 halves the stride', () => {
    expect(one((g) => g.upsample(g.conv('data', { k: 3, s: 2, p: 1 }), 2)).y.stridePx).toBe(1);
  });
  it('a picture of 8 px: 9 px fields with stride 2 show at most 7 of their px inside; with stride 1, all 8', () => {
    const field = { startPx: -6, sizePx: 9, stridePx: 2 } as AxisField;
    expect(clippedSizePx(field, 8, 3)).toBe(7);
    expect(clippedSizePx({ ...field, stridePx: 1 }, 8, 7)).toBe(8);
  });
  it('the unit nearest to a place, by hand: kernel 3×5, stride 4, centres at 1 + 4u and 2 + 4u px', () => {
    const g = testGraph([16, 32]);
    g.conv('data', { k: [3, 5], s: 4 }, 'c');
    const bound = g.bound();
    const field = receptiveFields(bound).get('c')!;
    const units = { heightUnits: 4, widthUnits: 7 };
    expect(nearestUnit(field, units, [5.9, 19])).toEqual([1, 4]);
    // Halfway between two it is the first; beyond the border the last.
    expect(nearestUnit(field, units, [7, 100])).toEqual([1, 6]);
    expect(nearestUnit(field, units, [-50, 2])).toEqual([0, 0]);
    // The centre unit is nearest to the centre of its own field.
    const [centre] = centreUnitFields(bound, [{ layer: 'c', ...units }]);
    expect(nearestUnit(centre!.receptiveField, units, centre!.centerPx)).toEqual([2, 3]);
    g.globalPool('c', 'pool');
    expect(nearestUnit(receptiveFields(g.bound()).get('pool')!, { heightUnits: 1, widthUnits: 1 }, [3, 3])).toEqual([0, 0]);
  });
  it('a network that takes h w c pictures', () => {
    const g = testGraph([24, 20]);
    g.conv(g.transpose('data', [0, 3, 1, 2]), { k: 5, s: 3, out: 1 });
    const graph = g.graph();
    const bound = bindGraph({ ...graph, inputs: [{ name: 'data', dtype: 'float32', shape: ['N', 24, 20, 1] }] });
    expect(pictureInput(bound).sizePx).toEqual([24, 20]);
    expect(summary(receptiveFields(bound).get('v1')!.x)).toEqual([0, 5, 3]);
  });
});

describe('table receptive-fields', () => {
  const g = testGraph([32, 64]);
  g.globalPool(g.conv('data', { k: [3, 5], s: 2, p: 1 }, 'conv'), 'pooled');
  const bound = g.bound();
  const context = { model: 'm', fovDeg: 8, options: { maxUnits: 1, seed: 0, quantiles: true }, nImages: 0 };
  const [table] = receptiveField.measure(context, bound, layerSet(bound, 'canonical'));

  it('has these columns', () => {
    expect(table!.columns.map((column) => column.name).join(',')).toBe(
      'model,layer_index,layer,op,stage,is_block_output,rf_size_h_px,rf_size_w_px,rf_stride_h_px,rf_stride_w_px,rf_padding_h_px,rf_padding_w_px,rf_center_y_px,rf_center_x_px,rf_clipped_h_px,rf_clipped_w_px,rf_size_deg,rf_share,smallest_branch_h_px,smallest_branch_w_px,aligned,sees_whole_image',
    );
    expect(
      receptiveFieldSummary(table!)
        .columns.map((column) => column.name)
        .join(','),
    ).toBe(
      'model,layer_index,layer,op,rf_size_h_px,rf_size_w_px,rf_stride_h_px,rf_stride_w_px,rf_padding_h_px,rf_padding_w_px,rf_center_y_px,rf_center_x_px,rf_clipped_h_px,rf_clipped_w_px,rf_size_deg,rf_share,aligned,sees_whole_image',
    );
  });
  it('has these rows: conv 3×5, stride 2, on 32×64 px of 8°, then global pooling', () => {
    expect(receptiveFieldSummary(table!).rows).toEqual([
      ['m', 0, 'conv', 'conv2d', 3, 5, 2, 2, 1, 1, 0, 1, 3, 5, 5 / 8, 15 / 2048, true, false],
      ['m', 1, 'pooled', 'globalAveragePool', 33, 65, null, null, 1, 1, 15, 31, 32, 64, 65 / 8, 1, true, true],
    ]);
  });
});
