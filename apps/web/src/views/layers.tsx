/** @file The network as a list of layer cards, one selected; moves by arrow keys, Home and End. */

import { computed } from '@preact/signals';
import { shortName } from '@ventral/charts';
import { columnIndex, type LayerInfo } from '@ventral/probe';
import { useEffect, useRef } from 'preact/hooks';
import { selectLayer } from '../actions.ts';
import type { Field } from '../draw/field.ts';
import { count, degrees, number, shortCount, t } from '../i18n/index.ts';
import { fields, fovDeg, hoveredLayer, layerIndex, layers, network, tableNamed } from '../state.ts';

/** Output shape and parameters of each layer, by layer id. */
const costs = computed(() => {
  const table = tableNamed('cost');
  if (!table) return new Map<string, { shape: string; nParams: number }>();
  const [layer, shape, params] = ['layer', 'output_shape', 'n_params'].map((name) => columnIndex(table, name)) as [
    number,
    number,
    number,
  ];
  return new Map(
    table.rows.map((row) => [
      String(row[layer]),
      { shape: String(row[shape]).replaceAll('x', ' × '), nParams: Number(row[params]) },
    ]),
  );
});

export function Layers() {
  const list = useRef<HTMLDivElement>(null);
  const selected = layerIndex.value;
  // Selection brings its card into view only if it is outside.
  useEffect(() => {
    list.current?.children[selected]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [selected, network.value]);
  const move = (event: KeyboardEvent) => {
    const last = layers.value.length - 1;
    const to = {
      ArrowDown: selected + 1,
      ArrowRight: selected + 1,
      ArrowUp: selected - 1,
      ArrowLeft: selected - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    selectLayer(Math.min(last, Math.max(0, to)));
    (list.current?.children[layerIndex.value] as HTMLElement | undefined)?.focus();
  };
  return (
    <section class="layers panel" aria-labelledby="layers-title">
      <h2 id="layers-title" title={t.value.layersHint}>
        {t.value.layers} <span class="tally">{count(layers.value.length)}</span>
      </h2>
      <div class="cards" role="listbox" aria-labelledby="layers-title" aria-describedby="layers-hint" ref={list} onKeyDown={move}>
        {layers.value.map((layer, i) => (
          <Card key={layer.layer} layer={layer} isSelected={i === selected} />
        ))}
      </div>
      <p id="layers-hint" class="unseen">
        {t.value.layersHint}
      </p>
    </section>
  );
}

function Card({ layer, isSelected }: { layer: LayerInfo; isSelected: boolean }) {
  const field = fields.value.get(layer.layer);
  const cost = costs.value.get(layer.layer);
  const isLinked = computed(() => hoveredLayer.value === layer.layer);
  return (
    <div
      role="option"
      class={`card stage-${layer.stage}${isLinked.value ? ' linked' : ''}`}
      aria-selected={isSelected}
      tabIndex={isSelected ? 0 : -1}
      onPointerUp={() => selectLayer(layer.layerIndex)}
      onPointerEnter={() => {
        hoveredLayer.value = layer.layer;
      }}
      onPointerLeave={() => {
        hoveredLayer.value = undefined;
      }}
    >
      <FieldGlyph layer={layer.layer} />
      <span class="title" title={layer.layer}>
        <b>{shortName(layer.layer)}</b>
        <span class="rank">{layer.layerIndex}</span>
      </span>
      <span class="op">{layer.op}</span>
      <span class="sizes">
        <span>{cost?.shape}</span>
        {cost && cost.nParams > 0 && <span>{t.value.parametersShort(shortCount(cost.nParams))}</span>}
      </span>
      <span class="sizes">
        <span class="rf">{field && fieldText(field)}</span>
        <span class="stage">
          {layer.isBlockOutput && `${t.value.blockOutput} · `}
          {t.value.stage[layer.stage]}
        </span>
      </span>
    </div>
  );
}

function fieldText({ seesWholeImage, sizePx }: Field): string {
  if (seesWholeImage) return t.value.wholeImage;
  const longer = Math.max(...sizePx);
  return `${number(longer)} px · ${degrees((longer * fovDeg.value) / (network.value?.widthPx ?? 1))}°`;
}

/** The picture as a square, the receptive field of a unit in its middle as a filled one. */
function FieldGlyph({ layer }: { layer: string }) {
  const field = fields.value.get(layer);
  const seen = network.value;
  if (!field || !seen) return <svg class="glyph" aria-hidden="true" />;
  const side = (px: number, of: number) => (field.seesWholeImage ? 1 : Math.min(1, px / of)) * 30;
  const [h, w] = [Math.max(1.5, side(field.sizePx[0], seen.heightPx)), Math.max(1.5, side(field.sizePx[1], seen.widthPx))];
  return (
    <svg class="glyph" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="1" y="1" width="30" height="30" class="frame" />
      <rect x={16 - w / 2} y={16 - h / 2} width={w} height={h} class="field" />
    </svg>
  );
}
