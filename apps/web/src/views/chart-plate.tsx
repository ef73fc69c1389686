/**
 * @file One chart, drawn by vega when it is first in sight; its marks are linked with the layers and the areas. A table that
 * grows is followed without drawing the chart anew.
 */

import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';
import type { Chart, VegaLiteSpec } from '@ventral/charts';
import { areas5 } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { useEffect, useRef } from 'preact/hooks';
import type { DrawnChart } from '../draw/chart.ts';
import { language, t } from '../i18n/index.ts';
import { hoveredArea, hoveredLayer, isDark, layer, measure, network, species, tables } from '../state.ts';
import { useSize } from './size.ts';

/** Room that axis labels take beside the panels of a chart, px. */
const labelsPx = 96;

/** @param growing the chart's table where rows come at its end; `build` then reads no signal that they change */
export function ChartPlate(props: {
  build: (theme: 'light' | 'dark', width?: number) => Chart;
  growing?: ReadonlySignal<Table>;
}) {
  const { build, growing } = props;
  const plate = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const size = useSize(plate);
  const problem = useSignal<string | undefined>(undefined);
  const drawn = useRef<DrawnChart | undefined>(undefined);
  const { width } = size.value;
  // Text of the chart grows with the page's.
  const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;
  const spec = onPage(build(isDark.value ? 'dark' : 'light', Math.max(420, width / scale - labelsPx)).spec);
  const key = [width, isDark.value, language.value, measure.value, species.value, network.value?.name].join();

  const link = () => {
    const [hovered, selected] = [hoveredLayer.value, layer.value?.layer];
    drawn.current?.link(hovered ?? selected, hovered !== undefined);
  };
  const follow = () => {
    const table = growing?.value;
    if (table) void drawn.current?.grow(table);
  };

  useEffect(() => {
    if (width === 0) return;
    let isCurrent = true;
    const element = paper.current!;
    import('../draw/chart.ts')
      .then(({ drawChart }) =>
        drawChart(element, spec, isDark.value, (at) => {
          hoveredLayer.value = at?.rung === 'network' ? at.name : undefined;
          hoveredArea.value = at?.rung === 'cortex' ? areas5.find((area) => area === at.place) : undefined;
        }),
      )
      .then((chart) => {
        if (!isCurrent) return chart.remove();
        drawn.current?.remove();
        drawn.current = chart;
        problem.value = undefined;
        fit(element, scale);
        link();
        follow();
      })
      .catch((error: Error) => {
        problem.value = error.message;
      });
    return () => {
      isCurrent = false;
    };
  }, [key, tables.value]);
  useEffect(() => () => drawn.current?.remove(), []);
  useSignalEffect(link);
  useSignalEffect(follow);

  return (
    <div class="chart" ref={plate}>
      <div ref={paper} />
      {problem.value && (
        <p class="empty" role="alert">
          {t.value.chartFailed} {problem.value}
        </p>
      )}
    </div>
  );
}

/** The spec for this page: its title stands above it in the page, its paper is the page's, its legend one below the other. */
function onPage(spec: VegaLiteSpec): VegaLiteSpec {
  const { title: _, ...rest } = spec;
  const narrow = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(narrow);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        name === 'values' ? part : name === 'legend' && part && typeof part === 'object' ? { ...part, columns: 1 } : narrow(part),
      ]),
    );
  };
  return { ...(narrow(rest) as VegaLiteSpec), background: 'transparent', padding: 4 };
}

/** Scales the drawing by the page's text size, and down where it would not fit. */
function fit(element: HTMLElement, scale: number): void {
  const svg = element.querySelector('svg');
  if (!svg) return;
  const { width } = svg.viewBox.baseVal;
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  svg.style.width = `${width * scale}px`;
}
