/**
 * @file What users can do, and what follows: opens networks and pictures, looks at layers, runs the probe. Writes the store;
 * the views read it. Work itself is done in workers.
 */

import { batch, effect } from '@preact/signals';
import type { Pool, Progress } from '@ventral/core';
import { type Remote, releaseProxy, wrap } from 'comlink';
import { readAddress, writeAddress } from './address.ts';
import type { NetworkFacts, StimulusSheet, Viewer } from './facts.ts';
import { language, languages, preferredLanguage, t } from './i18n/index.ts';
import { cancelPhysiology } from './physiology.ts';
import { batteryView, builtinStimuli, probeJob } from './probe-job.ts';
import {
  chosenFiles,
  droppedFiles,
  type FoundFile,
  type NetworkSource,
  type Stimulus,
  sortFiles,
  sourceName,
} from './sources.ts';
import * as state from './state.ts';
import { poolFor, spawnViewer } from './workers.ts';

// The worker that shows. A dead one is replaced with the next network.
let viewer: { readonly remote: Remote<Viewer>; readonly died: Promise<never>; terminate(): void } | undefined;

function hireViewer() {
  const spawned = spawnViewer();
  const remote = wrap<Viewer>(spawned.endpoint as never);
  let isDismissed = false;
  const died = new Promise<never>((_, reject) => {
    spawned.onExit((reason) => {
      viewer = undefined;
      const source = state.networkSource.value;
      if (!isDismissed) say(t.value.errorViewer, new Error(reason), () => void openNetwork(source));
      reject(new Error(`${t.value.errorViewer} (${reason})`));
    });
  });
  died.catch(() => undefined);
  return {
    remote,
    died,
    terminate() {
      isDismissed = true;
      remote[releaseProxy]();
      spawned.terminate();
    },
  };
}

async function ask<T>(question: (remote: Remote<Viewer>) => Promise<T>): Promise<T> {
  viewer ??= hireViewer();
  return Promise.race([question(viewer.remote), viewer.died]);
}

/** A failure to show, unless it was only that something newer took over. */
function say(title: string, error: unknown, retry?: () => void): void {
  const details = error instanceof Error ? error.message : String(error);
  batch(() => {
    state.failure.value = { title, details, retry };
    state.status.value = `${title} ${details}`;
  });
}

// Of several calls under way only the newest may write the store.
let networkCall = 0;
let pictureCall = 0;
let mapsCall = 0;
let tablesCall = 0;

/**
 * Opens a network in place of the one before; its layers appear at once, then the picture runs through it.
 * @param drawings pictures of its own, in place of those before
 */
export async function openNetwork(source: NetworkSource, drawings?: readonly Stimulus[]): Promise<void> {
  const call = ++networkCall;
  cancelProbe();
  cancelPhysiology();
  // A worker that is busy with another network is not waited for.
  if (state.networkLoading.value !== undefined || state.isPictureLoading.value) {
    viewer?.terminate();
    viewer = undefined;
  }
  state.networkLoading.value = sourceName(source);
  try {
    const facts = await ask((remote) => remote.open(source));
    const fovDeg = state.chosenFovDeg.value ?? facts.defaultFovDeg;
    const tables = await ask((remote) => remote.graphTables(fovDeg));
    if (call !== networkCall) return;
    const wanted = state.network.value ? undefined : readAddress(location.hash);
    const found = facts.layers.findIndex(({ layer }) => layer === wanted?.layer);
    batch(() => {
      state.failure.value = undefined;
      state.networkLoading.value = undefined;
      state.networkSource.value = source;
      state.network.value = facts;
      state.graphTables.value = { fovDeg, tables };
      state.stimulusTables.value = [];
      state.measuredGroups.value = { fovDeg, tables: {}, pictures: {} };
      state.run.value = { is: 'idle' };
      state.physiology.value = { is: 'idle' };
      state.maps.value = undefined;
      state.channel.value = 0;
      state.hoveredUnit.value = undefined;
      state.pinnedUnit.value = undefined;
      state.layerIndex.value = found >= 0 ? found : openingLayer(facts);
      const unit = found >= 0 ? wanted?.unit : undefined;
      if (unit) pinUnit({ c: unit[0], y: unit[1], x: unit[2] });
      state.status.value = t.value.statusNetwork(facts.name, String(facts.layers.length));
    });
    const [first] = state.stimuli.value;
    const isDrawn = drawings !== undefined || first === undefined || 'set' in first;
    if (isDrawn) state.stimuli.value = drawings ?? builtinStimuli(facts, fovDeg);
    if (source.kind !== 'files' && isDrawn) void runProbe();
    await showPicture(Math.min(state.pictureIndex.value, state.pictures.value.length - 1));
  } catch (error) {
    if (call === networkCall) say(t.value.errorNetwork, error, () => void openNetwork(source, drawings));
  } finally {
    if (call === networkCall) state.networkLoading.value = undefined;
  }
}

