/**
 * @file The filters of a network's first convolution as small pictures. What they are fitted by stands in nx-ny.ts. Colours are
 * written out: a weight of 0 is mid-grey on light paper and on dark.
 */
import { type Cell, type Column, records, type Table } from '@ventral/probe';
import { digits, numberIn, type Row } from './layers.ts';
import type { ChartOptions } from './plan.ts';
import { type Chart, type Json, type VegaLiteSpec, withData } from './spec.ts';
import { config, inks } from './theme.ts';
import { words } from './words.ts';

const DEFAULT_WIDTH_PX = 780;
/** Filters side by side, filters in all, and coloured squares in all: what an SVG can carry. */
const [PER_ROW, MOST_SHOWN, MOST_SQUARES] = [12, 64, 8192];
/** Room between two filters, and for a filter's number above it. */
const [GAP_PX, NUMBER_PX] = [6, 13];

const columns: readonly Column[] = [
  { name: 'rung', type: 'string', description: 'network: the row is of its first convolution.' },
  { name: 'mark', type: 'string', description: 'weight (one place of a filter) or frame (around the whole of it).' },
  { name: 'name', type: 'string', description: 'Layer as in the model file.' },
  { name: 'channel', type: 'integer', description: 'Filter: channel of the layer.' },
  { name: 'y', type: 'integer', description: 'Row of the kernel; empty for a frame.' },
  { name: 'x', type: 'integer', description: 'Column of the kernel; empty for a frame.' },
  { name: 'colour', type: 'string', description: 'Weights of red, green and blue as 8 bits: 127.5 · (1 + weight / largest).' },
  ...(['left', 'right', 'top', 'bottom'] as const).map(
    (edge): Column => ({ name: `${edge}_px`, type: 'number', unit: 'px', description: 'Place in the picture of all filters.' }),
  ),
  { name: 'reading', type: 'string', description: 'The weights in words.' },
];

/**
 * Each filter around mid-grey and on its own scale: its largest |weight|, of all colours, is black or white in its colour. In the
 * order of channels; the first 64, or so many as 8192 squares make.
 *
 * @param tables holds `filters` (probe) with at least one row.
 * @throws {Error} `filtersChart: needs rows of the table "filters". Run the probe "filters" on a network whose first layer is a convolution.`
 */
