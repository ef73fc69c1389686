/**
 * Damaged files through everything that happens before a picture is seen: each gives a graph that can be planned, or one line
 * that says what is wrong; in time, and within its memory. `npm run fuzz` runs many more of them (FUZZ_RUNS).
 */
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { bindGraph, canonicalForm, InputError, type Plan, planGraph, verifyGraph } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  byteDamage,
  bytesOf,
  damageBytes,
  damageMessage,
  lengthPositions,
  messageDamage,
  messageOf,
  realFiles,
  varint,
} from '../../test/mutate.ts';
import { attributeProto, type Encodable, encode, graphProto, modelProto, nodeProto, type valueInfoProto } from './fields.ts';
import { type ReadOnnxOptions, readOnnx } from './read.ts';

const nRuns = Number(process.env.FUZZ_RUNS ?? 1000);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const limitMs = 2000;
const maxBytes = 2 ** 26;
/** What the process may grow by beside the limit: the collector's slack, and values on their way (a twin works in float64). */
const slackBytes = 2 ** 28;

interface Options extends ReadOnnxOptions {
  readonly input?: readonly [h: number, w: number] | undefined;
}

function load(bytes: Uint8Array, { input, ...options }: Options = {}): Plan {
  const graph = canonicalForm(bindGraph(readOnnx(bytes, 'a.onnx', options), { input, maxBytes }));
  verifyGraph(graph);
  return planGraph(graph);
}

const timed = createContext({ step: (): unknown => undefined });

/** Runs a step and ends it after a time, which nothing else can do to a loop. @throws Error with code ERR_SCRIPT_EXECUTION_TIMEOUT */
function within<T>(ms: number, step: () => T): T {
  timed.step = step;
  return runInContext('step()', timed, { timeout: ms }) as T;
}

/** 'planned', or the line that says what is wrong. Anything else is thrown. */
function outcome(bytes: Uint8Array, options?: Options): string {
  try {
    within(limitMs, () => load(bytes, options));
    return 'planned';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).not.toMatch(/\p{Cc}/u);
    return error.message;
  }
}

describe.skipIf(!hasShared)(`damaged real files, seed ${seed}`, () => {
  const counts = { planned: 0, refused: 0 };
  const file = fc.constantFrom(...realFiles);
  // Some give the picture's size too, as --input does.
  const input = fc.constantFrom(undefined, [8, 8] as const);

  /** The most that the process has ever held. */
  const peakBytes = () => process.resourceUsage().maxRSS * 1024;
  let largestJump = 0;

  function check(bytes: Uint8Array, options: Options): void {
    const before = peakBytes();
    counts[outcome(bytes, options) === 'planned' ? 'planned' : 'refused']++;
    const jump = peakBytes() - before;
    expect(jump).toBeLessThan(bytes.length + maxBytes + slackBytes);
    largestJump = Math.max(largestJump, jump);
    const n = counts.planned + counts.refused;
    if (process.env.FUZZ_RUNS && n % 1000 === 0)
      console.log(
        `${n} files: ${counts.planned} planned, ${counts.refused} refused; largest step in memory ${Math.round(largestJump / 1e6)} MB`,
      );
  }

  test(`${Math.ceil(nRuns / 2)} files with damaged bytes`, { timeout: 3_600_000 }, () => {
    const damages = fc.array(byteDamage, { minLength: 1, maxLength: 3 });
    // As it lies there, or with its recorded inputs as constants.
    fc.assert(
      fc.property(file, fc.boolean(), damages, input, (name, asItIs, list, size) => {
        const bytes = asItIs ? readFileSync(shared(name)) : bytesOf(messageOf(name));
        check(list.reduce(damageBytes, bytes), { input: size });
      }),
      { seed, numRuns: Math.ceil(nRuns / 2) },
    );
  });

  test(`${Math.floor(nRuns / 2)} files with damaged messages`, { timeout: 3_600_000 }, () => {
    const damages = fc.array(messageDamage, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(file, damages, input, (name, list, size) => {
        const model = messageOf(name);
        for (const damage of list) damageMessage(model, damage);
        check(bytesOf(model), { input: size });
      }),
      { seed, numRuns: Math.floor(nRuns / 2) },
    );
    expect(counts.planned).toBeGreaterThan(0);
    expect(counts.refused).toBeGreaterThan(0);
  });
});

type GraphMessage = Encodable<typeof graphProto>;
type NodeMessage = Encodable<typeof nodeProto>;

