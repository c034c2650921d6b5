// Instants and durations as people read them.
import { computed, signal } from '@preact/signals';
import { is_utc } from '../store/prefs';
import { common } from '../words/common';
import { locale } from '../words';

/// Now, in milliseconds since 1970; moves every second while the page is looked at.
export const now = signal(Date.now());
if (typeof document !== 'undefined') setInterval(() => { if (!document.hidden) now.value = Date.now(); }, 1000);

const zone = computed(() => is_utc.value ? 'UTC' : undefined);
const format = (options: Intl.DateTimeFormatOptions) =>
  computed(() => new Intl.DateTimeFormat(locale.value, { ...options, timeZone: zone.value, hourCycle: 'h23' }));
const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const short_clock = format({ hour: '2-digit', minute: '2-digit' });
const day = format({ day: 'numeric', month: 'short' });
const long_day = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const whole = format({ dateStyle: 'medium', timeStyle: 'medium' });

export type When = string | number | null | undefined;
export function ms_of(at: When): number | null {
  const ms = typeof at === 'string' ? Date.parse(at) : at;
  return ms == null || ms === 0 || Number.isNaN(ms) ? null : ms;
}

const units: [number, string][] = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];
/// "2 min 40 s", "1.3 s", "40 ms", "3 d 4 h"; of seconds.
export function duration(seconds: number): string {
  if (seconds < 0) return '–' + duration(-seconds);
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1 }).format(seconds)} s`;
  const i = units.findIndex(([size]) => Math.round(seconds) >= size);
  const [size, unit] = units[i]!;
  const first = Math.floor(Math.round(seconds) / size);
  const next = units[i + 1];
  const second = next ? Math.floor((Math.round(seconds) - first * size) / next[0]) : 0;
  return `${first} ${unit}` + (next && second > 0 ? ` ${second} ${next[1]}` : '');
}
/// Only its greatest unit: "3 d".
export const rough_duration = (seconds: number): string => {
  const [size, unit] = units.find(([each]) => Math.abs(seconds) >= each) ?? [1, 's'];
  return `${Math.floor(Math.abs(seconds) / size)} ${unit}`;
};

export const clock_text = (at: When): string => { const ms = ms_of(at); return ms === null ? '' : clock.value.format(ms); };
export const minute_text = (at: When): string => { const ms = ms_of(at); return ms === null ? '' : short_clock.value.format(ms); };
export const day_text = (at: When): string => { const ms = ms_of(at); return ms === null ? '' : day.value.format(ms); };
export const long_day_text = (at: When): string => { const ms = ms_of(at); return ms === null ? '' : long_day.value.format(ms); };
/// The time of day where it is within 20 hours, else with its day.
export function time_text(at: When): string {
  const ms = ms_of(at);
  if (ms === null) return '';
  const distance = Math.abs(now.value - ms);
  return distance < 20 * 3_600_000 ? short_clock.value.format(ms)
    : distance < 300 * 86_400_000 ? `${day.value.format(ms)} ${short_clock.value.format(ms)}` : long_day.value.format(ms);
}
export function age_text(at: When): string {
  const ms = ms_of(at);
  if (ms === null) return common.value.never;
  const seconds = (now.value - ms) / 1000;
  // Clocks differ a little, and ours moves once a second: what has just happened is not to come.
  return seconds > -2 ? common.value.ago(rough_duration(Math.max(0, seconds))) : common.value.in_time(rough_duration(-seconds));
}
/// Both zones and the age, for a tooltip.
export function full_text(at: When): string {
  const ms = ms_of(at);
  if (ms === null) return '';
  return `${whole.value.format(ms)}${is_utc.value ? ' UTC' : ''}\n${new Date(ms).toISOString()}\n${age_text(ms)}`;
}

/// An instant; `as` says in which words. Hover shows both zones and the age.
export function Time({ at, as = 'time' }: { at: When; as?: 'time' | 'age' | 'clock' | 'both' }) {
  const ms = ms_of(at);
  if (ms === null) return <span class="quiet">–</span>;
  const text = as === 'age' ? age_text(ms) : as === 'clock' ? clock_text(ms) : as === 'both' ? `${time_text(ms)} · ${age_text(ms)}` : time_text(ms);
  return <time dateTime={new Date(ms).toISOString()} title={full_text(ms)}>{text}</time>;
}
