/**
 * @file The probe `rf`: theoretical receptive fields of the layers as a table. The geometry itself is field.ts.
 */
import { type BoundGraph, pictureInput } from '@ventral/core';
import { layerCells } from '../layers.ts';
import type { FinishContext, GraphProbe, LayerInfo } from '../probe.ts';
import { type Cell, type Column, columnIndex, layerColumns, type Table } from '../table.ts';
import { type AxisField, clippedSizePx, receptiveFields } from './field.ts';

/** A number for h and one for w. */
const pair = (name: string, sides: readonly [string, string], text: string): Column[] =>
  sides.map((side) => ({ name: `rf_${name}_${side}_px`, type: 'number', unit: 'px', description: `${text} (${side}).` }));

const columns: readonly Column[] = [
  ...layerColumns,
  ...pair(
    'size',
    ['h', 'w'],
    'Theoretical receptive field of a unit: full support, an upper bound, not cut at the picture’s border',
  ),
  ...pair('stride', ['h', 'w'], 'Distance between the fields of neighbouring units; empty where all units see the same'),
  ...pair('padding', ['h', 'w'], 'How far the field of unit (0, 0) begins before the picture: P of Araujo, Norris & Sim (2019)'),
  ...pair('center', ['y', 'x'], 'Centre of the field of unit (0, 0); pixel (0, 0) is centred on 0'),
  ...pair('clipped', ['h', 'w'], 'The part of the field inside the picture, for the unit with the largest such part'),
  {
    name: 'rf_size_deg',
    type: 'number',
    unit: 'deg',
    description: 'Longer side of the theoretical field in degrees of visual angle: pixels × field of view / input width.',
  },
  { name: 'rf_share', type: 'number', description: 'Clipped field as a share of the picture’s area, 0…1.' },
  {
    name: 'smallest_branch_h_px',
    type: 'number',
    unit: 'px',
    description: 'Field height along the smallest of all paths from the picture.',
  },
  {
    name: 'smallest_branch_w_px',
    type: 'number',
    unit: 'px',
    description: 'Field width along the smallest of all paths from the picture.',
  },
  {
    name: 'aligned',
    type: 'boolean',
    description:
      'False once paths of different stride or centre met: fields then differ from unit to unit, and the size is that of the centre unit.',
  },
  {
    name: 'sees_whole_image',
    type: 'boolean',
    description:
      'Some path goes through a whole map (global pooling, dense); beside local paths, as in gates, the size is that of the local ones.',
  },
];

/** Receptive fields of the layers: table `receptive-fields`. */
export const receptiveField: GraphProbe = {
  kind: 'graph',
  name: 'rf',
  title: 'Theoretical receptive fields',
  measure: ({ model, fovDeg }, graph, layers) => [receptiveFieldTable(model, fovDeg, graph, layers)],
};

function receptiveFieldTable(
  model: string,
  fovDeg: FinishContext['fovDeg'],
  graph: BoundGraph,
  layers: readonly LayerInfo[],
): Table {
  const fields = receptiveFields(graph);
  const [heightPx, widthPx] = pictureInput(graph).sizePx;
  const rows = layers.map((layer): Cell[] => {
    const { y, x } = fields.get(layer.layer)!;
    const stride = (axis: AxisField) => (axis.valueAxis === null ? null : axis.stridePx);
    // Adding 0 makes −0 a plain 0.
    const padding = (axis: AxisField) => -axis.startPx + 0;
    const center = (axis: AxisField) => axis.startPx + (axis.sizePx - 1) / 2;
    const clipped = [clippedSizePx(y, heightPx, layer.heightUnits), clippedSizePx(x, widthPx, layer.widthUnits)] as const;
    return [
      ...layerCells(model, layer),
      y.sizePx,
      x.sizePx,
      stride(y),
      stride(x),
      padding(y),
      padding(x),
      center(y),
      center(x),
      ...clipped,
      (Math.max(y.sizePx, x.sizePx) * fovDeg) / widthPx,
      (clipped[0] * clipped[1]) / (heightPx * widthPx),
      y.smallestPx,
      x.smallestPx,
      y.isAligned && x.isAligned,
      y.seesWhole && x.seesWhole,
    ];
  });
  return { name: 'receptive-fields', title: 'Theoretical receptive fields', columns, rows };
}

/** The columns that `ventral rf` prints, of a table `receptive-fields`. */
export function receptiveFieldSummary(table: Table): Table {
  const left = new Set(['stage', 'is_block_output', 'smallest_branch_h_px', 'smallest_branch_w_px']);
  const kept = table.columns.filter(({ name }) => !left.has(name));
  const at = kept.map(({ name }) => columnIndex(table, name));
  return { ...table, columns: kept, rows: table.rows.map((row) => at.map((i) => row[i] ?? null)) };
}