/** The layer that a network opens with: the first activation whose field spans 0.4 of the picture, so that both are seen. */
function openingLayer({ layers, widthPx }: NetworkFacts): number {
  const spans = (layer: string) => (state.fields.value.get(layer)?.sizePx[1] ?? 0) / widthPx;
  const activations = layers.filter(({ stage }) => stage === 'activation');
  return (activations.find(({ layer }) => spans(layer) >= 0.4) ?? activations.at(-1) ?? layers[0])?.layerIndex ?? 0;
}

/** Takes pictures in place of those before. */
export async function openStimuli(stimuli: readonly Stimulus[]): Promise<void> {
  batch(() => {
    state.stimuli.value = stimuli;
    if (state.run.value.is !== 'running') state.run.value = { is: 'idle' };
    state.status.value = t.value.statusPictures(String(stimuli.length));
  });
  await showPicture(0);
}

/** Runs one of the pictures through the network. */
export async function showPicture(index: number): Promise<void> {
  const stimulus = state.pictures.value[index];
  if (!stimulus || !state.network.value) return;
  const call = ++pictureCall;
  state.pictureIndex.value = index;
  state.isPictureLoading.value = true;
  try {
    const shown = await ask((remote) => remote.show(stimulus));
    if (call !== pictureCall) return;
    state.picture.value = shown;
    await loadMaps();
  } catch (error) {
    if (call === pictureCall) say(`${t.value.errorPicture} (${stimulus.id})`, error);
  } finally {
    if (call === pictureCall) state.isPictureLoading.value = false;
  }
}

async function loadMaps(): Promise<void> {
  const call = ++mapsCall;
  const index = state.layerIndex.value;
  const maps = await ask((remote) => remote.maps(index));
  if (call !== mapsCall) return;
  batch(() => {
    state.maps.value = maps;
    // A layer opens with its strongest map: the first may be silent.
    if (!state.pinnedUnit.value) state.channel.value = maps.max.indexOf(Math.max(...maps.max));
  });
}

async function loadTables(): Promise<void> {
  if (!state.network.value) return;
  const call = ++tablesCall;
  const fovDeg = state.fovDeg.value;
  const tables = await ask((remote) => remote.graphTables(fovDeg));
  if (call === tablesCall) state.graphTables.value = { fovDeg, tables };
}

/** Looks at another layer. */
export function selectLayer(index: number): void {
  if (index < 0 || index >= state.layers.value.length || index === state.layerIndex.value) return;
  // A new entry; the address itself follows the store.
  history.pushState(null, '', location.href);
  batch(() => {
    state.layerIndex.value = index;
    state.hoveredUnit.value = undefined;
    state.pinnedUnit.value = undefined;
    state.maps.value = undefined;
  });
  if (state.picture.value) loadMaps().catch((error) => say(t.value.errorPicture, error));
}

/** Pins a unit of the selected layer, kept inside the layer; undefined unpins. */
export function pinUnit(unit: state.Unit | undefined): void {
  const layer = state.layer.value;
  if (!unit || !layer) {
    state.pinnedUnit.value = undefined;
    return;
  }
  const inside = (i: number, n: number) => Math.min(n - 1, Math.max(0, Math.round(i)));
  batch(() => {
    state.pinnedUnit.value = {
      c: inside(unit.c, layer.nChannels),
      y: inside(unit.y, layer.heightUnits),
      x: inside(unit.x, layer.widthUnits),
    };
    state.channel.value = state.pinnedUnit.value.c;
  });
}

/** The field of view in degrees; undefined: the network's own. */
export function setFov(fovDeg: number | undefined): void {
  state.chosenFovDeg.value = fovDeg;
  loadTables().catch((error) => say(t.value.errorNetwork, error));
}

