/** @file The tables of the benchmark as text. Knows no engine and measures nothing. */
import { median, ratioOf, tolerance } from './compare.mjs';
import { ventral } from './engines.mjs';
import { electrodeTargets, forwardTargets, probingTargets, trainingTargets } from './targets.mjs';

const engines = ['ventral', 'ventral relaxed', 'onnxruntime-web', 'tensorflow.js', 'onnxruntime-node'];

/** Columns side by side; the first one to the left, the others to the right. */
function aligned(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return ['', title, ...rows.map((row) => `  ${line(row)}`)].join('\n');
}

/** A time, or why there is none. */
function timeCell({ times, errors = {}, refused = {} }, name) {
  if (times[name]?.length) return median(times[name]).toFixed(2);
  if (name in errors && isWrong(errors[name])) return wrong(errors[name]);
  return name in refused ? 'n/a' : '–';
}

/** NaN comes out of JSON as null. */
const isWrong = (error) => error === null || !(error <= tolerance);
const wrong = (error) => `wrong by ${error === null ? 'NaN' : error.toExponential(1)}`;

/** The ratio of a peer's time to ours, with the target beside it. */
function ratioCell(times, peer, own, target) {
  if (!times[peer]?.length || !times[own]?.length) return '–';
  const ratio = ratioOf(times[peer], times[own]);
  return `${ratio.toFixed(2)}×${target === undefined ? '' : ` ${ratio >= target ? '≥' : '<'} ${target}`}`;
}

/** A ratio that should stay small. */
const costCell = (ratio, target) => `${ratio.toFixed(2)}× ${ratio <= target ? '≤' : '>'} ${target}`;

const reasons = ({ refused }) => Object.entries(refused).map(([name, reason]) => `  n/a ${name}: ${reason}`);

/** ms per image at batch 1 and 8, and the ratios. Targets are of batch 1. */
function forwardTable(name, measured) {
  const targets = forwardTargets[name] ?? {};
  const ratios = [
    ['onnxruntime-web / ventral', 'onnxruntime-web', 'ventral', targets.web],
    ['onnxruntime-web / ventral relaxed', 'onnxruntime-web', 'ventral relaxed', targets.webRelaxed],
    ['tensorflow.js / ventral', 'tensorflow.js', 'ventral', targets.tensorflow],
    ['tensorflow.js / ventral relaxed', 'tensorflow.js', 'ventral relaxed', undefined],
    ['onnxruntime-node / ventral', 'onnxruntime-node', 'ventral', targets.node],
  ];
  const batches = Object.keys(measured);
  const rows = [
    ['', ...batches.map((batch) => `batch ${batch}`)],
    ...engines.map((engine) => [engine, ...batches.map((batch) => timeCell(measured[batch], engine))]),
    ...ratios.map(([title, peer, own, target]) => [
      title,
      ...batches.map((batch) => ratioCell(measured[batch].times, peer, own, batch === '1' ? target : undefined)),
    ]),
  ];
  const notes = batches.flatMap((batch) => reasons(measured[batch]));
  return [aligned(`${name} · forward pass, 1 thread, ms per image`, rows), ...new Set(notes)].join('\n');
}

/** Images per second of two threads. */
function threadsTable(name, measured) {
  const { times } = measured;
  const perSecond = (engine) => (times[engine]?.length ? (1000 / median(times[engine])).toFixed(1) : timeCell(measured, engine));
  const rows = [
    ['', 'images/s', 'ventral over it', 'relaxed over it'],
    ...engines.map((engine) => {
      const isOurs = engine.startsWith('ventral');
      const ratios = ventral.map((own) => (isOurs ? '' : ratioCell(times, engine, own)));
      return [engine, perSecond(engine), ...ratios];
    }),
  ];
  return [aligned(`${name} · forward pass, 2 threads with an engine each, batch 1`, rows), ...reasons(measured)].join('\n');
}

