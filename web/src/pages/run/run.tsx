// One run: what it did, and where it hurt.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useTitle, type PageProps } from '../../app';
import { key_path, query_text } from '../../store/http';
import { on_run, useResource } from '../../store/resource';
import { go, hash, href, href_with, param } from '../../store/router';
import { AsCommand, curl, freshet } from '../../ui/command';
import { AssetLink, Failed, Loading, short_id, Tabs } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { duration, now, Time } from '../../ui/time';
import { RunActions } from './actions';
import { Cause, outcome_text } from './cause';
import { Chart } from './chart';
import { Compare } from './compare';
import { Data } from './data';
import { Events, useFacts } from './events';
import { LogViewer, type Jump } from './log/viewer';
import { assets_of, attempts_of, first_log, is_over, seconds_of, step_name, telling_step, waits_of, type RunPage, type RunRow } from './run_data';
import { Steps } from './steps';
import { w } from './words';
import './run.css';

const history_limit = 30;
const assets_shown = 3;
const steps_offered = 2_000;  ///< In a list to choose from; the chart has all.

function Header({ run, usual }: { run: RunRow; usual: number | null }) {
  const assets = assets_of(run);
  const seconds = seconds_of(run, now.value);
  return (
    <header class="stack run-head">
      <div class="spread wrap run-title">
        <h1 class="row wrap"><span>{w.value.run} <span class="key">{run.id}</span></span> <StatusMark word={run.status} /> {seconds !== null && <span class="quiet">{duration(seconds)}</span>}</h1>
        <RunActions run={run} />
      </div>
      <p class="sentence">{outcome_text(run, usual)} <Cause run={run} /></p>
      <p class="row wrap quiet">
        {assets.slice(0, assets_shown).map(name => <AssetLink key={name} name={name} partition={run.steps.find(step => step.asset === name)?.partition} />)}
        {assets.length > assets_shown && <a href={href_with({ tab: 'steps' })}>+{assets.length - assets_shown}</a>}
        <span>·</span><Time at={run.created_at} as="both" />
        {run.tags.map(tag => <span key={tag} class="chip">{tag}</span>)}
      </p>
    </header>
  );
}

export function Run({ rest: id }: PageProps) {
  const wakes = useMemo(() => on_run(id), [id]);
  const resource = useResource<RunRow>(`runs/${key_path(id)}`, wakes);
  const facts = useFacts(id);
  const run = resource.data.value;
  const first_asset = run ? assets_of(run)[0] ?? run.steps[0]?.asset : undefined;
  const history = useResource<RunPage>(first_asset ? 'runs' + query_text({ asset: first_asset, status: 'succeeded', limit: history_limit }) : '');
  const jump = useSignal<Jump | null>(null);
  const items = facts.data.value?.items;
  const attempts = useMemo(() => attempts_of(items ?? []), [items]);
  const waits = useMemo(() => waits_of(items ?? [], id), [items, id]);
  const past = history.data.value;
  // Chosen once: what is read is not exchanged because a step fails meanwhile.
  const telling = useMemo(() => run ? first_log(run.steps) : '', [id, run === null]);
  const tab = param('tab') || 'log';
  // A link to a line is one into a certain log.
  useEffect(() => {
    if (tab === 'log' && param('step') === '' && telling !== '') go(href_with({ step: telling }) + (hash.peek() && `#${hash.peek()}`), 'replace');
  }, [tab, param('step'), telling]);
  useTitle(`${w.value.run} ${short_id(id)}`);

  if (!run) return resource.error.value ? <><h1>{w.value.run} <span class="key">{id}</span></h1><Failed problem={resource.error.value} on_retry={resource.reload} /><p><a href={href('/runs')}>{w.value.back}</a></p></> : <Loading />;
  const chosen = param('step') || telling;
  const step = chosen === 'all' ? null : run.steps[Number(chosen)];
  const like_it = (past?.items ?? []).filter(each => each.id !== id && each.step_count === run.step_count).map(each => seconds_of(each, 0) ?? 0).toSorted((a, b) => a - b);
  const usual_run = like_it.length >= 3 ? like_it[Math.floor((like_it.length - 1) / 2)]! : null;
  const choose = (number: number | string) => go(href_with({ step: number, attempt: '' }), 'replace');
  const open = (number: number, at: number | null) => {
    go(href_with({ step: number, attempt: '', tab: '' }), 'replace');
    if (at !== null) jump.value = { step: number, at };
  };
  return (
    <>
      <Header run={run} usual={usual_run} />
      {run.steps.length > 0 && <Chart run={run} attempts={attempts} waits={waits} selected={step?.step ?? -1} on_select={choose} on_open={open} />}
      <Tabs label={w.value.tabs} tabs={[
        { name: 'log', text: w.value.tab_log }, { name: 'steps', text: w.value.tab_steps }, { name: 'events', text: w.value.tab_events },
        { name: 'data', text: w.value.tab_data }, { name: 'compare', text: w.value.tab_compare }]} />
      {tab === 'log' && step !== undefined && <LogViewer key={`${id} ${step?.step}`} run={run} step={step} attempts={attempts.get(step?.step ?? -1) ?? []} jump={jump} head={run.steps.length > 1 && (
        <select class="field run-step" aria-label={w.value.choose_step} value={String(step?.step ?? 'all')} onChange={event => choose(event.currentTarget.value)}>
          <option value="all">{w.value.all_steps}</option>
          {run.steps.slice(0, steps_offered).map(each => <option key={each.step} value={each.step}>{step_name(each)}</option>)}
        </select>)} />}
      {tab === 'log' && step === undefined && <p class="quiet">{w.value.no_steps}</p>}
      {tab === 'steps' && <Steps run={run} attempts={attempts} waits={waits} />}
      {tab === 'events' && <Events run={run} first={facts} />}
      {tab === 'data' && <Data facts={items ?? []} />}
      {tab === 'compare' && <Compare run={run} facts={items ?? []} step={step ?? telling_step(run.steps, Date.now())} />}
      <AsCommand cli={tab === 'log' && step?.asset ? freshet('runs', id, 'log', '--step', step.asset) : freshet('runs', id)}
        call={tab === 'log' && step !== undefined ? curl('GET', `runs/${id}/logs/${step?.step ?? 'all'}/lines?from_line=1`) : curl('GET', `runs/${id}${is_over(run.status) ? '' : '?wait=60&until=terminal'}`)} />
    </>
  );
}
