/// <reference types="vite/client" />
/**
 * @file report.html: what a run found, as one file that needs nothing else: figures as SVG, tables, how it was made. Readable
 * on paper, in the dark and without scripts. Full precision is in the CSV files; here numbers have four digits.
 */
import type { Cell, Column, Table } from '@ventral/probe';
import css from './report.css?inline';

/** A chart as it stands in the report. */
export interface Figure {
  readonly title: string;
  /** Below the chart. */
  readonly caption: string;
  /** SVG on light paper and on dark: the reader's system chooses. */
  readonly light: string;
  readonly dark: string;
}

/** A picture that a probe made. */
export interface Sheet {
  /** Beside report.html. */
  readonly path: string;
  readonly about: string;
  readonly png: Uint8Array;
}

export interface Report {
  readonly title: string;
  /** One line below the title. */
  readonly subtitle: string;
  /** What a reader must know before any number: assumptions, failures, that a network is untrained. */
  readonly notices: readonly string[];
  readonly figures: readonly Figure[];
  /** Pictures that probes made, shown folded. */
  readonly sheets: readonly Sheet[];
  /** Shown in full, after the figures. */
  readonly overview: Table | undefined;
  /** Shown folded, with their first rows. */
  readonly tables: readonly Table[];
  /** How it was made: label and value. */
  readonly facts: readonly (readonly [label: string, value: string])[];
}

const rowsShown = 30;
/** A larger sheet is linked, not carried. */
const largestSheetBytes = 256 * 1024;

/** The report as HTML text. Deterministic: no time, no locale. */
export function reportHtml(report: Report): string {
  const { title, subtitle, notices, figures, sheets, overview, tables, facts } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>
${css}</style>
</head>
<body>
<header>
<p class="brand">Ventral</p>
<h1>${escaped(title)}</h1>
<p class="subtitle">${escaped(subtitle)}</p>
${notices.map((notice) => `<p class="notice">${escaped(notice)}</p>`).join('\n')}
</header>
<main>
${figures.map(figureHtml).join('\n')}
${overview ? `<section>\n<h2>${escaped(overview.title)}</h2>\n${tableHtml(overview, overview.rows.length)}\n</section>` : ''}
${sheets.length > 0 ? `<section>\n<h2>What layers like, by gradient ascent</h2>\n${sheets.map(foldedSheet).join('\n')}\n</section>` : ''}
<section>
<h2>Tables</h2>
${tables.map(foldedTable).join('\n')}
</section>
<section>
<h2>How it was made</h2>
<dl>
${facts.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join('\n')}
</dl>
</section>
</main>
</body>
</html>
`;
}

function figureHtml({ title, caption, light, dark }: Figure): string {
  return `<figure aria-label="${escaped(title)}">
<div class="plate light">${light}</div>
<div class="plate dark">${dark}</div>
${caption ? `<figcaption>${escaped(caption)}</figcaption>` : ''}
</figure>`;
}

function foldedSheet({ path, about, png }: Sheet): string {
  const isCarried = png.length <= largestSheetBytes;
  const image = `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="${escaped(about)}">`;
  return `<details${isCarried ? ' open' : ''}>
<summary>${escaped(about)}</summary>
${isCarried ? image : ''}
<p class="more">As a file: <a href="${escaped(path)}">${escaped(path)}</a></p>
</details>`;
}

function foldedTable(table: Table): string {
  const nRows = table.rows.length;
  const shown = Math.min(rowsShown, nRows);
  return `<details>
<summary>${escaped(table.title)} <span class="count">${nRows} ${nRows === 1 ? 'row' : 'rows'}</span></summary>
${tableHtml(table, shown)}
<p class="more">${shown < nRows ? `The first ${shown} of ${nRows} rows. All of them, in full precision: ` : 'In full precision: '}<a href="${escaped(table.name)}.csv">${escaped(table.name)}.csv</a></p>
</details>`;
}

function tableHtml(table: Table, nRows: number): string {
  const isNumber = table.columns.map(({ type }) => type === 'number' || type === 'integer');
  const attributes = isNumber.map((number) => (number ? ' class="number"' : ''));
  const head = table.columns.map(
    (column, i) => `<th scope="col"${attributes[i]} title="${escaped(column.description)}">${headHtml(column)}</th>`,
  );
  const rows = table.rows
    .slice(0, nRows)
    .map(
      (row) =>
        `<tr>${row.map((cell, i) => `<td${isLong(cell) ? ' class="long"' : attributes[i]}>${cellHtml(cell)}</td>`).join('')}</tr>`,
    );
  return `<div class="scroll"><table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

/** Text that may take several lines; everything shorter keeps to one. */
function isLong(cell: Cell): boolean {
  return typeof cell === 'string' && cell.length > 24;
}

/** Header words may break at their underscores. */
function headHtml({ name }: Column): string {
  return escaped(name).replaceAll('_', '_<wbr>');
}

function cellHtml(cell: Cell): string {
  if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) return '<span class="none">–</span>';
  return escaped(typeof cell === 'number' ? shortNumber(cell) : typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : cell);
}

/** Whole numbers as they are, others with four digits. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(4)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
