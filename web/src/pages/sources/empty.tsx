// Nothing comes from outside: what to write, and a line that sends a first event.
import { useSignal } from '@preact/signals';
import { catalog } from '../../store/catalog';
import { Command, curl } from '../../ui/command';
import { CopyButton } from '../asset/table';
import { examples } from './model';
import { sources_words } from './words';

type Kind = keyof typeof examples;
/// Some asset that an event can be about now; those that others bring first.
function some_asset(): string | null {
  const what = catalog.value;
  if (!what || what.size === 0) return null;
  for (let rank = 0; rank < what.size; ++rank) if (what.is_external(rank)) return what.key(rank);
  return what.key(0);
}

export function NoSources() {
  const w = sources_words.value;
  const kind = useSignal<Kind>('webhook');
  const key = some_asset(), is_cut = key !== null && catalog.value!.columns.partitions[catalog.value!.rank_of(key)!]! >= 0;
  return (
    <div class="empty">
      <p class="sentence">{w.none}</p><p>{w.none_text}</p>
      <div class="row wrap">{(Object.keys(examples) as Kind[]).map(each => (
        <button key={each} class="chip" aria-pressed={kind.value === each} onClick={() => { kind.value = each; }}>{w.add[each]}</button>))}</div>
      <div class="row at-top source-example"><pre class="block" tabIndex={0} aria-label={w.add[kind.value]}>{examples[kind.value]}</pre><CopyButton text={examples[kind.value]} /></div>
      {key && !is_cut && <><p>{w.first_event(key)}</p><Command text={curl('POST', 'events', { asset: key, data_version: '2026-01-31T06:00' })} /></>}
    </div>
  );
}
