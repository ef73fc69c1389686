/**
 * @file One measure of the battery along the network: the median of each layer's units with a band between their quartiles, the
 * controls in grey, and the same measure of cells beside it. What the measures are: tuning-measures.ts.
 */
import { areas5, cellHistogram, cortexSeries, type Measurement } from '@ventral/cortex';
import { columnIndex, type Table } from '@ventral/probe';
import { ladderChart, stated } from './ladder.ts';
import { type ChartedLayer, chartedLayers, digits, numberIn } from './layers.ts';
import type { ChartOptions, Ladder } from './plan.ts';
import type { Chart } from './spec.ts';
import { type TuningMeasure, type TuningMeasureId, tuningMeasures } from './tuning-measures.ts';
import { type Language, type NetworkSeries, words } from './words.ts';

/** What a measure is called in a list: `Circular variance`. */
export function tuningMeasureName(id: TuningMeasureId, language: Language): string {
  return words[language].tuning[id].name;
}

/**
 * The chart of one measure. A layer where the measure is defined for no unit is a gap that says why, never a zero.
 *
 * @param tables holds `tuning` (probe), whose degrees must have been computed with options.fovDeg.
 * @param id one of {@link tuningMeasures}
 * @throws {Error} without that table.
 */
export function tuningChart(
  tables: readonly Table[],
  measurements: readonly Measurement[],
  options: ChartOptions,
  id: TuningMeasureId,
): Chart {
  const { species, language } = options;
  const say = words[language];
  const measure: TuningMeasure = tuningMeasures.find((other) => other.id === id)!;
  const rowsOfMeasure = tables.map((table) => (table.name === 'tuning' ? onlyMeasure(table, id) : table));
  const { model, layers, controls } = chartedLayers(rowsOfMeasure, 'tuning');
  const pointsOf = (series: NetworkSeries, of: readonly ChartedLayer[]) =>
    of.map((layer) => {
      const { row } = layer;
      const number = (column: string) => numberIn(row, column);
      const [value, low, high] = [number('median'), number('lower_quartile'), number('upper_quartile')];
      const rangeKind = low !== null && high !== null ? 'quartiles' : null;
      return {
        layer,
        series,
        value,
        low,
        high,
        reading: value === null ? '–' : stated({ value, low, high, rangeKind, unit: measure.unit ?? '' }, say),
        about: [
          say.defined(String(number('n_defined') ?? 0), String(number('n_units') ?? '–')),
          ...(row.note ? [String(row.note)] : []),
        ],
      };
    });
  const { name, axis, note } = say.tuning[id];
  const ofSpecies = measurements.filter((row) => row.species === species);
  const aside = measure.aside ? cortexSeries(measurements, measure.aside, species) : [];
  const said = aside.flatMap(({ areas, definition }) =>
    areas5.flatMap((area) =>
      (areas[area] ?? []).map((row) => `${row.area} ${stated(row, say)}, ${definition} (${row.citation})`),
    ),
  );
  return ladderChart(
    {
      id: id.replaceAll('_', '-'),
      words: { title: say.along(name), axis, note },
      quantity: measure.quantity,
      histogram: measure.histogram === undefined ? null : cellHistogram(ofSpecies, measure.histogram),
      model,
      points: [...controls.flatMap(({ control, layers: same }) => pointsOf(control, same)), ...pointsOf('tuning', layers)],
      isCurve: true,
      lines: linesOf(measure, options),
      scale: measure.scale,
      // Never 8e+1 for 80; a log axis has its own ticks.
      format: measure.scale === 'log' ? '~g' : '~r',
      ...(measure.domain && { domain: measure.domain }),
      addendum: said.length > 0 ? [say.aside(said.join('; '))] : [],
    },
    measurements,
    options,
  );
}

function onlyMeasure(table: Table, id: TuningMeasureId): Table {
  const at = columnIndex(table, 'measure');
  return { ...table, rows: table.rows.filter((row) => row[at] === id) };
}

function linesOf({ lines = [] }: TuningMeasure, { fovDeg, inputPx, language }: ChartOptions): Ladder['lines'] {
  const say = words[language];
  const pixelDeg = fovDeg / inputPx;
  // Half a cycle per pixel is the highest frequency that pixels carry (Nyquist).
  const limitCpd = 0.5 / pixelDeg;
  const known = {
    'one-pixel': { value: pixelDeg, label: say.onePixel(digits(pixelDeg)) },
    'whole-field': { value: fovDeg, label: say.wholeField(digits(fovDeg)) },
    'pixel-limit': { value: limitCpd, label: say.pixelLimit(digits(limitCpd)) },
    // Skottun et al. 1991, Vision Res 31:1079.
    'simple-or-complex': { value: 1, label: say.simpleOrComplex },
    'lgn-or-v1': { value: 0, label: say.lgnOrV1 },
    'one-of-eight': { value: 1 / 8, label: say.chance('1/8') },
    'one-of-ten': { value: 1 / 10, label: say.chance('1/10') },
    'one-of-thirty-two': { value: 1 / 32, label: say.chance('1/32') },
    'equal-sizes': { value: 0, label: say.equalSizes },
    'no-preference': { value: 0, label: say.noPreference },
    straight: { value: 0, label: say.straight },
  };
  return lines.map((id) => ({ id, ...known[id] }));
}
