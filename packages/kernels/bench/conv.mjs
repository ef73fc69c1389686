/**
 * @file f32_conv2d and f32_depthwise2d at shapes of well-known networks. `node bench/conv.mjs [--relaxed]`. Effective GFLOP/s: 2
 * per multiply-add.
 */
import { allocate, loadPeak, mark, noise, release, run, table, time } from './harness.mjs';

const shapes = [
  ['ResNet stem', 224, 3, 64, 7, 2, 3, 1],
  ['VGG conv1_1', 224, 3, 64, 3, 1, 1, 1],
  ['AlexNet conv1', 224, 3, 64, 11, 4, 2, 1],
  ['AlexNet conv2', 27, 64, 192, 5, 1, 2, 1],
  ['VGG conv1_2', 224, 64, 64, 3, 1, 1, 1],
  ['VGG conv3_2', 56, 256, 256, 3, 1, 1, 1],
  ['ResNet 3×3, 56', 56, 64, 64, 3, 1, 1, 1],
  ['ResNet 3×3, 28', 28, 128, 128, 3, 1, 1, 1],
  ['ResNet 3×3, 14', 14, 256, 256, 3, 1, 1, 1],
  ['ResNet 3×3, 7', 7, 512, 512, 3, 1, 1, 1],
  ['ResNet 1×1, 56', 56, 64, 256, 1, 1, 0, 1],
  ['ResNet 1×1 s2', 56, 256, 512, 1, 2, 0, 1],
  ['ResNeXt g32', 28, 256, 256, 3, 1, 1, 32],
  ['depthwise 3×3', 56, 144, 144, 3, 1, 1, 144],
  ['depthwise 3×3 s2', 56, 144, 144, 3, 2, 1, 144],
  ['depthwise 7×7', 28, 192, 192, 7, 1, 3, 192],
];
const peak = await loadPeak();
const rows = [];
for (const [name, size, c, o, k, s, p, g] of shapes) {
  const start = mark();
  const out = Math.floor((size + 2 * p - k) / s) + 1;
  const cg = c / g;
  const x = noise(size * size * c);
  const weight = noise(o * cg * k * k);
  const y = allocate(out * out * o * 4);
  let call;
  if (g === c) {
    const scratch = allocate(run.f32_depthwise2d_scratch(out, out, k, k, s, s, 1, 1));
    call = () =>
      run.f32_depthwise2d(x, weight, 0, y, scratch, 1, size, size, c, out, out, k, k, s, s, p, p, 1, 1, c, o, 0, Infinity);
  } else {
    const og = o / g;
    const bytes = Math.ceil(og / 8) * cg * k * k * 32;
    const packed = allocate(bytes * g);
    for (let i = 0; i < g; i++)
      run.f32_pack(weight + i * og * cg * k * k * 4, packed + i * bytes, k, k, cg, og, k, 1, k * k, cg * k * k);
    const scratch = allocate(run.f32_conv2d_scratch(c, k, k, g));
    call = () =>
      run.f32_conv2d(x, packed, 0, y, scratch, 1, size, size, c, out, out, o, k, k, s, s, p, p, 1, 1, g, c, o, 0, Infinity);
  }
  let winograd = () => {};
  if (k === 3 && s === 1 && g === 1 && c % 4 === 0) {
    const packed = allocate(winogradBytes(c, o));
    run.f32_winograd_pack(weight, packed, c, o, 9, 9 * c, 0);
    const scratch = allocate(run.f32_winograd_scratch(c, o));
    winograd = () => run.f32_conv2d_winograd(x, packed, 0, y, scratch, 1, size, size, c, out, out, o, p, p, c, o, 0, Infinity);
  }
  // A packed matrix product of 192 × 256 × 256, in turns: what the machine gives at this moment.
  const { ms, ceiling, fast } = time(
    { ms: call, fast: winograd, ceiling: () => peak.packed(32, 32, 256, 1024, 200_000, 500_000) },
    { rounds: 6, ms: 25 },
  );
  const gflops = (2 * out * out * o * cg * k * k) / ms / 1e6;
  rows.push({
    name,
    ms: Number(ms.toFixed(3)),
    'GFLOP/s': Number(gflops.toFixed(1)),
    winograd: k === 3 && s === 1 && g === 1 && c % 4 === 0 ? Number(((gflops * ms) / fast).toFixed(1)) : '',
    'of packed': `${Math.round((100 * gflops * ceiling) / ((2 * 192 * 65536) / 1e6))} %`,
  });
  release(start);
}
table(rows);
