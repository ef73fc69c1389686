/**
 * @file What a training run learns from and is judged by: labelled pictures, cut in two by class, the ones to learn from decoded
 * into memory that workers share.
 */
import { totalmem } from 'node:os';
import {
  createRandom,
  fit,
  type Image,
  InputError,
  isInputError,
  type LabelledItem,
  type Preprocess,
  type TrainingPictures,
} from '@ventral/core';
import { createImageDecoder, type ImageCodecs } from '@ventral/formats';
import type { LabelledData } from './labelled.ts';
import { formatBytes, type Voice } from './progress.ts';
import { type Stimulus, sha256, stimulusReader } from './stimuli.ts';

export interface SplitOptions {
  /** Share of each class that is held out, 0 … 1. */
  readonly holdOut: number;
  /** Give every picture to learn from the label of another: nothing of what pictures show can be learned. */
  readonly shuffleLabels: boolean;
  readonly seed: number;
}

/** What is learned from, and what is held out: of each class the same share, drawn by the seed. Held-out labels stay right. */
export function split({ items, classes }: LabelledData, { holdOut, seed, shuffleLabels }: SplitOptions) {
  const random = createRandom(seed);
  const isHeldOut = new Set<number>();
  for (const [label, name] of classes.entries()) {
    const ofClass = items.flatMap((item, index) => (item.label === label ? [index] : []));
    const chosen = random.fork(`held out ${name}`).sample(ofClass.length, Math.round(holdOut * ofClass.length));
    for (const i of chosen) isHeldOut.add(ofClass[i]!);
  }
  const learning = items.filter((_, index) => !isHeldOut.has(index));
  const labels = Uint16Array.from(learning, ({ label }) => label);
  if (shuffleLabels) random.fork('labels').shuffle(labels);
  return {
    learning: learning.map(({ item }, i) => ({ item, label: labels[i]! })),
    heldOut: items.filter((_, index) => isHeldOut.has(index)),
  };
}

export interface PictureReading {
  readonly preprocess: Preprocess;
  readonly sizePx: readonly [h: number, w: number];
  readonly codecs: ImageCodecs;
  /** The first unusable picture is an error. */
  readonly strict: boolean;
  readonly voice: Voice;
}

/**
 * Decodes the pictures to learn from at the network's input size, n · h · w · 3 bytes.
 * @throws InputError `data: 9000000 pictures of 224×224 px take 1354.8 GB in memory, more than half of the machine's. Give fewer.`
 */
export async function readPictures(items: readonly LabelledItem<Stimulus>[], reading: PictureReading): Promise<TrainingPictures> {
  const [heightPx, widthPx] = reading.sizePx;
  const pixels = heightPx * widthPx * 3;
  const takes = `${items.length} pictures of ${heightPx}×${widthPx} px take ${formatBytes(items.length * pixels)} in memory`;
  if (items.length * pixels > totalmem() / 2)
    throw new InputError(`data: ${takes}, more than half of the machine's. Give fewer.`);
  reading.voice.say(`Reading: ${takes}`, { n_pictures: items.length });
  const data = new Uint8Array(new SharedArrayBuffer(items.length * pixels));
  const labels: number[] = [];
  for await (const { image, label } of usable(items, reading)) {
    data.set(image.data, labels.length * pixels);
    labels.push(label);
  }
  return { data: data.subarray(0, labels.length * pixels), heightPx, widthPx, labels: Uint16Array.from(labels) };
}

/** The held-out pictures that can be decoded: each evaluation decodes them again, so none is kept. */
export async function usableItems(
  items: readonly LabelledItem<Stimulus>[],
  reading: PictureReading,
): Promise<LabelledItem<Stimulus>[]> {
  const found: LabelledItem<Stimulus>[] = [];
  for await (const { item, label } of usable(items, reading)) found.push({ item, label });
  return found;
}

/** Decoded pictures, one at a time; unusable ones are left out by name. */
async function* usable(
  items: readonly LabelledItem<Stimulus>[],
  { preprocess, sizePx: [heightPx, widthPx], codecs, strict, voice }: PictureReading,
): AsyncGenerator<LabelledItem<Stimulus> & { readonly image: Image }> {
  const read = stimulusReader(createImageDecoder(codecs));
  for (const { item, label } of items) {
    let image: Image;
    try {
      image = fit(await read(item), preprocess, { heightPx, widthPx });
    } catch (error) {
      if (strict || !isInputError(error)) throw error;
      voice.warn(`"${item.id}" is left out: ${error.message}`);
      continue;
    }
    yield { item, label, image };
  }
}

/** What the pictures are, in a few words of JSON: any other picture, label, order or class name gives another hash. */
export interface DataFingerprint {
  readonly n: number;
  readonly classes: readonly string[];
  readonly sha256: string;
}

export function fingerprint({ data, labels }: TrainingPictures, classes: readonly string[]): DataFingerprint {
  const hashes = sha256(data) + sha256(new Uint8Array(labels.buffer));
  return { n: labels.length, classes, sha256: sha256(Buffer.from(hashes)) };
}

/**
 * A notice where classes have different numbers of pictures, because accuracy alone misleads then: `Classes are of unequal size,
 * from 10 ("dog") to 30 ("cat") pictures: to answer "cat" always is right for 75.0 %.` undefined where they are equal.
 */
export function unequalClasses({ labels }: TrainingPictures, classes: readonly string[]): string | undefined {
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label]!++;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (least === most) return undefined;
  const [rare, frequent] = [least, most].map((n) => classes[counts.indexOf(n)]);
  const share = ((100 * most) / labels.length).toFixed(1);
  return `Classes are of unequal size, from ${least} ("${rare}") to ${most} ("${frequent}") pictures: to answer "${frequent}" always is right for ${share} %.`;
}
