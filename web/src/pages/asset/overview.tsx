// What one sees first: what led to the state, what is before and after, how it has been lately.
import type { ComponentType } from 'preact';
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { href, href_with } from '../../store/router';
import { status, status_tick } from '../../store/status';
import { AssetLink, Loading, RunLink, Section } from '../../ui/parts';
import { drawing_for, said_of, StatusIcon, StatusMark } from '../../ui/status';
import { duration, full_text, long_day_text, minute_text, now as clock, Time } from '../../ui/time';
import { Spark, Strip } from '../../ui/strip';
import { number } from '../../words';
import { said } from '../../words/sentences';
import { CheckResults } from './checks';
import { Curl } from './events_hint';
import type { TabProps } from './asset';
import type { AssetEvent, Decision, Page, ReadinessDay, Run } from './data';
import { day_word, is_kept, main_series, number_series, outcome_of, steps_of, undecided, value_text, worked_seconds, worst_first, worst_status } from './model';
import { Outcome } from './outcome';
import { LedTo } from './table';
import { asset_words } from './words';

const mini = signal<ComponentType<{ focus: string }> | null>(null);
function load_mini(): void {
  if (!mini.peek()) void import('../lineage/mini').then(({ MiniLineage }) => { mini.value = MiniLineage; });
}

export function Overview({ name, rank, detail }: TabProps) {
  const w = asset_words.value;
  useEffect(load_mini, []);
  const wakes = useMemo(() => on_asset(name), [name]);
  const runs = useResource<Page<Run>>(detail.external ? '' : `runs?asset=${encodeURIComponent(name)}&limit=40`, wakes);
  const events = useResource<Page<AssetEvent>>(`assets/${key_path(name)}/events?limit=200`, wakes);
  const decisions = useResource<Page<Decision>>(detail.automation ? `assets/${key_path(name)}/decisions?limit=4` : '', wakes);
  const Mini = mini.value;
  return (
    <div class="asset-overview">
      <div class="stack">
        {detail.description && <p class="asset-description">{detail.description}</p>}
        <Section title={w.lately} aside={<a href={href_with({ tab: 'history' })}>{w.tabs.history}</a>}>
          <Lately name={name} detail={detail} decisions={decisions.data.value?.items ?? []} runs={runs.data.value?.items ?? []} />
        </Section>
        {detail.external && <Curl name={name} detail={detail} />}
        {!detail.external && <Days name={name} />}
        {!detail.external && <Strips name={name} runs={runs.data.value?.items ?? []} events={events.data.value?.items ?? []} is_read={runs.data.value !== null} />}
        {detail.checks.length > 0 && (
          <Section title={w.tabs.checks} aside={<a href={href_with({ tab: 'checks' })}>{w.all_of_them}</a>}><CheckResults detail={detail} /></Section>)}
      </div>
      <div class="stack">
        <Section title={w.lineage} aside={<a href={href('/lineage', { focus: name })}>{w.to_lineage}</a>}>
          {Mini ? <Mini focus={name} /> : <Loading />}
        </Section>
        <Neighbours title={w.up} ranks={[...catalog.value!.up.of(rank)]} none={w.no_up} />
        <Neighbours title={w.down} ranks={[...catalog.value!.down.of(rank)]} none={w.no_consumers} more={href_with({ tab: 'consumers' })} />
        <Section title={w.facts} aside={<a href={href_with({ tab: 'definition' })}>{w.tabs.definition}</a>}><Facts name={name} detail={detail} /></Section>
      </div>
    </div>
  );
}

/// The latest news and the decisions before it, newest first.
function Lately({ name, detail, decisions, runs }: { name: string; detail: TabProps['detail']; decisions: Decision[]; runs: Run[] }) {
  const w = asset_words.value;
  const latest = detail.latest;
  const rows = [
    ...decisions.map(decision => {
      const step = decision.run && outcome_of(runs.find(run => run.id === decision.run), name);
      return { at: decision.at, key: 'd' + decision.id, what: (
        <>{decision.requested ? w.decided : w.decided_not} <span class="quiet">{said(decision)}</span> <LedTo run={decision.run} backfill={decision.backfill} />
          {step && <Outcome run={decision.run!} step={step} />}</>) };
    }),
    ...undecided(runs, decisions, name).map(({ run, step }) => ({ at: step.ended_at ?? run.created_at, key: 'r' + run.id, what: (
      <><StatusMark word={step.status} /> {step.partition && <span class="key">{step.partition}</span>} <span class="quiet">{said(step.reason)}</span> <RunLink id={run.id} /></>) })),
    ...(latest ? [{ at: latest.at, key: latest.id, what: (
      <><StatusMark word="ok" text={latest.kind === 'observation' ? w.observed : w.made} /> {latest.partition && <span class="key">{latest.partition}</span>}{' '}
        {latest.run ? <RunLink id={latest.run} /> : latest.source && <span class="quiet">{latest.source}</span>}
        {latest.changed === false && <span class="quiet"> {w.unchanged}</span>}</>) }] : []),
    ...(detail.active ? [{ at: new Date(clock.value).toISOString(), key: 'active', what: <><StatusMark word={detail.work} /> <RunLink id={detail.active.run} /></> }] : []),
  ].sort((a, b) => a.at < b.at ? 1 : -1);
  if (rows.length === 0) return <p class="quiet">{w.nothing_yet}</p>;
  return <ol class="asset-lately">{rows.map(row => <li key={row.key}><Time at={row.at} /><span>{row.what}</span></li>)}</ol>;
}

