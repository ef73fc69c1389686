/** @file The page's language: which catalogue is shown, and numbers as people read them. Numbers in files never pass here. */
import { computed, signal } from '@preact/signals';
import { en } from './en.ts';
import { ko } from './ko.ts';

export const languages = { en: 'English', ko: '한국어' } as const;
export type Language = keyof typeof languages;
const catalogues = { en, ko };

export const language = signal<Language>('en');

/** The sentences of the page. */
export const t = computed(() => catalogues[language.value]);

/** The language that the browser asks for, as far as it is known here. */
export function preferredLanguage(): Language {
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('ko')) ? 'ko' : 'en';
}

/** A count, with separators. */
export function count(n: number): string {
  return n.toLocaleString(language.value);
}

/** A count in three digits: 1.24M, 12.1k. */
export function shortCount(n: number): string {
  return n.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 });
}

/** A measured number in four significant digits; `–` for none. */
export function number(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(digits - 2).replace('-', '−');
  return Number(value.toPrecision(digits)).toLocaleString(language.value, { maximumSignificantDigits: digits }).replace('-', '−');
}

/** A size in degrees: two digits after the point below 10. */
export function degrees(value: number): string {
  return value.toLocaleString(language.value, { maximumFractionDigits: value < 1 ? 3 : value < 10 ? 2 : 1 });
}

/** Bytes for people. */
export function bytes(n: number): string {
  const [unit, size] = n < 1e3 ? ['B', n] : n < 1e6 ? ['kB', n / 1e3] : n < 1e9 ? ['MB', n / 1e6] : ['GB', n / 1e9];
  return `${size.toLocaleString(language.value, { maximumSignificantDigits: 3 })} ${unit}`;
}

/** Seconds for people. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? t.value.seconds(String(whole)) : t.value.minutes(String(Math.floor(whole / 60)), String(whole % 60));
}
