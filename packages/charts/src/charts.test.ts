import { mkdirSync, writeFileSync } from 'node:fs';
import { chartSpecies, readMeasurements } from '@ventral/cortex';
import { cortexFiles } from '@ventral/testkit';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { fakes, fakeTables } from './fake-tables.test-data.ts';
import {
  type ChartOptions,
  charts,
  halfPeakChart,
  latencyChart,
  receptiveFieldChart,
  sparsenessChart,
  specFields,
} from './index.ts';
import { type Json, type VegaLiteSpec, withData } from './spec.ts';

const measurements = readMeasurements(cortexFiles());
const options = { species: 'macaque', language: 'en', fovDeg: 8, inputPx: 224, theme: 'light' } as const satisfies ChartOptions;

/** SVG text of a spec; a warning of the compiler fails the test. */
async function svg(spec: VegaLiteSpec): Promise<string> {
  const warnings: string[] = [];
  const logger = {
    level: () => logger,
    warn: (...m: unknown[]) => (warnings.push(m.join(' ')), logger),
    info: () => logger,
    debug: () => logger,
    error: (...m: unknown[]) => (warnings.push(m.join(' ')), logger),
  };
  const compiled = compile(spec as unknown as TopLevelSpec, { logger: logger as never }).spec;
  const text = await new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error }).toSVG();
  expect(warnings).toEqual([]);
  return text;
}

describe('look', () => {
  test.each(Object.keys(fakes) as (keyof typeof fakes)[])('%s', async (net) => {
    mkdirSync('/tmp/svg', { recursive: true });
    for (const language of ['en', 'ko'] as const)
      for (const theme of ['light', 'dark'] as const)
        for (const species of chartSpecies)
          for (const chart of charts) {
            const c = chart(fakes[net], measurements, {
              ...options,
              language,
              theme,
              species,
              inputPx: net === 'ventralnet' ? 64 : 224,
            });
            writeFileSync(`/tmp/svg/${net}-${c.id}-${language}-${theme}-${species}.svg`, await svg(c.spec));
            writeFileSync(`/tmp/svg/${net}-${c.id}-${language}-${species}.txt`, c.note);
          }
  });
});
