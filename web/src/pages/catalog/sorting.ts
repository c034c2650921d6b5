// In which order assets stand.
import type { Catalog } from '../../store/catalog';
import type { Status } from '../../store/status';

export type ColumnName = 'key' | 'status' | 'freshness' | 'owner' | 'group' | 'kind' | 'updated' | 'checks' | 'partitions';
export const column_names: ColumnName[] = ['key', 'status', 'freshness', 'owner', 'group', 'kind', 'updated', 'checks', 'partitions'];
export interface Sort { column: ColumnName; is_down: boolean }

/// "key", "-updated"
export function sort_of(text: string): Sort {
  const is_down = text.startsWith('-'), name = (is_down ? text.slice(1) : text) as ColumnName;
  return column_names.includes(name) ? { column: name, is_down } : { column: 'key', is_down: false };
}
export const sort_text = ({ column, is_down }: Sort): string => column === 'key' && !is_down ? '' : (is_down ? '-' : '') + column;
/// What a click on a column's head asks for: what is urgent or new first, then the other way round.
const begins_down: ReadonlySet<ColumnName> = new Set(['updated']);
export const sort_after = (now: Sort, column: ColumnName): Sort =>
  now.column === column ? { column, is_down: !now.is_down } : { column, is_down: begins_down.has(column) };

const no_value = 2 ** 32;  // stands last in both directions
const places = 2 ** 20;    // more than there are assets
const capped = (n: number): number => Math.min(n, 65_535);

/// Whose value is how great; the worst is the least.
function value_of(catalog: Catalog, status: Status, column: ColumnName): (rank: number) => number {
  const { columns } = catalog;
  const alphabetical = (texts: string[]) => {
    const order = Array.from(texts.keys()).sort((a, b) => texts[a]! < texts[b]! ? -1 : 1), place = new Uint32Array(texts.length);
    order.forEach((code, i) => { place[code] = i; });
    return (code: number | undefined) => code === undefined || code < 0 ? no_value : place[code]!;
  };
  switch (column) {
    case 'key': return () => 0;  // by place alone
    case 'status': return rank => severity(status, rank);
    case 'freshness': {
      const order = { fail: 0, warn: 1, unknown: 2, pass: 3, none: no_value };
      return rank => order[status.freshness_of(rank)];
    }
    case 'owner': { const place = alphabetical(columns.owners); return rank => place(columns.owner[rank]![0]); }
    case 'group': { const place = alphabetical(columns.groups); return rank => place(columns.group[rank]); }
    case 'kind': { const place = alphabetical(columns.kinds); return rank => place(columns.kind[rank]![0]); }
    case 'updated': return rank => status.updated_at[rank]! > 0 ? Math.floor(status.updated_at[rank]! / 1000) : no_value;
    case 'checks': return rank => columns.checks[rank]! === 0 ? no_value : (65_535 - capped(status.checks_failed[rank]!)) * 65_536 + 65_535 - capped(columns.checks[rank]!);
    case 'partitions': return rank => {
      const counts = status.counts.get(rank);
      return counts && counts.existing > 0 ? Math.round(Math.max(0, counts.materialized - counts.stale) / counts.existing * 1000) : no_value;
    };
  }
}

/// How much an asset needs somebody: 0 is the most.
export function severity(status: Status, rank: number): number {
  const data = status.data_of(rank), work = status.work_of(rank), freshness = status.freshness_of(rank);
  if (status.has_failed(rank) || work === 'failed') return data === 'fresh' ? 1 : 0;
  if (status.checks_failed[rank]! > 0) return 2;
  if (freshness === 'fail') return 3;
  if (freshness === 'warn') return 4;
  if (data === 'stale') return 5;
  if (work === 'running') return 6;
  if (work === 'waiting') return 7;
  if (data === 'missing') return 8;
  return status.is_paused(rank) ? 9 : 10;
}

/// All ranks in the order asked for; those of equal value by key.  One number holds value and place, so
/// that the engine's own sort of numbers does it.
export function order_of(catalog: Catalog, status: Status, { column, is_down }: Sort): Uint32Array {
  if (column === 'key') return is_down ? catalog.by_key.toReversed() : catalog.by_key;
  const value = value_of(catalog, status, column), { by_key, size } = catalog;
  const packed = new Float64Array(size);
  for (let place = 0; place < size; ++place) {
    const own = value(by_key[place]!);
    packed[place] = (own === no_value || !is_down ? own : no_value - 1 - own) * places + place;
  }
  packed.sort();
  const out = new Uint32Array(size);
  for (let i = 0; i < size; ++i) out[i] = by_key[packed[i]! % places]!;
  return out;
}
/// Whether an order stays as it is as long as the catalog does.
export const is_steady = (column: ColumnName): boolean => column === 'key' || column === 'owner' || column === 'group' || column === 'kind';

/// `ranks` as they stand in `order`; null is all.
export function in_order(order: Uint32Array, ranks: Uint32Array | null): Uint32Array {
  if (!ranks) return order;
  const is_in = new Uint8Array(order.length), out = new Uint32Array(ranks.length);
  for (let i = 0; i < ranks.length; ++i) is_in[ranks[i]!] = 1;
  for (let i = 0, n = 0; n < out.length; ++i) if (is_in[order[i]!]) out[n++] = order[i]!;
  return out;
}
