// What runs, what waits for a place, and what comes next.
import { useMemo } from 'preact/hooks';
import { href, run_href } from '../../store/router';
import { on_kinds, useResource } from '../../store/resource';
import { pools } from '../../store/status';
import { AssetLink, Loading, Section } from '../../ui/parts';
import { StatusMark, word_text } from '../../ui/status';
import { duration, ms_of, now, Time, time_text } from '../../ui/time';
import { said, type Said } from '../../words/sentences';
import { shown_of, work_of, type Active, type Run, type Waiting } from './waiting';
import { overview_words } from './words';

export interface Expected extends Said { asset: string; at: string | null; p10: string | null; p90: string | null; deadline: string | null; at_risk: boolean }

const wakes = on_kinds('run', 'step');
const shown_max = 8;

const Name = ({ run, step }: Active) =>
  <a class="key clip" href={run_href(run, { step: step.step })}>{step.asset}{step.partition ? ` [${step.partition}]` : ''}{step.check ? `: ${step.check}` : ''}</a>;

function Running({ run, step }: Active) {
  const w = overview_words.value;
  const begun = ms_of(step.started_at);
  const seconds = begun === null ? 0 : Math.max(0, (now.value - begun) / 1000);
  const share = step.usual ? Math.min(1, seconds / step.usual) : 0;
  return (
    <li class="now-row">
      <StatusMark word={step.status} text="" title={word_text(step.status)} /><Name run={run} step={step} />
      <span class="end">{begun === null ? '' : duration(Math.floor(seconds))}</span>
      <span class="now-bar" aria-hidden="true">{share > 0 && <span style={{ width: `${share * 100}%` }} class={seconds > (step.usual ?? 0) * 1.5 ? 'fill-late' : 'fill-running'} />}</span>
      <span class="quiet clip">{step.usual ? w.usual(duration(step.usual)) : ''}</span>
    </li>
  );
}
function why_waiting({ step, wait, on }: Waiting): string {
  const w = overview_words.value;
  if (wait === 'place') return w.for_place(step.pool ?? '');
  if (wait === 'steps') return on[0]?.step.asset ? w.for_step(on[0].step.asset, on.length - 1) : w.for_steps;
  return w.attempt_failed(step.attempt, step.text || said(step.reason));
}
function again_text({ step, wait }: Waiting): string {
  const at = ms_of(step.not_before);
  return wait !== 'retry' ? '' : overview_words.value.again(at !== null && at > now.value ? time_text(at) : '');
}
function Queued(props: Waiting) {
  const why = why_waiting(props);
  return (
    <li class="now-row is-waiting">
      <StatusMark word={props.step.status} text="" title={word_text(props.step.status)} /><Name run={props.run} step={props.step} />
      <span class={`clip ${props.wait === 'retry' ? 'is-late' : 'quiet'}`} title={why}>{why}</span>
      <span>{again_text(props)}</span>
    </li>
  );
}

export function Now() {
  const w = overview_words.value;
  const { data } = useResource<{ items: (Run & { steps_truncated: boolean })[]; next_cursor: string | null }>('runs?status=running,starting,queued&limit=50', wakes);
  const answer = data.value;
  const work = useMemo(() => work_of(answer?.items ?? []), [answer]);
  const shown = shown_of(work, shown_max);
  const { running, waiting } = work;
  const is_part = answer !== null && (answer.next_cursor !== null || answer.items.some(run => run.steps_truncated));
  const oldest = running[0] && ms_of(running[0].step.started_at);
  const slots = pools.value[''];
  const busy = Object.entries(pools.value).filter(([name, pool]) => name && (pool.used > 0 || pool.waiting > 0));
  const rest = [
    shown.more.running > 0 && w.more_run(shown.more.running), shown.more.retry > 0 && w.more_retry(shown.more.retry), shown.more.place > 0 && w.more_place(shown.more.place),
    ...shown.held.map(each => w.held[each.by](each.steps, each.behind))].filter(text => text !== false);
  return (
    <Section title={w.now}>
      <p class="row wrap">
        {running.length + waiting.length === 0 ? <span class="quiet">{w.nothing_runs}</span> : <>
          {is_part && <span>{w.at_least}</span>}
          <a href={href('/runs', { status: 'running' })}>{w.running(running.length)}</a><span>·</span><a href={href('/runs', { status: 'running,queued' })}>{w.waiting(waiting.length)}</a>
          {oldest && <span class="quiet">{w.oldest(duration(Math.max(0, Math.floor((now.value - oldest) / 1000))))}</span>}</>}
        {slots && <span class="quiet">{w.slots_of(slots.used, slots.limit)}</span>}
        {busy.map(([name, pool]) => <span key={name} class="quiet">{w.pool_of(name, pool.used, pool.limit)}{pool.waiting ? `, ${w.waiting(pool.waiting)}` : ''}</span>)}
      </p>
      <ul>
        {shown.running.map(each => <Running key={`${each.run}/${each.step.step}`} {...each} />)}
        {shown.waiting.map(each => <Queued key={`${each.run}/${each.step.step}`} {...each} />)}
        {rest.map(text => <li key={text} class="now-rest quiet">{text}</li>)}
      </ul>
    </Section>
  );
}

/// null: not known yet.
export function Next({ items }: { items: Expected[] | null }) {
  const w = overview_words.value;
  return (
    <Section title={w.next}>
      {items === null ? <Loading /> : items.length === 0 ? <p class="quiet">{w.nothing_next}</p> : (
        <ul>{items.map(each => (
          <li key={each.asset} class="next-row" title={said(each)}>
            <span class="next-at"><Time at={each.at} /></span><AssetLink name={each.asset} />
            {each.deadline ? <span class={each.at_risk ? 'is-late' : 'quiet'}>{each.at_risk ? `! ${w.risk}, ` : ''}{w.deadline} <Time at={each.deadline} /></span> : <span />}
          </li>))}
        </ul>)}
    </Section>
  );
}
