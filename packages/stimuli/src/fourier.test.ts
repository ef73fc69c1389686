import { createRandom } from '@ventral/core';
import { expect, test } from 'vitest';
import { fourier2d } from './fourier.ts';

test.each([1, 2, 8])('side %d equals the sum written out, within 1e-12', (side) => {
  const { normal } = createRandom(1);
  const x = Array.from({ length: side * side }, () => [normal(), normal()] as const);
  const real = Float64Array.from(x, ([re]) => re);
  const imaginary = Float64Array.from(x, ([, im]) => im);
  fourier2d(real, imaginary, side);
  for (let k = 0; k < side * side; k++) {
    let [re, im] = [0, 0];
    x.forEach(([a, b], i) => {
      const turns = (Math.floor(k / side) * Math.floor(i / side) + (k % side) * (i % side)) / side;
      const [cos, sin] = [Math.cos(-2 * Math.PI * turns), Math.sin(-2 * Math.PI * turns)];
      re += a * cos - b * sin;
      im += a * sin + b * cos;
    });
    expect(Math.abs(real[k]! - re)).toBeLessThan(1e-12);
    expect(Math.abs(imaginary[k]! - im)).toBeLessThan(1e-12);
  }
});
