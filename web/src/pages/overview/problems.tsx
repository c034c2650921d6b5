// What is wrong, by root cause: one failure upstream is one line, however much waits on it.
import { mute, retry_run, unmute } from '../../actions/post';
import { asset_href, href, run_href } from '../../store/router';
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
const drawing_of_kind: Record<Incident['kind'], Drawing> = { failure: 'failed', check: 'failed', definitions: 'failed', freshness: 'late', source: 'late' };

function Problem({ incident }: { incident: Incident }) {
  const w = overview_words.value;
  const { asset, run, step } = incident;
  const risks = incident.at_risk.slice(0, 3).map(each => `${each.asset.split('/').at(-1)} ${minute_text(each.deadline)}`).join(' · ');
  return (
    <li class="problem">
      <span class={`is-${drawing_of_kind[incident.kind]}`} title={w.kinds[incident.kind]}><StatusIcon drawing={drawing_of_kind[incident.kind]} /><span class="only-read">{w.kinds[incident.kind]}</span></span>
      <div class="grow">
        <div class="row wrap">{asset ? <AssetLink name={asset} /> : <a href={href('/system')}>{w.kinds.definitions}</a>}
          {incident.partition_count > 1 && <span class="quiet">{common.value.partitions(incident.partition_count)}</span>}
          {incident.muted && <span class="quiet">– {w.muted}</span>}</div>
        <p class="problem-text">{said(incident)}</p>
        {incident.at_risk.length > 0 && <p class="is-late">{w.at_risk(incident.at_risk.length)}: {risks}{incident.at_risk.length > 3 ? ` · ${w.more(incident.at_risk.length - 3)}` : ''}</p>}
      </div>
      <span class="problem-since quiet"><Time at={incident.since} as="both" /></span>
      {incident.affects > 0 && asset ? <a class="problem-affects" href={href('/lineage', { focus: asset, mode: 'impact' })} title={incident.affected.join('\n')}>{w.others_wait(incident.affects)}</a> : <span class="problem-affects" />}
      <span class="problem-owner clip quiet">{incident.owners.join(', ')}</span>
      <span class="problem-actions row">
        {asset && <a class="button" href={asset_href(asset)}>{w.why}</a>}
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

const shown_max = 12;
export function Problems({ items }: { items: Incident[] }) {
  const w = overview_words.value;
  if (items.length === 0) return null;
  return (
    <Section title={w.problems}>
      <ul class="problems">{items.slice(0, shown_max).map(each => <Problem key={each.id} incident={each} />)}</ul>
      {items.length > shown_max && <p><a href={href('/assets', { status: 'failed' })}>{w.more(items.length - shown_max)}</a></p>}
    </Section>
  );
}
