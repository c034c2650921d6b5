// What ran, and what fails?
import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import type { PageProps } from '../../app';
import { useKeys } from '../../keys';
import { query_text } from '../../store/http';
import { language } from '../../store/prefs';
import { on_kinds, useResource } from '../../store/resource';
import { go, href, href_with, param, run_href, set_params } from '../../store/router';
import { on_messages } from '../../store/stream';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Failed, Loading } from '../../ui/parts';
import { now } from '../../ui/time';
import type { Backfill } from '../backfills/progress';
import { Bulk } from './bulk';
import { NoRuns } from './empty';
import { Failures } from './failures';
import { FilterBar } from './filter_bar';
import { filters_now, instant, range_otherwise, runs_command, runs_query, window_for } from './filters';
import { rows_of, type GroupBy } from './groups';
import { backfill_list, run_list } from './list';
import { backfills_for, can_roll, with_backfills } from './rolled';
import { Preview } from './preview';
import { RunTable } from './table';
import { type Part, type TimelineAnswer } from './timeline';
import { TimeFields, Timeline } from './timeline_view';
import { range_text, w } from './words';
import './runs.css';

const refresh_ms = 500;
const grouped_max = 1_000;  ///< Groups are made of so many runs at most.
const wakes = on_kinds('run'), on_backfills = on_kinds('backfill');

/// "In the last 24 hours: 12 succeeded, 2 failed." – each number leads to its runs.
function Sentence({ answer, range }: { answer: TimelineAnswer | null; range: string }) {
  if (!answer) return <p class="sentence quiet">{w.value.in_time(range_text(range))} …</p>;
  const shown = (['failed', 'running', 'succeeded', 'canceled'] as Part[]).filter(part => answer.total[part] > 0);
  const time = param('from') || param('to') ? {} : { range: param('range') || range_otherwise };
  return (
    <p class="sentence">{w.value.in_time(range_text(range))}: {shown.length === 0 ? w.value.nothing
      : shown.map((part, i) => <>{i > 0 && ', '}<a href={href_with({ ...time, status: part, group: '' })}>{w.value[part](answer.total[part])}</a></>)}.</p>
  );
}

/// Keeps a list true while it is shown: news on top, changes in their place.
function useLive(list: ReturnType<typeof run_list>, is_at_top: () => boolean): void {
  useEffect(() => {
    let changed = new Set<string>(), timer: ReturnType<typeof setTimeout> | undefined;
    const stop = on_messages(messages => {
      for (const message of messages) if (message.kind === 'run' || message.kind === 'reset') changed.add(String(message.data.run));
      if (changed.size === 0 || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        const these = changed;
        changed = new Set();
        void list.refresh(these, is_at_top);
      }, refresh_ms);
    });
    return () => { stop(); clearTimeout(timer); list.stop(); };
  }, [list]);
}

/// Those of the time that the list has reached; none unless they are wanted.
function useBackfills(are_wanted: boolean, list: ReturnType<typeof run_list>): Backfill[] {
  const backfills = useMemo(() => are_wanted ? backfill_list() : null, [are_wanted]);
  const oldest = !list.is_known.value ? null : list.has_more.value ? list.runs.value.at(-1)?.id ?? '' : '';
  useEffect(() => { if (oldest !== null) backfills?.reach(oldest); }, [backfills, oldest]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = on_messages(messages => {
      if (timer === undefined && messages.some(on_backfills)) timer = setTimeout(() => { timer = undefined; void backfills?.refresh(); }, refresh_ms);
    });
    return () => { stop(); clearTimeout(timer); backfills?.stop(); };
  }, [backfills]);
  return backfills?.items.value ?? [];
}

