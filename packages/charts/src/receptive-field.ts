/** @file Receptive-field size in degrees: theoretical fields of the layers beside the cortical definitions. */
import type { Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { ladderChart } from './ladder.ts';
import { chartedLayers, digits, numberIn } from './layers.ts';
import type { ChartOptions } from './plan.ts';
import type { Chart } from './spec.ts';
import { words } from './words.ts';

/**
 * Theoretical field of each charted layer, as «at most this», with a line down to the smallest branch joined there; the
 * cortical series of the species; one pixel and the whole field of view as lines. Log axis, degrees of visual angle.
 *
 * @param tables holds `receptive-fields` (probe). Its rf_size_deg is drawn as it stands: options.fovDeg must be the field of
 *   view it was computed with.
 * @throws {Error} without that table, or if its degrees contradict options.fovDeg and options.inputPx.
 */
export function receptiveFieldChart(
  tables: readonly Table[],
  measurements: readonly Measurement[],
  options: ChartOptions,
): Chart {
  const { fovDeg, inputPx } = options;
  const say = words[options.language];
  const pixelDeg = fovDeg / inputPx;
  const { model, layers } = chartedLayers(tables, 'receptive-fields');
  const points = layers.map((layer) => {
    const { row } = layer;
    const largest = (...columns: string[]) => Math.max(...columns.map((column) => numberIn(row, column) ?? Number.NaN));
    const sizePx = largest('rf_size_h_px', 'rf_size_w_px');
    const branchPx = largest('smallest_branch_h_px', 'smallest_branch_w_px');
    const sizeDeg = numberIn(row, 'rf_size_deg');
    if (sizeDeg !== null && Math.abs(sizeDeg - sizePx * pixelDeg) > 1e-6 * sizeDeg) {
      throw new Error(
        `receptiveFieldChart "${layer.layer}": rf_size_deg is ${sizeDeg}, but ${sizePx} px of ${inputPx} px over ${fovDeg}° are ` +
          `${sizePx * pixelDeg}°. Give the fovDeg and inputPx that the table was computed with.`,
      );
    }
    const joins = branchPx < sizePx;
    const about = [
      joins && say.smallestBranch(String(branchPx)),
      row.sees_whole_image === true && say.seesAll,
      row.aligned === false && say.misaligned,
    ].filter((fact) => fact !== false);
    return {
      layer,
      series: 'theoretical' as const,
      value: sizeDeg,
      ...(joins && { low: branchPx * pixelDeg }),
      reading:
        sizeDeg === null ? '–' : `≤ ${digits(sizeDeg)}° (${numberIn(row, 'rf_size_h_px')} × ${numberIn(row, 'rf_size_w_px')} px)`,
      about,
    };
  });
  return ladderChart(
    {
      id: 'receptive-field',
      words: say.charts['receptive-field'],
      quantity: 'receptive-field',
      model,
      points,
      lines: [
        { id: 'one-pixel', value: pixelDeg, label: say.onePixel(digits(pixelDeg)) },
        { id: 'whole-field', value: fovDeg, label: say.wholeField(digits(fovDeg)) },
      ],
      scale: 'log',
      format: '~g',
    },
    measurements,
    options,
  );
}
