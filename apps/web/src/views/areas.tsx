/**
 * @file The five stations of the ventral stream with what was published about the measure shown: every number with its
 * definition and source, and a sentence where there is none.
 */

import { computed, signal } from '@preact/signals';
import { unitSymbol } from '@ventral/charts';
import { type Area5, areas5, type CortexSeries, cellHistogram, cortexSeries, type Measurement } from '@ventral/cortex';
import { count, language, t } from '../i18n/index.ts';
import { measurements } from '../measurements.ts';
import { hoveredArea, measure, species } from '../state.ts';
import { measureName, published } from './measures.ts';

const series = computed(() => {
  const { quantity } = published(measure.value);
  return quantity === undefined ? [] : cortexSeries(measurements(), quantity, species.value);
});
/** Cells of the histogram that the chart shows behind V1. */
const nCells = computed(() => {
  const { histogram } = published(measure.value);
  const ofSpecies = measurements().filter((row) => row.species === species.value);
  return histogram === undefined ? undefined : cellHistogram(ofSpecies, histogram)?.counts.reduce((sum, n) => sum + n, 0);
});
const shown = signal<{ readonly of: CortexSeries; readonly row: Measurement; readonly area: Area5 } | undefined>(undefined);

export function Areas() {
  return (
    <div class="areas">
      <h4>{t.value.publishedNumbers}</h4>
      <ol>
        {areas5.map((area) => (
          <Area key={area} area={area} />
        ))}
      </ol>
      <Source />
    </div>
  );
}

function Area({ area }: { area: Area5 }) {
  const here = series.value.flatMap((of) => (of.areas[area] ?? []).map((row) => ({ of, row, area })));
  const isEmpty = computed(() => here.length === 0 && !(area === 'V1' && nCells.value !== undefined));
  const isLinked = computed(() => hoveredArea.value === area || shown.value?.area === area);
  return (
    <li class={`area${isLinked.value ? ' linked' : ''}${isEmpty.value ? ' none' : ''}`}>
      <h5>{area}</h5>
      {area === 'V1' && nCells.value !== undefined && <p>{t.value.cellsInChart(count(nCells.value))}</p>}
      {isEmpty.value && <p title={t.value.noNumberFor(measureName(measure.value), area)}>{t.value.noNumber}</p>}
      {here.map((entry, i) => {
        const show = () => {
          shown.value = entry;
        };
        return (
          <button
            key={i}
            type="button"
            aria-pressed={shown.value?.row === entry.row}
            onPointerEnter={show}
            onFocus={show}
            onClick={show}
          >
            <b>{reading(entry.row)}</b>
            <span class="study">
              {entry.row.area === area ? entry.row.citation.match(/(\p{Lu}\p{Ll} )?\p{Lu}[\p{L}-]+/u)?.[0] : entry.row.area}
            </span>
          </button>
        );
      })}
    </li>
  );
}

/** Definition, sample and citation of the number that was pointed at last; stays until another is. */
function Source() {
  const entry = shown.value;
  if (!entry || !series.value.includes(entry.of)) return <p class="source">{t.value.pointAtNumber}</p>;
  const { of, row } = entry;
  const facts = [
    row.area,
    row.species,
    row.preparation,
    row.n !== null && `n = ${row.n}`,
    row.eccentricity && (/\d/.test(row.eccentricity) ? t.value.atEccentricity(row.eccentricity) : row.eccentricity),
    row.method,
  ].filter(Boolean);
  return (
    <p class="source">
      <strong>{reading(row)}</strong> {of.definition} <span>{facts.join(' · ')}</span>{' '}
      <cite>
        {row.citation}
        {row.doi && `, doi:${row.doi}`}
      </cite>
    </p>
  );
}

function reading({ value, low, high, unit }: Measurement): string {
  const symbol = unitSymbol(unit, language.value);
  if (value !== null) return `${short(value)}${symbol}`;
  return low !== null && high !== null ? `${short(low)}–${short(high)}${symbol}` : `${short(low ?? high ?? Number.NaN)}${symbol}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
