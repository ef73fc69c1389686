import { columnIndex, records } from '@ventral/probe';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { type LearningCurve, learningCurveChart, learningCurveTable } from './learning-curve.ts';
import { specFields } from './spec.ts';

const curve: LearningCurve = {
  model: 'tiny',
  nSteps: 40,
  nClasses: 4,
  points: [
    { step: 0, pictures: 'held-out', loss: 1.4, accuracy: 0.25, nImages: 100 },
    { step: 1, pictures: 'batch', loss: 1.5, accuracy: 0.125, nImages: 8 },
    { step: 2, pictures: 'batch', loss: 1.3, accuracy: 0.5, nImages: 8 },
    { step: 20, pictures: 'held-out', loss: 0.9, accuracy: 0.75, nImages: 100 },
  ],
};

describe.each(['en', 'ko'] as const)('the learning curve, %s', (language) => {
  const chart = learningCurveChart(curve, { language, theme: 'light' });

  test('every field is a column of its table, and the legend names what is drawn', () => {
    const fields = specFields(chart.spec);
    expect(fields).toEqual(expect.arrayContaining(['step', 'pictures', 'loss', 'accuracy', 'legend']));
    for (const field of fields) expect(() => columnIndex(chart.table, field)).not.toThrow();
    const legends = new Set(records(chart.table).map(({ legend }) => legend));
    expect(legends.size).toBe(3);
  });

  test('draws a point for each judgement in both panels, without a warning', async () => {
    const warnings: string[] = [];
    const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input.join(' ')));
    const compiled = compile(chart.spec as unknown as TopLevelSpec, { logger }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
    const svg = await view.toSVG();
    expect(warnings).toEqual([]);
    expect(svg.split('aria-roledescription="point"').length - 1).toBe(2 * 2);
    // A growing table is followed under its name.
    const grown = learningCurveTable({ ...curve, points: [...curve.points, { ...curve.points[3]!, step: 40 }] }, language);
    const added = records(grown).slice(chart.table.rows.length);
    await view.change(grown.name, vega.changeset().insert(added)).runAsync();
    expect((await view.toSVG()).split('aria-roledescription="point"').length - 1).toBe(2 * 3);
  });
});

test('chance among four classes is log 4 = 1.386 nats and a quarter, from the first step to the last', () => {
  const rows = records(learningCurveTable(curve, 'en')).filter(({ pictures }) => pictures === 'chance');
  expect(rows.map(({ step, accuracy }) => [step, accuracy])).toEqual([
    [0, 0.25],
    [40, 0.25],
  ]);
  for (const { loss } of rows) expect(loss).toBeCloseTo(1.386294361, 9);
});
