/**
 * @file What a command says while it works, always on stderr: one line that is rewritten on a terminal, a line now and then
 * elsewhere, JSON lines for machines. Results are not its business.
 */
import type { Progress } from '@ventral/core';

/** How a command speaks. */
export interface Voice {
  /** A fact worth a line: what is about to run, where results lie. `facts` go into the JSON line. */
  say(text: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(text: string): void;
  /** Images (or other units) done of all, with an estimate of the time left. */
  progress(progress: Progress, about?: ProgressFacts): void;
  /** Ends the rewritten line. */
  endProgress(): void;
}

/** What else a line of progress tells. */
export interface ProgressFacts {
  /** What is counted. Default `images`. */
  readonly unit?: string;
  /** Goes between the count and the time left. */
  readonly note?: string;
  /** Go into the JSON line. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Where lines go; process.stderr fits. */
export interface LineSink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** `1 h 02 min`, `3 min 20 s`, `12 s`. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}

/** `812 bytes`, `3.4 MB`, `1.2 GB` (powers of 1000). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const step = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(1)} ${['', 'kB', 'MB', 'GB'][step]}`;
}

/**
 * @param json JSON lines, each `{"event": "say" | "warning" | "progress", …}`
 * @param now milliseconds, for the time left
 */
export function createVoice(json: boolean, sink: LineSink = process.stderr, now: () => number = () => performance.now()): Voice {
  let started: number | undefined;
  let firstDone = 0;
  let lastShown = Number.NEGATIVE_INFINITY;
  let lineOpen = false;
  const closeLine = () => {
    if (lineOpen) sink.write('\n');
    lineOpen = false;
  };
  const line = (event: string, text: string, facts: Readonly<Record<string, unknown>> = {}) => {
    closeLine();
    sink.write(
      json ? `${JSON.stringify({ event, message: text, ...facts })}\n` : `${event === 'warning' ? 'Warning: ' : ''}${text}\n`,
    );
  };
  return {
    say: (text, facts) => line('say', text, facts),
    warn: (text) => line('warning', text),
    progress(progress, { unit = 'images', note, facts } = {}) {
      const time = now();
      const { nDone, nItems, nFailed } = progress;
      if (started === undefined) {
        started = time;
        firstDone = nDone;
        // Plain lines are for long runs only.
        if (!json && !sink.isTTY) lastShown = time;
      }
      let secondsLeft: number | undefined;
      const isLast = nDone >= nItems;
      const pauseMs = json ? 200 : sink.isTTY ? 100 : 10_000;
      if (!isLast && time - lastShown < pauseMs) return;
      lastShown = time;
      // The first report stands for the start: it comes when the workers are ready.
      if (nDone > firstDone) secondsLeft = (((time - started) / 1000) * (nItems - nDone)) / (nDone - firstDone);
      if (json) {
        sink.write(
          `${JSON.stringify({ event: 'progress', n_done: nDone, [`n_${unit}`]: nItems, n_failed: nFailed, seconds_left: secondsLeft ?? null, ...facts })}\n`,
        );
        return;
      }
      const left = isLast || secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`;
      const text = `${nDone}/${nItems} ${unit}${nFailed ? `, ${nFailed} failed` : ''}${note ? `, ${note}` : ''}${left}`;
      if (sink.isTTY) {
        sink.write(`\r\x1b[2K${text.slice(0, (sink.columns || 80) - 1)}`);
        lineOpen = true;
      } else sink.write(`${text}\n`);
    },
    endProgress: closeLine,
  };
}
