/** @file All feature maps of the selected layer as a grid on one canvas; only the rows in sight are drawn. */
import { computed, useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { pinUnit } from '../actions.ts';
import { cellAt, contextOf, type Grid, gridFor, gridHeight, mapCanvas } from '../draw/maps.ts';
import { count, t } from '../i18n/index.ts';
import {
  hoveredUnit,
  isDark,
  layer,
  type MapOrder,
  type MapScale,
  mapOrder,
  mapOrders,
  mapScale,
  mapScales,
  maps,
  shownChannel,
  unit,
} from '../state.ts';
import { Choice } from './choice.tsx';
import { scaleOf } from './map-scale.ts';
import { useSize } from './size.ts';

/** Channels in the order they are shown. */
const order = computed<readonly number[]>(() => {
  const all = maps.value;
  if (!all) return [];
  const channels = Array.from({ length: all.nChannels }, (_, c) => c);
  if (mapOrder.value === 'index') return channels;
  const by = mapOrder.value === 'mean' ? all.mean : all.max;
  return channels.sort((a, b) => by[b]! - by[a]! || a - b);
});

export function Maps() {
  return (
    <section class="panel maps" aria-labelledby="maps-title">
      <div class="tools">
        <h2 id="maps-title">
          {t.value.featureMaps} {layer.value && <span class="tally">{count(layer.value.nChannels)}</span>}
        </h2>
        <Choice<MapOrder>
          legend={t.value.sortBy}
          name="order"
          options={mapOrders.map((id) => [id, t.value.sort[id]])}
          signal={mapOrder}
        />
        <Choice<MapScale>
          legend={t.value.scaleBy}
          name="scale"
          options={mapScales.map((id) => [id, t.value.scale[id]])}
          signal={mapScale}
        />
      </div>
      <MapGrid />
    </section>
  );
}

function MapGrid() {
  const scroller = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const scrollTop = useSignal(0);
  const all = maps.value;
  const grid = all && gridFor(all.nChannels, all.heightUnits, all.widthUnits, size.value.width);
  const height = grid && all ? gridHeight(grid, all.nChannels) : 0;

  const eachCell = (use: (cell: number, x: number, y: number, of: Grid) => void) => {
    const of = maps.value;
    const { width, height: seen } = size.value;
    if (!of || width === 0) return;
    const cells = gridFor(of.nChannels, of.heightUnits, of.widthUnits, width);
    const step = cells.cellHeight + cells.gap;
    const first = Math.floor(scrollTop.value / step) * cells.columns;
    const last = Math.min(of.nChannels, (Math.ceil((scrollTop.value + seen) / step) + 1) * cells.columns);
    for (let cell = first; cell < last; cell++) {
      use(
        cell,
        (cell % cells.columns) * (cells.cellWidth + cells.gap),
        Math.floor(cell / cells.columns) * step - scrollTop.value,
        cells,
      );
    }
  };

  useSignalEffect(() => {
    const [of, { width, height: seen }, scale, channels] = [maps.value, size.value, mapScale.value, order.value];
    if (!base.current || width === 0) return;
    const context = contextOf(base.current, width, seen);
    context.clearRect(0, 0, base.current.width, base.current.height);
    if (!of) return;
    const ratio = base.current.width / width;
    const nUnits = of.heightUnits * of.widthUnits;
    eachCell((cell, x, y, { cellWidth, cellHeight }) => {
      const c = channels[cell]!;
      const drawn = mapCanvas(
        of.values.subarray(c * nUnits, (c + 1) * nUnits),
        of.heightUnits,
        of.widthUnits,
        scaleOf(of, c, scale),
      );
      // Maps larger than their cell are averaged, smaller ones stay blocks.
      context.imageSmoothingEnabled = of.widthUnits > cellWidth * ratio;
      context.drawImage(
        drawn,
        Math.round(x * ratio),
        Math.round(y * ratio),
        Math.round(cellWidth * ratio),
        Math.round(cellHeight * ratio),
      );
    });
  });

  useSignalEffect(() => {
    const [of, at, channel, { width, height: seen }, channels] = [
      maps.value,
      unit.value,
      shownChannel.value,
      size.value,
      order.value,
    ];
    if (!over.current || width === 0) return;
    const context = contextOf(over.current, width, seen);
    context.clearRect(0, 0, over.current.width, over.current.height);
    if (!of || !at) return;
    const ratio = over.current.width / width;
    const cellOfChannel = channels.indexOf(channel);
    eachCell((cell, x, y, { cellWidth, cellHeight }) => {
      if (cell !== cellOfChannel) return;
      context.strokeStyle = isDark.value ? '#ffffff' : '#10151a';
      context.lineWidth = 2 * ratio;
      context.strokeRect((x - 1) * ratio, (y - 1) * ratio, (cellWidth + 2) * ratio, (cellHeight + 2) * ratio);
      const [px, py] = [x + ((at.x + 0.5) * cellWidth) / of.widthUnits, y + ((at.y + 0.5) * cellHeight) / of.heightUnits];
      if (of.widthUnits * of.heightUnits === 1) return;
      for (const [colour, radius] of [
        ['rgb(8 14 20 / 0.9)', 4],
        ['#ffd23f', 2.5],
      ] as const) {
        context.fillStyle = colour;
        context.beginPath();
        context.arc(px * ratio, py * ratio, radius * ratio, 0, 7);
        context.fill();
      }
    });
  });

  const unitUnder = (event: PointerEvent) => {
    if (!all || !grid) return undefined;
    const box = scroller.current!.getBoundingClientRect();
    const found = cellAt(grid, all.nChannels, event.clientX - box.left, event.clientY - box.top + scrollTop.value);
    return (
      found && {
        c: order.value[found.cell]!,
        y: Math.floor(found.fy * all.heightUnits),
        x: Math.floor(found.fx * all.widthUnits),
      }
    );
  };

  return (
    <div
      class="grid"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="img"
      aria-label={
        all && layer.value
          ? t.value.gridSummary(layer.value.layer, count(all.nChannels), String(all.heightUnits), String(all.widthUnits))
          : t.value.readingPicture
      }
      onScroll={({ currentTarget }) => {
        scrollTop.value = currentTarget.scrollTop;
      }}
      onPointerMove={(event) => {
        hoveredUnit.value = unitUnder(event);
      }}
      onPointerLeave={() => {
        hoveredUnit.value = undefined;
      }}
      onPointerUp={(event) => pinUnit(unitUnder(event))}
    >
      <div class="canvases" style={{ height: `${size.value.height}px` }}>
        <canvas ref={base} />
        <canvas ref={over} />
      </div>
      <div style={{ height: `${Math.max(0, height - size.value.height)}px` }} />
    </div>
  );
}
