/** @file Receptive fields of published architectures against the tables in shared/reference and in Araujo et al. (2019). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { bindGraph, canonicalForm } from '@ventral/core';
import { readOnnx } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, it } from 'vitest';
import { layerSet } from '../layers.ts';
import { testGraph, type Window } from '../test-graph.ts';
import { type ReceptiveField, receptiveFields } from './field.ts';

type Builder = ReturnType<typeof testGraph>;
/** Adds the architecture and calls mark(name as in the table, value). */
type Architecture = (g: Builder, mark: (name: string, value: string) => string) => void;

/** Branches of chains from one value, concatenated. A chain is a list of windows; `max` and `average` are pools. */
type Step = (Window & { max?: true; average?: true }) | 'same';
function inception(g: Builder, x: string, chains: readonly (readonly Step[])[]): string {
  return g.concat(
    chains.map((steps) =>
      steps.reduce<string>(
        (value, step) =>
          step === 'same'
            ? value
            : step.max || step.average
              ? g.pool(value, { ...step, kind: step.max ? 'max' : 'average' })
              : g.conv(value, step),
        x,
      ),
    ),
  );
}
const same = 'sameUpper' as const;
const c = (k: Window['k'], s = 1, p: Window['p'] = same): Step => ({ k, s, p });
const max = (k: number, s: number, p: Window['p'] = same): Step => ({ k, s, p, max: true });
const average = (k: number): Step => ({ k, p: same, average: true });

const alexnet =
  (padding: number): Architecture =>
  (g, mark) => {
    let x = mark('conv1', g.conv('data', { k: 11, s: 4, p: padding }));
    x = mark('pool1', g.pool(x, { k: 3, s: 2 }));
    x = mark('conv2', g.conv(x, { k: 5, p: 2 }));
    x = mark('pool2', g.pool(x, { k: 3, s: 2 }));
    for (const i of [3, 4, 5]) x = mark(`conv${i}`, g.conv(x, { k: 3, p: 1 }));
    mark('pool5', g.pool(x, { k: 3, s: 2 }));
  };
const vgg =
  (...blocks: number[]): Architecture =>
  (g, mark) => {
    let x = 'data';
    for (const [b, n] of blocks.entries()) {
      for (let i = 1; i <= n; i++) x = mark(`conv${b + 1}_${i}`, g.conv(x, { k: 3, p: 1 }));
      x = mark(`pool${b + 1}`, g.pool(x, { k: 2, s: 2 }));
    }
  };
/** torchvision: stride in the first block's (first or middle) 3×3, shortcut 1×1. */
const resnet =
  (bottleneck: boolean, ...blocks: number[]): Architecture =>
  (g, mark) => {
    let x = mark('conv1', g.conv('data', { k: 7, s: 2, p: 3 }));
    x = mark('maxpool', g.pool(x, { k: 3, s: 2, p: 1 }));
    for (const [l, n] of blocks.entries()) {
      for (let i = 0; i < n; i++) {
        const s = l > 0 && i === 0 ? 2 : 1;
        const first = bottleneck ? g.conv(g.conv(x, { k: 1 }), { k: 3, s, p: 1 }) : g.conv(x, { k: 3, s, p: 1 });
        const body = g.conv(first, bottleneck ? { k: 1 } : { k: 3, p: 1 });
        x = mark(`layer${l + 1}.${i}`, g.relu(g.add(body, i === 0 ? g.conv(x, { k: 1, s }) : x)));
      }
    }
  };
/** TF-Slim: stride in the last unit of a block, padded explicitly; the shortcut subsamples. */
const resnetV1 =
  (...blocks: number[]): Architecture =>
  (g, mark) => {
    let x = g.pool(g.conv('data', { k: 7, s: 2, p: 3 }), { k: 3, s: 2, p: same });
    for (const [b, n] of blocks.entries()) {
      for (let i = 0; i < n; i++) {
        const s = b < 3 && i === n - 1 ? 2 : 1;
        const body = g.conv(g.conv(g.conv(x, { k: 1 }), { k: 3, s, p: 1 }), { k: 1 });
        x = g.add(body, i === 0 ? g.conv(x, { k: 1, s }) : s > 1 ? g.pool(x, { k: 1, s }) : x);
      }
      mark(`block${b + 1}`, x);
    }
  };
