// Backfills as one row each, among the runs of none.  Pure.
import type { Backfill } from '../backfills/progress';
import type { Filters } from './filters';
import type { GroupBy, ListRow, RunsRow } from './groups';

/// Whether a backfill's runs can be one row: not where the list is of one, or asks what only the runs can answer.
export const can_roll = (filters: Filters, group: GroupBy): boolean => group === '' && !filters.backfill && !filters.error && !filters.select;

function has_status(backfill: Backfill, words: string[]): boolean {
  return words.length === 0 || words.includes(backfill.status) || (backfill.status === 'paused' && words.includes('running')) ||
    (words.includes('failed') && backfill.counts.failed > 0);
}
/// Those that the filters mean, of the time that the runs are asked for.
export function backfills_for(all: Backfill[], filters: Filters, query: Record<string, string>): Backfill[] {
  const words = filters.status.split(',').filter(Boolean), causes = filters.cause.split(',').filter(Boolean);
  const from = query.from ? Date.parse(query.from) : 0, to = query.to ? Date.parse(query.to) : Infinity;
  return all.filter(each => {
    const at = Date.parse(each.created_at);
    return at >= from && at < to && has_status(each, words) && (causes.length === 0 || causes.includes(each.cause)) &&
      (!filters.asset || each.assets.some(one => one.asset === filters.asset));
  });
}
/// Each where it was asked for; of what is older than the runs that are read so far nothing yet.
export function with_backfills(rows: RunsRow[], backfills: Backfill[], has_more: boolean): ListRow[] {
  if (backfills.length === 0) return rows;
  const last = rows.at(-1);
  const oldest = has_more && last?.kind === 'run' ? last.run.id : '';
  const id_of = (row: ListRow) => row.kind === 'run' ? row.run.id : row.kind === 'backfill' ? row.backfill.id : '';
  return [...rows, ...backfills.filter(each => each.id > oldest).map((backfill): ListRow => ({ kind: 'backfill', backfill }))]
    .toSorted((a, b) => id_of(a) < id_of(b) ? 1 : id_of(a) > id_of(b) ? -1 : 0);
}
