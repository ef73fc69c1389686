/** @file Which colour scale a map is drawn with: its own, or that of all maps of its layer. */
import { type ColourScale, colourScale } from '../draw/colour.ts';
import type { LayerMaps } from '../facts.ts';
import type { MapScale } from '../state.ts';

const ofLayer = new WeakMap<LayerMaps, ColourScale>();

export function scaleOf(maps: LayerMaps, channel: number, by: MapScale): ColourScale {
  const whole = ofLayer.get(maps) ?? colourScale(least(maps.min), most(maps.max));
  ofLayer.set(maps, whole);
  if (by === 'layer') return whole;
  const own = colourScale(maps.min[channel]!, maps.max[channel]!);
  // A map without negative values in a signed layer keeps the layer's colours, so that colour means the same in all.
  return whole.signed && !own.signed ? { signed: true, low: -own.high, high: own.high } : own;
}

function least(values: Float32Array): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: Float32Array): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
