// Is the daemon itself well?
import { catalog } from '../../store/catalog';
import { api_url, prefix } from '../../store/http';
import { checklist_off, recent } from '../../store/prefs';
import { on_kinds, useResource } from '../../store/resource';
import { href } from '../../store/router';
import { pools, status, status_tick, type Pool } from '../../store/status';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Failed, Loading, Meter, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { duration, ms_of, now, rough_duration, Time } from '../../ui/time';
import { bytes, number } from '../../words';
import { DaemonLog } from './log';
import { Configuration, Definitions, Routes, Sources, type Project, type Setting } from './parts';
import './system.css';
import { system_words } from './words';

interface System {
  version: string; instance: string; started_at: string; sequence: number;
  projects: Project[];
  store: { path: string; database_bytes: number; free_bytes: number; wal_bytes: number; last_sequence: number };
  engine: { inputs: number; slow_inputs: number; longest_input: number; facts: number; commits: number; queue: number };
  pools: Record<string, Pool>;
  streams: { clients: number; logs: number };
  config: Setting[];
}
const wakes = on_kinds('run', 'definitions'), alert_wakes = on_kinds('definitions');

/// Five things that make the product one's own; until they are done, or unwanted.
function Checklist() {
  const w = system_words.value;
  void status_tick.value;
  const alerts = useResource<{ routes: unknown[] }>(checklist_off.value ? '' : 'alerts?limit=1', alert_wakes);
  if (checklist_off.value) return null;
  const visited = (part: string) => recent.value.some(address => address.includes(part));
  const now_status = status.value, what = catalog.value;
  const steps: [keyof typeof w.steps, boolean, string][] = [
    ['defined', (what?.size ?? 0) > 0, '/assets'],
    ['event', !!what && !!now_status && now_status.updated_at.some((at, rank) => at > 0 && what.is_source(rank)), '/'],
    ['ran', visited('/runs/'), '/runs'],
    ['explained', visited('/assets/'), '/assets'],
    ['alerts', (alerts.data.value?.routes.length ?? 0) > 0, '/system'],
  ];
  return (
    <Section title={w.first} aside={<button class="button is-plain" onClick={() => { checklist_off.value = true; }}>{w.dismiss}</button>}>
      <ul class="row wrap checklist">{steps.map(([name, is_done, to]) => <li key={name}><a href={href(to)}><StatusMark word={is_done ? 'ok' : 'never'} text={w.steps[name]} /></a></li>)}</ul>
    </Section>
  );
}

function Places({ all }: { all: Record<string, Pool> }) {
  const w = system_words.value;
  return (
    <ul class="stack">{Object.entries(all).map(([name, pool]) => (
      <li key={name} class="place"><span>{name === '' || name === 'slots' ? w.slots_name : name}</span>
        <Meter total={Math.max(1, pool.limit)} label={`${name}: ${pool.used}/${pool.limit}`} parts={[{ n: pool.used, fill: 'running' }]} />
        <span class="quiet">{number(pool.used)}/{number(pool.limit)}{pool.waiting > 0 ? ` · ${number(pool.waiting)} ${w.waiting}` : ''}</span></li>))}</ul>
  );
}

export function System() {
  const w = system_words.value;
  const { data, error, reload } = useResource<System>('system', wakes);
  if (error.value) return <Failed problem={error.value} on_retry={reload} />;
  const system = data.value;
  if (!system) return <Loading />;
  const is_well = system.projects.every(project => project.valid);
  const { engine, store } = system;
  return (
    <>
      <p class="sentence"><StatusMark word={is_well ? 'ok' : 'failed'} text={is_well ? w.well : w.not_well} /> {w.sentence(system.version, rough_duration((now.value - (ms_of(system.started_at) ?? now.value)) / 1000))}{' '}
        <span class="quiet">{w.telemetry}</span></p>
      <Checklist />
      <Definitions projects={system.projects} />
      <div class="system-columns">
        <Section title={w.engine}><dl class="facts">
          <dt>{w.inputs}</dt><dd>{number(engine.inputs)}</dd><dt>{w.queue}</dt><dd>{number(engine.queue)}</dd>
          <dt>{w.longest}</dt><dd>{duration(engine.longest_input)}</dd><dt>{w.slow}</dt><dd>{number(engine.slow_inputs)}</dd>
          <dt>{w.facts}</dt><dd>{number(engine.facts)}</dd><dt>{w.commits}</dt><dd>{number(engine.commits)}</dd></dl></Section>
        <Section title={w.store}><dl class="facts">
          <dt>{w.size}</dt><dd>{bytes(store.database_bytes)}</dd><dt>{w.free}</dt><dd>{bytes(store.free_bytes)}</dd><dt>{w.wal}</dt><dd>{bytes(store.wal_bytes)}</dd>
          <dt>{w.last}</dt><dd>{number(store.last_sequence)}</dd><dt>{w.path}</dt><dd class="mono">{store.path}</dd></dl></Section>
        <Section title={w.slots}><Places all={Object.keys(pools.value).length ? pools.value : system.pools} /></Section>
        <Section title={w.streams}><p>{w.clients(system.streams.clients)}, {w.logs(system.streams.logs)}</p>
          <p class="quiet"><Time at={system.started_at} as="both" /></p></Section>
      </div>
      <Sources />
      <Routes />
      <Configuration settings={system.config} />
      <DaemonLog />
      <Section title={w.api}><p class="row wrap"><a href={api_url('openapi.json')} target="_blank" rel="noreferrer">{w.openapi}</a><a href={`${prefix}/metrics`} target="_blank" rel="noreferrer">{w.metrics}</a></p></Section>
      <AsCommand cli={freshet('doctor')} call={curl('GET', 'system')} />
    </>
  );
}
