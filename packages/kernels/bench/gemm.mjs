/**
 * @file f32_dense against the two yardsticks of peak.ts, in one process and in turns. `node bench/gemm.mjs [--relaxed]`.
 * GFLOP/s counts a multiply-add as two.
 */
import { allocate, loadPeak, mark, noise, release, run, table, time } from './harness.mjs';

const peak = await loadPeak();
const rows = [];
for (const [m, k, n] of [
  [192, 256, 256],
  [192, 512, 512],
  [3136, 64, 64],
  [3136, 576, 64],
  [192, 1152, 256],
  [48, 2048, 512],
  [1, 2048, 1000],
]) {
  const start = mark();
  const [x, b] = [noise(m * k), noise(k * n)];
  const packed = allocate(Math.ceil(n / 8) * k * 32);
  const y = allocate(m * n * 4);
  run.f32_pack(b, packed, 1, 1, k, n, 0, 0, n, 1);
  const tiles = Math.floor(Math.min(m, 192) / 6) || 1;
  const best = time({
    registers: () => peak.registers(1e5),
    packed: () => peak.packed(tiles, n / 8, k, 1024, 1024 + tiles * k * 24, 1024 + tiles * k * 24 + n * k * 4),
    dense: () => run.f32_dense(x, packed, 0, y, m, k, n, k, n, -Infinity, Infinity),
  });
  const gflops = (flop, ms) => Math.round(flop / ms / 1e5) / 10;
  rows.push({
    shape: `[${m},${k}]·[${k},${n}]`,
    registers: gflops(9.6e6, best.registers),
    packed: gflops(2 * tiles * 6 * k * n, best.packed),
    dense: gflops(2 * m * k * n, best.dense),
    'dense / packed': `${Math.round((100 * m * best.packed) / (tiles * 6 * best.dense))} %`,
  });
  release(start);
}
table(rows);