export function filtersChart(tables: readonly Table[], _: unknown, { language, theme, width }: ChartOptions): Chart {
  const say = words[language].filters;
  const table = tables.find(({ name }) => name === 'filters');
  const all = table ? records(table) : [];
  const [first] = all;
  if (!first) {
    throw new Error(
      'filtersChart: needs rows of the table "filters". Run the probe "filters" on a network whose first layer is a convolution.',
    );
  }
  const byChannel = new Map<Cell, Row[]>();
  for (const row of all) {
    const of = byChannel.get(row.channel!) ?? [];
    of.push(row);
    byChannel.set(row.channel!, of);
  }
  const [height, breadth] = (['y', 'x'] as const).map(
    (axis) => Math.max(...byChannel.get(first.channel!)!.map((row) => Number(row[axis]))) + 1,
  ) as [number, number];
  const nShown = Math.min(byChannel.size, MOST_SHOWN, Math.max(1, Math.floor(MOST_SQUARES / (height * breadth))));
  const stepPx = (width ?? DEFAULT_WIDTH_PX) / PER_ROW;
  const squarePx = Math.max(1, Math.floor((stepPx - GAP_PX) / Math.max(height, breadth)));
  const rowPx = squarePx * height + NUMBER_PX + GAP_PX;
  const shown = [...byChannel].slice(0, nShown);
  const rows = shown.flatMap(([channel, weights], i) => {
    const [left, top] = [(i % PER_ROW) * stepPx, Math.floor(i / PER_ROW) * rowPx + NUMBER_PX];
    const common = { rung: 'network', name: first.layer!, channel };
    const largest = weights.reduce(
      (most, row) => colours.reduce((m, colour) => Math.max(m, Math.abs(numberIn(row, colour) ?? 0)), most),
      0,
    );
    const places = weights.map((row): Row => {
      const [y, x] = [Number(row.y), Number(row.x)];
      const parts = colours.map((colour) => numberIn(row, colour) ?? 0);
      return {
        ...common,
        mark: 'weight',
        y,
        x,
        colour: hex(parts.map((part) => (largest === 0 ? 0 : part / largest))),
        left_px: left + x * squarePx,
        right_px: left + (x + 1) * squarePx,
        top_px: top + y * squarePx,
        bottom_px: top + (y + 1) * squarePx,
        reading: parts.map(digits).join(', '),
      };
    });
    const frame: Row = {
      ...common,
      mark: 'frame',
      left_px: left,
      right_px: left + breadth * squarePx,
      top_px: top,
      bottom_px: top + height * squarePx,
      reading: say.largest(digits(largest)),
    };
    return [...places, frame];
  });
  const [widthPx, heightPx] = [Math.min(nShown, PER_ROW) * stepPx - GAP_PX, Math.ceil(nShown / PER_ROW) * rowPx];
  const drawn: Table = {
    name: 'first-layer-filters',
    title: say.picture,
    columns,
    rows: rows.map((row) => columns.map(({ name }) => row[name] ?? null)),
  };
  const subtitle = `${first.model} · ${first.layer} · ${say.sizes(String(byChannel.size), `${height} × ${breadth}`)}`;
  const spec: VegaLiteSpec = {
    title: { text: say.picture, subtitle },
    description: `${say.picture}. ${subtitle}.`,
    config: config(theme),
    width: widthPx,
    height: heightPx,
    view: { stroke: null },
    layer: layers(widthPx, heightPx, say.facts, inks[theme]),
  };
  const left = byChannel.size - nShown;
  return {
    id: drawn.name,
    title: say.picture,
    spec: withData(spec, drawn),
    table: drawn,
    note: [say.pictureNote, left > 0 && say.leftOut(String(left))].filter(Boolean).join(' '),
  };
}

const colours = ['red', 'green', 'blue'] as const;

/** −1 … 1 as 00 … ff. */
function hex(parts: readonly number[]): string {
  return `#${parts
    .map((part) =>
      Math.round(127.5 * (1 + part))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function layers(
  widthPx: number,
  heightPx: number,
  facts: { readonly channel: string; readonly place: string; readonly weights: string },
  { ink, quiet }: { readonly ink: string; readonly quiet: string },
): Json[] {
  const along = (field: string, px: number, reverse: boolean): Json => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, px], nice: false, zero: false, reverse },
    axis: null,
  });
  const [x, y] = [along('left_px', widthPx, false), along('top_px', heightPx, true)];
  const box = { x, x2: { field: 'right_px' }, y, y2: { field: 'bottom_px' } };
  const only = (mark: string): Json => [{ filter: { field: 'mark', equal: mark } }];
  const tooltip = (fields: readonly (readonly [field: string, title: string])[]): Json =>
    fields.map(([field, title]) => ({ field, type: 'nominal', title }));
  return [
    {
      transform: only('weight'),
      // Each filter is named once, by its frame. Squares that touch must not show the paper between them.
      mark: { type: 'rect', strokeWidth: 0.3, aria: false },
      encoding: {
        ...box,
        fill: { field: 'colour', type: 'nominal', scale: null },
        stroke: { field: 'colour', type: 'nominal', scale: null },
        tooltip: tooltip([
          ['channel', facts.channel],
          ['y', 'y'],
          ['x', 'x'],
          ['reading', facts.weights],
        ]),
      },
    },
    {
      transform: only('frame'),
      mark: { type: 'rect', filled: false, stroke: quiet, strokeWidth: 1, tooltip: null },
      encoding: { ...box, description: { field: 'channel', type: 'nominal' } },
    },
    {
      transform: only('frame'),
      mark: { type: 'text', align: 'left', baseline: 'bottom', dy: -2, fontSize: 9.5, color: ink, aria: false },
      encoding: { x, y, text: { field: 'channel', type: 'nominal' } },
    },
  ];
}
