// Partitions by pixel: what a bar or a heat map shows, and what a range of it means.  Pure.
import { key_path, query_text } from '../store/http';

/// How many of some partitions are in which state; `size` is all of them.
export interface StateCounts { size: number; missing: number; stale: number; failed: number; in_progress: number }
/// As `GET assets/{key}/partitions?view=bars` answers: columns along the time dimension, or along the
/// only one; a row for each combination of the other dimensions.
export interface PartitionBars {
  total: number;
  counts: { existing: number; materialized: number; missing: number; stale: number; failed: number; in_progress: number };
  columns: number;
  first: string[];
  last: string[];
  rows: ({ name: string } & Record<keyof StateCounts, number[]>)[];
  rows_total: number;
  time: boolean;
}
export const bars_path = (key: string, options: { px: number; rows?: number; from?: string; to?: string; row_filter?: string }): string =>
  `assets/${key_path(key)}/partitions${query_text({ view: 'bars', ...options })}`;

/// What one cell is drawn as: the worst that is in it.
export type CellState = 'none' | 'fresh' | 'partial' | 'missing' | 'stale' | 'failed' | 'in_progress';
export function cell_state(counts: StateCounts): CellState {
  if (counts.size === 0) return 'none';
  if (counts.failed > 0) return 'failed';
  if (counts.in_progress > 0) return 'in_progress';
  if (counts.stale > 0) return 'stale';
  return counts.missing === counts.size ? 'missing' : counts.missing > 0 ? 'partial' : 'fresh';
}
export const cell_of = (row: PartitionBars['rows'][number], column: number): StateCounts => ({
  size: row.size[column] ?? 0, missing: row.missing[column] ?? 0, stale: row.stale[column] ?? 0,
  failed: row.failed[column] ?? 0, in_progress: row.in_progress[column] ?? 0,
});
export const fresh_of = (counts: StateCounts): number => Math.max(0, counts.size - counts.missing - counts.stale);

/// All rows between two columns, both included.
export function sum_of(bars: PartitionBars, first: number, last: number, rows = bars.rows): StateCounts {
  const sum: StateCounts = { size: 0, missing: 0, stale: 0, failed: 0, in_progress: 0 };
  for (const row of rows) {
    for (let column = first; column <= last; ++column) {
      const cell = cell_of(row, column);
      for (const name of Object.keys(sum) as (keyof StateCounts)[]) sum[name] += cell[name];
    }
  }
  return sum;
}

/// The columns that a range of keys covers; null where it lies outside or says nothing.
export function columns_of(bars: PartitionBars, from: string, to: string): { first: number; last: number } | null {
  if (!from && !to) return null;
  let first = 0, last = bars.columns - 1;
  if (from) {
    // Keys of time sort as texts do; others are known only at the edges of columns.
    first = bars.time ? bars.last.findIndex(key => key >= from) : bars.first.indexOf(from);
    if (first < 0 && !bars.time) first = bars.last.indexOf(from);
  }
  if (to) {
    last = bars.time ? bars.first.findLastIndex(key => key <= to) : bars.last.indexOf(to);
    if (last < 0 && !bars.time) last = bars.first.indexOf(to);
  }
  return first < 0 || last < 0 || first > last ? null : { first, last };
}

