/**
 * @file Theoretical receptive fields from geometry alone: where in the picture each value of a network can look. No weights,
 * no images. Composes the `reach` of each op (core/ops) along any graph; the table of it is table.ts.
 */
import { type AxisReach, type BoundGraph, inputTypes, opOf, pictureInput, type Reach } from '@ventral/core';

/**
 * Field along one image axis. Unit u of the value sees the pixels start + u·stride … start + u·stride + size − 1; pixel 0 is
 * the first of the picture, and where a field hangs over the border, start is negative. Fractions come from upsampling.
 */
export interface AxisField {
  /** Logical axis of the value that walks along this image axis; null: all units see the same. */
  readonly valueAxis: number | null;
  readonly startPx: number;
  readonly sizePx: number;
  readonly stridePx: number;
  /** Size along the smallest of all paths from the picture. */
  readonly smallestPx: number;
  /** False once paths met whose strides or centres differ: fields then differ from unit to unit. */
  readonly isAligned: boolean;
  /** The field is the whole extent of an earlier map (global pooling, dense). Gates of this kind do not widen a local path. */
  readonly isGlobal: boolean;
  /** Some path, local or not, covers the whole extent of an earlier map. */
  readonly seesWhole: boolean;
}

/** Where a value's units look in the picture. */
export interface ReceptiveField {
  readonly y: AxisField;
  readonly x: AxisField;
}

/**
 * Theoretical receptive field of every value that depends on the picture: the rectangle outside which no pixel can change a
 * unit. An upper bound: what is weighted there is another question (METHODS: drawn as «at most»).
 *
 * Along a path, with window k' = dilation·(kernel − 1) + 1 and stride s: start ← start + offset·stride, size ← size + (k' − 1)·stride,
 * stride ← stride·s (Araujo, Norris & Sim 2019, Distill, doi:10.23915/distill.00021). Where paths meet, the field is the union
 * of the fields of one unit (the centre unit, should strides differ). Where a path has covered a whole map (global pooling,
 * dense) and another has not, as in squeeze-and-excitation gates, the size stays that of the local paths and `seesWhole` tells.
 *
 * @returns fields by value name; values that do not depend on the picture are absent. Costs O(nodes).
 */
export function receptiveFields(graph: BoundGraph): Map<string, ReceptiveField> {
  const picture = pictureInput(graph);
  const pixel = (valueAxis: number): AxisField => ({
    valueAxis,
    startPx: 0,
    sizePx: 1,
    stridePx: 1,
    smallestPx: 1,
    isAligned: true,
    isGlobal: false,
    seesWhole: false,
  });
  const fields = new Map<string, ReceptiveField>([[picture.name, { y: pixel(picture.axes[0]), x: pixel(picture.axes[1]) }]]);
  for (const node of graph.nodes) {
    const inputs = inputTypes(node, graph.types);
    for (const output of node.outputs) {
      const type = graph.types.get(output);
      if (!type) continue;
      const reaches = opOf(node).reach(node.attributes, inputs, type);
      const paths = node.inputs.flatMap((name, i) => {
        const field = fields.get(name);
        const reach = reaches[i];
        return field && reach ? [{ field, reach, shape: inputs[i]!.shape }] : [];
      });
      if (paths.length === 0) continue;
      const along = (axis: 'y' | 'x') =>
        union(
          paths.map(({ field, reach, shape }) => through(field[axis], reach, shape, type.shape)),
          type.shape,
        );
      fields.set(output, { y: along('y'), x: along('x') });
    }
  }
  return fields;
}

/** The field of an op's output along one path. */
function through(field: AxisField, reach: Reach, inputShape: readonly number[], outputShape: readonly number[]): AxisField {
  const { valueAxis } = field;
  if (valueAxis === null) return field;
  const n = inputShape[valueAxis]!;
  const outputAxis = reach.axes.findIndex((step) => step?.axis === valueAxis);
  const step = reach.axes[outputAxis];
  if (!step || 'whole' in step) return wholeExtent(field, n);
  const walked = window(field, step);
  // An axis with a window that is also read in full: a normalisation, whose statistics see the whole map beside the unit's own place.
  const byStatistics = reach.whole.includes(valueAxis);
  // One window over all of a map is global pooling (or a dense layer) by another name.
  const covers = n > 1 && outputShape[outputAxis] === 1 && step.start <= 0 && step.start + step.size >= n;
  return {
    ...walked,
    valueAxis: outputAxis,
    stridePx: field.stridePx * step.stride,
    isGlobal: field.isGlobal || covers,
    seesWhole: field.seesWhole || covers || byStatistics,
  };
}

function window(field: AxisField, step: Exclude<AxisReach, { whole: true }>): AxisField {
  const grown = (step.size - 1) * Math.abs(field.stridePx);
  const first = field.stridePx >= 0 ? step.start : step.start + step.size - 1;
  return {
    ...field,
    startPx: field.startPx + first * field.stridePx,
    sizePx: field.sizePx + grown,
    smallestPx: field.smallestPx + grown,
  };
}

