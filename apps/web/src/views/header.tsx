/** @file The top of the page: what is open, how to open something else, the field of view, language and theme. */
import { useRef } from 'preact/hooks';
import { openNetwork, setFov, showView, takeChosen } from '../actions.ts';
import { builtinNetworks } from '../builtin.ts';
import { count, degrees, type Language, language, languages, shortCount, t } from '../i18n/index.ts';
import {
  chosenFovDeg,
  chosenWorkers,
  fovDeg,
  network,
  networkLoading,
  networkSource,
  nWorkers,
  type Theme,
  tableNamed,
  theme,
  themes,
  view,
  views,
} from '../state.ts';

export function Header() {
  return (
    <header class="top">
      <div class="bar">
        <p class="brand">
          <img src="./icon.svg" alt="" width="24" height="24" />
          <strong>Ventral</strong>
          <span>{t.value.subtitle}</span>
        </p>
        <nav class="views" aria-label={t.value.parts}>
          {views.map((id) => (
            <button key={id} type="button" aria-current={view.value === id ? 'page' : undefined} onClick={() => showView(id)}>
              {t.value.views[id]}
            </button>
          ))}
        </nav>
        <div class="openers">
          <Opener label={t.value.openNetwork} hint={t.value.openNetworkHint} accept=".onnx,.json,.txt" isMain />
          <Opener
            label={t.value.openPictures}
            hint={t.value.openPicturesHint}
            accept=".png,.jpg,.jpeg,.webp,.zip,.onnx,.json,.txt"
          />
          <Opener label={t.value.openFolder} hint={t.value.openPicturesHint} isFolder />
          <BuiltinNetworks />
          <span class="stay">{t.value.filesStay}</span>
        </div>
        <div class="settings">
          <Workers />
          <label>
            <span class="unseen">{t.value.language}</span>
            <select
              value={language.value}
              onChange={({ currentTarget }) => {
                language.value = currentTarget.value as Language;
              }}
            >
              {Object.entries(languages).map(([tag, name]) => (
                <option key={tag} value={tag} lang={tag}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span class="unseen">{t.value.theme}</span>
            <select
              value={theme.value}
              onChange={({ currentTarget }) => {
                theme.value = currentTarget.value as Theme;
              }}
            >
              {themes.map((name) => (
                <option key={name} value={name}>
                  {{ system: t.value.themeSystem, light: t.value.themeLight, dark: t.value.themeDark }[name]}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      {view.value === 'explore' && (
        <div class="identity">
          <Identity />
          <FieldOfView />
        </div>
      )}
    </header>
  );
}

/** Opens one of the networks that come with the page. */
function BuiltinNetworks() {
  const source = networkSource.value;
  return (
    <label>
      <span class="unseen">{t.value.builtinNetwork}</span>
      <select
        value={source.kind === 'builtin' ? source.name : ''}
        onChange={({ currentTarget }) => void openNetwork({ kind: 'builtin', name: currentTarget.value })}
      >
        {source.kind !== 'builtin' && (
          <option value="" disabled>
            {t.value.builtinNetwork}
          </option>
        )}
        {builtinNetworks.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A real button in front of a file input, which by itself cannot be styled or translated. */
function Opener(props: { label: string; hint: string; accept?: string; isFolder?: boolean; isMain?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={props.isMain ? 'main' : ''} title={props.hint} onClick={() => input.current?.click()}>
        {props.label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={props.accept}
        {...(props.isFolder ? { webkitdirectory: true } : {})}
        onChange={({ currentTarget }) => {
          if (currentTarget.files) void takeChosen(currentTarget.files);
          currentTarget.value = '';
        }}
      />
    </>
  );
}

function Workers() {
  const most = Math.max(1, navigator.hardwareConcurrency || 1);
  const choices = [...new Set([1, 2, 4, 8, 16, most, nWorkers.value])]
    .filter((n) => n <= Math.max(most, nWorkers.value))
    .sort((a, b) => a - b);
  return (
    <label class="chip" title={t.value.workers}>
      <span class="unseen">{t.value.workers}</span>
      <select
        value={String(nWorkers.value)}
        onChange={({ currentTarget }) => {
          chosenWorkers.value = Number(currentTarget.value);
        }}
      >
        {choices.map((n) => (
          <option key={n} value={String(n)}>
            {t.value.engine(String(n), 'SIMD')}
          </option>
        ))}
      </select>
    </label>
  );
}

function Identity() {
  const open = network.value;
  const loading = networkLoading.value;
  const reading = loading !== undefined && t.value.loadingNetwork(loading);
  if (!open) return <h1 class="loading">{reading}</h1>;
  const cost = tableNamed('cost');
  const total = (column: string) => {
    const at = cost?.columns.findIndex(({ name }) => name === column) ?? -1;
    return cost?.rows.reduce((sum, row) => sum + Number(row[at] ?? 0), 0) ?? 0;
  };
  return (
    <div class="name">
      <h1>{open.name}</h1>
      <p class="facts">
        <span>{`${open.heightPx} × ${open.widthPx} px`}</span> <span>{t.value.nLayers(count(open.layers.length))}</span>{' '}
        <span title={t.value.macs(shortCount(total('n_macs')))}>{t.value.parameters(shortCount(total('n_params')))}</span>
      </p>
      {reading && <p class="loading">{reading}</p>}
      {open.notice && <p class="notice">{open.notice}</p>}
      {open.isPreprocessAssumed && (
        <details class="notice">
          <summary>{t.value.assumedShort}</summary>
          {t.value.assumedPreprocess}
        </details>
      )}
    </div>
  );
}

function FieldOfView() {
  const own = network.value?.defaultFovDeg ?? 8;
  const set = (text: string) => {
    const value = Number(text);
    if (value > 0 && value <= 180) setFov(value === own ? undefined : value);
  };
  return (
    <div class="fov" title={t.value.fieldOfViewHint}>
      <label for="fov">{t.value.fieldOfView}</label>
      <input
        type="range"
        aria-label={t.value.fieldOfView}
        min="-1"
        max="6"
        step="0.05"
        value={Math.log2(fovDeg.value)}
        aria-valuetext={`${degrees(fovDeg.value)} ${t.value.degrees}`}
        onInput={({ currentTarget }) => set((2 ** Number(currentTarget.value)).toPrecision(2))}
      />
      <input
        id="fov"
        type="number"
        min="0.1"
        max="180"
        step="any"
        value={fovDeg.value}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
      <span aria-hidden="true">°</span>
      {chosenFovDeg.value !== undefined && (
        <button type="button" class="quiet" onClick={() => setFov(undefined)}>
          {t.value.reset} ({degrees(own)}°)
        </button>
      )}
    </div>
  );
}
