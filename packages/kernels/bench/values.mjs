/**
 * @file Nanoseconds per value of the probes' reductions and of the functions. `node bench/values.mjs`. Half of the values are 0
 * where it says relu.
 */
import { allocate, noise, run, table, time } from './harness.mjs';

const rows = [];
const add = (name, n, call) => {
  const { ms } = time({ ms: call }, { rounds: 4, ms: 30 });
  rows.push({ name, 'ns/value': Number(((ms * 1e6) / n).toFixed(2)) });
};
for (const [pixels, c] of [
  [3136, 64],
  [3136, 256],
  [196, 1024],
  [1, 4096],
]) {
  const n = pixels * c;
  for (const [kind, sparsity] of [
    ['dense', 0],
    ['relu', 0.5],
  ]) {
    const x = noise(n, sparsity);
    const state = allocate(c * 64);
    const sums = allocate(16);
    const fine = allocate(8 * 10245);
    const coarse = allocate(c * 512);
    if (!sparsity) add(`moments [${pixels},${c}]`, n, () => run.f32_moments(x, pixels, c, c, state, sums));
    add(`log histograms [${pixels},${c}] ${kind}`, n, () => run.f32_log_histograms(x, pixels, c, c, fine, coarse));
  }
}
const n = 100_000;
const [a, b, y] = [noise(n), noise(n), allocate(n * 4)];
add('dot', n, () => run.f32_dot(a, b, n));
for (const [name, code] of [
  ['relu', 20],
  ['exp', 4],
  ['log', 5],
  ['sin', 6],
  ['tanh', 8],
  ['erf', 9],
  ['sigmoid', 25],
  ['silu', 28],
  ['gelu', 33],
  ['softplus', 29],
]) {
  add(name, n, () => run.f32_unary(code, a, y, n, 0, 0));
}
add('softmax [100,1000]', n, () => run.f32_softmax(a, y, 100, 1000, 1, 0));
add('layer norm [1000,100]', n, () => run.f32_layer_norm(a, 0, 0, y, 1000, 100, 1e-5));
add('lrn [1000,100]', n, () => run.f32_lrn(a, y, 1000, 100, 5, 1e-4, 0.75, 1));
add('max pool 3×3 s2', 100 * 100 * 10, () => run.f32_max_pool2d(a, y, 1, 100, 100, 10, 49, 49, 3, 3, 2, 2, 0, 0, 1, 1, 10, 10));
table(rows);
