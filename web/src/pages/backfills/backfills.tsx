// How far is the repair?  All backfills, or one with its progress, its rate and its end.
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { PageProps } from '../../app';
import { open_backfill_dialog } from '../../actions/backfill_dialog';
import { post } from '../../store/http';
import { on_kinds, useResource, type Wakes } from '../../store/resource';
import { go, href } from '../../store/router';
import { AsCommand, curl, freshet } from '../../ui/command';
import { close_dialog, open_dialog } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { AssetLink, Empty, Failed, Loading, Meter, RunLink, Section, short_id } from '../../ui/parts';
import { SelectionBox } from '../../ui/selection';
import { StatusMark } from '../../ui/status';
import { now, Time } from '../../ui/time';
import { attempt, tell } from '../../ui/toast';
import { number } from '../../words';
import './backfills.css';
import { failures_of, is_over, rate, remembered, type Backfill, type Counts, type ItsRun, type Seen } from './progress';
import { backfills_words } from './words';

const wakes: Wakes = on_kinds('backfill', 'run');

function Progress({ counts, label }: { counts: Counts; label: string }) {
  const w = backfills_words.value;
  return (
    <>
      <Meter total={counts.wanted} label={`${label}: ${w.of(counts.succeeded, counts.wanted)}`} parts={[
        { n: counts.succeeded, fill: 'ok' }, { n: counts.failed, fill: 'failed' }, { n: counts.in_progress, fill: 'running' }]} />
      <span class="row wrap"><span>{w.of(counts.succeeded, counts.wanted)}</span>
        {counts.failed > 0 && <span class="is-failed">{w.failed(counts.failed)}</span>}
        {counts.in_progress > 0 && <span class="is-running">{w.in_progress(counts.in_progress)}</span>}</span>
    </>
  );
}

async function steer(id: string, what: 'pause' | 'resume' | 'cancel' | 'retry', reason = ''): Promise<void> {
  const answer = await attempt(() => post<{ id: string; backfill?: string | null }>(`backfills/${id}/${what}`, what === 'retry' ? {} : { reason }));
  if (!answer) return;
  tell(backfills_words.value.changed, what === 'pause' ? { undo: () => void steer(id, 'resume') } : {});
  if (what === 'retry' && answer.backfill) go(href('/backfills/' + answer.backfill));
}
function CancelDialog({ backfill }: { backfill: Backfill }) {
  const w = backfills_words.value;
  const reason = useMemo(() => signal(''), []);
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); close_dialog(); void steer(backfill.id, 'cancel', reason.value); }}>
      <p>{w.cancel_text(backfill.counts.pending + backfill.counts.in_progress)}</p>
      <label class="labelled">{w.reason}<input class="field" value={reason.value} onInput={event => { reason.value = event.currentTarget.value; }} /></label>
      <div class="buttons"><button class="button is-primary">{w.cancel_now}</button></div>
    </form>
  );
}
function Actions({ backfill }: { backfill: Backfill }) {
  const w = backfills_words.value;
  const { id, status } = backfill;
  if (is_over(status)) return backfill.counts.succeeded < backfill.counts.wanted ? <button class="button" onClick={() => void steer(id, 'retry')}>{w.retry}</button> : null;
  return (
    <span class="row">
      {status === 'running' ? <button class="button" onClick={() => void steer(id, 'pause')}><Icon name="pause" />{w.pause}</button>
        : <button class="button" onClick={() => void steer(id, 'resume')}><Icon name="play" />{w.resume}</button>}
      <button class="button" onClick={() => open_dialog(w.cancel, <CancelDialog backfill={backfill} />)}>{w.cancel}</button>
    </span>
  );
}

function Pace({ backfill }: { backfill: Backfill }) {
  const w = backfills_words.value;
  const seen = useMemo(() => signal<Seen[]>([]), [backfill.id]);
  const done = backfill.counts.succeeded + backfill.counts.failed;
  useEffect(() => { seen.value = remembered(seen.peek(), { at: Date.now(), done }); }, [done]);
  if (is_over(backfill.status)) return <span class="quiet">{w.ended} <Time at={backfill.ended_at} as="both" /></span>;
  const pace = rate(backfill, seen.value, now.value);
  const left = backfill.counts.wanted - done;
  const end = backfill.expected_end ?? (pace && backfill.status === 'running' ? now.value + left / pace * 60_000 : null);
  return <span class="row wrap quiet"><span>{w.pending(backfill.counts.pending)}</span>{pace !== null && <span>{w.rate(number(Math.round(pace * 10) / 10))}</span>}{end !== null && <span>{w.ends} <Time at={end} as="both" /></span>}</span>;
}

const runs_shown = 20;
const failures_max = 200;  ///< Runs that are looked at.
interface RunPage { items: ItsRun[]; next_cursor: string | null }

