/** @file Groups of probes that make their own stimuli: which, with controls or not, progress with Cancel, how it ended; and stimuli to look at. */
import { useSignal } from '@preact/signals';
import { shortName } from '@ventral/charts';
import { batterySets } from '@ventral/stimuli';
import { useEffect, useRef } from 'preact/hooks';
import { stimulusSheet } from '../actions.ts';
import type { SheetPicture, StimulusSheet } from '../facts.ts';
import { count, degrees, duration, number, t } from '../i18n/index.ts';
import { cancelPhysiology, runPhysiology } from '../physiology.ts';
import { batteryView, controlsFor } from '../probe-job.ts';
import {
  fovDeg,
  layer,
  layerIndex,
  measuredGroups,
  network,
  networkSource,
  type ProbeGroup,
  physiology,
  probeGroup,
  probeGroups,
  withControls,
} from '../state.ts';
import { parameterText } from '../stimulus-text.ts';

export function PhysiologyBox() {
  const say = t.value.physiology;
  const run = physiology.value;
  if (!network.value) return null;
  const group = probeGroup.value;
  const isEnded = run.is === 'cancelled' || run.is === 'failed';
  const label = isEnded ? t.value.retry : measuredGroups.value.tables[group] ? say.again : say.run;
  return (
    <div class={`battery is-${run.is}`}>
      {run.is === 'idle' && <span>{say.groups[group].about}</span>}
      {run.is === 'running' && (
        <>
          <div class="progress">
            <progress max={run.nItems} value={run.nDone} aria-label={say.measuring(say.groups[group].name)} />
            <span>
              {run.nDone === 0
                ? t.value.openingWorkers
                : `${say.steps(count(run.nDone), count(run.nItems))}${run.secondsLeft === undefined ? '' : ` · ${t.value.timeLeft(duration(run.secondsLeft))}`}`}
            </span>
          </div>
          <button type="button" onClick={cancelPhysiology}>
            {t.value.cancel}
          </button>
        </>
      )}
      {run.is === 'done' && <span>{say.done(say.groups[group].name, run.seconds.toFixed(0))}</span>}
      {run.is === 'cancelled' && <span>{say.cancelledAfter(count(run.nDone), count(run.nItems))}</span>}
      {run.is === 'failed' && (
        <span role="alert">
          <strong>{say.failed}</strong> {run.message}
        </span>
      )}
      {run.is !== 'running' && (
        <span class="start">
          <select
            aria-label={say.group}
            value={group}
            onChange={({ currentTarget }) => {
              probeGroup.value = currentTarget.value as ProbeGroup;
              physiology.value = { is: 'idle' };
            }}
          >
            {probeGroups.map((id) => (
              <option key={id} value={id}>
                {say.groups[id].name}
              </option>
            ))}
          </select>
          <label title={say.controlsHint(controlsFor(networkSource.value).map((control) => say.controlNames[control]))}>
            <input
              type="checkbox"
              checked={withControls.value}
              onChange={({ currentTarget }) => {
                withControls.value = currentTarget.checked;
              }}
            />
            {say.controls}
          </label>
          <button type="button" onClick={() => void runPhysiology()}>
            {label}
          </button>
        </span>
      )}
      <Stimuli />
    </div>
  );
}

/** The pictures that the battery shows to the layer that is looked at, drawn when they are asked for. */
function Stimuli() {
  const say = t.value.stimuli;
  const isOpen = useSignal(false);
  const set = useSignal('orientation');
  return (
    <details class="stimuli" onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>{say.look}</summary>
      {isOpen.value && (
        <>
          <label class="tuning">
            {say.set}
            <select
              aria-label={say.set}
              value={set.value}
              onChange={({ currentTarget }) => {
                set.value = currentTarget.value;
              }}
            >
              {batterySets.map(({ name }) => (
                <option key={name} value={name}>
                  {say.sets[name]}
                </option>
              ))}
            </select>
          </label>
          <Sheet set={set.value} />
        </>
      )}
    </details>
  );
}

function Sheet({ set }: { set: string }) {
  const say = t.value.stimuli;
  const sheet = useSignal<StimulusSheet | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const [of, open, index, fov] = [layer.value, network.value, layerIndex.value, fovDeg.value];
  useEffect(() => {
    let isCurrent = true;
    stimulusSheet(set, index, fov).then(
      (drawn) => {
        if (!isCurrent) return;
        sheet.value = drawn;
        problem.value = undefined;
      },
      (error: Error) => {
        if (isCurrent) problem.value = error.message;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [set, index, fov, open]);
  if (!of || !open) return null;
  if (problem.value !== undefined)
    return (
      <p class="empty" role="alert">
        {say.failed(shortName(of.layer))} {problem.value}
      </p>
    );
  if (!sheet.value) return <p class="loading">{say.drawing}</p>;
  const { nStimuli, pictures } = sheet.value;
  const texts = parameterText(
    pictures.map(({ parameters }) => parameters),
    say.parameters,
  );
  const fieldPx = batteryView(open, fov, index).target!.fieldPx;
  const field = [number(fieldPx), degrees((fieldPx * fov) / open.widthPx)] as const;
  return (
    <>
      <p class="note">{say.shown(count(pictures.length), count(nStimuli), shortName(of.layer), ...field)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ul class="sheet" tabIndex={0}>
        {pictures.map((picture, i) => (
          <li key={picture.id} title={`${picture.id}: ${texts[i]!.parameters}`}>
            <Plate picture={picture} about={texts[i]!.parameters} />
            <span>{texts[i]!.varied}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Plate({ picture, about }: { picture: SheetPicture; about: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { heightPx, widthPx, rgba, id } = picture;
  useEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(new ImageData(rgba, widthPx, heightPx), 0, 0);
  }, [picture]);
  return <canvas ref={canvas} width={widthPx} height={heightPx} role="img" aria-label={`${id}: ${about}`} />;
}
