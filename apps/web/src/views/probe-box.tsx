/** @file The probe run: its button, its progress with Cancel, how it ended. */
import { cancelProbe, runProbe } from '../actions.ts';
import { bytes, count, duration, t } from '../i18n/index.ts';
import { network, run, stimuli } from '../state.ts';

export function ProbeBox() {
  const state = run.value;
  const open = network.value;
  const [first] = stimuli.value;
  if (!open || !first) return <div class="probe" />;
  const set = 'set' in first ? t.value.builtinSet(first.set) : t.value.yourPictures;
  const start = (label: string) => (
    <button type="button" class="main" onClick={() => void runProbe()}>
      {label}
    </button>
  );
  return (
    <div class={`probe is-${state.is}`}>
      {state.is === 'idle' && (
        <>
          {start(t.value.probeWith(count(stimuli.value.length), set))}
          <span class="quiet">{t.value.stateBytes(bytes(open.stateBytes))}</span>
        </>
      )}
      {state.is === 'running' && (
        <>
          <div class="progress">
            <progress max={state.nItems} value={state.nDone} aria-label={t.value.probing} />
            <span>
              {state.nDone === 0
                ? t.value.openingWorkers
                : `${t.value.images(count(state.nDone), count(state.nItems))}${state.secondsLeft === undefined ? '' : ` · ${t.value.timeLeft(duration(state.secondsLeft))}`}`}
            </span>
          </div>
          <button type="button" onClick={cancelProbe}>
            {t.value.cancel}
          </button>
        </>
      )}
      {state.is === 'done' && (
        <>
          <span>
            {t.value.probeDone(count(state.nImages), state.seconds.toFixed(1))}
            {state.failures.length > 0 && (
              <details>
                <summary>{t.value.someFailed(count(state.failures.length))}</summary>
                <ul>
                  {state.failures.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </details>
            )}
          </span>
          <button type="button" onClick={() => void runProbe()}>
            {t.value.probeAgain}
          </button>
        </>
      )}
      {state.is === 'cancelled' && (
        <>
          <span>{t.value.cancelledAfter(count(state.nDone), count(state.nItems))}</span>
          {start(t.value.retry)}
        </>
      )}
      {state.is === 'failed' && (
        <>
          <span role="alert">
            <strong>{t.value.probeFailed}</strong> {state.message}
          </span>
          {start(t.value.retry)}
        </>
      )}
    </div>
  );
}
