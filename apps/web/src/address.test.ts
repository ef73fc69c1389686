import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from './address.ts';

describe('an address', () => {
  test.each([
    [{}],
    [
      {
        layer: 'fire2/expand:0 &=#%',
        unit: [12, 3, 4],
        measure: 'latency',
        species: 'human',
        fov: 2.5,
        lang: 'ko',
        theme: 'dark',
      },
    ],
    [{ layer: '층 하나', fov: 180 }],
    [{ view: 'learn', pictures: 640, epochs: 3, seed: 0 }],
  ] as const)('%j comes back as it was written', (address) => {
    const filled = {
      layer: undefined,
      unit: undefined,
      measure: undefined,
      species: undefined,
      fov: undefined,
      lang: undefined,
      theme: undefined,
      view: undefined,
      pictures: undefined,
      epochs: undefined,
      seed: undefined,
    };
    expect(readAddress(writeAddress(address))).toEqual({ ...filled, ...address });
  });

  test.each([
    'unit=1,2',
    'unit=1,2,x',
    'unit=-1,0,0',
    'unit=1.5,0,0',
    'fov=0',
    'fov=-3',
    'fov=999',
    'fov=wide',
    'epochs=-1',
    'epochs=2.5',
    'pictures=many',
    'seed=',
    'nothing=known',
    '&&=&',
  ])('#%s says nothing', (hash) => expect(writeAddress(readAddress(`#${hash}`))).toBe(''));
});
