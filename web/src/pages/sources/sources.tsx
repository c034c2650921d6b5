// Does news from outside arrive?
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { PageProps } from '../../app';
import { useKeys } from '../../keys';
import { catalog } from '../../store/catalog';
import { language } from '../../store/prefs';
import { useResource, type Wakes } from '../../store/resource';
import { href_with, param, set_params } from '../../store/router';
import { status, status_tick } from '../../store/status';
import { AsCommand, curl } from '../../ui/command';
import { Failed, Loading } from '../../ui/parts';
import { ms_of } from '../../ui/time';
import { number } from '../../words';
import { NoSources } from './empty';
import { useEvery } from './every';
import { condition_of, conditions, counts_of, listed, type Row, type Source } from './model';
import { OpenLineage, Publications } from './others';
import { Panel } from './panel';
import { EventStream } from './stream';
import { SourceTable } from './table';
import { sources_words } from './words';
import './sources.css';

const many = 1_000;  ///< Sources; to ask for more of them often would cost more than it tells.
/// What is known of each, news of this moment among it.
const rows_of = (sources: Source[]): Row[] => {
  void status_tick.value;
  const what = catalog.value, now = status.value;
  return sources.map(source => {
    const rank = what?.rank_of(source.asset);
    const updated = rank === undefined || !now ? 0 : now.updated_at[rank]!;
    return {
      source, condition: condition_of(source, rank === undefined || !now ? 'none' : now.freshness_of(rank)),
      last: Math.max(ms_of(source.last_event) ?? 0, updated) || null,
    };
  });
};

/// "8 sources: 6 well, 1 late, 1 in error." – each number leads to those.
function Head({ rows }: { rows: Row[] }) {
  const w = sources_words.value;
  const counts = [...counts_of(rows)].toReversed();
  const refused = rows.reduce((sum, row) => sum + row.source.dead, 0);
  const [before, after] = w.head(rows.length, '\n').split('\n');
  return (
    <p class="sentence">{before}{counts.map(([condition, n], i) => <>{i > 0 && ', '}<a href={href_with({ state: condition })}>{w.condition[condition](n)}</a></>)}{after}
      {refused > 0 && <> <a href={href_with({ show: 'refused' })}>{w.refused_since(refused)}</a></>}</p>
  );
}

function Filters({ rows }: { rows: Row[] }) {
  const w = sources_words.value;
  const kinds = [...new Set(rows.map(row => row.source.kind))].sort();
  const kind = param('kind'), state = param('state');
  return (
    <div class="row wrap">
      <input class="field" type="search" aria-label={w.filter} placeholder={w.filter_hint} value={param('q')} onInput={event => set_params({ q: event.currentTarget.value })} />
      {kinds.length > 1 && kinds.map(each => (
        <a key={each} class="chip" href={href_with({ kind: kind === each ? '' : each })} aria-current={kind === each ? 'true' : undefined}>{w.kinds[each] ?? each} <span class="quiet">{number(rows.filter(row => row.source.kind === each).length)}</span></a>))}
      {state && <a class="chip" href={href_with({ state: '' })} aria-current="true">{w.states[state] ?? state} ✕</a>}
    </div>
  );
}

export function Sources(_props: PageProps) {
  const w = sources_words.value;
  const chosen = param('source');
  const wakes = useMemo<Wakes>(() => ({ kind, data }) => kind === 'definitions' || kind === 'rejected' || data.asset === chosen && kind === 'asset', [chosen]);
  const { data, error, reload } = useResource<{ items: Source[] }>('sources', wakes);
  useEvery(reload, true, (data.value?.items.length ?? 0) > many ? 20_000 : 5_000);
  const all = useMemo(() => computed(() => rows_of(data.value?.items ?? [])), [data]);
  const rows = all.value;
  const state = conditions.find(each => each === param('state')) ?? '';
  const shown = listed(rows, { text: param('q'), kind: param('kind'), condition: state });
  const place = shown.findIndex(row => row.source.asset === chosen);
  const choose = (i: number, how: 'push' | 'replace' = 'replace') => { const row = shown[i]; if (row) set_params({ source: row.source.asset }, how); };
  const close = () => set_params({ source: '' }, 'push');
  useKeys([
    { keys: 'j', text: w.next, run: () => choose(Math.min(shown.length - 1, place + 1)) },
    { keys: 'k', text: w.previous, run: () => choose(Math.max(0, place - 1)) },
    ...chosen ? [{ keys: 'Escape', text: w.close, run: close }] : [],
  ], [shown, place, language.value]);
  if (error.value && !data.value) return <Failed problem={error.value} on_retry={reload} />;
  if (!data.value) return <Loading />;
  const row = rows.find(each => each.source.asset === chosen);
  return (
    <>
      <h1 class="only-read">{w.title}</h1>
      {rows.length === 0 ? <NoSources /> : <>
        <Head rows={rows} />
        <Filters rows={rows} />
        <SourceTable rows={shown} selected={place} is_short={row !== undefined} on_choose={choose} />
      </>}
      {chosen && !row && <p class="row wrap" role="status">{w.gone(chosen)} <a class="button" href={href_with({ source: '' })}>{w.all_sources}</a></p>}
      {row && <Panel key={chosen} row={row} on_change={reload} on_close={close} />}
      <EventStream />
      <Publications /><OpenLineage />
      <AsCommand call={curl('GET', 'sources')} />
    </>
  );
}
