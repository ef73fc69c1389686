/** @file Receptive-field size in degrees: theoretical fields of the layers beside the cortical definitions. */
import type { Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { type ChartOptions, ladderChart } from './ladder.ts';
import { chartedLayers, digits, numberIn } from './layers.ts';
import type { Chart } from './spec.ts';
import { words } from './words.ts';

/**
 * Theoretical field of each charted layer, as «at most this», with a line down to the smallest branch joined there; the
 * cortical series of the species; one pixel and the whole field of view as lines. Log axis, degrees of visual angle.
 *
 * @param tables holds `receptive-fields` (probe). Its rf_size_deg is drawn as it stands: options.fovDeg must be the field of
 *   view it was computed with.
 * @throws {Error} without that table.
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
    const [heightPx, widthPx] = [numberIn(row, 'rf_size_h_px'), numberIn(row, 'rf_size_w_px')];
    const [branchHeightPx, branchWidthPx] = [numberIn(row, 'smallest_branch_h_px'), numberIn(row, 'smallest_branch_w_px')];
    const sizeDeg = numberIn(row, 'rf_size_deg');
    const joins = branchHeightPx !== null && branchWidthPx !== null && (branchHeightPx !== heightPx || branchWidthPx !== widthPx);
    const about = [
      joins && say.smallestBranch(`${branchHeightPx} × ${branchWidthPx}`),
      row.sees_whole_image === true && say.seesAll,
      row.aligned === false && say.misaligned,
    ].filter((fact) => fact !== false);
    return {
      layer,
      series: 'theoretical' as const,
      value: sizeDeg,
      ...(joins && sizeDeg !== null && widthPx !== null && { low: (sizeDeg * branchWidthPx) / widthPx }),
      reading: sizeDeg === null ? '–' : `≤ ${digits(sizeDeg)}° (${heightPx} × ${widthPx} px)`,
      about,
    };
  });
  return ladderChart(
    {
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
