/**
 * @file The picture as the network sees it beside one feature map at the same size; a unit's receptive field on the one, the
 * unit on the other. Pointing at either looks, a click pins.
 */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { pinUnit, showPicture } from '../actions.ts';
import { gradient } from '../draw/colour.ts';
import { clippedBox, drawBox, unitAt } from '../draw/field.ts';
import { contextOf, mapCanvas } from '../draw/maps.ts';
import { count, degrees, number, t } from '../i18n/index.ts';
import {
  field,
  fovDeg,
  hoveredUnit,
  isPictureLoading,
  layer,
  mapScale,
  maps,
  network,
  picture,
  pictureIndex,
  pictures,
  pinnedUnit,
  shownChannel,
  unit,
} from '../state.ts';
import { scaleOf } from './map-scale.ts';
import { useSize } from './size.ts';

export function Picture() {
  return (
    <section class="panel look" aria-labelledby="picture-title" id="picture" tabIndex={-1}>
      <div class="plates">
        <div>
          <h2 id="picture-title" title={t.value.hoverHint}>
            {t.value.picture}
          </h2>
          <PicturePlate />
          <Chooser />
        </div>
        <div>
          <h2>
            {t.value.featureMap}{' '}
            {layer.value && (
              <span class="tally">{t.value.channelOf(String(shownChannel.value), count(layer.value.nChannels))}</span>
            )}
          </h2>
          <MapPlate />
          <ColourBar />
        </div>
      </div>
      <div class="under">
        <Predictions />
        <Readout />
      </div>
    </section>
  );
}

function PicturePlate() {
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const plate = useRef<HTMLDivElement>(null);
  const size = useSize(plate);
  const shown = picture.value;
  useSignalEffect(() => {
    const seen = picture.value;
    if (!seen || !base.current) return;
    base.current.width = seen.widthPx;
    base.current.height = seen.heightPx;
    base.current.getContext('2d')!.putImageData(new ImageData(seen.rgba, seen.widthPx, seen.heightPx), 0, 0);
  });
  useSignalEffect(() => {
    const [seen, at, of, { width, height }] = [picture.value, unit.value, field.value, size.value];
    if (!over.current || width === 0) return;
    const context = contextOf(over.current, width, height);
    if (!seen || !at || !of) {
      context.clearRect(0, 0, over.current.width, over.current.height);
      return;
    }
    drawBox(context, clippedBox(of, at.y, at.x, seen.heightPx, seen.widthPx), over.current.width / seen.widthPx);
  });
  const unitUnder = (event: PointerEvent) => {
    const [seen, of, at] = [picture.value, field.value, layer.value];
    if (!seen || !of || !at) return undefined;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [y, x] = unitAt(
      of,
      ((event.clientY - box.top) / box.height) * seen.heightPx,
      ((event.clientX - box.left) / box.width) * seen.widthPx,
      at.heightUnits,
      at.widthUnits,
    );
    return { c: pinnedUnit.value?.c ?? shownChannel.value, y, x };
  };
  return (
    <div
      class={`plate${(shown?.widthPx ?? 0) < 128 ? ' pixels' : ''}`}
      ref={plate}
      style={{ aspectRatio: network.value ? `${network.value.widthPx} / ${network.value.heightPx}` : '1' }}
      role="img"
      aria-label={
        shown ? t.value.pictureSummary(shown.id, String(shown.heightPx), String(shown.widthPx)) : t.value.readingPicture
      }
      aria-busy={isPictureLoading.value}
      onPointerMove={(event) => {
        hoveredUnit.value = unitUnder(event);
      }}
      onPointerLeave={() => {
        hoveredUnit.value = undefined;
      }}
      onPointerUp={(event) => pinUnit(unitUnder(event))}
    >
      <canvas ref={base} />
      <canvas ref={over} />
    </div>
  );
}

