/** @file Probes by name and by group. */
import { describe, expect, it } from 'vitest';
import { defaultProbes, probes, selectProbes, stimulusProbes } from './probes.ts';

const names = (wanted: string) => selectProbes(wanted).map(({ name }) => name);

describe('selectProbes', () => {
  it('gives each once, in the order of the list, however it is asked for', () => {
    expect(names('stats, rf,orientation,rf')).toEqual(['rf', 'stats', 'orientation']);
    expect(names('orientation,physiology')).toEqual(names('physiology'));
    expect(names(defaultProbes)).toEqual(['rf', 'cost', 'stats']);
  });

  it('all is every probe but the electrode in published degrees, and the groups are parts of it', () => {
    const all = names('all');
    expect(probes.map(({ name }) => name).filter((name) => !all.includes(name))).toEqual(['v1-properties']);
    for (const group of ['physiology', 'selectivity', 'complexity']) {
      expect(names(group).length).toBeGreaterThan(4);
      for (const name of names(group)) expect(all).toContain(name);
    }
  });

  it('says what there is', () => {
    expect(() => selectProbes('rf,sparse')).toThrow(
      /^probes: unknown probe "sparse"\. Known: rf, cost, stats, filters, .*, physiology, /,
    );
  });
});

it('stimulusProbes leaves the others out', () => {
  expect(stimulusProbes(['rf', 'stats', 'orientation']).map(({ name }) => name)).toEqual(['stats']);
});
