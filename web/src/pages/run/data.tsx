// What a run read and what it wrote: which data its steps saw.
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { useResource } from '../../store/resource';
import { AssetLink, RunLink, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import type { RunFact } from './run_data';
import { w } from './words';

const inputs_max = 12;
interface AssetEvent { id: string; at: string; kind: string; data_version?: string; run?: string | null; partition?: string | null }

/// What an input held when it was read: the newest of its events up to then.
function Input({ name, consumed }: { name: string; consumed: number }) {
  const events = useResource<{ items: AssetEvent[] }>(`assets/${key_path(name)}/events?limit=100`);
  const known = events.data.value?.items.filter(each => each.kind !== 'check' && each.kind !== 'rejected');
  const seen = known?.find(each => Number(each.id) <= consumed);
  return (
    <tr><td><AssetLink name={name} /></td>
      <td class="key">{seen ? seen.data_version || <span class="quiet">{w.value.no_version}</span> : known && <span class="quiet">{w.value.before_history}</span>}</td>
      <td>{seen && <Time at={seen.at} />}</td><td>{seen?.run && <RunLink id={seen.run} />}</td></tr>
  );
}
const metadata_text = (value: unknown): string => typeof value === 'object' && value !== null && 'value' in value ? String((value as { value: unknown }).value) : typeof value === 'string' ? value : JSON.stringify(value);

function Output({ fact }: { fact: RunFact }) {
  const now = catalog.value;
  const rank = fact.asset ? now?.rank_of(fact.asset) : undefined;
  const deps = rank === undefined || !now ? [] : [...now.up.of(rank)].map(each => now.key(each));
  return (
    <Section title={<AssetLink name={fact.asset ?? '?'} partition={fact.partition} />} class="run-output">
      <p>{fact.data_version ? <>{w.value.version} <code>{fact.data_version}</code> · </> : ''}{fact.changed ? w.value.changed : w.value.unchanged} · <Time at={fact.at} as="clock" /></p>
      {fact.metadata && <dl class="facts">{Object.entries(fact.metadata).map(([name, value]) => <><dt>{name}</dt><dd>{metadata_text(value)}</dd></>)}</dl>}
      {deps.length > 0 && fact.consumed ? <div class="scroll" tabIndex={0} role="region" aria-label={`${w.value.inputs}: ${fact.asset}`}>
        <table class="list"><thead><tr><th>{w.value.inputs}</th><th>{w.value.version}</th><th>{w.value.at}</th><th>{w.value.run}</th></tr></thead>
          <tbody>{deps.slice(0, inputs_max).map(name => <Input key={name} name={name} consumed={fact.consumed!} />)}</tbody></table>
        {deps.length > inputs_max && <p class="quiet">{w.value.more_inputs(deps.length - inputs_max)}</p>}
      </div> : null}
    </Section>
  );
}

export function Data({ facts }: { facts: RunFact[] }) {
  const outputs = facts.filter(fact => fact.type === 'updated');
  const checks = facts.filter(fact => fact.type === 'check_recorded');
  return (
    <div class="stack">
      {outputs.length === 0 && <p class="quiet">{w.value.nothing_written}</p>}
      {outputs.slice(0, 50).map(fact => <Output key={fact.id} fact={fact} />)}
      {checks.length > 0 && <Section title={w.value.checks}>
        <table class="list"><tbody>{checks.map(fact => <tr key={fact.id}><td>{fact.asset && <AssetLink name={fact.asset} partition={fact.partition} tab="checks" />}</td><td class="key">{fact.name}</td>
          <td><StatusMark word={fact.passed ? 'passed' : fact.severity === 'warn' ? 'warn' : 'failed'} text={fact.passed ? w.value.passed : w.value.not_passed} /></td></tr>)}</tbody></table>
      </Section>}
    </div>
  );
}
