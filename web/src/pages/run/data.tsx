// What a run read and what it wrote: which data its steps saw.
import { AssetLink, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { inputs_of, useHeld, Version, Written } from './inputs';
import type { RunFact } from './run_data';
import { w } from './words';

const inputs_max = 12;
/// What an input held when it was read.
function Input({ name, consumed }: { name: string; consumed: number }) {
  const held = useHeld(name, consumed);
  return <tr><td><AssetLink name={name} /></td><td><Version held={held} /></td><td><Written held={held} /></td></tr>;
}
const metadata_text = (value: unknown): string => typeof value === 'object' && value !== null && 'value' in value ? String((value as { value: unknown }).value) : typeof value === 'string' ? value : JSON.stringify(value);

function Output({ fact }: { fact: RunFact }) {
  const deps = inputs_of(fact.asset ?? null);
  return (
    <Section title={<AssetLink name={fact.asset ?? '?'} partition={fact.partition} />} class="run-output">
      <p>{fact.data_version ? <>{w.value.version} <code>{fact.data_version}</code> · </> : ''}{fact.changed ? w.value.changed : w.value.unchanged} · <Time at={fact.at} as="clock" /></p>
      {fact.metadata && <dl class="facts">{Object.entries(fact.metadata).map(([name, value]) => <><dt>{name}</dt><dd>{metadata_text(value)}</dd></>)}</dl>}
      {deps.length > 0 && fact.consumed ? <div class="scroll" tabIndex={0} role="region" aria-label={`${w.value.inputs}: ${fact.asset}`}>
        <table class="list"><thead><tr><th>{w.value.inputs}</th><th>{w.value.version}</th><th>{w.value.written}</th></tr></thead>
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
