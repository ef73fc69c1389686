/**
 * @file Whether a measure rises or falls with depth, and whether it does so beyond the controls: the table `depth-trends`, read
 * off the table `tuning`. Only what goes beyond all controls was learned.
 */
import { circularMeasures } from './physiology/measure.ts';
import { rankCorrelation } from './statistics/ranks.ts';
import { type Column, records, type Table } from './table.ts';

/** Early and late are thirds of the layers: two layers each at least. */
const leastLayers = 6;

/** Units that a layer's median needs: of fewer the quartiles say nothing. */
const leastUnits = 5;

/** Half of a 95 % interval over the standard error, of a normal distribution. */
const halfInterval = 1.96;

/** The standard error of a median over the interquartile range and √n (McGill, Tukey & Larsen 1978, Am Stat 32:12). */
const medianError = 1.25 / 1.35;

const columns: readonly Column[] = [
  { name: 'model', type: 'string', description: 'Network.' },
  { name: 'measure', type: 'string', description: 'As in the table tuning; units are in its name.' },
  {
    name: 'n_layers',
    type: 'integer',
    description: 'Layers for which the measure is defined, in at least 5 units where it is one of units.',
  },
  { name: 'early', type: 'number', description: 'Mean of the layers’ numbers over the first third of them.' },
  { name: 'late', type: 'number', description: 'The same over the last third.' },
  { name: 'rise', type: 'number', description: 'late − early; empty for fewer than 6 layers.' },
  { name: 'rise_lower', type: 'number', description: 'Lower end of its 95 % interval.' },
  { name: 'rise_upper', type: 'number', description: 'Upper end.' },
  { name: 'rank_correlation', type: 'number', description: 'Spearman’s, of the layers’ numbers with depth.' },
  {
    name: 'interval_from',
    type: 'string',
    description:
      'units: the spread of the units of each layer; layers: that of the layers of each third, where a layer has one number.',
  },
  { name: 'over_control', type: 'number', description: 'In a control’s row: the network’s rise less the control’s.' },
  { name: 'over_control_lower', type: 'number', description: 'Lower end of its 95 % interval.' },
  { name: 'over_control_upper', type: 'number', description: 'Upper end.' },
  {
    name: 'beyond_controls',
    type: 'string',
    description:
      'In the network’s row: rises (falls), if its rise and what it has over each control lie above (below) 0 with their intervals; else no. Empty without controls or intervals.',
  },
  { name: 'control', type: 'string', description: 'Empty: the network itself. Else which control.' },
];

/** One measure of one subject along its layers. */
interface Trend {
  readonly nLayers: number;
  readonly early: number;
  readonly late: number;
  readonly rise: number;
  /** Standard error of the rise; NaN: not known. */
  readonly error: number;
  readonly rho: number;
  readonly from: 'units' | 'layers' | null;
}

/**
 * The table `depth-trends`: a row for each measure of the network and of each control.
 *
 * Early and late are means over the first and the last third of the layers for which the measure is defined, in at least 5 units
 * where it is one of units. The standard error
 * of a layer's median is 0.926 · interquartile range / √n over its n units (McGill, Tukey & Larsen 1978), of a share p
 * √(p(1 − p)/n); where a layer has one number, the layers of a third are the sample. Errors add in quadrature. Intervals are
 * those of the stimuli shown and of units as a sample of the layer's: another training run of the same network may differ by more.
 *
 * @param tables with `tuning`
 * @returns none without that table
 */
export function depthTrends(tables: readonly Table[]): Table[] {
  const tuning = tables.find(({ name }) => name === 'tuning');
  if (!tuning) return [];
  const rows = records(tuning);
  // Angles of a circle do not rise.
  const measures = [...new Set(rows.map(({ measure }) => measure as string))].filter((name) => !circularMeasures.has(name));
  const subjects = [...new Set(rows.map(({ control }) => (control ?? null) as string | null))];
  const controls = subjects.filter((control) => control !== null);
  const model = rows[0]?.model ?? '';
  const of = (measure: string, control: string | null) =>
    trendOf(rows.filter((row) => row.measure === measure && (row.control ?? null) === control));
  return [
    {
      name: 'depth-trends',
      title: 'What rises or falls with depth',
      columns,
      rows: measures.flatMap((measure) => {
        const own = of(measure, null);
        const others = controls.map((control) => ({ control, trend: of(measure, control) }));
        const over = others.map(({ trend }) => ({ value: own.rise - trend.rise, error: Math.hypot(own.error, trend.error) }));
        return [
          [model, measure, ...cellsOf(own), null, null, null, beyond([{ value: own.rise, error: own.error }, ...over]), null],
          ...others.map(({ control, trend }, i) => {
            const { value, error } = over[i]!;
            const [lower, upper] = interval(value, error);
            return [model, measure, ...cellsOf(trend), value, lower, upper, null, control];
          }),
        ];
      }),
    },
  ];
}

function trendOf(rows: readonly ReturnType<typeof records>[number][]): Trend {
  const layers = rows
    .filter(
      ({ median, n_units, n_defined }) => Number.isFinite(median) && (n_units === null || (n_defined as number) >= leastUnits),
    )
    .sort((a, b) => (a.layer_index as number) - (b.layer_index as number));
  const values = Float64Array.from(layers, ({ median }) => median as number);
  const nThird = Math.floor(layers.length / 3);
  const errors = layers.map(errorOf);
  const from = errors.some(Number.isNaN) ? 'layers' : 'units';
  const third = (first: number) => {
    const numbers = values.subarray(first, first + nThird);
    const mean = numbers.reduce((a, b) => a + b, 0) / nThird;
    const squares =
      from === 'units'
        ? errors.slice(first, first + nThird).reduce((sum, error) => sum + error * error, 0) / nThird
        : numbers.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (nThird - 1);
    return { mean, variance: squares / nThird };
  };
  const rho = rankCorrelation(Float64Array.from(layers.keys()), values);
  const { NaN: nan } = Number;
  if (layers.length < leastLayers)
    return { nLayers: layers.length, early: nan, late: nan, rise: nan, error: nan, rho: nan, from: null };
  const [early, late] = [third(0), third(layers.length - nThird)];
  const error = Math.sqrt(early.variance + late.variance);
  return { nLayers: layers.length, early: early.mean, late: late.mean, rise: late.mean - early.mean, error, rho, from };
}

/** Standard error of a layer's number; NaN where it has no units. */
function errorOf({ median, lower_quartile, upper_quartile, n_units, n_defined }: ReturnType<typeof records>[number]): number {
  if (n_units === null) return Number.NaN;
  const n = n_defined as number;
  const range = (upper_quartile as number) - (lower_quartile as number);
  if (!Number.isNaN(range)) return (medianError * range) / Math.sqrt(n);
  const share = median as number;
  return Math.sqrt((share * (1 - share)) / n);
}

const interval = (value: number, error: number) => [value - halfInterval * error, value + halfInterval * error] as const;

function cellsOf({ nLayers, early, late, rise, error, rho, from }: Trend) {
  return [nLayers, early, late, rise, ...interval(rise, error), rho, from];
}

/** Whether the network's rise, first, and what it has over each control all lie on one side of 0. */
function beyond(differences: readonly { readonly value: number; readonly error: number }[]): string | null {
  if (differences.length < 2 || differences.some(({ error }) => Number.isNaN(error))) return null;
  const intervals = differences.map(({ value, error }) => interval(value, error));
  if (intervals.every(([lower]) => lower > 0)) return 'rises';
  return intervals.every(([, upper]) => upper < 0) ? 'falls' : 'no';
}
