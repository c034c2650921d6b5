// Which runs: the values of the page's address, and what is asked of the API for them.
import { param } from '../../store/router';

export const filter_names = ['status', 'asset', 'cause', 'select', 'error', 'backfill', 'from', 'to', 'range'] as const;
export type FilterName = typeof filter_names[number];
export type Filters = Record<FilterName, string>;

export const ranges: Record<string, number> = { '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 };
export const range_otherwise = '24h';

export const filters_now = (): Filters => Object.fromEntries(filter_names.map(name => [name, param(name)])) as Filters;
/// Filters other than time: without them more may match.
export const narrowing = (filters: Filters): FilterName[] => filter_names.filter(name => filters[name] !== '' && name !== 'range');
export const is_narrowed = (filters: Filters): boolean => narrowing(filters).length > 0 || filters.range !== '';

const minute = 60_000;
/// The time that the timeline shows; to the minute, so that the same question has the same address.
export function window_for(filters: Filters, now_ms: number): { from: number; to: number } {
  const to = filters.to ? Date.parse(filters.to) : Math.ceil(now_ms / minute) * minute;
  const length = (ranges[filters.range] ?? ranges[range_otherwise]!) * 1000;
  const from = filters.from ? Date.parse(filters.from) : to - length;
  return Number.isNaN(from) || Number.isNaN(to) || from >= to ? { from: now_ms - length, to: now_ms } : { from, to };
}
export const instant = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/// What `GET runs` is asked; time only where the reader chose one.
export function runs_query(filters: Filters, opened_ms: number): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of ['status', 'asset', 'cause', 'select', 'error', 'backfill', 'to'] as const) if (filters[name]) out[name] = filters[name];
  if (filters.from) out.from = filters.from;
  else if (filters.range) out.from = instant(window_for({ ...filters, to: '' }, opened_ms).from);
  return out;
}
/// The same as a command; null where the command cannot ask it.
export function runs_command(filters: Filters): string[] | null {
  const is_more = filter_names.some(name => name !== 'status' && filters[name] !== '') || filters.status.includes(',');
  return is_more ? null : ['runs', ...filters.status ? ['--status', filters.status] : []];
}

/// Several words by commas: one added, or taken away.
export function toggled(list: string, word: string): string {
  const words = list.split(',').filter(Boolean);
  return (words.includes(word) ? words.filter(each => each !== word) : [...words, word]).join(',');
}

/// What an <input type="datetime-local"> holds, for an instant in the reader's zone; and back.
export function to_field(at: number, is_utc: boolean): string {
  const shifted = is_utc ? at : at - new Date(at).getTimezoneOffset() * minute;
  return new Date(shifted).toISOString().slice(0, 16);
}
export function from_field(text: string, is_utc: boolean): number | null {
  const at = Date.parse(is_utc ? text + 'Z' : text);
  return Number.isNaN(at) ? null : at;
}