/** Takes whatever was dropped or chosen. */
export async function take(found: Promise<readonly FoundFile[]> | readonly FoundFile[]): Promise<void> {
  try {
    const files = await found;
    if (files.length === 0) return;
    const sorted = await sortFiles(files);
    const open = state.networkSource.value;
    // A sidecar that comes later belongs to the network that is open.
    const network =
      sorted.network ??
      (sorted.beside.length > 0 && open.kind === 'files' ? { ...open, beside: [...sorted.beside, ...open.beside] } : undefined);
    if (!network && sorted.stimuli.length === 0) {
      say(t.value.errorNothing, new Error(t.value.errorNothingDetails(files.map(({ path }) => path).join(', '))));
      return;
    }
    showView('explore');
    if (network) {
      if (sorted.stimuli.length > 0) state.stimuli.value = sorted.stimuli;
      state.pictureIndex.value = Math.min(state.pictureIndex.value, state.stimuli.value.length - 1);
      await openNetwork(network);
    } else await openStimuli(sorted.stimuli);
  } catch (error) {
    const names = error instanceof Error && typeof error.cause === 'string' ? error.cause : undefined;
    if (names) say(t.value.errorTwoNetworks(names), error);
    else say(t.value.errorNothing, error);
  }
}
export const takeDrop = (transfer: DataTransfer) => take(droppedFiles(transfer));
export const takeChosen = (files: FileList) => take(chosenFiles(files));

/** Pictures that the battery shows to a layer, of one of its sets. @throws InputError where the layer's field is too small */
export async function stimulusSheet(set: string, layer: number, fovDeg: number): Promise<StimulusSheet> {
  const network = state.network.value!;
  return ask((remote) => remote.sheet(set, batteryView(network, fovDeg, layer), 36));
}

// The probe.
let pool: Pool | undefined;
let running: AbortController | undefined;

