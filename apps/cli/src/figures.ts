/** @file A vega-lite specification drawn to SVG, without a browser. */
import { View, parse } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** The chart as SVG text. Vega's own loader is never used: specifications carry their data. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
