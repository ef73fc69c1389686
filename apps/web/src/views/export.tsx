/** @file The Export menu: CSV, SVG, PNG, Vega-Lite spec, always in this order; a table alone has only the first. */

import type { Chart } from '@ventral/charts';
import { writeCsv } from '@ventral/formats';
import type { Table } from '@ventral/probe';
import { useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { failure, network, status } from '../state.ts';

/** Saves a file on this computer. */
function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  status.value = t.value.statusExported(name);
}

/** `model_what.ext`, without what file systems refuse. */
function fileName(model: string, what: string, extension: string): string {
  return `${model.replace(/[^\p{L}\p{N}._-]+/gu, '-')}_${what}.${extension}`;
}

/**
 * @param chart builds the chart for paper: light, at its full width; called when it is wanted
 * @param model what it is of; default: the network that is open
 */
export function ExportMenu({ table, chart, model }: { table: Table; chart?: () => Chart; model?: string }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const text = (content: string, type: string) => new Blob([content], { type });
  const entries: (readonly [label: string, extension: string, make: () => Blob | Promise<Blob>])[] = [
    [t.value.exportCsv, 'csv', () => text(writeCsv(table).text, 'text/csv;charset=utf-8')],
  ];
  if (chart) {
    entries.push(
      [
        t.value.exportSvg,
        'svg',
        async () => text(await (await import('../draw/chart.ts')).chartSvg(chart().spec), 'image/svg+xml'),
      ],
      [t.value.exportPng, 'png', async () => (await import('../draw/chart.ts')).chartPng(chart().spec)],
      [t.value.exportSpec, 'vl.json', () => text(`${JSON.stringify(chart().spec, null, 1)}\n`, 'application/json')],
    );
  }
  const run = async (extension: string, make: () => Blob | Promise<Blob>) => {
    menu.current?.removeAttribute('open');
    try {
      save(fileName(model ?? network.value?.name ?? 'ventral', table.name, extension), await make());
    } catch (error) {
      failure.value = { title: t.value.chartFailed, details: error instanceof Error ? error.message : String(error) };
    }
  };
  return (
    <details
      class="export"
      ref={menu}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget as Node)) currentTarget.removeAttribute('open');
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return;
        event.stopPropagation();
        event.currentTarget.removeAttribute('open');
        event.currentTarget.querySelector('summary')?.focus();
      }}
    >
      <summary>{t.value.export}</summary>
      <div>
        {entries.map(([label, extension, make]) => (
          <button key={extension} type="button" onClick={() => void run(extension, make)}>
            <span>{label}</span> <code>.{extension}</code>
          </button>
        ))}
      </div>
    </details>
  );
}