/** Runs every probe over the stimuli, in workers. */
export async function runProbe(): Promise<void> {
  const network = state.network.value;
  if (!network || state.stimuli.value.length === 0) return;
  // A built-in set is drawn for the field of view, which may have changed.
  if (state.stimuli.value[0]?.kind === 'builtin') state.stimuli.value = builtinStimuli(network, state.fovDeg.value);
  const stimuli = state.stimuli.value;
  running?.abort();
  const call = new AbortController();
  running = call;
  pool = poolFor(state.nWorkers.value, pool);
  const started = performance.now();
  let firstMs = 0;
  let shownMs = 0;
  const show = ({ nDone, nItems, nFailed }: Progress) => {
    const now = performance.now();
    // The first stimulus is behind us when the workers are ready: time is counted from there.
    if (nDone === 1) firstMs = now;
    if (now - shownMs < 100 && nDone < nItems) return;
    shownMs = now;
    const secondsLeft = nDone > 1 && now - firstMs > 500 ? ((now - firstMs) / (nDone - 1) / 1000) * (nItems - nDone) : undefined;
    if (!call.signal.aborted) state.run.value = { is: 'running', nDone, nItems, nFailed, secondsLeft };
  };
  batch(() => {
    state.run.value = { is: 'running', nDone: 0, nItems: stimuli.length, nFailed: 0, secondsLeft: undefined };
    state.status.value = t.value.statusProbeStarted(String(stimuli.length));
  });
  try {
    const result = await pool.run({
      ...probeJob(state.networkSource.value, network, stimuli),
      signal: call.signal,
      onProgress: show,
    });
    if (running !== call) return;
    const { state: merged, total } = result;
    if (!merged || !total) throw new Error(`${stimuli[0]?.id}: ${result.failures[0]?.message}`);
    const nImages = result.nDone - result.failures.length;
    const fovDeg = state.fovDeg.value;
    const tables = await ask((remote) => remote.stimulusTables({ state: merged, total, nImages, fovDeg }));
    if (running !== call) return;
    const failures = result.failures.map(({ itemIndex, message }) => `${stimuli[itemIndex]?.id}: ${message}`);
    const seconds = (performance.now() - started) / 1000;
    batch(() => {
      state.stimulusTables.value = tables;
      state.run.value = { is: 'done', nImages, seconds, failures };
      state.status.value = t.value.probeDone(String(nImages), seconds.toFixed(1));
    });
  } catch (error) {
    if (running !== call) return;
    if (call.signal.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    batch(() => {
      state.run.value = { is: 'failed', message };
      state.status.value = `${t.value.probeFailed} ${message}`;
    });
  } finally {
    if (running === call) running = undefined;
  }
}

/** Stops the probe; the workers come to rest within one stimulus. */
export function cancelProbe(): void {
  if (!running) return;
  running.abort();
  const run = state.run.value;
  if (run.is !== 'running') return;
  batch(() => {
    state.run.value = { is: 'cancelled', nDone: run.nDone, nItems: run.nItems };
    state.status.value = t.value.cancelled;
  });
}

/** Shows another part of the page. */
export function showView(view: state.View): void {
  if (view === state.view.value) return;
  history.pushState(null, '', location.href);
  state.view.value = view;
}

/** A setting of the lesson, kept within its limits; undefined: the usual one. */
export function setLesson(setting: state.LessonSetting, value: number | undefined): void {
  const { usual, least, most } = state.lessonLimits[setting];
  const within = value === undefined ? usual : Math.min(most, Math.max(least, Math.round(value)));
  state.lessonSettings.value = { ...state.lessonSettings.value, [setting]: within };
}

/** The address of what is shown now. */
function addressNow(): string {
  const pinned = state.pinnedUnit.value;
  const settings = state.lessonSettings.value;
  const unusual = (setting: state.LessonSetting) =>
    settings[setting] === state.lessonLimits[setting].usual ? undefined : settings[setting];
  const hash = writeAddress({
    layer: state.layer.value?.layer ?? readAddress(location.hash).layer,
    unit: pinned && [pinned.c, pinned.y, pinned.x],
    measure: state.measure.value === 'receptive-field' ? undefined : state.measure.value,
    species: state.species.value === 'macaque' ? undefined : state.species.value,
    fov: state.chosenFovDeg.value,
    lang: language.value,
    theme: state.theme.value === 'system' ? undefined : state.theme.value,
    view: state.view.value === 'explore' ? undefined : state.view.value,
    pictures: unusual('pictures'),
    epochs: unusual('epochs'),
    seed: unusual('seed'),
  });
  return `${location.pathname}${location.search}${hash}`;
}

/** Reads what a link says into the store; what it does not say stays as it is. */
function follow(hash: string): void {
  const address = readAddress(hash);
  const oneOf = <T extends string>(values: readonly T[], value: string | undefined) => values.find((known) => known === value);
  batch(() => {
    language.value = oneOf(Object.keys(languages) as (keyof typeof languages)[], address.lang) ?? preferredLanguage();
    state.theme.value = oneOf(state.themes, address.theme) ?? 'system';
    state.measure.value = oneOf(state.measures, address.measure) ?? 'receptive-field';
    state.species.value = oneOf(state.speciesShown, address.species) ?? 'macaque';
    state.view.value = oneOf(state.views, address.view) ?? 'explore';
    for (const setting of Object.keys(state.lessonLimits) as state.LessonSetting[]) setLesson(setting, address[setting]);
    if (address.fov !== state.chosenFovDeg.value) setFov(address.fov);
    const index = state.layers.value.findIndex(({ layer }) => layer === address.layer);
    if (index >= 0 && index !== state.layerIndex.value) {
      state.layerIndex.value = index;
      state.maps.value = undefined;
      loadMaps().catch((error) => say(t.value.errorPicture, error));
    }
    if (state.network.value) pinUnit(address.unit && { c: address.unit[0], y: address.unit[1], x: address.unit[2] });
  });
}

/** Puts the page in motion: settings from the link, listeners, the built-in network. Called once. */
export function start(): void {
  state.followSystemTheme();
  follow(location.hash);
  addEventListener('popstate', () => follow(location.hash));
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dataset.theme = state.isDark.value ? 'dark' : 'light';
  });
  effect(() => {
    const address = addressNow();
    if (state.network.value && `${location.pathname}${location.search}${location.hash}` !== address)
      history.replaceState(null, '', address);
  });
  addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, select, textarea')) return;
    if (event.key === 'Escape') pinUnit(undefined);
    else if (event.key === '[') selectLayer(state.layerIndex.value - 1);
    else if (event.key === ']') selectLayer(state.layerIndex.value + 1);
    else if (event.key === ',' || event.key === '.') stepChannel(event.key === ',' ? -1 : 1);
  });
  void openNetwork(state.networkSource.value);
}

/** Pins the same place in the next or the previous channel. */
export function stepChannel(by: number): void {
  const unit = state.pinnedUnit.value ?? state.unit.value;
  if (unit) pinUnit({ ...unit, c: unit.c + by });
}
