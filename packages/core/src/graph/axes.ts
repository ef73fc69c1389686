/**
 * @file What each axis of a value means: batch, y, x, or channel. Followed from the picture through every op's reach, so that
 * a layer is read as positions × channels whatever its rank and axis order in the file.
 */
import type { AxisOrder } from '../tensor/layout.ts';
import { type BoundGraph, inputTypes, opOf } from './bind.ts';
import { pictureAxes } from './graph.ts';

export type AxisRole = 'batch' | 'y' | 'x' | 'channel';

/** Roles of every computed value's axes. */
export function axisRoles(graph: BoundGraph): ReadonlyMap<string, readonly AxisRole[]> {
  const roles = new Map<string, readonly AxisRole[]>();
  for (const input of graph.inputs) {
    const [h, w] = pictureAxes(input.shape) ?? [];
    const role = (axis: number): AxisRole => {
      if (input.isParameter) return 'channel';
      return axis === 0 ? 'batch' : axis === h ? 'y' : axis === w ? 'x' : 'channel';
    };
    roles.set(
      input.name,
      input.shape.map((_, axis) => role(axis)),
    );
  }
  for (const node of graph.nodes) {
    const inputs = inputTypes(node, graph.types);
    for (const name of node.outputs) {
      const output = graph.types.get(name);
      if (!output) continue;
      const reaches = opOf(node).reach(node.attributes, inputs, output);
      const found = output.shape.map((_, axis): AxisRole => {
        for (const [i, reach] of reaches.entries()) {
          const from = reach?.axes[axis];
          const role = from && !('whole' in from) ? roles.get(node.inputs[i]!)?.[from.axis] : undefined;
          if (role && role !== 'channel') return role;
        }
        return 'channel';
      });
      roles.set(name, found);
    }
  }
  return roles;
}

/** The order in which a layer is read: batch, y, x, then the channel axes in their own order. */
export function readingOrder(roles: readonly AxisRole[]): AxisOrder {
  const axes = roles.map((role, axis) => ({ role, axis }));
  return (['batch', 'y', 'x', 'channel'] as const).flatMap((wanted) =>
    axes.filter(({ role }) => role === wanted).map(({ axis }) => axis),
  );
}

/** Sizes of a layer as it is read: images, positions along y and x, channels. */
export function readingSizes(
  shape: readonly number[],
  roles: readonly AxisRole[],
): { batch: number; height: number; width: number; channels: number } {
  const product = (wanted: AxisRole) => shape.reduce((size, n, axis) => (roles[axis] === wanted ? size * n : size), 1);
  return { batch: product('batch'), height: product('y'), width: product('x'), channels: product('channel') };
}