function Neighbours({ title, ranks, none, more }: { title: string; ranks: number[]; none: string; more?: string }) {
  void status_tick.value;
  const known = catalog.value!, now = status.value;
  const shown_max = 12;
  const sorted = now ? ranks.toSorted((a, b) => worst_first(drawing_for(now, a), drawing_for(now, b))) : ranks;
  return (
    <Section title={`${title} ${number(ranks.length)}`}>
      {ranks.length === 0 ? <p class="quiet">{none}</p> : (
        <ul class="asset-neighbours">
          {sorted.slice(0, shown_max).map(rank => (
            <li key={rank}>{now && <span class={`status is-${drawing_for(now, rank)}`}><StatusIcon drawing={drawing_for(now, rank)} /></span>}
              <AssetLink name={known.key(rank)} /> <span class="quiet">{now && said_of(now, rank).map(each => each.text).join(' · ')}</span></li>))}
          {ranks.length > shown_max && <li><a href={more ?? href_with({ tab: 'definition' })}>{asset_words.value.others(ranks.length - shown_max)}</a></li>}
        </ul>)}
    </Section>
  );
}

/// Of the last 30 days: when it was ready, and whether that was in time.
function Days({ name }: { name: string }) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const read = useResource<Page<ReadinessDay>>(`assets/${key_path(name)}/readiness?days=30`, wakes);
  const days = read.data.value?.items ?? [];
  if (!days.length) return null;
  const at = Math.floor(clock.value / 60_000) * 60_000;
  const judged = days.map(day => is_kept(day, at)).filter(kept => kept !== null);
  const text = (day: ReadinessDay): string => [
    long_day_text(day.day + 'T12:00:00Z'), day.ready_at ? '' : w.readiness[day.state], day.parts > 1 ? w.parts_complete(day.parts_complete, day.parts) : '',
    day.ready_at ? w.ready_at(minute_text(day.ready_at)) : '', day.deadline ? w.promised(minute_text(day.deadline)) : '',
  ].filter(Boolean).join(', ');
  return (
    <Section title={w.days(days.length)} aside={judged.length > 0 && <span class="quiet">{w.kept(judged.filter(Boolean).length, judged.length)}</span>}>
      <Strip label={w.days(days.length)} items={days.map(day => ({ word: day_word(day, at), text: text(day) }))} />
      <div class="spread quiet"><span>{long_day_text(days[0]!.day + 'T12:00:00Z')}</span><span>{text(days.at(-1)!)}</span></div>
    </Section>
  );
}

function Strips({ name, runs, events, is_read }: { name: string; runs: Run[]; events: AssetEvent[]; is_read: boolean }) {
  const w = asset_words.value;
  const worked = runs.toReversed().flatMap(run => {
    const steps = steps_of(run, name), seconds = worked_seconds(steps);
    return seconds === null ? [] : [{ run, seconds, status: worst_status(steps, run.status) }];
  });
  const rows = useMemo(() => main_series(number_series(events)), [events]);
  if (is_read && runs.length === 0) return <Section title={w.tabs.runs}><p class="quiet">{w.never_ran}</p></Section>;
  return (
    <div class="asset-strips">
      {worked.length > 0 && (
        <Section title={w.durations} aside={<a href={href_with({ tab: 'runs' })}>{w.tabs.runs}</a>}>
          <Spark label={w.durations} items={worked.map(({ run, seconds, status: word }) => ({
            value: seconds, is_failed: word === 'failed' || word === 'lost', text: `${duration(seconds)}, ${full_text(run.created_at).split('\n')[0]}` }))}>
            {duration(worked.at(-1)!.seconds)}
          </Spark>
        </Section>)}
      {rows && (
        <Section title={rows.name} aside={<a href={href_with({ tab: 'history', name: rows.name })}>{w.plot}</a>}>
          <Spark label={rows.name} items={rows.events.slice(-60).map((event, i) => {
            const value = rows.values.slice(-60)[i] ?? 0;
            return { value, text: `${number(value)}, ${full_text(event.at).split('\n')[0]}` };
          })}>{value_text(rows.values.at(-1), number)}</Spark>
        </Section>)}
    </div>
  );
}

function Facts({ name, detail }: { name: string; detail: TabProps['detail'] }) {
  const w = asset_words.value;
  const policy = detail.freshness_policy;
  return (
    <dl class="facts">
      <dt>{w.project}</dt><dd>{detail.project}</dd>
      {detail.automation && <><dt>{w.automation}</dt><dd><a class="mono" href={href('/automation', { asset: name })}>{detail.automation}</a></dd></>}
      {policy && <><dt>{w.freshness}</dt><dd>{policy_text(policy)} <StatusMark word={detail.freshness} /></dd></>}
      {detail.code_version && <><dt>{w.code_version}</dt><dd class="mono">{detail.code_version}</dd></>}
      {detail.pool && <><dt>{w.pool}</dt><dd class="mono">{detail.pool}</dd></>}
      <dt>{w.last_change}</dt><dd><Time at={detail.latest?.at} as="both" /></dd>
      {detail.alerts > 0 && <><dt>{w.alerts}</dt><dd class="is-failed">{number(detail.alerts)}</dd></>}
    </dl>
  );
}
export function policy_text(policy: NonNullable<TabProps['detail']['freshness_policy']>): string {
  const w = asset_words.value;
  return [policy.deadline ? w.by_deadline(policy.deadline, policy.timezone ?? 'UTC') : '', policy.within !== null ? w.within(duration(policy.within)) : '',
    policy.warn !== null ? w.warns(duration(policy.warn)) : ''].filter(Boolean).join(', ');
}