const value = (name: string, sizes: readonly number[] = [1, 4], elemType = 1): Encodable<typeof valueInfoProto> => ({
  name,
  type: { tensorType: { elemType, shape: { dim: sizes.map((dimValue) => ({ dimValue })) } } },
});
const relu = (from: string, to: string): NodeMessage => ({ opType: 'Relu', input: [from], output: [to] });
const ints = (name: string, values: readonly number[]) => ({ name, dims: [values.length], dataType: 7, int64Data: values });
const io = { input: [value('x')], output: [value('y')] };
const file = (graph: GraphMessage) => encode(modelProto, { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
const small = file({ node: [relu('x', 'y')], ...io });
/** A chain x → 1 → 2 → … → y of one operator. */
const chain = (n: number, opType: string) =>
  Array.from(
    { length: n },
    (_, i): NodeMessage => ({ opType, input: [i === 0 ? 'x' : `${i}`], output: [i === n - 1 ? 'y' : `${i + 1}`] }),
  );

/** A field of one length-delimited value. */
const field = (number: number, content: Uint8Array) =>
  Uint8Array.of(...varint(BigInt(number * 8 + 2)), ...varint(BigInt(content.length)), ...content);

describe('damage by hand', () => {
  test('lengths of 2^31, 2^32 + 5 and 2^63 at every place of a small file', () => {
    const lines = [2n ** 31n, 2n ** 32n + 5n, 2n ** 63n].flatMap((length) =>
      lengthPositions(small).map((position) =>
        outcome(Uint8Array.of(...small.subarray(0, position), ...varint(length), ...small.subarray(position + 1))),
      ),
    );
    expect([...new Set(lines)].sort()).toMatchInlineSnapshot(`
      [
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.node ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.node: stored as varint, which this field never is.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.output[0].name ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.output[0].type ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.output[0].type.tensorType ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.output[0].type.tensorType.shape ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph.output[0].type.tensorType.shape.dim ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph: illegal tag: field no 0 wire type 1.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph: illegal tag: field no 0 wire type 4.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: graph: illegal tag: varint overflows uint32.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: the file ends too early.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: the file: illegal tag: field no 0 wire type 1.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: the file: illegal tag: field no 0 wire type 2.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: the file: illegal tag: field no 0 wire type 4.",
        "readOnnx a.onnx: not an ONNX model, or a damaged one: the file: illegal tag: varint overflows uint32.",
      ]
    `);
  });

  test('sub-graphs nested 10,000 deep', () => {
    // AttributeProto.g = 6, GraphProto.node = 1, NodeProto.attribute = 5.
    const heads: Uint8Array[] = [];
    for (let level = 0, length = 0; level < 30_000; level++) {
      const head = Uint8Array.from([...varint(BigInt([5, 1, 6][level % 3]! * 8 + 2)), ...varint(BigInt(length))]);
      heads.push(head);
      length += head.length;
    }
    const nested = Buffer.concat(heads.reverse());
    const node = Buffer.concat([
      encode(nodeProto, relu('x', 'y')),
      field(5, Buffer.concat([encode(attributeProto, { name: 'body', type: 5 }), nested])),
    ]);
    const graph = Buffer.concat([field(1, node), encode(graphProto, io)]);
    expect(
      outcome(Buffer.concat([encode(modelProto, { irVersion: 8, opsetImport: [{ domain: '', version: 17 }] }), field(7, graph)])),
    ).toMatchInlineSnapshot(`"readOnnx a.onnx: Relu "y" (nodes[0]): unknown attribute "body"."`);
  });

  test('groups nested 100,000 deep', () => {
    expect(outcome(new Uint8Array(100_000).fill(0x33))).toMatchInlineSnapshot(
      `"readOnnx a.onnx: not an ONNX model, or a damaged one: the file: field 6 is a group, which ONNX never has."`,
    );
  });

  test('a file of weights that ends too early', () => {
    const external = { name: 'w', dims: [4], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] };
    const bytes = file({ node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }], ...io, initializer: [external] });
    expect(outcome(bytes, { readExternal: () => new Uint8Array(15) })).toMatchInlineSnapshot(
      `"readOnnx a.onnx: tensor "w" [4] lies at 0 … 16 of "w.bin", which has 15 bytes."`,
    );
  });

  test.each<readonly [name: string, graph: GraphMessage, line: string]>([
    [
      'a product of sizes that overflows',
      { node: [relu('x', 'y')], ...io, input: [value('x', [2 ** 31, 2 ** 31, 4])] },
      'input "x" [2147483648, 2147483648, 4] takes 73786976294839 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'a weight whose sizes overflow',
      {
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
        ...io,
        initializer: [{ name: 'w', dims: [2 ** 31, 2 ** 31, 4], dataType: 1, floatData: [1] }],
      },
      'readOnnx a.onnx: tensor "w" [2147483648, 2147483648, 4] needs 18446744073709552000 values of float32, got 1.',
    ],
    [
      'a weight whose sizes are Infinity times 0',
      {
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
        ...io,
        initializer: [{ name: 'w', dims: [0, ...new Array<number>(30).fill(2 ** 52)], dataType: 1, floatData: [] }],
      },
      'constant "w" [0, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496, 4503599627370496] takes Infinity MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'an empty value along an axis of 2^40',
      { node: [relu('x', 'y')], ...io, input: [value('x', [0, 2 ** 40])] },
      'input "x" [0, 1099511627776] takes 4398047 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      '100 axes',
      { node: [relu('x', 'y')], ...io, input: [value('x', new Array<number>(100).fill(1))] },
      'input "x" has 100 axes; at most 64 can be held.',
    ],
    [
      'a constant of 2^40 zeros',
      {
        node: [
          { opType: 'ConstantOfShape', input: ['s'], output: ['c'] },
          { opType: 'Add', input: ['x', 'c'], output: ['y'] },
        ],
        ...io,
        initializer: [ints('s', [2 ** 20, 2 ** 20])],
      },
      'constantOfShape "c": result [1048576, 1048576] takes 4398047 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'an expansion to 2^40',
      { node: [{ opType: 'Expand', input: ['x', 's'], output: ['y'] }], ...io, initializer: [ints('s', [2 ** 38, 1, 4])] },
      'expand "y": result [274877906944, 1, 4] takes 4398047 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      '2^30 tiles',
      { node: [{ opType: 'Tile', input: ['x', 's'], output: ['y'] }], ...io, initializer: [ints('s', [2 ** 30, 1])] },
      'tile "y": result [1073741824, 4] takes 17180 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'a padding of 2^40',
      { node: [{ opType: 'Pad', input: ['x', 's'], output: ['y'] }], ...io, initializer: [ints('s', [0, 2 ** 40, 0, 0])] },
      'pad "y": result [1, 1099511627780] takes 4398047 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'a range of 2^40',
      {
        node: [
          { opType: 'Range', input: ['from', 'to', 'step'], output: ['r'] },
          { opType: 'Add', input: ['x', 'r'], output: ['y'] },
        ],
        ...io,
        initializer: [
          ['from', 0],
          ['to', 2 ** 40],
          ['step', 1],
        ].map(([name, n]) => ({ name: name as string, dims: [], dataType: 7, int64Data: [n as number] })),
      },
      'range "r": result [1099511627776] takes 8796094 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'folding that doubles twenty times',
      {
        node: [
          ...Array.from(
            { length: 20 },
            (_, i): NodeMessage => ({
              opType: 'Concat',
              input: [`${i}`, `${i}`],
              output: [`${i + 1}`],
              attribute: [{ name: 'axis', type: 2, i: 0 }],
            }),
          ),
          { opType: 'Add', input: ['x', '20'], output: ['y'] },
        ],
        ...io,
        initializer: [{ name: '0', dims: [64], dataType: 1, floatData: new Float32Array(64) }],
      },
      'concat "16": what is known before any picture takes 16776960 steps to compute, the limit is 8389632. Fold constants when the model is exported.',
    ],
    [
      'a pooling of zeros through a window of 1000 × 1000',
      {
        node: [
          { opType: 'ConstantOfShape', input: ['s'], output: ['c'] },
          { opType: 'MaxPool', input: ['c'], output: ['y'], attribute: [{ name: 'kernel_shape', type: 7, ints: [1000, 1000] }] },
        ],
        output: [value('y')],
        initializer: [ints('s', [1, 1, 2000, 2000])],
      },
      'pool2d "y": what is known before any picture takes 64128068000000 steps to compute, the limit is 8388672. Fold constants when the model is exported.',
    ],
    [
      'activations over the limit together',
      {
        node: [{ opType: 'Conv', input: ['x', 'w'], output: ['y'], attribute: [{ name: 'pads', type: 7, ints: [1, 1, 1, 1] }] }],
        input: [value('x', [1, 1, 3000, 4000])],
        output: [value('y')],
        initializer: [{ name: 'w', dims: [1, 1, 3, 3], dataType: 1, floatData: new Float32Array(9) }],
      },
      'planGraph "a": activations and packed weights take 97 MB, the limit is 68 MB. Give smaller sizes or raise --max-memory.',
    ],
    [
      'a circle',
      { node: [relu('b', 'a'), relu('a', 'b'), relu('b', 'y')], ...io },
      'readOnnx a.onnx: a circle of nodes runs through Relu "a" (nodes[0]).',
    ],
    [
      'a node that reads its own output',
      { node: [relu('y', 'y')], ...io },
      'readOnnx a.onnx: a circle of nodes runs through Relu "y" (nodes[0]).',
    ],
    [
      'two outputs of one name',
      { node: [relu('x', 'y'), relu('x', 'y')], ...io },
      'readOnnx a.onnx: two makers of value "y"; the second is Relu "y" (nodes[1]).',
    ],
    [
      'one node with the same output twice',
      { node: [{ opType: 'Split', input: ['x'], output: ['y', 'y'], attribute: [{ name: 'axis', type: 2, i: 1 }] }], ...io },
      'readOnnx a.onnx: two makers of value "y"; the second is Split "y" (nodes[0]).',
    ],
    [
      'two inputs of one name',
      { node: [relu('x', 'y')], input: [value('x'), value('x')], output: [value('y')] },
      'readOnnx a.onnx: two inputs of the graph have the same name.',
    ],
    [
      'an input that nothing makes',
      { node: [relu('z', 'y')], ...io },
      'readOnnx a.onnx: Relu "y" (nodes[0]) reads "z", which nothing makes.',
    ],
    [
      'a needed input left out',
      { node: [{ opType: 'Add', input: ['x', ''], output: ['y'] }], ...io },
      'readOnnx a.onnx: Add "y" (nodes[0]): needs 2 inputs, got ["x"].',
    ],
    [
      '10^6 nodes',
      { node: chain(1_000_000, 'Relu'), ...io },
      'readOnnx a.onnx: the graph has 1000000 nodes; at most 20000 can be read.',
    ],
    ['10,000 Relu in a chain', { node: chain(10_000, 'Relu'), ...io }, 'planned'],
    ['10,000 Identity in a chain', { node: chain(10_000, 'Identity'), ...io }, 'planned'],
    ['10,000 Softmax in a chain', { node: chain(10_000, 'Softmax'), ...io }, 'planned'],
    [
      '10,000 nodes that read one value',
      { node: [...Array.from({ length: 9_999 }, (_, i) => relu('x', `${i}`)), relu('x', 'y')], ...io },
      'planned',
    ],
    [
      'a negative size',
      {
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
        ...io,
        initializer: [{ name: 'w', dims: [-4], dataType: 1, floatData: [1] }],
      },
      'readOnnx a.onnx: tensor "w" [-4] has a negative size.',
    ],
    [
      'a tensor of text',
      {
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
        ...io,
        initializer: [{ name: 'w', dims: [1], dataType: 8, rawData: Uint8Array.of(1) }],
      },
      'readOnnx a.onnx: tensor "w" [1]: element type string cannot be read. Readable: float32, float64, float16, bfloat16, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool.',
    ],
    [
      'an input of text',
      { node: [relu('x', 'y')], ...io, input: [value('x', [1], 8)] },
      'readOnnx a.onnx: input "x" of the graph: element type string cannot be read. Readable: float32, float64, float16, bfloat16, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool.',
    ],
    [
      'an attribute of the wrong type',
      { node: [{ opType: 'Softmax', input: ['x'], output: ['y'], attribute: [{ name: 'axis', type: 3, s: '1' }] }], ...io },
      'readOnnx a.onnx: Softmax "y" (nodes[0]): attribute "axis" must be of type int, got string.',
    ],
    [
      'an attribute whose type is another than its field',
      { node: [{ opType: 'Transpose', input: ['x'], output: ['y'], attribute: [{ name: 'perm', type: 7, i: 1 }] }], ...io },
      'transpose "y": perm [] is not a permutation of the 2 axes.',
    ],
    ['a graph with nothing in it', {}, 'readOnnx a.onnx: the graph has no output.'],
    ['a graph without nodes', io, 'readOnnx a.onnx: output "y" of the graph is made by nothing.'],
    ['a graph without outputs', { node: [relu('x', 'y')], input: [value('x')] }, 'readOnnx a.onnx: the graph has no output.'],
    [
      'weights in another file',
      {
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
        ...io,
        initializer: [
          { name: 'w', dims: [4], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] },
        ],
      },
      'readOnnx a.onnx: tensor "w" [4] lies in another file, "w.bin", which is not at hand. Save the model as a single file.',
    ],
    [
      'two nodes of one name',
      {
        node: [
          { opType: 'BatchNormalization', name: 'n', input: ['x', 'v', 'v', 'v', 'v'], output: ['a'] },
          { opType: 'BatchNormalization', name: 'n', input: ['a', 'v', 'v', 'v', 'v'], output: ['y'] },
        ],
        ...io,
        initializer: [{ name: 'v', dims: [4], dataType: 1, floatData: [1, 2, 3, 4] }],
      },
      'planned',
    ],
    [
      'a line break in a name',
      { node: [relu('a\nb', 'y')], ...io },
      'readOnnx a.onnx: Relu "y" (nodes[0]) reads "a\ufffdb", which nothing makes.',
    ],
  ])('%s', (_, graph, line) => {
    expect(outcome(file(graph))).toBe(line);
  });
});
