import { readMeasurements } from '@ventral/cortex';
import { records } from '@ventral/probe';
import { cortexFiles } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { fakes } from './fake-tables.test-data.ts';
import { layerAreaTable } from './layer-area.ts';
import { digits, shortName } from './layers.ts';

describe('shortName', () => {
  test.each([
    ['/features/features.3/expand3x3_activation/Relu_output_0', 'features.3/expand3x3'],
    ['/features/features.1/conv/conv.0/conv.0.2/Clip_output_0', 'features.1/conv.0.2'],
    ['/layer1/layer1.0/relu_1/Relu_output_0', 'layer1.0/relu_1'],
    ['/features/features.3/Concat_output_0', 'features.3'],
    ['/Relu_output_0', 'Relu'],
    ['vgg0_relu12_fwd', 'vgg0_relu12_fwd'],
    ['relu', 'relu'],
    ['/features/denseblock1/denselayer12/relu2/Relu_output_0', '…/denselayer12/relu2'],
  ])('%s → %s', (layer, name) => {
    expect(shortName(layer)).toBe(name);
  });
});

describe('digits', () => {
  test.each([
    [0.035714285714285712, '0.0357'],
    [8, '8'],
    [104.04, '104'],
    [0, '0'],
  ])('%d → %s', (value, text) => {
    expect(digits(value)).toBe(text);
  });
});

describe('layerAreaTable', () => {
  const measurements = readMeasurements(cortexFiles());
  const rows = records(layerAreaTable(fakes.vgg, measurements, { species: 'macaque' }));

  test('13 layers in order of depth, then LGN, V1, V2, V4, IT', () => {
    expect(rows.map(({ rung }) => rung)).toEqual([...Array(13).fill('network'), ...Array(5).fill('cortex')]);
    expect(rows.slice(0, 13).map(({ depth_rank }) => depth_rank)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    expect(rows.slice(13).map(({ name }) => name)).toEqual(['LGN', 'V1', 'V2', 'V4', 'IT']);
  });

  test('a layer has a rank and no latency, an area a latency and no rank', () => {
    expect(rows.filter(({ depth_rank, latency_ms }) => depth_rank !== null && latency_ms !== null)).toEqual([]);
  });

  test('an area shows the numbers of one definition, and null where none was published', () => {
    const columns = [
      'rf_size_deg',
      'rf_size_deg_high',
      'latency_ms',
      'latency_ms_high',
      'lifetime_sparseness',
      'fraction_above_half_peak',
      'fraction_above_half_peak_high',
    ];
    expect(Object.fromEntries(rows.slice(13).map((row) => [row.name, columns.map((column) => row[column])]))).toEqual({
      LGN: [0.0401, 0.0684, 33.1, 50.3, null, null, null],
      V1: [1.3, null, 66, null, 0.5, null, null],
      V2: [2.2, null, 82, 84.2, 0.5, null, null],
      V4: [4.8, null, 104, null, 0.5, 0.1, null],
      IT: [8.9, 38.5, null, null, null, 0.1, 0.21],
    });
    expect(rows[13]!.rf_definition).toBe('radius of the difference-of-Gaussians centre at 2–5°');
  });

  test('human: only what people were measured for', () => {
    const human = records(layerAreaTable(fakes.vgg, measurements, { species: 'human' })).slice(13);
    expect(human.map(({ rf_size_deg, rf_size_deg_high, latency_ms }) => [rf_size_deg, rf_size_deg_high, latency_ms])).toEqual([
      [null, null, null],
      [0.3194, 1, null],
      [1.25, null, null],
      [2.5, null, null],
      [null, null, null],
    ]);
  });
});
