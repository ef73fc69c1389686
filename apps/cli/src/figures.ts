/** @file Charts drawn to SVG without a browser, on light paper and on dark. */
import {
  type Chart,
  type ChartMaker,
  type ChartOptions,
  type PreferenceLadderOptions,
  preferenceLadder,
  type Theme,
  type VegaLiteSpec,
} from '@ventral/charts';
import type { Image } from '@ventral/core';
import type { Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Figure } from './report.ts';

export interface DrawnChart {
  /** As on light paper. */
  readonly chart: Chart;
  readonly light: string;
  readonly dark: string;
}

/** Draws charts of the tables, one after another. */
export async function drawCharts(
  makers: readonly ChartMaker[],
  tables: readonly Table[],
  measurements: readonly Measurement[],
  options: Omit<ChartOptions, 'theme'>,
): Promise<DrawnChart[]> {
  const drawn: DrawnChart[] = [];
  for (const make of makers) {
    const chart = make(tables, measurements, { ...options, theme: 'light' });
    const dark = make(tables, measurements, { ...options, theme: 'dark' });
    drawn.push({ chart, light: await drawSvg(chart.spec), dark: await drawSvg(dark.spec) });
  }
  return drawn;
}

/** The ladder of preferences with a run's pictures in it; undefined where none of them are of preferred patches. */
export function drawPreferenceLadder(
  tables: readonly Table[],
  pictures: readonly { readonly name: string; readonly image: Image; readonly png: Uint8Array }[],
  measurements: readonly Measurement[],
  options: Omit<PreferenceLadderOptions, 'theme'>,
): Figure | undefined {
  const sheets = pictures.map(({ name, image: { heightPx, widthPx }, png }) => {
    const href = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    return { name, heightPx, widthPx, href };
  });
  const draw = (theme: Theme) => preferenceLadder(tables, sheets, measurements, { ...options, theme });
  const [light, dark] = [draw('light'), draw('dark')];
  return light && dark && { title: light.title, caption: light.note, light: light.svg, dark: dark.svg };
}

/** A specification carries its data: nothing is loaded. */
async function drawSvg(spec: VegaLiteSpec): Promise<string> {
  const view = new View(parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
