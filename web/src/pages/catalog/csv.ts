// The rows as a file for spreadsheets (RFC 4180).
import type { Catalog } from '../../store/catalog';
import type { Status } from '../../store/status';

const head = ['key', 'project', 'group', 'kinds', 'owners', 'tags', 'data', 'work', 'freshness', 'paused', 'updated_at',
  'checks', 'checks_failed', 'partitions', 'partitions_existing', 'partitions_materialized', 'partitions_stale', 'partitions_failed', 'automation'];
const cell = (value: string | number): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/// In the daemon's words, so that it can be read by programs too.
export function csv(ranks: Iterable<number>, catalog: Catalog, status: Status): string {
  const lines = [head.join(',')];
  for (const rank of ranks) {
    const counts = status.counts.get(rank), at = status.updated_at[rank]!;
    lines.push([
      catalog.key(rank), catalog.project(rank), catalog.group(rank), catalog.kinds(rank).join(' '), catalog.owners(rank).join(' '), catalog.tags(rank).join(' '),
      status.data_of(rank), status.work_of(rank), status.freshness_of(rank), status.is_paused(rank) ? 1 : 0, at ? new Date(at).toISOString() : '',
      catalog.columns.checks[rank]!, status.checks_failed[rank]!, catalog.partitions(rank),
      counts?.existing ?? '', counts?.materialized ?? '', counts?.stale ?? '', counts?.failed ?? '', catalog.automation(rank),
    ].map(cell).join(','));
  }
  return lines.join('\r\n') + '\r\n';
}
