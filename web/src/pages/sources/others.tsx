// The other direction: whom outcomes are told to; and what comes by OpenLineage.
import { useResource } from '../../store/resource';
import { copy } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { duration, Time } from '../../ui/time';
import { number } from '../../words';
import { Table } from '../asset/table';
import { useEvery } from './every';
import { sources_words } from './words';

interface Publication {
  name: string; project: string; format: string; target: string; state: 'idle' | 'sending' | 'retrying'; waiting: number; more: boolean;
  behind: number; given_up: number; last_delivered: string | null; error: string | null;  ///< `behind` in seconds.
}
function PublicationState({ of }: { of: Publication }) {
  const w = sources_words.value;
  if (of.error) return <StatusMark word="failed" text={of.error} />;
  return <StatusMark word={of.state === 'idle' ? 'ok' : 'running'} text={of.state === 'idle' ? w.up_to_date : w.tells} />;
}
export function Publications() {
  const w = sources_words.value;
  const { data, reload } = useResource<{ items: Publication[] }>('publications');
  useEvery(reload, data.value !== null);
  const items = data.value?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title={w.publications}>
      <Table label={w.publications} heads={[w.publication, w.to, w.state, `>${w.waiting}`, `>${w.behind_head}`, `>${w.given_up}`, w.last_told]}>
        <tbody>{items.map(each => (
          <tr key={each.project + each.name}><th scope="row" title={each.project}>{each.name}</th><td><span class="quiet">{each.format} →</span> <span class="key">{each.target}</span></td>
            <td><PublicationState of={each} /></td><td class="end">{number(each.waiting)}{each.more && '+'}</td><td class="end">{each.waiting > 0 ? duration(each.behind) : '–'}</td>
            <td class="end">{each.given_up > 0 ? <StatusMark word="failed" text={number(each.given_up)} /> : '0'}</td><td><Time at={each.last_delivered} as="both" /></td></tr>))}</tbody>
      </Table>
    </Section>
  );
}

interface Dataset { namespace: string; name: string; count: number; last: string | null; job: string | null }
const rule_text = ({ namespace, name }: Dataset): string => `openlineage:\n  datasets:\n    - {namespace: ${JSON.stringify(namespace)}, name: ${JSON.stringify(name)}, asset: ${JSON.stringify(name.replaceAll(/[^\w.\-/]+/g, '_'))}}`;
interface Topic { project: string; state: 'waiting' | 'reading' | 'error'; detail: string; messages: number; dead: number }
/// What OpenLineage tells: the topics that are read, and what it tells of that is no asset.
export function OpenLineage() {
  const w = sources_words.value;
  const { data, reload } = useResource<{ items: Dataset[]; topics?: Topic[] }>('lineage/unmapped');
  useEvery(reload, data.value !== null);
  const items = data.value?.items ?? [], topics = data.value?.topics ?? [];
  return (
    <>
      {topics.length > 0 && (
        <Section title={w.lineage_topics}>
          <Table label={w.lineage_topics} heads={[w.project, w.state, w.details, `>${w.messages}`, `>${w.dead}`]}>
            <tbody>{topics.map((each, i) => (
              <tr key={i}><th scope="row">{each.project}</th><td><StatusMark word={each.state === 'reading' ? 'ok' : each.state} text={w.states[each.state] ?? each.state} /></td><td class="key">{each.detail}</td>
                <td class="end">{number(each.messages)}</td><td class="end">{each.dead > 0 ? <StatusMark word="failed" text={number(each.dead)} /> : '0'}</td></tr>))}</tbody>
          </Table>
        </Section>)}
      {items.length > 0 && (
        <Section title={w.unmapped}>
          <p class="quiet">{w.unmapped_text}</p>
          <Table label={w.unmapped} heads={[w.namespace, w.name, w.job, `>${w.count}`, w.last_event, w.rule]}>
            <tbody>{items.map(each => (
              <tr key={each.namespace + ' ' + each.name}><td class="key">{each.namespace}</td><th scope="row" class="key">{each.name}</th><td class="key">{each.job ?? '–'}</td><td class="end">{number(each.count)}</td><td><Time at={each.last} as="both" /></td>
                <td><button class="button is-plain is-icon" aria-label={w.copy_rule(each.name)} title={w.copy_rule(each.name)} onClick={() => void copy(rule_text(each))}><Icon name="copy" /></button></td></tr>))}</tbody>
          </Table>
        </Section>)}
    </>
  );
}
