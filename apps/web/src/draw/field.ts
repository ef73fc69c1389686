/**
 * @file Where a unit's receptive field lies on the picture, and its drawing. The geometry comes from the table of receptive
 * fields; nothing is measured here.
 */

/** Receptive field of a layer's units as its table row gives it, px of the network's input; pixel (0, 0) is centred on 0. */
export interface Field {
  readonly sizePx: readonly [h: number, w: number];
  readonly stridePx: readonly [h: number, w: number];
  /** Centre of unit (0, 0). */
  readonly firstCenterPx: readonly [y: number, x: number];
  readonly seesWholeImage: boolean;
}

/** Edges in px from the picture's corner; may lie outside the picture. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Box of unit (y, x), not clipped. */
export function fieldBox(field: Field, y: number, x: number): Box {
  const centreY = field.firstCenterPx[0] + y * field.stridePx[0] + 0.5;
  const centreX = field.firstCenterPx[1] + x * field.stridePx[1] + 0.5;
  const [h, w] = field.sizePx;
  return { top: centreY - h / 2, left: centreX - w / 2, bottom: centreY + h / 2, right: centreX + w / 2 };
}

/** The part of a box inside a picture of that size; the whole picture for a unit that sees all of it. */
export function clippedBox(field: Field, y: number, x: number, heightPx: number, widthPx: number): Box {
  if (field.seesWholeImage) return { top: 0, left: 0, bottom: heightPx, right: widthPx };
  const box = fieldBox(field, y, x);
  return {
    top: Math.min(Math.max(0, box.top), heightPx),
    left: Math.min(Math.max(0, box.left), widthPx),
    bottom: Math.max(0, Math.min(heightPx, box.bottom)),
    right: Math.max(0, Math.min(widthPx, box.right)),
  };
}

/** The unit whose field is centred nearest to a place on the picture. */
export function unitAt(field: Field, yPx: number, xPx: number, heightUnits: number, widthUnits: number): [y: number, x: number] {
  const nearest = (px: number, first: number, stride: number, n: number) =>
    Math.min(n - 1, Math.max(0, stride > 0 ? Math.round((px - 0.5 - first) / stride) : 0));
  return [
    nearest(yPx, field.firstCenterPx[0], field.stridePx[0], heightUnits),
    nearest(xPx, field.firstCenterPx[1], field.stridePx[1], widthUnits),
  ];
}

/** Dims what lies outside the box and outlines it, so that it shows on any picture. `scale`: canvas px per picture px. */
export function drawBox(context: CanvasRenderingContext2D, box: Box, scale: number): void {
  const { width, height } = context.canvas;
  const x = box.left * scale;
  const y = box.top * scale;
  const w = (box.right - box.left) * scale;
  const h = (box.bottom - box.top) * scale;
  context.clearRect(0, 0, width, height);
  context.fillStyle = 'rgb(8 14 20 / 0.5)';
  context.beginPath();
  context.rect(0, 0, width, height);
  context.rect(x, y, w, h);
  context.fill('evenodd');
  const line = Math.max(1.5, width / 260);
  for (const [colour, thickness] of [
    ['rgb(8 14 20 / 0.9)', line * 2],
    ['#ffd23f', line],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.strokeRect(
      Math.max(line, x),
      Math.max(line, y),
      Math.max(line, Math.min(width - 2 * line, w)),
      Math.max(line, Math.min(height - 2 * line, h)),
    );
  }
}
