/** @file Pictures with classes on the command line: a folder or zip whose folders are the classes, or a drawn set. */
import { InputError, type LabelledItem } from '@ventral/core';
import { labelledSet, labelledSets } from '@ventral/stimuli';
import { listStimuli, type Stimulus } from './stimuli.ts';

export interface LabelledData {
  /** In the order of their ids; labels are indices into `classes`. */
  readonly items: readonly LabelledItem<Stimulus>[];
  readonly classes: readonly string[];
}

export interface DrawnOptions {
  /** How many pictures of a drawn set. */
  readonly nDrawn: number;
  readonly seed: number;
  readonly sizePx: readonly [h: number, w: number];
}

/**
 * Pictures and their classes. A picture's class is the name of the folder that it lies in.
 * @param wanted the network's class names in its own order, where it has some
 * @throws InputError `data "photos": "cat.jpg" lies in no folder. A picture's class is the name of its folder.`
 * @throws InputError `data "photos": class "zebra" is none of the network's: airplane, automobile, …`
 */
export function listLabelled(source: string, drawn: DrawnOptions, wanted?: readonly string[]): LabelledData {
  const [heightPx, widthPx] = drawn.sizePx;
  const found: { readonly item: Stimulus; readonly name: string }[] = labelledSets.some(({ name }) => name === source)
    ? drawnPictures(source, drawn)
    : listStimuli(source, { heightPx, widthPx, fovDeg: 1, seed: drawn.seed }).map((item) => {
        const name = item.id.split('/').at(-2);
        if (name === undefined)
          throw new InputError(`data "${source}": "${item.id}" lies in no folder. A picture's class is the name of its folder.`);
        return { item, name };
      });
  const classes = wanted ?? [...new Set(found.map(({ name }) => name))].sort();
  const indices = new Map(classes.map((name, index) => [name, index]));
  const items = found.map(({ item, name }) => {
    const label = indices.get(name);
    if (label !== undefined) return { item, label };
    const known = classes.length > 20 ? `${classes.slice(0, 20).join(', ')} …` : classes.join(', ');
    throw new InputError(`data "${source}": class "${name}" is none of the network's: ${known}.`);
  });
  return { items, classes };
}

function drawnPictures(source: string, { nDrawn, seed, sizePx: [heightPx, widthPx] }: DrawnOptions) {
  const set = labelledSet(source);
  return Array.from({ length: nDrawn }, (_, index) => {
    const item: Stimulus = { kind: 'labelled', id: set.id(index), set: source, index, seed, heightPx, widthPx };
    return { item, name: set.classes[index % set.classes.length]! };
  });
}
