// One piece of news as several views show it: what it was, and what was told along with it.
import { StatusMark } from '../../ui/status';
import { number } from '../../words';
import type { AssetEvent } from './data';
import { is_link, plain, value_text } from './model';
import { asset_words } from './words';

export function What({ event }: { event: AssetEvent }) {
  const w = asset_words.value;
  if (event.kind === 'check') {
    return <StatusMark word={event.passed ? 'ok' : event.severity === 'warn' ? 'warn' : 'failed'} text={`${event.name} ${event.passed ? w.passed : w.failed}`} />;
  }
  const kind = w.one_kind[event.kind];
  return event.changed === false ? <StatusMark word="idle" text={`${kind}, ${w.unchanged}`} /> : <StatusMark word="ok" text={kind} />;
}

export function Metadata({ of }: { of: AssetEvent['metadata'] | undefined }) {
  const entries = Object.entries(of ?? {});
  if (entries.length === 0) return null;
  return (
    <dl class="asset-metadata">{entries.map(([name, value]) => <div key={name}><dt>{name}</dt>{' '}
      <dd>{is_link(value) ? <a href={String(plain(value))} rel="noreferrer" target="_blank">{String(plain(value))}</a> : value_text(value, number)}</dd></div>)}</dl>
  );
}
