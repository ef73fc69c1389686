import { expect, test } from 'vitest';
import { drawSpot } from './spots.ts';

const field = { heightPx: 41, widthPx: 41, fovDeg: 41 };
const spot = { centerDiameterDeg: 11, centerContrast: 1, surroundDiameterDeg: 31, surroundContrast: -1, yDeg: 0, xDeg: 0 };

test('white within 5.5 px, black to 15.5 px, grey beyond; the edges are between', () => {
  const { data } = drawSpot(field, spot);
  for (let y = 0; y < 41; y++) {
    for (let x = 0; x < 41; x++) {
      const radius = Math.hypot(y - 20, x - 20);
      const byte = data[3 * (41 * y + x)]!;
      if (radius < 4.75) expect(byte).toBe(255);
      else if (radius > 6.25 && radius < 14.75) expect(byte).toBe(0);
      else if (radius > 16.25) expect(byte).toBe(128);
    }
  }
});
test('without a ring there is grey around the spot', () => {
  const { data } = drawSpot(field, { ...spot, surroundContrast: 0 });
  expect(data[3 * (41 * 20 + 30)]).toBe(128);
  // 95 px² of white, 1586 of grey.
  const mean = Array.from(data).reduce((sum, byte) => sum + byte, 0) / data.length;
  expect(mean).toBeCloseTo(128 + ((255 - 128) * Math.PI * 5.5 ** 2) / 41 ** 2, 1);
});
