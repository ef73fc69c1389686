/**
 * @file One figure: patches of pictures that drive the layers of a network most, from the picture up, beside what the areas of the
 * ventral stream are known to prefer, in words. Unlike the charts it holds pictures, so it is SVG. No layer is put on an area.
 */
import { type Area5, areas5, type Measurement } from '@ventral/cortex';
import { type Control, records, sheetName, type Table } from '@ventral/probe';
import { digits, type Row, shortName } from './layers.ts';
import { font, inks, type Theme } from './theme.ts';
import { type Language, type Words, words } from './words.ts';

/** A picture of a layer's patches as it can be drawn: see sheetName in probe. */
export interface PatchSheet {
  readonly name: string;
  readonly heightPx: number;
  readonly widthPx: number;
  /** A data: URL. */
  readonly href: string;
}

export interface PreferenceLadderOptions {
  readonly language: Language;
  readonly theme: Theme;
  /** Visual angle that the input's width spans, degrees. */
  readonly fovDeg: number;
  /** Width of the input, pixels. */
  readonly inputPx: number;
}

export interface PreferenceLadder {
  readonly id: 'ladder-of-preferences';
  readonly title: string;
  readonly svg: string;
  /** What it shows, for those who do not see it: the layers, and every statement with its source. */
  readonly about: string;
  /** Below the figure: how to read it. */
  readonly note: string;
}

const WIDTH_PX = 950;
const MARGIN_PX = 14;
const HEAD_PX = 104;
/** Of a layer: its patches, and what is kept free below. */
const [SHEET_PX, LAYER_GAP_PX] = [102, 16];
const [LABEL_PX, CONTROL_GAP_PX] = [152, 18];
const [AREAS_AT_PX, AREA_GAP_PX] = [648, 18];
/** Of statements, of names of layers, of sources and headings. */
const [TEXT_PX, NAME_PX, SOURCE_PX] = [12.5, 11, 10.5];

/**
 * The figure, or undefined where the run gave no patches.
 *
 * @param tables with `preferred-patches` (probe)
 * @param sheets the run's pictures; others than those of patches are passed over
 * @param measurements with the statements `preferred_pattern` of data/cortex
 */
export function preferenceLadder(
  tables: readonly Table[],
  sheets: readonly PatchSheet[],
  measurements: readonly Measurement[],
  options: PreferenceLadderOptions,
): PreferenceLadder | undefined {
  const { language, theme } = options;
  const say = words[language];
  const layers = shownLayers(tables, sheets);
  if (layers.length === 0) return undefined;
  const areas = areas5.map((area) => areaBlock(area, measurements, say));
  const areasPx = areas.reduce((sum, { heightPx }) => sum + heightPx, 0);
  const bodyPx = Math.max(layers.length * (SHEET_PX + LAYER_GAP_PX) - LAYER_GAP_PX, areasPx + (areas.length - 1) * AREA_GAP_PX);
  const heightPx = HEAD_PX + bodyPx + 2 * MARGIN_PX + 16;
  const { ladder } = say;
  const title = ladder.title;
  const ink = inks[theme];
  const hasControl = layers.some(({ control }) => control);
  const layerStep = (bodyPx - SHEET_PX) / Math.max(1, layers.length - 1);
  const areaGap = (bodyPx - areasPx) / (areas.length - 1);
  const sheetWidth = Math.max(...layers.map(({ sheet }) => widthAt(sheet)));
  const controlAt = MARGIN_PX + LABEL_PX + sheetWidth + CONTROL_GAP_PX;

  const network = layers.flatMap((layer, i) => {
    const top = HEAD_PX + bodyPx - SHEET_PX - i * layerStep;
    return layerMarks(layer, i + 1, top, controlAt, say, options);
  });
  let bottom = HEAD_PX + bodyPx;
  const cortex = areas.flatMap(({ lines, heightPx: own }) => {
    const top = bottom - own;
    bottom = top - areaGap;
    return lines.map(({ y, ...line }) => text({ ...line, x: AREAS_AT_PX, y: top + y, fill: ink[line.fill] }));
  });
  const column = (x: number, y: number, said: string, fill: 'ink' | 'quiet', sizePx = 12) =>
    text({ x, y, words: said, sizePx, fill: ink[fill], isBold: fill === 'ink' });
  const known = areas.map(({ area, statements }) => `${area}: ${statements.join('; ')}`);
  const about = [title, ladder.apart, ladder.layers(layers[0]!.model), ...known]
    .map((part) => part.replace(/\.$/, ''))
    .join('. ');
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${round(heightPx)}" viewBox="0 0 ${WIDTH_PX} ${round(heightPx)}" role="img" aria-label="${escaped(about)}" font-family="${escaped(font)}">`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    column(MARGIN_PX, 30, title, 'ink', 16),
    column(MARGIN_PX, 50, ladder.apart, 'quiet'),
    column(MARGIN_PX, HEAD_PX - 28, ladder.layers(layers[0]!.model), 'ink'),
    column(MARGIN_PX + LABEL_PX, HEAD_PX - 11, ladder.channels, 'quiet', SOURCE_PX),
    ...(hasControl ? [column(controlAt, HEAD_PX - 11, ladder.shuffled, 'quiet', SOURCE_PX)] : []),
    column(AREAS_AT_PX, HEAD_PX - 28, ladder.areas, 'ink'),
    `<path d="M${AREAS_AT_PX - 20} ${HEAD_PX - 36}V${round(heightPx - MARGIN_PX)}" stroke="${ink.grid}"/>`,
    ...network,
    ...cortex,
    column(MARGIN_PX, heightPx - MARGIN_PX, ladder.bottom, 'quiet', SOURCE_PX),
    '</svg>',
  ].join('\n');
  return { id: 'ladder-of-preferences', title, svg, about, note: hasControl ? `${ladder.note} ${ladder.frame}` : ladder.note };
}