function MapPlate() {
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const plate = useRef<HTMLDivElement>(null);
  const size = useSize(plate);
  const all = maps.value;
  const c = shownChannel.value;
  useSignalEffect(() => {
    const [of, channel, scale] = [maps.value, shownChannel.value, mapScale.value];
    if (!base.current || !of || channel >= of.nChannels) return;
    const { heightUnits, widthUnits, values } = of;
    const nUnits = heightUnits * widthUnits;
    base.current.width = widthUnits;
    base.current.height = heightUnits;
    const drawn = mapCanvas(
      values.subarray(channel * nUnits, (channel + 1) * nUnits),
      heightUnits,
      widthUnits,
      scaleOf(of, channel, scale),
    );
    base.current.getContext('2d')!.drawImage(drawn, 0, 0);
  });
  useSignalEffect(() => {
    const [of, at, { width, height }] = [maps.value, unit.value, size.value];
    if (!over.current || width === 0) return;
    const context = contextOf(over.current, width, height);
    const canvas = over.current;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!of || !at) return;
    const [w, h] = [canvas.width / of.widthUnits, canvas.height / of.heightUnits];
    // Never smaller than can be seen.
    const [sideW, sideH] = [Math.max(w, canvas.width / 40), Math.max(h, canvas.width / 40)];
    const line = Math.max(1.5, canvas.width / 260);
    for (const [colour, thickness] of [
      ['rgb(8 14 20 / 0.9)', line * 2],
      ['#ffd23f', line],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.strokeRect(
        (at.x + 0.5) * w - sideW / 2 + line,
        (at.y + 0.5) * h - sideH / 2 + line,
        sideW - 2 * line,
        sideH - 2 * line,
      );
    }
  });
  const unitUnder = (event: PointerEvent) => {
    if (!all) return undefined;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = (share: number, n: number) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    return {
      c: pinnedUnit.value?.c ?? shownChannel.value,
      y: at((event.clientY - box.top) / box.height, all.heightUnits),
      x: at((event.clientX - box.left) / box.width, all.widthUnits),
    };
  };
  return (
    <div
      class="plate pixels"
      ref={plate}
      style={{ aspectRatio: all ? `${all.widthUnits} / ${all.heightUnits}` : '1' }}
      role="img"
      aria-label={all && layer.value ? summary(c) : t.value.readingPicture}
      onPointerMove={(event) => {
        hoveredUnit.value = unitUnder(event);
      }}
      onPointerLeave={() => {
        hoveredUnit.value = undefined;
      }}
      onPointerUp={(event) => pinUnit(unitUnder(event))}
    >
      <canvas ref={base} />
      <canvas ref={over} />
    </div>
  );
}

/** The map in words: what the canvas shows to those who do not see it. */
function summary(c: number): string {
  const all = maps.value!;
  const nUnits = all.heightUnits * all.widthUnits;
  const values = all.values.subarray(c * nUnits, (c + 1) * nUnits);
  const zeros = values.reduce((n, value) => n + (value === 0 ? 1 : 0), 0);
  const top = values.indexOf(all.max[c]!);
  return t.value.mapSummary(
    layer.value!.layer,
    String(c),
    String(all.heightUnits),
    String(all.widthUnits),
    number(all.min[c]!),
    number(all.max[c]!),
    `${Math.round((100 * zeros) / nUnits)} %`,
    String(Math.floor(top / all.widthUnits)),
    String(top % all.widthUnits),
  );
}

function ColourBar() {
  const all = maps.value;
  if (!all) return <div class="colours" />;
  const scale = scaleOf(all, shownChannel.value, mapScale.value);
  return (
    <div class="colours">
      <div class="bar" style={{ background: gradient(scale) }} />
      <div class="ticks">
        <span>{number(scale.low, 3)}</span>
        {scale.signed && <span>0</span>}
        <span>{number(scale.high, 3)}</span>
      </div>
      <p>
        {scale.signed ? t.value.signedNote : <span class="zero">{t.value.exactZero}</span>}
        {!all.mean.every(Number.isFinite) && <span class="zero nan">{t.value.notFinite}</span>}
        {mapScale.value === 'map' && ` · ${t.value.perMapNote}`}
      </p>
    </div>
  );
}

