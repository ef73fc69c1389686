/** @file Which input of a graph is the picture. */
import { InputError } from '../errors.ts';
import type { BoundGraph } from './bind.ts';
import { pictureAxes } from './graph.ts';

/** The picture among a graph's inputs. */
export interface PictureInput {
  readonly name: string;
  readonly axes: readonly [y: number, x: number];
  readonly sizePx: readonly [h: number, w: number];
}

/**
 * The graph's first picture input, n c h w or n h w c.
 * @throws InputError if there is none.
 */
export function pictureInput(graph: BoundGraph): PictureInput {
  for (const { name, shape } of graph.inputs) {
    const axes = pictureAxes(shape);
    if (!axes) continue;
    const sizes = graph.types.get(name)!.shape;
    return { name, axes, sizePx: [sizes[axes[0]]!, sizes[axes[1]]!] };
  }
  throw new InputError(
    `network "${graph.name}": needs a picture input [n, c, h, w], but its inputs are ${graph.inputs.map((input) => input.name).join(', ') || 'none'}.`,
  );
}