function One({ id }: { id: string }) {
  const w = backfills_words.value;
  const { data, error, reload } = useResource<Backfill>('backfills/' + encodeURIComponent(id), wakes);
  const its = `runs?backfill=${encodeURIComponent(id)}`;
  const runs = useResource<RunPage>(`${its}&limit=${runs_shown}`, wakes);
  const failed = useResource<RunPage>(`${its}&status=failed&limit=${failures_max}`, wakes);
  if (error.value) return error.value.status === 404 ? <Empty><p class="sentence">{w.gone}</p><a href={href('/backfills')}>{w.all}</a></Empty> : <Failed problem={error.value} on_retry={reload} />;
  const backfill = data.value;
  if (!backfill) return <Loading />;
  const failures = failures_of(failed.data.value?.items ?? []);
  return (
    <>
      <div class="spread wrap"><h1 class="row wrap">{w.backfill} <code>{short_id(id)}</code> <StatusMark word={backfill.status} /></h1><Actions backfill={backfill} /></div>
      <p class="row wrap quiet said-list">
        <span>{w.began} <Time at={backfill.created_at} as="both" />{backfill.actor && ` ${w.by} ${backfill.actor}`}</span><span>{w.order[backfill.order]}</span><span>{w.at_a_time(backfill.concurrency)}</span>
        <span>{backfill.per_run === null ? w.as_policy : w.per_run(backfill.per_run)}</span>{backfill.retry_of && <span>{w.retry_of} <a href={href('/backfills/' + backfill.retry_of)}>{short_id(backfill.retry_of)}</a></span>}
      </p>
      {backfill.reason && <p>{backfill.reason}</p>}
      <Section title={w.progress}><div class="stack"><Progress counts={backfill.counts} label={w.progress} /><Pace backfill={backfill} /></div></Section>
      <Section title={w.assets}><ul>{backfill.assets.map(each => (
        <li key={each.asset} class="backfill-asset"><AssetLink name={each.asset} tab="partitions" /><span class="quiet clip">{each.first && each.last && w.first_last(each.first, each.last)}</span>
          <span class="stack"><Progress counts={each} label={each.asset} /></span></li>))}</ul></Section>
      {failures.length > 0 && <Section title={w.failures} aside={failed.data.value?.next_cursor && <span class="quiet">{w.newest_failures(failures_max)}</span>}><ul>{failures.map(({ text, count }) => <li key={text} class="row"><StatusMark word="failed" text={`×${number(count)}`} /><a href={href('/runs', { backfill: id, status: 'failed' })}>{text || '–'}</a></li>)}</ul></Section>}
      <Section title={<><a href={href('/runs', { backfill: id })}>{w.runs}</a> ({number(backfill.runs)})</>}>
        <div class="scroll" tabIndex={0} role="region" aria-label={w.runs}><table class="list"><tbody>{(runs.data.value?.items ?? []).map(run => (
          <tr key={run.id}><td><StatusMark word={run.status} /></td><td><RunLink id={run.id} /></td><td class="key">{run.steps[0]?.asset} {run.steps[0]?.partition && `[${run.steps[0].partition}]`}{run.steps.length > 1 && ` + ${run.steps.length - 1}`}</td><td class="end"><Time at={run.created_at} as="both" /></td></tr>))}</tbody></table></div>
      </Section>
      <AsCommand cli={freshet('backfill', id)} call={curl('GET', 'backfills/' + id)} />
    </>
  );
}

function New() {
  const w = backfills_words.value;
  const select = useMemo(() => signal(''), []);
  return (
    <form class="row wrap at-top" onSubmit={event => { event.preventDefault(); if (select.value.trim()) open_backfill_dialog({ select: select.value }); }}>
      <div class="grow"><SelectionBox label={w.select} value={select.value} on_select={text => { select.value = text; }} /></div>
      <button class="button is-primary" disabled={!select.value.trim()}>{w.start}</button>
    </form>
  );
}

function All() {
  const w = backfills_words.value;
  const { data, error, reload } = useResource<{ items: Backfill[] }>('backfills?limit=100', wakes);
  if (error.value) return <Failed problem={error.value} on_retry={reload} />;
  if (!data.value) return <Loading />;
  const items = data.value.items;
  const active = items.filter(each => !is_over(each.status));
  return (
    <>
      <p class="sentence">{items.length === 0 ? w.none : active.length === 0 ? w.quiet : `${w.running(active.length)}.`}</p>
      {items.length === 0 && <p>{w.none_text}</p>}
      <New />
      <ul>{[...active, ...items.filter(each => is_over(each.status))].map(each => (
        <li key={each.id} class="backfill-row">
          <StatusMark word={each.status} />
          <a class="clip" href={href('/backfills/' + each.id)}>{each.assets.map(asset => asset.asset).slice(0, 3).join(', ')}{each.assets.length > 3 && ` + ${each.assets.length - 3}`}</a>
          <span class="stack"><Progress counts={each.counts} label={each.id} /></span>
          <Pace backfill={each} /><Actions backfill={each} />
        </li>))}</ul>
      <AsCommand cli={freshet('backfill')} call={curl('GET', 'backfills')} />
    </>
  );
}

export const Backfills = ({ rest }: PageProps) => rest ? <One id={rest} /> : <All />;