const squeezenet =
  (kernel: number, pools: readonly number[]): Architecture =>
  (g, mark) => {
    let x = mark('conv1', g.conv('data', { k: kernel, s: 2 }));
    x = mark('pool1', g.pool(x, { k: 3, s: 2, ceil: true }));
    for (let i = 2; i <= 9; i++) {
      const squeezed = g.conv(x, { k: 1 });
      x = mark(`fire${i}`, g.concat([g.conv(squeezed, { k: 1 }), g.conv(squeezed, { k: 3, p: 1 })]));
      if (pools.includes(i)) x = mark(`pool${i}`, g.pool(x, { k: 3, s: 2, ceil: true }));
    }
    mark('conv10', g.conv(x, { k: 1 }));
  };
const cornetZ: Architecture = (g, mark) => {
  let x = 'data';
  for (const [area, k, s, p] of [
    ['V1', 7, 2, 3],
    ['V2', 3, 1, 1],
    ['V4', 3, 1, 1],
    ['IT', 3, 1, 1],
  ] as const) {
    x = mark(`${area}.conv`, g.conv(x, { k, s, p }));
    x = mark(`${area}.output`, g.pool(x, { k: 3, s: 2, p: 1 }));
  }
};
const cornetS: Architecture = (g, mark) => {
  let x = mark('V1.conv1', g.conv('data', { k: 7, s: 2, p: 3 }));
  x = mark('V1.pool', g.pool(x, { k: 3, s: 2, p: 1 }));
  x = mark('V1.output', g.conv(x, { k: 3, p: 1 }));
  for (const [area, times] of [
    ['V2', 2],
    ['V4', 4],
    ['IT', 2],
  ] as const) {
    x = g.conv(x, { k: 1 });
    for (let t = 0; t < times; t++) {
      const s = t === 0 ? 2 : 1;
      const body = g.conv(g.conv(g.conv(x, { k: 1 }), { k: 3, s, p: 1 }), { k: 1 });
      x = mark(`${area}.output-t${t}`, g.add(body, t === 0 ? g.conv(x, { k: 1, s }) : x));
    }
  }
};
const mobilenetV1: Architecture = (g, mark) => {
  let x = mark('Conv2d_0', g.conv('data', { k: 3, s: 2, p: same, out: 2 }));
  for (const [i, s] of [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1].entries()) {
    x = mark(`Conv2d_${i + 1}_pointwise`, g.conv(g.conv(x, { k: 3, s, p: same, depthwise: true }), { k: 1, out: 2 }));
  }
};
const inceptionV2: Architecture = (g, mark) => {
  let x = mark('Conv2d_1a_7x7', g.conv('data', { k: 7, s: 2, p: same }));
  x = mark('MaxPool_2a_3x3', g.pool(x, { k: 3, s: 2, p: same }));
  x = mark('Conv2d_2b_1x1', g.conv(x, { k: 1 }));
  x = mark('Conv2d_2c_3x3', g.conv(x, { k: 3, p: same }));
  x = mark('MaxPool_3a_3x3', g.pool(x, { k: 3, s: 2, p: same }));
  for (const name of ['3b', '3c', '4a', '4b', '4c', '4d', '4e', '5a', '5b', '5c']) {
    const chains = name.endsWith('a')
      ? [[c(1), c(3, 2)], [c(1), c(3), c(3, 2)], [max(3, 2)]]
      : [[c(1)], [c(1), c(3)], [c(1), c(3), c(3)], [average(3), c(1)]];
    x = mark(`Mixed_${name}`, inception(g, x, chains));
  }
};
/** The first layers of Inception v3 and Inception-ResNet v2. */
const inceptionStem: (...args: Parameters<Architecture>) => string = (g, mark) => {
  let x = mark('Conv2d_1a_3x3', g.conv('data', { k: 3, s: 2 }));
  x = mark('Conv2d_2a_3x3', g.conv(x, { k: 3 }));
  x = mark('Conv2d_2b_3x3', g.conv(x, { k: 3, p: same }));
  x = mark('MaxPool_3a_3x3', g.pool(x, { k: 3, s: 2 }));
  x = mark('Conv2d_3b_1x1', g.conv(x, { k: 1 }));
  x = mark('Conv2d_4a_3x3', g.conv(x, { k: 3 }));
  return mark('MaxPool_5a_3x3', g.pool(x, { k: 3, s: 2 }));
};
const inceptionV3: Architecture = (g, mark) => {
  let x = inceptionStem(g, mark);
  for (const name of ['5b', '5c', '5d'])
    x = mark(`Mixed_${name}`, inception(g, x, [[c(1)], [c(1), c(5)], [c(1), c(3), c(3)], [average(3), c(1)]]));
  x = mark('Mixed_6a', inception(g, x, [[c(3, 2, 0)], [c(1), c(3), c(3, 2, 0)], [max(3, 2, 0)]]));
  for (const name of ['6b', '6c', '6d', '6e']) {
    const chains = [[c(1)], [c(1), c([1, 7]), c([7, 1])], [c(1), c([7, 1]), c([1, 7]), c([7, 1]), c([1, 7])], [average(3), c(1)]];
    x = mark(`Mixed_${name}`, inception(g, x, chains));
  }
  x = mark('Mixed_7a', inception(g, x, [[c(1), c(3, 2, 0)], [c(1), c([1, 7]), c([7, 1]), c(3, 2, 0)], [max(3, 2, 0)]]));
  for (const name of ['7b', '7c']) {
    const chains = [
      [c(1)],
      [c(1), c([1, 3])],
      [c(1), c([3, 1])],
      [c(1), c(3), c([1, 3])],
      [c(1), c(3), c([3, 1])],
      [average(3), c(1)],
    ];
    x = mark(`Mixed_${name}`, inception(g, x, chains));
  }
};
const inceptionV4: Architecture = (g, mark) => {
  let x = g.conv(g.conv(g.conv('data', { k: 3, s: 2 }), { k: 3 }), { k: 3, p: same });
  x = inception(g, x, [[max(3, 2, 0)], [c(3, 2, 0)]]);
  x = inception(g, x, [
    [c(1), c(3, 1, 0)],
    [c(1), c([1, 7]), c([7, 1]), c(3, 1, 0)],
  ]);
  x = inception(g, x, [[c(3, 2, 0)], [max(3, 2, 0)]]);
  for (let i = 0; i < 4; i++) x = inception(g, x, [[c(1)], [c(1), c(3)], [c(1), c(3), c(3)], [average(3), c(1)]]);
  x = inception(g, x, [[c(3, 2, 0)], [c(1), c(3), c(3, 2, 0)], [max(3, 2, 0)]]);
  for (let i = 0; i < 7; i++)
    x = inception(g, x, [
      [c(1)],
      [c(1), c([1, 7]), c([7, 1])],
      [c(1), c([7, 1]), c([1, 7]), c([7, 1]), c([1, 7])],
      [average(3), c(1)],
    ]);
  x = inception(g, x, [[c(1), c(3, 2, 0)], [c(1), c([1, 7]), c([7, 1]), c(3, 2, 0)], [max(3, 2, 0)]]);
  for (let i = 0; i < 3; i++) {
    x = inception(g, x, [
      [c(1)],
      [c(1), c([1, 3])],
      [c(1), c([3, 1])],
      [c(1), c([3, 1]), c([1, 3]), c([1, 3])],
      [c(1), c([3, 1]), c([1, 3]), c([3, 1])],
      [average(3), c(1)],
    ]);
  }
  mark('Mixed_7d', x);
};
const inceptionResnetV2: Architecture = (g, mark) => {
  let x = inceptionStem(g, mark);
  const residual = (n: number, chains: readonly (readonly Step[])[]) => {
    for (let i = 0; i < n; i++) x = g.add(x, g.conv(inception(g, x, chains), { k: 1, out: 4 }));
  };
  x = g.conv(mark('Mixed_5b', inception(g, x, [[c(1)], [c(1), c(5)], [c(1), c(3), c(3)], [average(3), c(1)]])), { k: 1, out: 4 });
  residual(10, [[c(1)], [c(1), c(3)], [c(1), c(3), c(3)]]);
  x = g.conv(mark('Mixed_6a', inception(g, x, [[c(3, 2, 0)], [c(1), c(3), c(3, 2, 0)], [max(3, 2, 0)]])), { k: 1, out: 4 });
  residual(20, [[c(1)], [c(1), c([1, 7]), c([7, 1])]]);
  mark('PreAux', x);
  x = g.conv(
    mark('Mixed_7a', inception(g, x, [[c(1), c(3, 2, 0)], [c(1), c(3, 2, 0)], [c(1), c(3), c(3, 2, 0)], [max(3, 2, 0)]])),
    { k: 1, out: 4 },
  );
  residual(10, [[c(1)], [c(1), c([1, 3]), c([3, 1])]]);
  mark('Mixed_7b', x);
};

