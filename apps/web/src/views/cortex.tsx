/**
 * @file The network beside LGN, V1, V2, V4 and IT: one measure at a time as a chart, the published numbers with their sources,
 * the tables. No layer is matched to an area here.
 */

import { computed, useSignal } from '@preact/signals';
import {
  type Chart,
  halfPeakChart,
  latencyChart,
  layerAreaTable,
  measuredTuning,
  ownCharts,
  ownChartsIn,
  receptiveFieldChart,
  sparsenessChart,
  tuningChart,
} from '@ventral/charts';
import { language, t } from '../i18n/index.ts';
import { measurements } from '../measurements.ts';
import {
  areTablesShown,
  graphTables,
  isDark,
  type LadderMeasure,
  ladderMeasures,
  type Measure,
  measure,
  network,
  physiologyTables,
  type SpeciesShown,
  species,
  speciesShown,
  tableNamed,
  tables,
} from '../state.ts';
import { Areas } from './areas.tsx';
import { ChartPlate } from './chart-plate.tsx';
import { Choice } from './choice.tsx';
import { DataTable } from './data-table.tsx';
import { ExportMenu } from './export.tsx';
import { isOwn, isTuning, measureName } from './measures.ts';
import { PhysiologyBox } from './physiology.tsx';
import { Preferences } from './preferences.tsx';
import { ProbeBox } from './probe-box.tsx';
import { Visualisations } from './visualisations.tsx';

const builders = {
  'receptive-field': receptiveFieldChart,
  latency: latencyChart,
  'half-peak': halfPeakChart,
  sparseness: sparsenessChart,
} satisfies Record<LadderMeasure, unknown>;

/** Tables that a measure's chart is drawn from. */
const needs = {
  'receptive-field': 'receptive-fields',
  latency: 'receptive-fields',
  'half-peak': 'statistics',
  sparseness: 'statistics',
} as const;
const canDraw = computed(() => {
  const id = measure.value;
  if (isOwn(id)) return ownCharts[id].isIn(tables.value);
  return tableNamed(isTuning(id) ? 'tuning' : needs[id]) !== undefined;
});
/** Those of the battery that were measured. */
const tuningShown = computed(() => [...ownChartsIn(tables.value), ...measuredTuning(tables.value)]);
/** Those that every probe run has are chosen by name. */
const isListed = (id: Measure) => isTuning(id) || isOwn(id);

function build(theme: 'light' | 'dark', width?: number): Chart {
  const id = measure.value;
  const options = {
    species: species.value,
    language: language.value,
    fovDeg: (isListed(id) ? physiologyTables : graphTables).value.fovDeg,
    inputPx: network.value?.widthPx ?? 1,
    theme,
    ...(width !== undefined && { width }),
  };
  if (isTuning(id)) return tuningChart(tables.value, measurements(), options, id);
  return (isOwn(id) ? ownCharts[id].make : builders[id])(tables.value, measurements(), options);
}

export function Cortex() {
  return (
    <section class="panel cortex" aria-labelledby="cortex-title">
      <h2 id="cortex-title">{t.value.beside}</h2>
      <ProbeBox />
      <PhysiologyBox />
      <Choice<Measure>
        legend={t.value.measure}
        name="measure"
        options={ladderMeasures.map((id) => [id, t.value.measures[id]])}
        signal={measure}
        isWide
      />
      <TuningChoice />
      <Ladder />
      <Preferences />
      <Visualisations />
      <Tables />
    </section>
  );
}

/** A measure of the battery, once there are any. */
function TuningChoice() {
  const shown = measure.value;
  const ids = tuningShown.value;
  if (ids.length === 0) return null;
  return (
    <label class="tuning">
      {t.value.physiology.choose}
      <select
        aria-label={t.value.physiology.choose}
        value={isListed(shown) ? shown : ''}
        onChange={({ currentTarget }) => {
          measure.value = ids.find((id) => id === currentTarget.value) ?? 'receptive-field';
        }}
      >
        <option value="">{t.value.physiology.none}</option>
        {ids.map((id) => (
          <option key={id} value={id}>
            {measureName(id)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Ladder() {
  const chart = canDraw.value ? build(isDark.value ? 'dark' : 'light') : undefined;
  return (
    <div class="ladder">
      <h3>{chart?.title ?? measureName(measure.value)}</h3>
      <div class="tools">
        <Choice<SpeciesShown>
          legend={t.value.speciesLabel}
          name="species"
          options={speciesShown.map((id) => [id, t.value.species[id]])}
          signal={species}
        />
        {chart && (
          <>
            <button
              type="button"
              aria-pressed={areTablesShown.value}
              onClick={() => {
                areTablesShown.value = !areTablesShown.value;
              }}
            >
              {areTablesShown.value ? t.value.showAsChart : t.value.showAsTable}
            </button>
            <ExportMenu table={chart.table} chart={() => build('light')} />
          </>
        )}
      </div>
      {!chart && network.value && <p class="empty">{isListed(measure.value) ? t.value.physiology.needed : t.value.needsProbe}</p>}
      {chart && areTablesShown.value && <DataTable table={chart.table} layerColumn="name" />}
      {chart && !areTablesShown.value && <ChartPlate build={build} />}
      {measure.value !== 'first-layer-filters' && <Areas />}
      <p class="note">
        {!isOwn(measure.value) && t.value.besideNote} {chart?.note}
      </p>
    </div>
  );
}

function Tables() {
  const open = useSignal<string | undefined>(undefined);
  const known = new Set(tables.value.map(({ name }) => name));
  const all = known.has('statistics')
    ? [layerAreaTable(tables.value, measurements(), { species: species.value }), ...tables.value]
    : tables.value;
  if (all.length === 0) return null;
  return (
    <div class="tables">
      <h3>{t.value.tables}</h3>
      {all.map((table) => (
        <div key={table.name} class="folded">
          <details
            onToggle={({ currentTarget }) => {
              if (currentTarget.open) open.value = table.name;
              else if (open.value === table.name) open.value = undefined;
            }}
            open={open.value === table.name}
          >
            <summary>{table.name === 'layer-area' ? t.value.layerByArea : table.title}</summary>
            {open.value === table.name && (
              <DataTable table={table} {...(table.name === 'layer-area' && { layerColumn: 'name' })} />
            )}
          </details>
          <ExportMenu table={table} />
        </div>
      ))}
    </div>
  );
}
