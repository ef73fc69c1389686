import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { shared } from '@ventral/testkit';
import { test } from 'vitest';
import { readOnnx } from './onnx/read.ts';

test('smoke', () => {
  const out: string[] = [];
  const go = (p: string, bytes: Uint8Array) => {
    const t = performance.now();
    try {
      const g = readOnnx(bytes, p);
      const c: Record<string, number> = {};
      for (const n of g.nodes) c[n.op] = (c[n.op] ?? 0) + 1;
      out.push(
        `${p} ${(performance.now() - t).toFixed(0)}ms ${g.nodes.length} nodes, ${g.constants.size} constants ${JSON.stringify(c)} in ${JSON.stringify(g.inputs)} out ${g.outputs}`,
      );
    } catch (e) {
      out.push(`FAIL ${p} ${(e as Error).name} ${(e as Error).message.slice(0, 300)}`);
    }
  };
  for (const d of ['models', 'networks'])
    for (const n of readdirSync(shared(d))) {
      const p = shared(`${d}/${n}/${n}.onnx`);
      if (existsSync(p)) go(n, readFileSync(p));
    }
  for (const n of readdirSync(shared('onnx-node-tests/light')))
    if (n.endsWith('.onnx')) go(n, readFileSync(shared('onnx-node-tests/light/' + n)));
  for (const n of readdirSync(shared('bench-networks'))) go(n, gunzipSync(readFileSync(shared('bench-networks/' + n))));
  for (const n of readdirSync(shared('onnx-node-tests/node')))
    go(n, readFileSync(shared(`onnx-node-tests/node/${n}/model.onnx`)));
  console.log(out.join('\n'));
}, 100000);