const architectures: Record<string, Architecture> = {
  'alexnet (torchvision)': alexnet(2),
  'vgg16 (torchvision)': vgg(2, 2, 3, 3, 3),
  'vgg19 (torchvision)': vgg(2, 2, 4, 4, 4),
  'resnet18 (torchvision)': resnet(false, 2, 2, 2, 2),
  'resnet34 (torchvision)': resnet(false, 3, 4, 6, 3),
  'resnet50 (torchvision, stride in 3x3)': resnet(true, 3, 4, 6, 3),
  'squeezenet1_0 (torchvision)': squeezenet(7, [4, 8]),
  'squeezenet1_1 (torchvision)': squeezenet(3, [3, 5]),
  'CORnet-Z': cornetZ,
  'CORnet-S': cornetS,
  'alexnet_v2 (TF-Slim)': alexnet(0),
  'vgg_a (TF-Slim)': vgg(1, 1, 2, 2, 2),
  'vgg_16 (TF-Slim)': vgg(2, 2, 3, 3, 3),
  'inception_v2 (TF-Slim)': inceptionV2,
  'inception_v3 (TF-Slim)': inceptionV3,
  'mobilenet_v1 (TF-Slim)': mobilenetV1,
  'resnet_v1_50 (TF-Slim)': resnetV1(3, 4, 6, 3),
  'resnet_v1_101 (TF-Slim)': resnetV1(3, 4, 23, 3),
};