/// The dimensions of a definition such as the catalog's `partition_texts`, in the order of keys.
export interface Shape { dimensions: string[]; along: number }
const no_times = ['static', 'dynamic'];
export function shape_of(definition: string): Shape {
  let parsed: { multi?: { name: string; of: object }[] } = {};
  try { parsed = JSON.parse(definition) as typeof parsed; } catch { /* not cut in several: one dimension */ }
  const parts = parsed.multi ?? [];
  const time = parts.findIndex(part => Object.keys(part.of).every(kind => !no_times.includes(kind)));
  // Without a time, columns go along whole keys.
  return time < 0 ? { dimensions: [''], along: 0 } : { dimensions: parts.map(part => part.name), along: time };
}
export const is_crossed = (shape: Shape): boolean => shape.dimensions.length > 1;
/// The key of a cell, or a pattern for several: `row` is the other dimensions' key.
export function key_of(shape: Shape, along: string, row = ''): string {
  if (!is_crossed(shape)) return along;
  const others = row ? row.split('|') : shape.dimensions.slice(1).map(() => '*');
  return others.toSpliced(shape.along, 0, along).join('|');
}
/// A range of columns as a selection of partitions; "" for all.
export function range_text(shape: Shape, from: string, to: string, row = ''): string {
  if (!from && !to) return row ? key_of(shape, '*', row) : '';
  return key_of(shape, from === to || !to ? from : `${from}...${to}`, row);
}
/// The newest of what there is, as a selection of partitions; "" for none.
export function newest_of(bars: PartitionBars | null, shape: Shape): string {
  const last = bars?.last.at(-1);
  return last ? key_of(shape, last) : '';
}
/// What a definition says, shortly: "daily", "region × day".
export function shape_text(definition: string): string {
  try {
    const parsed = JSON.parse(definition) as { multi?: { name: string }[] };
    return parsed.multi ? parsed.multi.map(part => part.name).join(' × ') : Object.keys(parsed)[0] ?? definition;
  } catch { return definition; }
}

/// Each partition once: one that failed or is in progress is also missing, stale or fresh, and is taken
/// for that in this order.
export function shares_of(counts: StateCounts): Record<'failed' | 'in_progress' | 'missing' | 'stale' | 'fresh', number> {
  const out = { failed: counts.failed, in_progress: counts.in_progress, missing: counts.missing, stale: counts.stale, fresh: fresh_of(counts) };
  let more = counts.failed + counts.in_progress;
  for (const state of ['missing', 'stale', 'fresh'] as const) {
    const taken = Math.min(more, out[state]);
    out[state] -= taken;
    more -= taken;
  }
  return out;
}

const box = (x: number, y: number, width: number, height: number): string => `M${x} ${y}h${width}v${height}h${-width}z`;
type Drawn = Exclude<CellState, 'none'>;
/// A row as stacks of states, bottom up, each as high as its share: one path for each state.  Only
/// failures reach into the upper `above`, however few they are.
export function stack_paths(row: PartitionBars['rows'][number], height: number, above: number): Partial<Record<Drawn, string>> {
  const out: Partial<Record<Drawn, string>> = {};
  for (let column = 0; column < row.size.length; ++column) {
    const cell = cell_of(row, column);
    if (cell.size === 0) continue;
    const shares = shares_of(cell);
    const room = height - above;
    const failed = shares.failed > 0 ? above + shares.failed / cell.size * room : 0;
    let y = height;
    for (const state of ['fresh', 'stale', 'in_progress'] as const) {
      const part = shares[state] / cell.size * room;
      if (part <= 0) continue;
      y -= part;
      out[state] = (out[state] ?? '') + box(column, round(y), 1, round(part));
    }
    if (failed > 0) out.failed = (out.failed ?? '') + box(column, 0, 1, round(failed));
    if (shares.missing === cell.size) out.missing = (out.missing ?? '') + box(column, height - 2, 1, 2);
  }
  return out;
}
const round = (value: number): number => Math.round(value * 100) / 100;

/// Where in a cell of height 1 each state is drawn: they differ in shape, too.
const bands: Record<Drawn, [number, number][]> = {
  failed: [[0, 1]], fresh: [[0.2, 0.6]], stale: [[0.5, 0.5]], partial: [[0.2, 0.3]], in_progress: [[0.1, 0.2], [0.7, 0.2]], missing: [[0.45, 0.1]],
};
/// All rows as cells of height 1: one path for each state; neighbours that look alike are drawn as one.
export function cell_paths(rows: PartitionBars['rows']): Partial<Record<Drawn, string>> {
  const out: Partial<Record<Drawn, string>> = {};
  rows.forEach((row, y) => {
    let begin = 0, state: CellState = 'none';
    for (let column = 0; column <= row.size.length; ++column) {
      const next = column < row.size.length ? cell_state(cell_of(row, column)) : 'none';
      if (next === state && column < row.size.length) continue;
      if (state !== 'none') out[state] = (out[state] ?? '') + bands[state].map(([top, height]) => box(begin, round(y + top), column - begin, height)).join('');
      begin = column;
      state = next;
    }
  });
  return out;
}