interface ShownLayer {
  readonly model: string;
  readonly layer: string;
  readonly fieldPx: readonly [h: number, w: number];
  readonly sheet: PatchSheet;
  /** Of the permuted control. */
  readonly control: PatchSheet | undefined;
}

/** Layers with a picture, in order of depth. */
function shownLayers(tables: readonly Table[], sheets: readonly PatchSheet[]): ShownLayer[] {
  const table = tables.find(({ name }) => name === 'preferred-patches');
  const firsts = new Map<number, Row>();
  for (const row of table ? records(table) : []) {
    const index = Number(row.layer_index);
    if (!firsts.has(index)) firsts.set(index, row);
  }
  const named = (index: number, control?: Control) => sheets.find(({ name }) => name === sheetName(index, control));
  return [...firsts]
    .sort(([a], [b]) => a - b)
    .flatMap(([index, row]) => {
      const sheet = named(index);
      const fieldPx = [Number(row.box_height_px), Number(row.box_width_px)] as const;
      const about = { model: String(row.model), layer: String(row.layer), fieldPx };
      return sheet ? [{ ...about, sheet, control: named(index, 'permuted') }] : [];
    });
}

const widthAt = ({ heightPx, widthPx }: PatchSheet) => (SHEET_PX * widthPx) / heightPx;

function layerMarks(
  { layer, fieldPx, sheet, control }: ShownLayer,
  rank: number,
  top: number,
  controlAt: number,
  say: Words,
  { fovDeg, inputPx, theme }: PreferenceLadderOptions,
): string[] {
  const ink = inks[theme];
  const [h, w] = fieldPx;
  const field = say.ladder.field(h === w ? String(w) : `${h}×${w}`, digits((Math.sqrt(h * w) * fovDeg) / inputPx));
  const image = ({ href }: PatchSheet, x: number, width: number) =>
    `<image x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${SHEET_PX}" href="${href}" preserveAspectRatio="none"/>`;
  const marks = [
    text({ x: MARGIN_PX, y: top + 44, words: `${rank} ${shortName(layer)}`, sizePx: NAME_PX, fill: ink.ink, isBold: true }),
    text({ x: MARGIN_PX, y: top + 61, words: field, sizePx: SOURCE_PX, fill: ink.quiet }),
    image(sheet, MARGIN_PX + LABEL_PX, widthAt(sheet)),
  ];
  if (!control) return marks;
  const width = widthAt(control);
  const frame = { x: controlAt - 3, y: top - 3, width: width + 6, height: SHEET_PX + 6 };
  return [
    ...marks,
    image(control, controlAt, width),
    `<rect ${Object.entries(frame)
      .map(([key, value]) => `${key}="${round(value)}"`)
      .join(' ')} fill="none" stroke="#9aa0a8" stroke-width="3"/>`,
  ];
}

interface Line {
  /** Baseline, from the top of the block. */
  readonly y: number;
  readonly words: string;
  readonly sizePx: number;
  readonly fill: 'ink' | 'quiet';
  readonly isBold?: boolean;
}

/** An area's name, and each statement with its source. */
function areaBlock(area: Area5, measurements: readonly Measurement[], say: Words) {
  const statements: string[] = [];
  const lines: Line[] = [{ y: 14, words: area, sizePx: 15, fill: 'ink', isBold: true }];
  let y = 18;
  const widthPx = WIDTH_PX - AREAS_AT_PX - MARGIN_PX;
  const put = (all: string, sizePx: number, fill: Line['fill']) => {
    for (const line of wrapped(all, widthPx, sizePx)) {
      y += 1.3 * sizePx;
      lines.push({ y, words: line, sizePx, fill });
    }
  };
  for (const { method, species, citation, doi } of measurements.filter(isPreference(area))) {
    const preferred = say.ladder.statements?.[method!] ?? method!;
    const statement = `${preferred} (${say.ladder.species[species] ?? species})`;
    put(statement, TEXT_PX, 'ink');
    put(doi ? `${citation}, doi:${doi}` : citation, SOURCE_PX, 'quiet');
    y += 5;
    statements.push(`${statement} – ${citation}`);
  }
  return { area, lines, statements, heightPx: y };
}

const isPreference = (area: Area5) => (row: Measurement) => row.area5 === area && row.measure === 'preferred_pattern';

/** Lines of words no wider than that, as far as letters can be judged without a font. */
function wrapped(all: string, widthPx: number, sizePx: number): string[] {
  const widthOf = (line: string) => [...line].reduce((sum, letter) => sum + (letter >= 'ᄀ' ? 1 : 0.54), 0) * sizePx;
  const lines: string[] = [];
  for (const word of all.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`) <= widthPx) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly words: string;
  readonly sizePx: number;
  readonly fill: string;
  readonly isBold?: boolean | undefined;
}

function text({ x, y, words: shown, sizePx, fill, isBold }: Text): string {
  const weight = isBold ? ' font-weight="600"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${sizePx}"${weight} fill="${fill}">${escaped(shown)}</text>`;
}

const round = (px: number) => Math.round(10 * px) / 10;

function escaped(said: string): string {
  return said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
