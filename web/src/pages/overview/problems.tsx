// What is wrong, by root cause: one failure upstream is one line, however much waits on it.
import { useSignal } from '@preact/signals';
import { mute, retry_run, unmute } from '../../actions/post';
import { asset_href, href, run_href } from '../../store/router';
import { Icon } from '../../ui/icon';
import { AssetLink, Menu, Section } from '../../ui/parts';
import { StatusIcon, type Drawing } from '../../ui/status';
import { Time, minute_text } from '../../ui/time';
import { common } from '../../words/common';
import { said, type Said } from '../../words/sentences';
import { overview_words } from './words';

export interface Incident extends Said {
  id: string;
  kind: 'failure' | 'check' | 'freshness' | 'source' | 'definitions';
  asset: string | null;
  partition_count: number;
  since: string | null;
  run: string | null;
  step: number | null;
  check: string | null;
  owners: string[];
  affects: number;
  affected: string[];
  at_risk: { asset: string; deadline: string }[];
  muted: boolean;
}
/// What only warns holds nothing back.
const kind_of = (incident: Incident): Incident['kind'] | 'warning' => incident.code === 'check_warns' ? 'warning' : incident.kind;
const drawing_of_kind: Record<ReturnType<typeof kind_of>, Drawing> = { warning: 'late', failure: 'failed', check: 'failed', definitions: 'failed', freshness: 'late', source: 'late' };

const risks_shown = 2;

function Problem({ incident }: { incident: Incident }) {
  const w = overview_words.value;
  const { asset, run, step } = incident;
  const kind = kind_of(incident);
  const risks = incident.at_risk.slice(0, risks_shown).map(each => `${each.asset.split('/').at(-1)} ${minute_text(each.deadline)}`).join(' · ');
  return (
    <li class="problem">
      <span class={`is-${drawing_of_kind[kind]}`} title={w.kinds[kind]}><StatusIcon drawing={drawing_of_kind[kind]} /><span class="only-read">{w.kinds[kind]}</span></span>
      <div class="grow">
        <div class="row wrap">{asset ? <AssetLink name={asset} /> : <a href={href('/system')}>{w.kinds.definitions}</a>}
          {incident.partition_count > 1 && <span class="quiet">{common.value.partitions(incident.partition_count)}</span>}
          {incident.muted && <span class="quiet">– {w.muted}</span>}</div>
        <p class="problem-text">{said(incident)}</p>
        {incident.at_risk.length > 0 && <p class="is-late">{w.at_risk(incident.at_risk.length)}: {risks}{incident.at_risk.length > risks_shown ? ` · ${w.more(incident.at_risk.length - risks_shown)}` : ''}</p>}
      </div>
      <span class="problem-since quiet"><Time at={incident.since} as="both" /></span>
      {incident.affects > 0 && asset ? <a class="problem-affects" href={href('/lineage', { focus: asset, mode: 'impact' })} title={incident.affected.join('\n')}>{w.others_wait(incident.affects)}</a> : <span class="problem-affects" />}
      <span class="problem-owner clip quiet">{incident.owners.join(', ')}</span>
      <span class="problem-actions row">
        {asset && <a class="button" href={kind === 'source' ? href('/sources', { source: asset }) : asset_href(asset)}>{w.why}</a>}
        {run && step !== null && <a class="button" href={run_href(run, { step }) + '#log'}>{w.log}</a>}
        {asset && (
          <Menu id={`problem-${incident.id}`} class="is-plain is-icon" label={<><span aria-hidden="true">⋯</span><span class="only-read">{common.value.more}: {asset}</span></>}>
            {run && <button onClick={() => void retry_run(run, 'failed')}>{w.retry}</button>}
            {incident.muted ? <button onClick={() => void unmute(asset)}>{w.unmute}</button>
              : ['1h', '4h', '1d'].map(time => <button key={time} onClick={() => void mute(asset, time)}>{w.mute} {time}</button>)}
          </Menu>)}
      </span>
    </li>
  );
}

const shown_max = 6;  ///< So that what runs and what comes next is seen without scrolling.
/// `count` is of all, listed or not.
export function Problems({ items, count }: { items: Incident[]; count: number }) {
  const w = overview_words.value;
  const is_open = useSignal(false);
  if (items.length === 0) return null;
  const more = count - shown_max;
  return (
    <Section title={w.problems}>
      <ul class="problems" id="problems">{items.slice(0, is_open.value ? items.length : shown_max).map(each => <Problem key={each.id} incident={each} />)}</ul>
      {more > 0 && <p class="row"><button class="button is-plain" aria-expanded={is_open.value} aria-controls="problems" onClick={() => { is_open.value = !is_open.value; }}>
        <Icon name={is_open.value ? 'chevron_down' : 'chevron_right'} />{is_open.value ? w.fewer : w.more(more)}</button>
        {is_open.value && count > items.length && <span class="quiet">{w.not_listed(count - items.length)}</span>}</p>}
    </Section>
  );
}
