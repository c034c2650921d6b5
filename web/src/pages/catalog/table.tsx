// The table: a row for each asset, as many columns as there is room for.
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Catalog } from '../../store/catalog';
import { asset_href, set_params } from '../../store/router';
import { status_tick, type Status } from '../../store/status';
import { Meter } from '../../ui/parts';
import { Cell, least_width, Rows, type Column } from '../../ui/rows';
import { AssetStatus, StatusMark, word_text } from '../../ui/status';
import { Time } from '../../ui/time';
import { number } from '../../words';
import type { Listing } from './listing';
import { sort_params } from './query';
import { sort_after, type ColumnName } from './sorting';
import { catalog_words } from './words';

/// The least that a column takes, and how it grows, in the order in which they stand.
const widths: Record<ColumnName, { least: number; grows: number }> = {
  key: { least: 220, grows: 2.6 }, status: { least: 215, grows: 2 }, freshness: { least: 88, grows: 0 }, owner: { least: 96, grows: 0.8 }, group: { least: 90, grows: 0.7 },
  kind: { least: 72, grows: 0.6 }, updated: { least: 96, grows: 0 }, checks: { least: 72, grows: 0 }, partitions: { least: 90, grows: 0.7 },
};
const mark_width = '24px';
/// Which goes first where there is no room.
const dropped: ColumnName[] = ['kind', 'group', 'freshness', 'partitions', 'checks', 'owner', 'updated'];

/// What a phone, or a table beside a preview, has room for.
export function columns_for(width: number): ColumnName[] {
  let columns = Object.keys(widths) as ColumnName[];
  const taken = () => least_width([mark_width, ...columns.map(name => `${widths[name].least}px`)]);
  for (const name of dropped) if (taken() > width) columns = columns.filter(each => each !== name);
  return columns;
}
const template_of = (name: ColumnName, columns: ColumnName[]): string => {
  if (columns.length <= 2) return name === 'key' ? 'minmax(150px, 1fr)' : '130px';
  const { least, grows } = widths[name];
  return grows ? `minmax(${least}px, ${grows}fr)` : `${least}px`;
};

export function Table({ listing, columns, cursor, on_cursor, on_press, on_open, marks, on_mark, on_mark_all, on_top, empty }: {
  listing: Listing; columns: ColumnName[]; cursor: number; on_cursor: (index: number) => void; on_press: (index: number) => void; on_open: (index: number) => void;
  marks: ReadonlySignal<ReadonlySet<string>>; on_mark: (index: number, is_range: boolean) => void; on_mark_all: () => void;
  on_top: (is_top: boolean) => void; empty: ComponentChildren;
}) {
  void status_tick.value;  // rows change in place
  const w = catalog_words.value;
  const { catalog, status, ranks, query } = listing;
  const key_at = (index: number) => catalog.key(ranks[index]!);
  const are_all = ranks.length > 0 && marks.value.size >= ranks.length && ranks.every(rank => marks.value.has(catalog.key(rank)));
  const heads: Column[] = [
    { name: 'mark', width: mark_width, label: <input type="checkbox" class="mark-box" checked={are_all} aria-label={w.mark_all} title={w.mark_all} onClick={on_mark_all} /> },
    ...columns.map(name => ({
      name, label: w.column[name], width: template_of(name, columns),
      sort: query.sort.column === name ? query.sort.is_down ? 'down' as const : 'up' as const : null,
      on_sort: () => set_params(sort_params(sort_after(query.sort, name)), 'push'),
    })),
  ];
  return (
    <Rows label={w.table} class="catalog-rows" columns={heads} count={ranks.length} selected={cursor} on_select={on_cursor} on_press={on_press} on_open={on_open}
      is_marked={index => marks.value.has(key_at(index))} subject={`${query.text}\n${query.select}\n${[...query.chosen].map(([name, values]) => [name, ...values]).join('\n')}\n${query.sort.column}${query.sort.is_down}`}
      on_top={on_top} empty={empty}
      row={index => {
        const rank = ranks[index]!, key = catalog.key(rank);
        return (
          <>
            <Cell><input type="checkbox" class="mark-box" tabIndex={-1} checked={marks.value.has(key)} aria-label={w.mark(key)} onClick={event => on_mark(index, event.shiftKey)} /></Cell>
            {columns.map(name => <AssetCell key={name} name={name} catalog={catalog} status={status} rank={rank} />)}
          </>);
      }} />
  );
}

function AssetCell({ name, catalog, status, rank }: { name: ColumnName; catalog: Catalog; status: Status; rank: number }) {
  void status_tick.value;
  switch (name) {
    case 'key': {
      const key = catalog.key(rank), at = key.lastIndexOf('/') + 1;
      return <Cell title={key}><a class="mono" href={asset_href(key)} tabIndex={-1}><span class="quiet">{key.slice(0, at)}</span>{key.slice(at)}</a></Cell>;
    }
    case 'status': return <Cell><AssetStatus status={status} rank={rank} /></Cell>;
    case 'freshness': return <Cell><FreshnessMark status={status} rank={rank} /></Cell>;
    case 'owner': { const text = catalog.owners(rank).join(', '); return <Cell class="quiet" title={text}>{text}</Cell>; }
    case 'group': return <Cell class="quiet" title={catalog.group(rank)}>{catalog.group(rank)}</Cell>;
    case 'kind': { const text = catalog.kinds(rank).join(', '); return <Cell class="quiet" title={text}>{text}</Cell>; }
    case 'updated': return <Cell class="quiet"><Time at={status.updated_at[rank]!} as="age" /></Cell>;
    case 'checks': return <Cell><Checks catalog={catalog} status={status} rank={rank} /></Cell>;
    case 'partitions': return <Cell><Partitions status={status} rank={rank} /></Cell>;
  }
}

/// Kept promises are quiet; an asset without one says nothing.
export function FreshnessMark({ status, rank }: { status: Status; rank: number }) {
  void status_tick.value;
  const word = status.freshness_of(rank);
  return word === 'none' ? null : word === 'fail' || word === 'warn' ? <StatusMark word="late" text={word_text(word)} /> : <span class="quiet">{word_text(word)}</span>;
}

export function Checks({ catalog, status, rank }: { catalog: Catalog; status: Status; rank: number }) {
  void status_tick.value;
  const total = catalog.columns.checks[rank]!, failed = status.checks_failed[rank]!, passed = status.checks_passed[rank]!;
  if (total === 0) return null;
  return failed > 0 ? <StatusMark word="failed" text={`${number(failed)}/${number(total)}`} title={catalog_words.value.checks_failed(failed)} />
    : <span class="quiet" title={catalog_words.value.checks_text(passed, total)}>{number(passed)}/{number(total)}</span>;
}

/// Fresh, stale, failed and in progress of those that exist, left to right.
export function Partitions({ status, rank }: { status: Status; rank: number }) {
  void status_tick.value;
  const counts = status.counts.get(rank);
  if (!counts || counts.existing === 0) return null;
  const fresh = Math.max(0, counts.materialized - counts.stale);
  return (
    <Meter total={counts.existing} label={catalog_words.value.partitions_text(number(fresh), number(counts.existing))}
      parts={[{ n: fresh, fill: 'ok' }, { n: counts.stale, fill: 'late' }, { n: counts.failed, fill: 'failed' }, { n: counts.in_progress, fill: 'running' }]} />
  );
}