/** Fields of the marked layers at the given input size. */
function fieldsOf(architecture: Architecture, sizePx: number): Map<string, ReceptiveField> {
  const g = testGraph([sizePx, sizePx]);
  const marks = new Map<string, string>();
  architecture(g, (name, value) => {
    marks.set(name, value);
    return value;
  });
  const fields = receptiveFields(g.bound());
  return new Map([...marks].map(([name, value]) => [name, fields.get(value)!]));
}

/** [size, stride, padding] along both axes. */
const triples = ({ y, x }: ReceptiveField) => [y, x].map((axis) => [axis.sizePx, axis.stridePx, -axis.startPx + 0]);

// Last layers of Araujo, Norris & Sim (2019), Distill, doi:10.23915/distill.00021: size, stride, padding.
const published: readonly [string, Architecture, number, string, readonly [number, number, number]][] = [
  ['alexnet_v2', alexnet(0), 224, 'pool5', [195, 32, 64]],
  ['vgg_16', vgg(2, 2, 3, 3, 3), 224, 'pool5', [212, 32, 90]],
  ['mobilenet_v1', mobilenetV1, 224, 'Conv2d_13_pointwise', [315, 32, 126]],
  ['resnet_v1_50', resnetV1(3, 4, 6, 3), 224, 'block4', [483, 32, 239]],
  ['resnet_v1_101', resnetV1(3, 4, 23, 3), 224, 'block4', [1027, 32, 511]],
  ['resnet_v1_152', resnetV1(3, 8, 36, 3), 224, 'block4', [1507, 32, 751]],
  ['resnet_v1_200', resnetV1(3, 24, 36, 3), 224, 'block4', [1763, 32, 879]],
  ['inception_v2', inceptionV2, 224, 'Mixed_5c', [699, 32, 318]],
  ['inception_v3', inceptionV3, 299, 'Mixed_7c', [1311, 32, 618]],
  ['inception_v4', inceptionV4, 299, 'Mixed_7d', [2071, 32, 998]],
  ['inception_resnet_v2', inceptionResnetV2, 299, 'PreAux', [2335, 16, 1146]],
  ['inception_resnet_v2', inceptionResnetV2, 299, 'Mixed_7b', [3039, 32, 1482]],
];

describe('receptive fields of published architectures', () => {
  it.each(published)(
    '%s at %i px: %s',
    (_, architecture, sizePx, layer, wanted) => {
      const field = fieldsOf(architecture, sizePx).get(layer)!;
      expect(triples(field)).toEqual([wanted, wanted]);
      expect([field.y.isAligned, field.x.isAligned]).toEqual([true, true]);
    },
    20_000,
  );
});

interface Row {
  readonly model: string;
  readonly layer: string;
  readonly values: readonly (number | undefined)[];
}

