// Words in English and German.  A page's words are one object per language of the same type, so
// that a missing one does not compile.
import { computed, type ReadonlySignal } from '@preact/signals';
import { language } from '../store/prefs';

/// A text, or a function from values to a text.
export type Words = { [name: string]: string | ((...values: never[]) => string) | Words };
/// The shape of an English object, open to other texts.
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : T[K] extends (...a: infer A) => string ? (...a: A) => string : Same<T[K]> };

/// Longer by a third and in brackets: shows what does not fit, and what is not translated.
const pad = (text: string): string => `[${text}${'·'.repeat(Math.ceil(text.length * 0.3))}]`;
function pseudo<T extends Words>(words: T): T {
  const out: Words = {};
  for (const [name, word] of Object.entries(words)) {
    out[name] = typeof word === 'string' ? pad(word)
      : typeof word === 'function' ? (...values: never[]) => pad(word(...values)) : pseudo(word);
  }
  return out as T;
}

/// `const w = words(en, de)`, then `w.value.title` in a view.
export function words<T extends Words>(en: T, de: Same<T>): ReadonlySignal<T> {
  return computed(() => language.value === 'de' ? de as unknown as T : language.value === 'pseudo' ? pseudo(en) : en);
}

export const locale = computed(() => language.value === 'de' ? 'de' : 'en');
const number_format = computed(() => new Intl.NumberFormat(locale.value));
const percent_format = computed(() => new Intl.NumberFormat(locale.value, { style: 'percent', maximumFractionDigits: 1 }));
const list_format = computed(() => new Intl.ListFormat(locale.value, { type: 'conjunction' }));
export const number = (value: number): string => number_format.value.format(value);
export const percent = (share: number): string => percent_format.value.format(share);
export const list = (items: string[]): string => list_format.value.format(items);
/// "1 asset", "2 assets"
export const counted = (n: number, one: string, many: string): string => `${number(n)} ${n === 1 ? one : many}`;
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; n >= 999.5 && i < units.length - 1; ++i) n /= 1000;
  return `${new Intl.NumberFormat(locale.value, { maximumFractionDigits: n < 10 && i > 0 ? 1 : 0 }).format(n)} ${units[i]}`;
}
