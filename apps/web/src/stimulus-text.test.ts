import { batterySets } from '@ventral/stimuli';
import { expect, test } from 'vitest';
import { en } from './i18n/en.ts';
import { ko } from './i18n/ko.ts';
import { parameterText } from './stimulus-text.ts';

const { parameters: names } = en.stimuli;

test('parameters carry their units, and what all stimuli share is not what tells them apart', () => {
  const common = { diameterDeg: 0.5, contrast: 1, polarity: undefined };
  const stimuli = [
    { ...common, orientationDeg: 0, spatialFrequencyCpd: 1.23456 },
    { ...common, orientationDeg: 45, spatialFrequencyCpd: 1.23456 },
  ];
  expect(parameterText(stimuli, names)).toEqual([
    { parameters: 'diameter 0.5°, contrast 1, orientation 0°, frequency 1.23 c/deg', varied: 'orientation 0°' },
    { parameters: 'diameter 0.5°, contrast 1, orientation 45°, frequency 1.23 c/deg', varied: 'orientation 45°' },
  ]);
});

test('lists are told apart by their members', () => {
  const stimuli = [
    { darkCells: [1, 2], axis: 'S' },
    { darkCells: [1, 3], axis: 'S' },
  ];
  expect(parameterText(stimuli, names).map(({ varied }) => varied)).toEqual(['dark cells 1 2', 'dark cells 1 3']);
});

test.each([en, ko])('every set and every parameter of the battery has a name', ({ stimuli }) => {
  const view = { heightPx: 64, widthPx: 64, fovDeg: 4, seed: 0 };
  const parameters = new Set(
    batterySets.flatMap((set) => {
      const list = set.list(view);
      return Array.from({ length: list.nStimuli }, (_, i) => Object.keys(list.parameters(i))).flat();
    }),
  );
  expect([...parameters].filter((name) => !(name in stimuli.parameters))).toEqual([]);
  expect(batterySets.map(({ name }) => name).filter((name) => !(name in stimuli.sets))).toEqual([]);
});