/** Cost of the statistics. */
function probingTable(name, { times, error, nLayers }) {
  if (!times.forward)
    return `\n${name} · probing: the layers' means differ from onnxruntime-web's by ${error.toExponential(1)}; not timed.`;
  const targets = probingTargets(name);
  const ms = (what) => median(times[what]).toFixed(2);
  const cost = (what) => costCell(ratioOf(times[what], times.forward), targets[what]);
  return aligned(`${name} · statistics of ${nLayers} layers, 1 thread, ms per image`, [
    ['', 'ms', 'over forward'],
    ['ventral, forward', ms('forward'), ''],
    ['ventral, statistics', ms('statistics'), cost('statistics')],
    ['ventral, --no-quantiles', ms('noQuantiles'), cost('noQuantiles')],
    ['onnxruntime-web, every layer an output, statistics in JavaScript', ms('onnxruntime'), ''],
    ['  over ventral, statistics', ratioCell(times, 'onnxruntime', 'statistics'), ''],
  ]);
}

/** Cost of the electrode. */
function electrodeTable(name, { times, error, nGroups, nStimuli }) {
  const title = `${name} · electrode, ${nStimuli} stimuli for ${nGroups} groups of layers, 1 thread`;
  if (!times.electrode) return `\n${title}: responses are ${wrong(error)}; not timed.`;
  const share = 1 - ratioOf(times.forward, times.electrode);
  const { outside } = electrodeTargets;
  return aligned(title, [
    ['', 'ms per stimulus', 'stimuli/s'],
    ['draw, preprocess, forward, record', timeCell({ times }, 'electrode'), (1000 / median(times.electrode)).toFixed(0)],
    ['forward alone', timeCell({ times }, 'forward'), ''],
    ['  share outside the forward pass', `${(100 * share).toFixed(1)} % ${share <= outside ? '≤' : '>'} ${100 * outside} %`, ''],
  ]);
}

/** Cost of learning. */
function trainingTable(name, { peers, cost, workers }) {
  const title = `${name} · training, ms per step`;
  if (!cost)
    return [`\n${title}: ventral is ${timeCell(peers, 'ventral')} against TensorFlow.js; not timed.`, ...reasons(peers)].join(
      '\n',
    );
  const { overForward, tensorflow, workers: target } = trainingTargets;
  const rivals = ['tensorflow.js cpu', 'tensorflow.js wasm'];
  return [
    aligned(title, [
      ['', 'ms', 'ratio'],
      [`ventral, forward pass of ${cost.batch} pictures`, timeCell(cost, 'forward'), ''],
      ['ventral, step of the same', timeCell(cost, 'step'), ''],
      ['  over the forward pass', '', costCell(ratioOf(cost.times.step, cost.times.forward), overForward)],
      ...rivals.map((rival) => [`${rival}, step of ${peers.batch} pictures`, timeCell(peers, rival), '']),
      ['ventral, step of the same', timeCell(peers, 'ventral'), ''],
      ['  tensorflow.js cpu over ventral', '', ratioCell(peers.times, rivals[0], 'ventral', tensorflow)],
      [`ventral, step of ${workers.batch} pictures, 1 worker`, timeCell(workers, 'one'), ''],
      ['ventral, step of the same, 2 workers', workers.error === 0 ? timeCell(workers, 'two') : wrong(workers.error), ''],
      ['  1 worker over 2', '', ratioCell(workers.times, 'one', 'two', target)],
    ]),
    ...reasons(peers),
  ].join('\n');
}

/** What the command line promises. */
export function promisesTable({ model, workers, memory }) {
  const [few, many] = memory.runs;
  return aligned(`${model} · ventral probe`, [
    ['', 'measured', 'target'],
    [
      `${workers.images} images, --workers 2 over 1`,
      `${workers.ratio.toFixed(2)}× (${workers.images_per_s[1].toFixed(1)} → ${workers.images_per_s[2].toFixed(1)} images/s)`,
      `≥ ${workers.target}`,
    ],
    [
      `peak memory of ${many.images} images over ${few.images}`,
      `${memory.growth.toFixed(3)}× (${few.peak_mb.toFixed(0)} → ${many.peak_mb.toFixed(0)} MB)`,
      `≤ ${memory.target}`,
    ],
  ]);
}

/** By section, those of one network. */
export const tables = {
  forward: forwardTable,
  threads: threadsTable,
  probing: probingTable,
  electrode: electrodeTable,
  training: trainingTable,
};
