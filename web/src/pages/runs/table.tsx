// The runs as rows, alone or in groups; what is chosen of them, and what is shown beside.
import type { Signal } from '@preact/signals';
import { href, href_with } from '../../store/router';
import { Meter, RunLink, short_id } from '../../ui/parts';
import { Cell, Rows, type Column } from '../../ui/rows';
import { StatusMark } from '../../ui/status';
import { duration, now, Time } from '../../ui/time';
import { Icon } from '../../ui/icon';
import { common } from '../../words/common';
import type { ComponentChildren } from 'preact';
import type { Backfill } from '../backfills/progress';
import { cause_text } from '../run/cause';
import { assets_of, is_over, seconds_of, type RunRow } from '../run/run_data';
import type { Group, ListRow } from './groups';
import { w } from './words';

export function Took({ run }: { run: RunRow }) {
  const seconds = seconds_of(run, is_over(run.status) ? 0 : now.value);
  return seconds === null ? <span class="quiet">–</span> : <>{duration(seconds)}</>;
}
function What({ run }: { run: RunRow }) {
  const assets = assets_of(run);
  const first = run.steps[0];
  // A list has the first steps of a run only.
  const more = (run.steps_truncated ? run.step_count : assets.length) - 1;
  const name = assets[0] ?? first?.asset ?? '–';
  const partition = run.steps.find(step => step.asset === name)?.partition;
  return <><span class="key" title={assets.slice(0, 20).join('\n')}>{name}{partition ? ` [${partition}]` : ''}{assets.length === 0 && first?.check ? ` · ${first.check}` : ''}</span>{more > 0 && <span class="quiet"> {w.value.more_assets(more)}</span>}</>;
}

/// How far it is, and the way to its runs.
function BackfillCells({ backfill, is_narrow }: { backfill: Backfill; is_narrow: boolean }) {
  const { id, counts, status } = backfill;
  const assets = backfill.assets.map(each => each.asset);
  const seconds = seconds_of({ started_at: backfill.created_at, ended_at: backfill.ended_at }, now.value);
  const runs = <a href={href_with({ backfill: id, status: '' })}>{w.value.its_runs(backfill.runs)}</a>;
  const failed = counts.failed > 0 && <a class="is-failed" href={href_with({ backfill: id, status: 'failed' })}>{w.value.failed(counts.failed)}</a>;
  return (
    <>
      <Cell /><Cell><StatusMark word={status} /></Cell>
      <Cell><a class="key" href={href('/backfills/' + id)} title={id}>{short_id(id)}</a></Cell>
      <Cell title={[cause_text(backfill), ...assets.slice(0, 20)].join('\n')}><span class="quiet">{w.value.backfill}</span> <span class="key">{assets[0]}</span>{assets.length > 1 && <span class="quiet"> {w.value.more_assets(assets.length - 1)}</span>}{is_narrow && <> {runs} {failed}</>}</Cell>
      {!is_narrow && <Cell><span class="row backfill-state"><Meter total={counts.wanted} label={w.value.of(counts.succeeded, counts.wanted)} parts={[
        { n: counts.succeeded, fill: 'ok' }, { n: counts.failed, fill: 'failed' }, { n: counts.in_progress, fill: 'running' }]} />{w.value.of(counts.succeeded, counts.wanted)} {failed} {runs}</span></Cell>}
      <Cell><Time at={backfill.created_at} /></Cell>
      <Cell is_end>{seconds === null ? '' : duration(seconds)}</Cell><Cell />
    </>
  );
}

export function RunTable(props: {
  rows: ListRow[]; is_narrow: boolean; marked: Signal<Set<string>>; open_groups: Signal<Set<string>>; selected: number;
  on_select: (row: number) => void; on_open: (row: number) => void; on_near_end: () => void; empty: ComponentChildren;
}) {
  const { rows, marked, open_groups, is_narrow } = props;
  const ids = rows.flatMap(row => row.kind === 'run' ? [row.run.id] : []);
  const is_all = ids.length > 0 && ids.every(id => marked.value.has(id));
  const columns: Column[] = [
    { name: 'mark', label: <input type="checkbox" aria-label={w.value.choose_all} checked={is_all} onChange={() => { marked.value = is_all ? new Set() : new Set(ids); }} />, width: '24px' },
    { name: 'status', label: w.value.status, width: '128px' }, { name: 'run', label: w.value.run, width: '84px' },
    { name: 'what', label: w.value.what, width: 'minmax(150px, 3fr)' }, ...is_narrow ? [] : [{ name: 'cause', label: w.value.cause, width: 'minmax(120px, 2fr)' }],
    { name: 'started', label: w.value.started, width: '120px' }, { name: 'duration', label: w.value.duration, width: '96px', is_end: true }, { name: 'steps', label: w.value.steps, width: '60px', is_end: true },
  ];
  const toggle = (id: string) => {
    const next = new Set(marked.peek());
    if (!next.delete(id)) next.add(id);
    marked.value = next;
  };
  const toggle_group = (name: string) => {
    const next = new Set(open_groups.peek());
    if (!next.delete(name)) next.add(name);
    open_groups.value = next;
  };
  const group_cells = (group: Group) => {
    const is_open = open_groups.value.has(group.name);
    const name = (common.value.run_cause as Record<string, string>)[group.name] ?? group.name;
    return (
      <>
        <Cell><button class="button is-plain is-icon group-button" aria-expanded={is_open} aria-label={is_open ? w.value.close_group(name) : w.value.open_group(name)} onClick={() => toggle_group(group.name)}><Icon name={is_open ? 'chevron_down' : 'chevron_right'} /></button></Cell>
        <Cell>{group.failed ? <StatusMark word="failed" text={w.value.failed(group.failed)} /> : <StatusMark word={group.latest} />}</Cell><Cell />
        <Cell><strong class="key">{name}</strong></Cell>{!is_narrow && <Cell class="quiet">{w.value.group_runs(group.runs.length, group.failed)}</Cell>}<Cell><Time at={group.runs[0]?.created_at} /></Cell><Cell /><Cell />
      </>
    );
  };
  return (
    <Rows label={w.value.runs} columns={columns} count={rows.length} selected={props.selected} on_select={props.on_select} class="run-rows"
      on_open={i => { const row = rows[i]; if (row?.kind === 'group') toggle_group(row.group.name); else props.on_open(i); }}
      id={i => { const row = rows[i]!; return row.kind === 'group' ? `g ${row.group.name}` : row.kind === 'backfill' ? `b ${row.backfill.id}` : `${row.group} ${row.run.id}`; }} empty={props.empty}
      row={i => {
        const row = rows[i]!;
        if (i >= rows.length - 20) queueMicrotask(props.on_near_end);
        if (row.kind === 'group') return group_cells(row.group);
        if (row.kind === 'backfill') return <BackfillCells backfill={row.backfill} is_narrow={is_narrow} />;
        const { run } = row;
        const cause = cause_text(run);
        return (
          <>
            <Cell><input type="checkbox" aria-label={w.value.choose(run.id)} checked={marked.value.has(run.id)} onChange={() => toggle(run.id)} /></Cell>
            <Cell><StatusMark word={run.status} /></Cell>
            <Cell><RunLink id={run.id} /></Cell>
            <Cell><What run={run} /></Cell>
            {!is_narrow && <Cell class="quiet" title={cause}>{cause}</Cell>}
            <Cell><Time at={run.created_at} /></Cell>
            <Cell is_end><Took run={run} /></Cell>
            <Cell is_end>{run.step_count}</Cell>
          </>
        );
      }} />
  );
}
