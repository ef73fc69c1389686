/** @file How all charts look: colours, fonts, axes. One config for every spec; says nothing about data. */
import type { VegaLiteSpec } from './spec.ts';

export type Theme = 'light' | 'dark';

/** Okabe & Ito's colours, told apart with every common kind of colour vision (jfly.uni-koeln.de/color). Always with a shape as second channel. */
export const okabeIto = {
  orange: '#e69f00',
  skyBlue: '#56b4e9',
  green: '#009e73',
  yellow: '#f0e442',
  blue: '#0072b2',
  vermilion: '#d55e00',
  purple: '#cc79a7',
} as const;

/** Ink on paper ≥ 12:1, quiet ≥ 4.5:1 (WCAG 1.4.3); marks carry an outline of ink because half of the palette is below 3:1 on white. */
export const inks = {
  light: { paper: '#ffffff', ink: '#22252b', quiet: '#62676f', grid: '#e4e6ea' },
  dark: { paper: '#16181c', ink: '#eceef2', quiet: '#a3a9b3', grid: '#343840' },
} as const satisfies Record<Theme, Record<string, string>>;

/** Hangul falls back to what the common systems carry; a missing fallback shows boxes in exported pictures. */
export const font =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'NanumGothic', 'DejaVu Sans', sans-serif";

export function config(theme: Theme): VegaLiteSpec {
  const { paper, ink, quiet, grid } = inks[theme];
  return {
    background: paper,
    font,
    padding: 14,
    view: { stroke: grid },
    axis: {
      labelColor: ink,
      titleColor: ink,
      tickColor: quiet,
      domainColor: quiet,
      gridColor: grid,
      labelFontSize: 11,
      titleFontSize: 12,
      titleFontWeight: 600,
      titlePadding: 10,
      labelLimit: 140,
      titleLimit: 0,
    },
    legend: { labelColor: ink, labelFontSize: 11.5, labelLimit: 0, symbolSize: 80, symbolStrokeWidth: 1.2, rowPadding: 4 },
    title: {
      anchor: 'start',
      frame: 'group',
      color: ink,
      fontSize: 16,
      fontWeight: 600,
      subtitleColor: quiet,
      subtitleFontSize: 12,
      subtitlePadding: 5,
      offset: 14,
      limit: 0,
    },
    text: { color: quiet, fontSize: 11 },
    rule: { color: quiet },
    range: { heatmap: { scheme: 'viridis' }, ramp: { scheme: 'viridis' }, category: Object.values(okabeIto) },
  };
}