function Chooser() {
  const list = pictures.value;
  const index = pictureIndex.value;
  const seen = picture.value;
  // Of ten thousand pictures only the neighbours are listed.
  const listed = 500;
  const first = Math.max(0, index - listed / 2);
  return (
    <div class="chooser">
      <button
        type="button"
        class="quiet"
        aria-label={t.value.previousPicture}
        disabled={index === 0}
        onClick={() => void showPicture(index - 1)}
      >
        ‹
      </button>
      <select
        aria-label={t.value.choosePicture}
        value={String(index)}
        onChange={({ currentTarget }) => void showPicture(Number(currentTarget.value))}
      >
        {list.slice(first, first + listed).map(({ id }, i) => (
          <option key={first + i} value={String(first + i)}>
            {id}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="quiet"
        aria-label={t.value.nextPicture}
        disabled={index >= list.length - 1}
        onClick={() => void showPicture(index + 1)}
      >
        ›
      </button>
      <p>{seen && t.value.asSeen}</p>
    </div>
  );
}

function Predictions() {
  const seen = picture.value;
  return (
    <div class="predictions">
      <h3>{t.value.predictions}</h3>
      {seen?.predictions.length === 0 && <p class="empty">{t.value.predictionsNone}</p>}
      <ol>
        {seen?.predictions.map(({ classIndex, name, probability }) => (
          <li key={classIndex}>
            <span class="share" style={{ width: `${100 * probability}%` }} />
            <span class="class" title={name}>
              {name ?? t.value.classNumber(String(classIndex))}
            </span>
            <span class="number">{(100 * probability).toFixed(1)} %</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Readout() {
  const [of, at, all, to] = [layer.value, unit.value, maps.value, field.value];
  const seen = network.value;
  if (!of || !at || !to || !seen) return <div class="readout" />;
  const nUnits = of.heightUnits * of.widthUnits;
  const value = all && at.c < all.nChannels ? all.values[at.c * nUnits + at.y * of.widthUnits + at.x] : undefined;
  const box = clippedBox(to, at.y, at.x, seen.heightPx, seen.widthPx);
  const [h, w] = to.sizePx;
  const coordinate = (key: 'c' | 'y' | 'x', label: string, n: number) => (
    <label>
      {label}
      <input
        type="number"
        min="0"
        max={n - 1}
        value={at[key]}
        onInput={({ currentTarget }) => currentTarget.value !== '' && pinUnit({ ...at, [key]: Number(currentTarget.value) })}
      />
    </label>
  );
  return (
    <div class="readout">
      <h3>
        {t.value.unit}
        {pinnedUnit.value && (
          <button type="button" class="quiet" onClick={() => pinUnit(undefined)}>
            {t.value.unpin}
          </button>
        )}
      </h3>
      <div class="coordinates">
        {coordinate('c', t.value.channel, of.nChannels)}
        {coordinate('y', t.value.row, of.heightUnits)}
        {coordinate('x', t.value.column, of.widthUnits)}
      </div>
      <dl>
        <dt>{t.value.value}</dt>
        <dd class="response">{value === undefined ? '–' : number(value)}</dd>
        <dt>{t.value.fieldReadout}</dt>
        <dd>
          {to.seesWholeImage
            ? t.value.fieldWhole
            : t.value.fieldOnPicture(number(h), number(w), degrees((Math.max(h, w) * fovDeg.value) / seen.widthPx))}
          {!to.seesWholeImage && (box.bottom - box.top < h || box.right - box.left < w) && (
            <span class="clipped">{t.value.fieldClipped(number(box.bottom - box.top), number(box.right - box.left))}</span>
          )}
        </dd>
      </dl>
    </div>
  );
}
