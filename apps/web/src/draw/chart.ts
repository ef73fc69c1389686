/**
 * @file Draws a vega-lite specification, on the page and into files. The only module that knows vega; loaded when the first
 * chart is drawn. Nothing is evaluated (vega's interpreter) and nothing leaves the page (no links, no loader).
 */
import type { VegaLiteSpec } from '@ventral/charts';
import { records, type Table } from '@ventral/probe';
import { changeset, parse, View } from 'vega';
import embed, { type VisualizationSpec } from 'vega-embed';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A chart on the page. */
export interface DrawnChart {
  /** Rings the marks of one layer; `isOnly` mutes those of the others. */
  link(layer: string | undefined, isOnly: boolean): void;
  /** Follows the chart's table, which has grown at its end: draws what was added. */
  grow(table: Table): Promise<unknown>;
  remove(): void;
}

/** What a mark of a ladder is of: a layer or a study's area. */
export interface Pointed {
  readonly rung: string;
  readonly name: string;
  readonly place: string;
}

/**
 * Draws a chart into an element as SVG, which carries names for assistive technology.
 * @param onPoint called when the pointer comes to a mark or leaves it
 */
export async function drawChart(
  element: HTMLElement,
  spec: VegaLiteSpec,
  isDark: boolean,
  onPoint: (at: Pointed | undefined) => void,
): Promise<DrawnChart> {
  const { view, finalize } = await embed(element, spec as unknown as VisualizationSpec, {
    mode: 'vega-lite',
    actions: false,
    renderer: 'svg',
    ast: true,
    expr: expressionInterpreter,
    tooltip: { theme: isDark ? 'dark' : 'light', disableDefaultStyle: false },
  });
  // Vega gives groups of marks a role but some of them no name.
  for (const group of element.querySelectorAll('[role=graphics-symbol]:not([aria-label])'))
    group.setAttribute('role', 'presentation');
  view.addEventListener('pointerover', (_, item) => {
    const datum = (item as { datum?: Partial<Pointed> } | null | undefined)?.datum;
    onPoint(datum?.name && datum.rung ? (datum as Pointed) : undefined);
  });
  view.addEventListener('pointerout', () => onPoint(undefined));
  let nDrawn = (spec.data as { values: readonly unknown[] }).values.length;
  return {
    link(layer, isOnly) {
      for (const mark of element.querySelectorAll<SVGElement>('.mark-symbol path')) {
        // vega's SVG renderer leaves the scene's item on the element it drew.
        const datum = (mark as { __data__?: { datum?: Partial<Pointed> } }).__data__?.datum;
        if (datum?.rung !== 'network') continue;
        mark.classList.toggle('linked', datum.name === layer);
        mark.classList.toggle('muted', isOnly && datum.name !== layer);
      }
    },
    grow(table) {
      const added = records({ ...table, rows: table.rows.slice(nDrawn) });
      nDrawn = table.rows.length;
      return view.change(table.name, changeset().insert(added)).runAsync();
    },
    remove: finalize,
  };
}

function viewOf(spec: VegaLiteSpec): View {
  return new View(parse(compile(spec as unknown as TopLevelSpec).spec, undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
  });
}

/** The chart as SVG text. */
export async function chartSvg(spec: VegaLiteSpec): Promise<string> {
  const view = viewOf(spec);
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** The chart as PNG, twice its size in px. */
export async function chartPng(spec: VegaLiteSpec): Promise<Blob> {
  const view = viewOf(spec);
  try {
    const canvas = await view.toCanvas(2);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('chartPng: the browser gave no picture.'))), 'image/png');
    });
  } finally {
    view.finalize();
  }
}