/** The field of something that reads all n positions. */
function wholeExtent(field: AxisField, n: number): AxisField {
  const all = window(field, { axis: 0, stride: 1, start: 0, size: n });
  return { ...all, valueAxis: null, stridePx: 0, isGlobal: true, seesWhole: true };
}

/** The field where paths meet. */
function union(paths: readonly AxisField[], shape: readonly number[]): AxisField {
  const seesWhole = paths.some((path) => path.seesWhole);
  const locals = paths.filter((path) => !path.isGlobal);
  let meeting = locals.length > 0 ? locals : paths;
  let main = meeting.reduce((a, b) => (b.sizePx > a.sizePx ? b : a));
  if (meeting.some((path) => path.valueAxis !== main.valueAxis)) {
    // One path walks along another axis of the value (a product of positions): every unit may see all of it.
    meeting = meeting.map((path) => (path.valueAxis === null ? path : wholeExtent(path, shape[path.valueAxis]!)));
    main = meeting[0]!;
  }
  const centerUnit = main.valueAxis === null ? 0 : Math.floor(shape[main.valueAxis]! / 2);
  const startAtCenter = (path: AxisField) => path.startPx + centerUnit * path.stridePx;
  const first = Math.min(...meeting.map(startAtCenter));
  const end = Math.max(...meeting.map((path) => startAtCenter(path) + path.sizePx));
  const center = (path: AxisField) => path.startPx + path.sizePx / 2;
  return {
    ...main,
    startPx: first - centerUnit * main.stridePx,
    sizePx: end - first,
    smallestPx: Math.min(...meeting.map((path) => path.smallestPx)),
    isAligned: meeting.every(
      (path) => path.isAligned && (path.isGlobal || (path.stridePx === main.stridePx && center(path) === center(main))),
    ),
    seesWhole: seesWhole || main.seesWhole,
  };
}

/**
 * Pixels of a field that lie inside the picture, for the unit that has most of them.
 * @param sizePx extent of the picture along the axis
 * @param nUnits units along the axis
 */
export function clippedSizePx(field: AxisField, sizePx: number, nUnits: number): number {
  let most = 0;
  for (let unit = 0; unit < nUnits; unit++) {
    const start = field.startPx + unit * field.stridePx;
    most = Math.max(most, Math.min(start + field.sizePx, sizePx) - Math.max(start, 0));
  }
  return most;
}

/** Where one unit can look: the part of its theoretical field inside the picture. Plain data. */
export interface UnitField {
  /** Middle of that part; pixel (0, 0) is centred on 0. */
  readonly centerPx: readonly [y: number, x: number];
  readonly sizePx: readonly [h: number, w: number];
}

/** Where a layer's units look: the centre unit's part of the picture, and the geometry of all of them. */
export interface LayerField extends UnitField {
  readonly receptiveField: ReceptiveField;
}

/** The fields of the centre units, at row ⌊h/2⌋ and column ⌊w/2⌋, of values of `graph`. */
export function centreUnitFields(
  graph: BoundGraph,
  values: readonly { readonly layer: string; readonly heightUnits: number; readonly widthUnits: number }[],
): LayerField[] {
  const fields = receptiveFields(graph);
  const picture = pictureInput(graph).sizePx;
  const inside = (field: AxisField, nUnits: number, picturePx: number) => {
    const start = field.startPx + (field.valueAxis === null ? 0 : Math.floor(nUnits / 2) * field.stridePx);
    return [Math.max(0, start), Math.min(picturePx, start + field.sizePx)] as const;
  };
  return values.map(({ layer, heightUnits, widthUnits }) => {
    const receptiveField = fields.get(layer)!;
    const { y, x } = receptiveField;
    const [top, bottom] = inside(y, heightUnits, picture[0]);
    const [left, right] = inside(x, widthUnits, picture[1]);
    const centerPx = [(top + bottom - 1) / 2, (left + right - 1) / 2] as const;
    return { centerPx, sizePx: [bottom - top, right - left], receptiveField };
  });
}

/**
 * The unit whose field, whole, as if the picture went on beyond its border, has its centre nearest to a place; the first of two.
 * Along an axis where all units see the same it is the first.
 *
 * @param placePx pixel (0, 0) is centred on 0
 */
export function nearestUnit(
  { y, x }: ReceptiveField,
  { heightUnits, widthUnits }: { readonly heightUnits: number; readonly widthUnits: number },
  [yPx, xPx]: readonly [y: number, x: number],
): readonly [row: number, column: number] {
  const nearest = ({ valueAxis, startPx, sizePx, stridePx }: AxisField, nUnits: number, px: number) => {
    const away = (unit: number) => Math.abs(startPx + unit * stridePx + (sizePx - 1) / 2 - px);
    let best = 0;
    if (valueAxis !== null) for (let unit = 1; unit < nUnits; unit++) if (away(unit) < away(best)) best = unit;
    return best;
  };
  return [nearest(y, heightUnits, yPx), nearest(x, widthUnits, xPx)];
}
