/** @file What results/bench.json says: medians and ratios, with the rounds they come from and the targets beside them. */
import { median, ratioOf } from './compare.mjs';
import { peers, ventral } from './engines.mjs';
import { electrodeTargets, forwardTargets, probingTargets, trainingTargets } from './targets.mjs';

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
  electrode: (_, { times, error, nGroups, nStimuli }) => ({
    targets: electrodeTargets,
    n_groups: nGroups,
    n_stimuli: nStimuli,
    stimuli_per_s: times.electrode && 1000 / median(times.electrode),
    outside_forward: times.electrode && 1 - ratioOf(times.forward, times.electrode),
    worst_error: error,
    rounds_ms: times,
  }),
  training: (_, { peers, cost, workers }) => ({
    targets: trainingTargets,
    peers: {
      batch: peers.batch,
      ms_per_step: mapped(peers.times, median),
      ratio: peers.times.ventral && mapped(peers.times, (ms) => ratioOf(ms, peers.times.ventral)),
      worst_error: peers.errors,
      refused: peers.refused,
      rounds_ms: peers.times,
    },
    cost: cost && {
      batch: cost.batch,
      ms: mapped(cost.times, median),
      over_forward: ratioOf(cost.times.step, cost.times.forward),
      rounds_ms: cost.times,
    },
    workers: workers && {
      batch: workers.batch,
      steps_per_s: mapped(workers.times, (ms) => 1000 / median(ms)),
      ratio: workers.times.one && ratioOf(workers.times.one, workers.times.two),
      worst_error: workers.error,
      rounds_ms: workers.times,
    },
  }),
};