export function Runs(_props: PageProps) {
  const filters = filters_now();
  const group = (['asset', 'cause', 'error'].includes(param('group')) ? param('group') : '') as GroupBy;
  const opened = useMemo(() => Date.now(), []);
  const can_be_rolled = can_roll(filters, group), rolled = can_be_rolled && param('backfills') !== 'runs';
  const query = { ...runs_query(filters, opened), ...rolled ? { backfill: 'none' } : {} };
  const address = query_text(query);
  const list = useMemo(() => run_list(query), [address]);
  const host = useRef<HTMLDivElement>(null);
  const is_at_top = useCallback(() => (host.current?.querySelector('.rows')?.scrollTop ?? 0) < 4, []);
  useLive(list, is_at_top);

  const minute = Math.ceil(now.value / 60_000) * 60_000;
  const { from, to } = window_for(filters, minute);
  const px = useSignal(0);
  const timeline = useResource<TimelineAnswer>(px.value === 0 ? '' : 'timeline' + query_text({ from: instant(from), to: instant(to), px: px.value, select: filters.select || (filters.asset && `key:"${filters.asset}"`) }), wakes);

  const marked = useSignal(new Set<string>());
  const open_groups = useSignal(new Set<string>());
  const found = backfills_for(useBackfills(rolled, list), filters, query);
  const rows = with_backfills(rows_of(list.runs.value, group, open_groups.value), found, list.has_more.value);
  const shown_backfills = rows.filter(row => row.kind === 'backfill').length;
  const id = param('run'), has_preview = param('preview') !== '';
  const selected = rows.findIndex(row => row.kind === 'run' && row.run.id === id);
  const at_group = useSignal(-1);
  const place = selected >= 0 ? selected : at_group.value;
  const select = (i: number) => {
    const row = rows[i];
    if (!row) return;
    at_group.value = row.kind === 'run' ? -1 : i;
    set_params({ run: row.kind === 'run' ? row.run.id : '' });
  };
  const open = (i: number) => { const row = rows[i]; if (row?.kind === 'run') go(run_href(row.run.id)); if (row?.kind === 'backfill') go(href('/backfills/' + row.backfill.id)); };
  const toggle_mark = () => {
    const row = rows[place];
    if (row?.kind !== 'run') return;
    const next = new Set(marked.peek());
    if (!next.delete(row.run.id)) next.add(row.run.id);
    marked.value = next;
  };
  useKeys(group === 'error' ? [] : [
    { keys: 'j', text: w.value.next, run: () => select(Math.min(rows.length - 1, place + 1)) },
    { keys: 'k', text: w.value.previous, run: () => select(Math.max(0, place - 1)) },
    { keys: 'space', text: w.value.space, run: () => set_params({ preview: has_preview ? '' : '1' }) },
    { keys: 'Enter', text: w.value.open_run, run: () => open(place) },
    { keys: 'x', text: w.value.mark, run: toggle_mark },
  ], [rows, place, has_preview, group, language.value]);

  const range = filters.from || filters.to ? 'chosen' : filters.range || range_otherwise;
  const news = list.news.value.length;
  const command = runs_command(filters);
  return (
    <div class={`runs ${has_preview && group !== 'error' ? 'has-preview' : ''}`} ref={host}>
      <div class="runs-top">
        <h1 class="only-read">{w.value.runs}</h1>
        <div class="spread wrap"><Sentence answer={timeline.data.value} range={range} /><TimeFields from={from} to={to} /></div>
        <Timeline answer={timeline.data.value} from={from} to={to} on_width={value => { px.value = value; }} />
        <FilterBar filters={filters} group={group} rolled={can_be_rolled ? rolled : null} />
        {group !== 'error' && <div class="row wrap runs-state">
          <span class="quiet">{list.is_known.value && w.value.count(list.runs.value.length, list.has_more.value ? '+' : '')}{shown_backfills > 0 && `, ${w.value.backfills(shown_backfills)}`}</span>
          {group !== '' && <span class="quiet">{w.value.group_note(list.runs.value.length)}</span>}
          {news > 0 && <button class="button is-primary news" onClick={() => { list.show_news(); host.current?.querySelector('.rows')?.scrollTo({ top: 0 }); }}>{w.value.show_news(news)}</button>}
          <Bulk runs={list.runs.value} marked={marked} />
        </div>}
      </div>
      <div class="runs-main">
        {group === 'error' ? <Failures from={instant(from)} to={instant(to)} select={filters.select} range={range} />
          : list.problem.value ? <Failed problem={list.problem.value} on_retry={list.again} />
          : !list.is_known.value ? <Loading />
          : <RunTable rows={rows} is_narrow={has_preview} marked={marked} open_groups={open_groups} selected={place} on_select={select} on_open={open} on_near_end={() => { if (group === '' || list.runs.peek().length < grouped_max) list.more(); }} empty={<NoRuns filters={filters} />} />}
        {has_preview && group !== 'error' && <Preview id={id} />}
      </div>
      <AsCommand cli={command ? freshet(...command) : undefined} call={curl('GET', group === 'error' ? `failures${query_text({ from: instant(from), to: instant(to), select: filters.select })}` : `runs${address}`)} />
    </div>
  );
}
