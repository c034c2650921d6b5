// What would a change do?  A plan has an address of its own, so that it can be sent to others.
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { PageProps } from '../../app';
import { plan_sentence, type Plan as PlanBody } from '../../actions/plan_view';
import { open_run_dialog } from '../../actions/run_dialog';
import { post } from '../../store/http';
import { useResource } from '../../store/resource';
import { go, href, param, set_params } from '../../store/router';
import { AsCommand, copy, curl, freshet } from '../../ui/command';
import { AssetLink, Failed, Loading, Section } from '../../ui/parts';
import { Cell, Rows } from '../../ui/rows';
import { SelectionBox } from '../../ui/selection';
import { duration } from '../../ui/time';
import { said } from '../../words/sentences';
import { attempt } from '../../ui/toast';
import { to_markdown } from './markdown';
import './plan.css';
import { plan_words } from './words';

function Ask() {
  const w = plan_words.value;
  const select = useMemo(() => signal(param('select')), []);
  const kind = param('kind') === 'request' ? 'request' : 'changed';
  const show = async () => {
    const body = kind === 'request' ? { request: select.value } : { select: select.value };
    const plan = await attempt(() => post<PlanBody>('plan', body));
    if (plan) go(href('/plan/' + plan.id));
  };
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); void show(); }}>
      <h1>{w.ask}</h1><p class="sentence">{w.intro}</p>
      <div class="row wrap at-top">
        <div class="grow"><SelectionBox label={w.select} value={select.value} on_select={text => { select.value = text; }} /></div>
        <select class="field" aria-label={w.ask} value={kind} onChange={event => set_params({ kind: event.currentTarget.value })}>
          <option value="changed">{w.changed}</option><option value="request">{w.requested}</option>
        </select>
        <button class="button is-primary" disabled={!select.value.trim()}>{w.show}</button>
      </div>
    </form>
  );
}

function Shown({ plan }: { plan: PlanBody }) {
  const w = plan_words.value;
  const is_critical = param('critical') === '1';
  const items = is_critical ? plan.items.filter(item => item.critical) : plan.items;
  const whole = Math.max(1e-9, ...plan.items.map(item => item.ready_after));
  const request = plan.requested.join(' or ');
  return (
    <>
      <p class="sentence">{plan_sentence(plan)}</p>
      {plan.truncated && <p class="is-late">{w.truncated}</p>}
      <p class="row wrap quiet"><span>{w.working} {duration(plan.working)}</span><span>{w.waiting} {duration(plan.waiting)}</span><span>{w.work} {duration(plan.work)}</span></p>
      {plan.critical_path.length > 0 && <Section title={w.critical}><p class="path">{plan.critical_path.map((key, i) => <>{i > 0 && <span class="quiet"> → </span>}<AssetLink name={key} /></>)}</p></Section>}
      <div class="row wrap">
        <button class="chip" aria-pressed={is_critical} onClick={() => set_params({ critical: is_critical ? '' : '1' })}>{w.only_critical}</button>
        <button class="button" onClick={() => void copy(to_markdown(plan, location.href))}>{w.copy}</button>
        {request && <button class="button" onClick={() => open_run_dialog({ select: request })}>{w.run}</button>}
      </div>
      <Rows label={w.timeline} count={items.length} class="plan-rows"
        columns={[
          { name: 'asset', label: w.asset, width: 'minmax(220px, 2fr)' }, { name: 'bar', label: w.timeline, width: 'minmax(160px, 2fr)' },
          { name: 'starts', label: w.starts, width: '110px', is_end: true }, { name: 'takes', label: w.takes, width: '90px', is_end: true },
          { name: 'ready', label: w.ready, width: '110px', is_end: true }, { name: 'reason', label: w.reason, width: 'minmax(160px, 1fr)' }]}
        row={i => {
          const item = items[i]!;
          return (
            <>
              <Cell><AssetLink name={item.asset} />{item.steps > 1 && <span class="quiet"> ×{item.steps}</span>}</Cell>
              <Cell><span class={`plan-bar ${item.critical ? 'is-critical' : ''}`} style={{ marginInlineStart: `${item.start_after / whole * 100}%`, width: `${Math.max(0.5, (item.ready_after - item.start_after) / whole * 100)}%` }} /></Cell>
              <Cell is_end>{duration(item.start_after)}</Cell><Cell is_end>{duration(item.worked.p50)}</Cell><Cell is_end>{duration(item.ready_after)}</Cell>
              <Cell class="quiet" title={item.because.join('\n')}>{said(item.said)}{item.because.length > 0 && ` (${item.because[0]}${item.because.length > 1 ? ` ${w.because_more(item.because.length - 1)}` : ''})`}</Cell>
            </>);
        }} />
      <AsCommand cli={plan.changed.length ? freshet('plan', ...plan.changed) : undefined} call={curl('GET', 'plan/' + plan.id)} />
    </>
  );
}

export function Plan({ rest }: PageProps) {
  const { data, error } = useResource<PlanBody>(rest ? 'plan/' + encodeURIComponent(rest) : '');
  if (!rest) return <Ask />;
  if (error.value) return error.value.status === 404 ? <><p class="sentence">{plan_words.value.gone}</p><Ask /></> : <Failed problem={error.value} />;
  return data.value ? <Shown plan={data.value} /> : <Loading />;
}
