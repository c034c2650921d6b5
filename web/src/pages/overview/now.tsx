// What runs, what waits for a place, and what comes next.
import { href, run_href } from '../../store/router';
import { on_kinds, useResource } from '../../store/resource';
import { pools } from '../../store/status';
import { AssetLink, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { duration, ms_of, now, Time } from '../../ui/time';
import { said, type Said } from '../../words/sentences';
import { overview_words } from './words';

export interface Step {
  step: number; asset: string | null; partition: string | null; check: string | null; status: string; attempt: number;
  queued_at: string | null; started_at: string | null; ended_at: string | null; usual: number | null;
}
interface Run { id: string; status: string; steps: Step[]; created_at: string }
export interface Expected extends Said { asset: string; at: string | null; p10: string | null; p90: string | null; deadline: string | null; at_risk: boolean }

const wakes = on_kinds('run', 'step');
const shown_max = 8;

function Running({ run, step }: { run: string; step: Step }) {
  const w = overview_words.value;
  const begun = ms_of(step.started_at);
  const seconds = begun === null ? 0 : Math.max(0, (now.value - begun) / 1000);
  const share = step.usual ? Math.min(1, seconds / step.usual) : 0;
  return (
    <li class="now-row">
      <StatusMark word={step.status} text="" />
      <a class="key clip" href={run_href(run, { step: step.step })}>{step.asset}{step.partition ? ` [${step.partition}]` : ''}{step.check ? `: ${step.check}` : ''}</a>
      <span class="end">{begun === null ? '' : duration(Math.floor(seconds))}</span>
      <span class="now-bar" aria-hidden="true">{share > 0 && <span style={{ width: `${share * 100}%` }} class={seconds > (step.usual ?? 0) * 1.5 ? 'fill-late' : 'fill-running'} />}</span>
      <span class="quiet clip">{step.usual ? w.usual(duration(step.usual)) : ''}</span>
    </li>
  );
}

export function Now() {
  const w = overview_words.value;
  const { data } = useResource<{ items: Run[] }>('runs?status=running,starting,queued&limit=50', wakes);
  const steps = (data.value?.items ?? []).flatMap(run => run.steps.map(step => ({ run: run.id, step })));
  const running = steps.filter(({ step }) => step.status === 'running' || step.status === 'starting')
    .sort((a, b) => (ms_of(a.step.started_at) ?? 0) - (ms_of(b.step.started_at) ?? 0));
  const waiting = steps.filter(({ step }) => step.status === 'queued');
  const oldest = running[0] && ms_of(running[0].step.started_at);
  const slots = pools.value[''];
  const busy = Object.entries(pools.value).filter(([name, pool]) => name && (pool.used > 0 || pool.waiting > 0));
  return (
    <Section title={w.now}>
      <p class="row wrap">
        {running.length + waiting.length === 0 ? <span class="quiet">{w.nothing_runs}</span> : <>
          <a href={href('/runs', { status: 'running' })}>{w.running(running.length)}</a><span>·</span><a href={href('/runs', { status: 'queued' })}>{w.waiting(waiting.length)}</a>
          {oldest && <span class="quiet">{w.oldest(duration(Math.floor((now.value - oldest) / 1000)))}</span>}</>}
        {slots && <span class="quiet">{w.slots} {w.slots_of(slots.used, slots.limit)}</span>}
        {busy.map(([name, pool]) => <span key={name} class="quiet">{name} {w.slots_of(pool.used, pool.limit)}{pool.waiting ? `, ${w.pool_waiting(pool.waiting)}` : ''}</span>)}
      </p>
      <ul>
        {running.slice(0, shown_max).map(({ run, step }) => <Running key={`${run}/${step.step}`} run={run} step={step} />)}
        {waiting.slice(0, Math.max(0, shown_max - running.length)).map(({ run, step }) => <Running key={`${run}/${step.step}`} run={run} step={step} />)}
      </ul>
    </Section>
  );
}

export function Next({ items }: { items: Expected[] }) {
  const w = overview_words.value;
  return (
    <Section title={w.next}>
      {items.length === 0 ? <p class="quiet">{w.nothing_next}</p> : (
        <ul>{items.map(each => (
          <li key={each.asset} class="next-row" title={said(each)}>
            <span class="next-at"><Time at={each.at} /></span><AssetLink name={each.asset} />
            {each.deadline ? <span class={each.at_risk ? 'is-late' : 'quiet'}>{each.at_risk ? `! ${w.risk}, ` : ''}{w.deadline} <Time at={each.deadline} /></span> : <span />}
          </li>))}
        </ul>)}
    </Section>
  );
}
