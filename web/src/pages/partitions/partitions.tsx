// Which slices are missing?  All assets that are cut, those with the most to repair first.
import { open_backfill_dialog } from '../../actions/backfill_dialog';
import { catalog } from '../../store/catalog';
import { asset_href, href_with, param, set_params } from '../../store/router';
import { status, status_tick, type PartitionCounts } from '../../store/status';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Empty, Meter } from '../../ui/parts';
import { partitioning_text } from '../../ui/partitioning';
import { Cell, Rows } from '../../ui/rows';
import { number } from '../../words';
import './partitions.css';
import { partitions_words } from './words';

interface Row { key: string; text: string; counts: PartitionCounts; fresh: number }
const kinds = ['all', 'failed', 'missing', 'stale', 'in_progress'] as const;
const weight = ({ counts }: Row): number => counts.failed * 1e6 + (counts.missing + counts.stale) / Math.max(1, counts.existing) * 1000 + Math.min(999, counts.missing + counts.stale);

export function Partitions() {
  const w = partitions_words.value;
  void status_tick.value;
  const what = catalog.value, now = status.value;
  if (!what || !now) return null;
  const only = kinds.find(kind => kind === param('only')) ?? 'all', wanted = param('q').toLowerCase();
  const all: Row[] = [...now.counts].map(([rank, counts]) => ({ key: what.key(rank), text: what.partitions(rank), counts, fresh: Math.max(0, counts.materialized - counts.stale) }));
  const rows = all.filter(row => (only === 'all' || row.counts[only] > 0) && row.key.toLowerCase().includes(wanted))
    .sort((a, b) => weight(b) - weight(a) || (a.key < b.key ? -1 : 1));
  const total = all.reduce((sum, row) => sum + row.counts.existing, 0), fresh = all.reduce((sum, row) => sum + row.fresh, 0);
  if (all.length === 0) return <Empty><p class="sentence">{w.none}</p><p>{w.none_text}</p><pre class="block">{'partitions: {daily: {start: "2026-01-01", timezone: Europe/Vienna}}'}</pre></Empty>;
  const numbers = ['failed', 'stale', 'missing', 'in_progress'] as const;
  return (
    <>
      <p class="sentence">{w.sentence(all.length, total, total - fresh)}</p>
      <div class="row wrap">
        <input class="field" type="search" aria-label={w.filter} placeholder={w.filter} value={param('q')} onInput={event => set_params({ q: event.currentTarget.value })} />
        <nav class="row wrap" aria-label={w.show}>{kinds.map(kind => <a key={kind} class="chip" href={href_with({ only: kind === 'all' ? '' : kind })} aria-current={kind === only ? 'true' : undefined}>{w.only[kind]}</a>)}</nav>
      </div>
      <Rows label={w.state} count={rows.length} class="partition-rows" id={i => rows[i]!.key}
        columns={[
          { name: 'asset', label: w.asset, width: 'minmax(220px, 2fr)' }, { name: 'cut', label: w.cut, width: 'minmax(140px, 1fr)' }, { name: 'state', label: w.state, width: 'minmax(120px, 1fr)' },
          { name: 'fresh', label: w.fresh, width: '110px', is_end: true }, ...numbers.map(name => ({ name, label: w[name], width: '90px', is_end: true })), { name: 'act', label: '', width: '110px' }]}
        row={i => {
          const { key, text, counts, fresh: good } = rows[i]!;
          return (
            <>
              <Cell><a class="key" href={asset_href(key, { tab: 'partitions' })}>{key}</a></Cell><Cell class="quiet" title={text}>{partitioning_text(text)}</Cell>
              <Cell><Meter total={counts.existing} label={`${number(good)}/${number(counts.existing)}`} parts={[
                { n: counts.failed, fill: 'failed' }, { n: counts.in_progress, fill: 'running' }, { n: counts.stale, fill: 'late' }, { n: good, fill: 'ok' }]} /></Cell>
              <Cell is_end>{number(good)}/{number(counts.existing)}</Cell>
              {numbers.map(name => <Cell key={name} is_end class={name === 'failed' && counts.failed > 0 ? 'is-failed' : 'quiet'}>
                {counts[name] > 0 ? <a href={asset_href(key, { tab: 'partitions', state: name })}>{number(counts[name])}</a> : '–'}</Cell>)}
              <Cell>{counts.existing > good && <button class="button is-plain" onClick={() => open_backfill_dialog({ select: key, only: counts.failed > 0 ? 'failed' : counts.stale > 0 ? 'stale' : 'missing' })} aria-label={`${w.repair} ${key}`}>{w.repair}</button>}</Cell>
            </>);
        }} />
      <AsCommand cli={freshet('graph', '--json')} call={curl('GET', 'status?codes=1')} />
    </>
  );
}
