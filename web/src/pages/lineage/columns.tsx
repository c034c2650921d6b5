// The columns of the selected asset and its last run: what the nearest zoom writes on its card.
import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { key_path, query_text } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { asset_href, run_href } from '../../store/router';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import type { Column, LastRun } from './near';
import { lineage_words } from './words';

const page = 12;

export function LastRunFact({ name }: { name: string }) {
  const w = lineage_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const run = useResource<{ items: LastRun[] }>('runs' + query_text({ asset: name, limit: 1 }), wakes).data.value?.items[0];
  return run ? <><dt>{w.last_run}</dt><dd><a href={run_href(run.id)}><StatusMark word={run.status} /> <Time at={run.ended_at ?? run.started_at} as="both" /></a></dd></> : null;
}

export function Columns({ name }: { name: string }) {
  const w = lineage_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const shown = useSignal(page), filter = useSignal('');
  const all = useResource<{ columns: Column[] }>(`assets/${key_path(name)}`, wakes).data.value?.columns ?? [];
  if (all.length === 0) return null;
  const found = all.filter(each => each.name.toLowerCase().includes(filter.value.toLowerCase()));
  return (
    <section class="section lineage-columns"><h3><a href={asset_href(name, { tab: 'schema' })}>{w.columns_of(all.length)}</a></h3>
      {all.length > page && <input class="field" type="search" aria-label={w.find_column} placeholder={w.find_column} value={filter.value} onInput={event => { filter.value = event.currentTarget.value; }} />}
      <ul>{found.slice(0, shown.value).map(column => (
        <li key={column.name}><span class="key">{column.name}</span> <span class="quiet">{column.type}</span>
          {column.from.length > 0 && <span class="quiet"> ← {column.from.map((from, i) => <>{i > 0 && ', '}<a class="key" href={asset_href(from.asset, { tab: 'schema', column: from.column })}>{from.asset}.{from.column}</a></>)}</span>}</li>))}</ul>
      {found.length > shown.value && <button class="chip" onClick={() => { shown.value += 50; }}>{w.more(found.length - shown.value)}</button>}
    </section>
  );
}