function referenceRows(): Row[] {
  const lines = readFileSync(shared('reference/rf-reference.csv'), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [model, layer, ...numbers] = [...line.matchAll(/"([^"]*)"|([^,]+|(?<=,)(?=,))/g)]
      .map((m) => m[1] ?? m[2] ?? '')
      .slice(0, 5);
    return { model: model!, layer: layer!.split(/[ /]/).at(-1)!, values: numbers.map((n) => (n === '' ? undefined : Number(n))) };
  });
}

describe.skipIf(!hasShared)('receptive fields against the reference table', () => {
  const rows = hasShared ? referenceRows() : [];
  it('the table names no other architecture', () => {
    expect([...new Set(rows.map((row) => row.model))].sort()).toEqual(Object.keys(architectures).sort());
    expect(rows.length).toBeGreaterThan(200);
  });
  it.each(Object.entries(architectures))('%s', (model, architecture) => {
    const fields = fieldsOf(architecture, model.includes('inception_v3') ? 299 : 224);
    const own = rows.filter((row) => row.model === model);
    const got = own.map(({ layer, values }) => {
      const [y, x] = triples(fields.get(layer)!);
      expect(y).toEqual(x);
      // TF's 'same' at unknown size leaves the padding undefined.
      return [layer, ...y!.map((value, i) => (values[i] === undefined ? undefined : value))];
    });
    expect(got).toEqual(own.map(({ layer, values }) => [layer, ...values]));
  });
});

/** Which layers of a file's canonical form the table's rows are, in execution order. */
const isWindow = (op: string) => op.startsWith('conv2d') || op === 'maxPool';
const picks: Record<string, (ops: readonly string[]) => boolean[]> = {
  chain: (ops) => ops.map(isWindow),
  // conv1, maxpool, then each block's closing ReLU.
  resnet: (ops) => ops.map((op, i) => i < 2 || op === 'relu'),
  // conv1, pools, fire modules, conv10.
  squeezenet: (ops) =>
    ops.map((op, i) => i === 0 || op === 'maxPool' || op === 'concat' || i === ops.findLastIndex((o) => o.startsWith('conv2d'))),
  // The first convolution, then every second one up to the global pool: the pointwise ones.
  mobilenet: (ops) => ops.map((op, i) => isWindow(op) && i % 2 === 0 && i < ops.indexOf('globalAveragePool')),
};

describe.skipIf(!hasShared)('receptive fields of networks read from files', () => {
  it.each([
    ['bench-networks/alexnet.onnx.gz', 'alexnet (torchvision)', 'chain'],
    ['bench-networks/vgg16.onnx.gz', 'vgg16 (torchvision)', 'chain'],
    ['bench-networks/resnet18.onnx.gz', 'resnet18 (torchvision)', 'resnet'],
    ['bench-networks/resnet50.onnx.gz', 'resnet50 (torchvision, stride in 3x3)', 'resnet'],
    ['bench-networks/squeezenet1_1.onnx.gz', 'squeezenet1_1 (torchvision)', 'squeezenet'],
    ['models/squeezenet1_0/squeezenet1_0.onnx', 'squeezenet1_0 (torchvision)', 'squeezenet'],
    ['models/squeezenet1_1/squeezenet1_1.onnx', 'squeezenet1_1 (torchvision)', 'squeezenet'],
    ['models/mobilenet_v1_025_128/mobilenet_v1_025_128.onnx', 'mobilenet_v1 (TF-Slim)', 'mobilenet'],
    ['networks/narrow_resnet18_bn/narrow_resnet18_bn.onnx', 'resnet18 (torchvision)', 'resnet'],
  ])(
    '%s',
    (path, model, order) => {
      const bytes = readFileSync(shared(path));
      const graph = canonicalForm(bindGraph(readOnnx(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, path)));
      const fields = receptiveFields(graph);
      const layers = layerSet(graph, 'canonical');
      const picked = picks[order]!(layers.map((layer) => layer.op));
      const own = referenceRows().filter((row) => row.model === model);
      // The original SqueezeNet 1.0 pads conv10 (1×1) by 1 on maps of stride 16, which torchvision's does not.
      if (path.includes('squeezenet1_0')) own.push({ ...own.pop()!, values: [155, 16, 60 + 16] });
      const got = layers
        .filter((_, i) => picked[i])
        .map(({ layer }, i) =>
          triples(fields.get(layer)!)[0]!.map((value, j) => (own[i]?.values[j] === undefined ? undefined : value)),
        );
      expect(got).toEqual(own.map((row) => row.values));
    },
    60_000,
  );
});
