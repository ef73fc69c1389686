/** @file What results/bench.json says: medians and ratios, with the rounds they come from and the targets beside them. */
import { median, ratioOf } from './compare.mjs';
import { peers, ventral } from './engines.mjs';
import { forwardTargets, probingTargets } from './targets.mjs';

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** Peer's time over ours, for both of our kernels. */
const ratios = (times) =>
  Object.fromEntries(
    peers
      .filter((peer) => times[peer])
      .map((peer) => [
        peer,
        Object.fromEntries(ventral.filter((own) => times[own]).map((own) => [own, ratioOf(times[peer], times[own])])),
      ]),
  );

export const summaries = {
  forward: (name, measured) => ({
    targets: forwardTargets[name],
    batches: mapped(measured, ({ times, errors, refused }) => ({
      ms_per_image: mapped(times, median),
      ratio: ratios(times),
      worst_error: errors,
      refused,
      rounds_ms: times,
    })),
  }),
  threads: (_, { times, errors, refused }) => ({
    images_per_s: mapped(times, (ms) => 1000 / median(ms)),
    ratio: ratios(times),
    worst_error: errors,
    refused,
    rounds_ms: times,
  }),
  probing: (name, { times, error, nLayers }) => ({
    targets: probingTargets(name),
    n_layers: nLayers,
    ms_per_image: mapped(times, median),
    over_forward: times.forward && mapped(times, (ms) => ratioOf(ms, times.forward)),
    worst_error: error,
    rounds_ms: times,
  }),
};
