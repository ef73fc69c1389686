/**
 * @file Drawn pictures with labels, without end: what networks are trained and tested on. Balanced by index, so that any run of
 * whole rounds through the classes holds each as often; other seeds, or other indices, are other drawings.
 */
import { createRandom, type Image, InputError, type Random } from '@ventral/core';
import { type Animal, drawCatOrDog } from './catdog.ts';
import { drawDigit } from './digits.ts';
import type { SizePx } from './raster.ts';

export interface LabelledImage {
  readonly image: Image;
  /** One of the set's classes, and its place among them. */
  readonly label: string;
  readonly classIndex: number;
}

export interface LabelledSet {
  readonly name: LabelledSetName;
  readonly title: string;
  readonly description: string;
  readonly classes: readonly string[];
  /** Size of a picture unless another is asked for. */
  readonly sizePx: readonly [h: number, w: number];
  /** Name of sample `index` ≥ 0: set, class, number within the class, e.g. `digits/3/000017` for 173. */
  id(index: number): string;
  /** Draws sample `index` of a seed; the same for the same arguments, whatever was drawn before. */
  draw(index: number, seed: number, size?: SizePx): LabelledImage;
}

export type LabelledSetName = 'digits' | 'catdog';

const animals: readonly Animal[] = ['cat', 'dog'];

/** The one list of labelled sets. */
export const labelledSets: readonly LabelledSet[] = [
  createLabelledSet({
    name: 'catdog',
    title: 'Cats and dogs',
    description: 'Drawn cats and dogs of all colours, poses and backgrounds; only their shape tells them apart.',
    classes: animals,
    sizePx: [48, 48],
    drawClass: (classIndex, random, size) => drawCatOrDog(animals[classIndex]!, random, size),
  }),
  createLabelledSet({
    name: 'digits',
    title: 'Digits',
    description: 'Drawn digits in many hands, white on black, sized and centred as collections of scanned digits are.',
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    sizePx: [28, 28],
    drawClass: drawDigit,
  }),
];

/**
 * A labelled set by name.
 *
 * @throws InputError `labelledSet: there is no labelled set "digit". Labelled sets: catdog, digits.`
 * @example the first picture of a training set
 * ```ts
 * labelledSet('digits').draw(0, 17); // { image: 28×28, label: '0', classIndex: 0 }
 * ```
 */
export function labelledSet(name: string): LabelledSet {
  const found = labelledSets.find((set) => set.name === name);
  if (found) return found;
  throw new InputError(
    `labelledSet: there is no labelled set "${name}". Labelled sets: ${labelledSets.map((set) => set.name).join(', ')}.`,
  );
}

/** Class = index mod number of classes; each sample has a stream of its own, named after its id. */
function createLabelledSet(
  options: Omit<LabelledSet, 'id' | 'draw'> & { drawClass(classIndex: number, random: Random, size: SizePx): Image },
): LabelledSet {
  const { drawClass, ...about } = options;
  const { name, classes } = about;
  const [heightPx, widthPx] = about.sizePx;
  const id = (index: number) => {
    if (!(Number.isSafeInteger(index) && index >= 0))
      throw new InputError(`labelledSet "${name}": needs a whole number from 0 as index, got ${index}.`);
    return `${name}/${classes[index % classes.length]}/${String(Math.floor(index / classes.length)).padStart(6, '0')}`;
  };
  return {
    ...about,
    id,
    draw(index, seed, size = { heightPx, widthPx }) {
      const random = createRandom(seed).fork(id(index));
      const classIndex = index % classes.length;
      return {
        image: { ...drawClass(classIndex, random, size), isFitted: true },
        label: classes[classIndex]!,
        classIndex,
      };
    },
  };
}
