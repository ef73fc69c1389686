/** @file Charts drawn to SVG without a browser, on light paper and on dark. */
import type { Chart, ChartMaker, ChartOptions, VegaLiteSpec } from '@ventral/charts';
import type { Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

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

/** A specification carries its data: nothing is loaded. */
async function drawSvg(spec: VegaLiteSpec): Promise<string> {
  const view = new View(parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
