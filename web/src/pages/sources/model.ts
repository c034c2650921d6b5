// How sources are doing, which of them are looked at, and what is to be said of one.  Pure.
import type { Freshness } from '../../store/status';

/// As `GET sources` answers.
export interface Source {
  asset: string; kind: string; state: string; detail: string; events: number; unchanged: number; last_event: string | null; rate: number;
  position: string | null; lag: number | null; lag_unit: 'messages' | 'bytes' | null; messages: number; ignored: number; dead: number; watches: Record<string, unknown>; expected_by: string | null;
}

export type Condition = 'error' | 'late' | 'held' | 'paused' | 'well';
/// The worst first: so they are listed.
export const conditions: Condition[] = ['error', 'late', 'held', 'paused', 'well'];
export function condition_of(source: Pick<Source, 'state'>, freshness: Freshness): Condition {
  if (source.state === 'paused' || source.state === 'error' || source.state === 'held' && freshness !== 'fail') return source.state;
  return freshness === 'fail' ? 'late' : 'well';
}
/// The word whose drawing stands for it.
export const drawn_as: Record<Condition, string> = { error: 'error', late: 'late', held: 'waiting', paused: 'paused', well: 'ok' };

export interface Row { source: Source; condition: Condition; last: number | null }
export const counts_of = (rows: Row[]): Map<Condition, number> =>
  new Map(conditions.map(each => [each, rows.filter(row => row.condition === each).length] as const).filter(([, n]) => n > 0));

export interface Filter { text: string; kind: string; condition: string }
export function listed(rows: Row[], { text, kind, condition }: Filter): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const is_meant = ({ source, condition: its }: Row) => (!kind || source.kind === kind) && (!condition || its === condition)
    && words.every(word => source.asset.toLowerCase().includes(word) || source.detail.toLowerCase().includes(word));
  const place = ({ condition: its, source }: Row) => conditions.indexOf(its) * 2 + (source.dead > 0 ? 0 : 1);
  return rows.filter(is_meant).sort((a, b) => place(a) - place(b) || (a.source.asset < b.source.asset ? -1 : 1));
}

/// As people count: fewer than one a second are counted by the minute.
export function pace(rate: number): { n: number; per: 'second' | 'minute' } | null {
  if (rate <= 0) return null;
  if (rate < 1) return { n: Math.max(1, Math.round(rate * 60)), per: 'minute' };
  return { n: rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate), per: 'second' };
}

/// Why nothing new is here although it was to be: we have not read it, it was refused, or nobody told anything.
export function silence_of({ source, condition }: Row): 'behind' | 'refused' | 'silent' | null {
  if (condition !== 'late') return null;
  return (source.lag ?? 0) > 0 ? 'behind' : source.dead > 0 ? 'refused' : 'silent';
}

const in_words = new Set(['topic', 'brokers', 'path', 'url', 'tables', 'table', 'format']);
/// What its definition says beside what it is, by the names of its fields; numbers are seconds.
export function further_fields(watches: Record<string, unknown>, seconds: (n: number) => string): [string, string][] {
  const text = (value: unknown): string => typeof value === 'number' ? seconds(value) : Array.isArray(value) ? value.join(', ')
    : typeof value === 'object' && value !== null ? Object.entries(value).map(([field, values]) => `${field} = ${text(values)}`).join('; ') : String(value);
  return Object.entries(watches).filter(([name]) => !in_words.has(name)).map(([name, value]) => [name, text(value)]);
}

/// What an event led to.
export interface Effect { run: string | null; backfill: string | null; assets: string[]; count: number; withheld: boolean; later: boolean }
/// As `GET events` answers.
export interface News {
  id: string; at: string; kind: 'materialization' | 'observation' | 'check' | 'rejected'; asset: string | null; partition?: string | null; source: string; event_id?: string;
  data_version?: string; changed?: boolean; metadata?: Record<string, unknown> | null; reason?: string; body?: string; replayed?: string | null; replayed_at?: string | null; effects?: Effect[];
}
/// Those whose key holds what is typed, of all or only those that were refused or taken in.
export function shown_news(items: News[], text: string, show: string): News[] {
  const wanted = text.toLowerCase();
  return items.filter(item => (item.asset ?? '').toLowerCase().includes(wanted) && (!show || (show === 'refused') === (item.kind === 'rejected')));
}

/// A body as people read it: JSON on lines of its own.
export function body_text(body: string): string {
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

interface Receipt { id?: string | null; error?: string; duplicate?: boolean }
/// What "replay" answers.
export interface Replayed { event?: Receipt; events?: Receipt[] }
/// An id of "": it is nothing that counts any more.
export type Outcome = { id: string; is_known: boolean } | { error: string };
export function outcome_of({ event, events = event ? [event] : [] }: Replayed): Outcome {
  const refused = events.find(each => each.error);
  return refused ? { error: refused.error! } : { id: events[0]?.id ?? '', is_known: events[0]?.duplicate ?? false };
}
export const was_replayed = ({ replayed, replayed_at }: News): boolean => !!replayed || !!replayed_at;
/// Of many: how many were taken in.
export const taken_in = (outcomes: Iterable<Outcome>): number => [...outcomes].filter(each => 'id' in each).length;

/// What to write into freshet.yaml for a first source of each kind.
export const examples = {
  kafka: 'sources:\n  - asset: orders\n    kafka: {brokers: "localhost:9092", topic: orders}',
  file: 'sources:\n  - asset: deliveries\n    file: {path: "landing/*.csv"}',
  webhook: 'sources:\n  - asset: orders\n    webhook: {}',
  database: 'sources:\n  - asset: customers\n    database: {url: "postgresql://reader@localhost/shop", tables: [public.customers]}',
} as const;
