/**
 * @file What of ONNX runs: the operator tests and the weightless networks of the standard, on the kernels as `ventral verify`
 * runs them, and docs/onnx-support.md, which is made here from the operator tables (`npm run vitest -- run onnx-support -u`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindGraph, createExecutor, type Op, ops, sizeOf } from '@ventral/core';
import { readTensorProto, supportedOperators } from '@ventral/formats';
import { instantiate } from '@ventral/kernels';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { dist } from './built-cli.test-helper.ts';
import { verifyFolder } from './commands/verify.ts';
import { readNetwork } from './model.ts';
import { loadRuntime } from './runtime.ts';

/** Tests of the standard's folder that are not run, and why. */
const leftOut: Readonly<Record<string, string>> = {};

const kernels = () => instantiate(loadRuntime(false, dist).kernels);

test('docs/onnx-support.md is what the tables say', async () => {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const onTwin = Object.entries(ops as Readonly<Record<string, Pick<Op<never>, 'runsOnTwin'>>>).flatMap(
    ([name, { runsOnTwin }]) => (runsOnTwin ? [[name, runsOnTwin]] : []),
  );
  const exceptions = Object.entries(leftOut);
  const page = `# What of ONNX is read

Opsets 7 to 28, the older attribute forms and the newer input forms of each operator. Anything else is refused with an error that
names operator, node and opset. Symbolic sizes are bound when a network is loaded (\`--input HEIGHTxWIDTH\`); arithmetic on shapes
and whatever else is known before a picture is seen is done then. Weights may lie in files beside the model.

- **float16, bfloat16** are widened to float32 when they are read and computed as float32.
- **float64** is computed as float32; what is known at load is folded in float64.
- **int64, int32, …** that depend on the picture are held as float64, exact to 2^53; fewer bits wrap around.
- **Quantised values** are held as float32 whole numbers; what stands between QuantizeLinear and DequantizeLinear is float32.
- **Resize** with align_corners and a scale that gives no whole size counts with the exact size, as the standard's reference does.

## Operators

${table(
  ['operator', 'since opset', 'limits'],
  supportedOperators.map(({ operator, sinceOpset, limits }) => [operator, sinceOpset, limits]),
)}

## What has no kernel

These forms run on the op's float64 twin, in TypeScript: exact and slow. So does every op where integers or empty values come in or
go out. In this list an op has the name that \`ventral rf\` and \`--layers all-nodes\` show.

${table(['op', 'forms'], onTwin)}

## The standard's operator tests

${exceptions.length === 0 ? 'Every test of the operators above is run; none is left out.' : table(['left out', 'because'], exceptions)}
`;
  await expect(page).toMatchFileSnapshot('../../../docs/onnx-support.md');
});

describe.skipIf(!hasShared)('tests of the standard', () => {
  const folder = hasShared ? shared('onnx-node-tests') : '';
  const names = (part: string) => (hasShared ? readdirSync(join(folder, part)) : []);

  test('the operator tests are there, and those left out are among them', () => {
    const all = names('node');
    expect(all.length).toBeGreaterThan(380);
    expect(Object.keys(leftOut).filter((name) => !all.includes(name))).toEqual([]);
  });

  const runtime = hasShared ? kernels() : undefined;
  test.each(names('node').filter((name) => !(name in leftOut)))('%s', (name) => {
    const outcomes = verifyFolder(join(folder, 'node', name), runtime!);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  });

  test.each(names('light').filter((name) => name.endsWith('.onnx')))('light/%s: within 1e-4 of the largest', (name) => {
    const path = join(folder, 'light', name);
    const bound = bindGraph(readNetwork(readFileSync(path), path));
    const [input] = bound.inputs;
    const size = sizeOf(bound.types.get(input!.name)!.shape);
    const executor = createExecutor(kernels(), bound);
    executor.setInput(
      input!.name,
      Float32Array.from({ length: size }, (_, i) => i / size),
      'rowMajor',
    );
    executor.run();
    const got = executor.read(bound.outputs[0]!);
    const { tensor } = readTensorProto(readFileSync(path.replace('.onnx', '_output_0.pb')), name);
    const differences = Array.from(tensor.data, (v, i) => Math.abs(v - got.data[i]!));
    expect(got.shape).toEqual(tensor.shape);
    expect(Math.max(...differences) / Math.max(...Array.from(tensor.data, Math.abs))).toBeLessThanOrEqual(1e-4);
  });
});
