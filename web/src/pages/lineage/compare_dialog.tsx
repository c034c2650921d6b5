// Reading the graph of another deployment from a file, and what differs.
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Catalog } from '../../store/catalog';
import { href } from '../../store/router';
import { expression_bytes_max, keys_text } from '../../store/selection';
import { Command, freshet } from '../../ui/command';
import { close_dialog, open_dialog } from '../../ui/dialog';
import { compared, read_graph, totals, type Change, type OtherAsset } from './compare';
import { focus_href } from './panel';
import { lineage_words } from './words';

/// The graph that is compared with; it lasts as long as the page is loaded.
const other = signal<{ name: string; assets: OtherAsset[] } | null>(null);

export function useChanges(catalog: Catalog): ReadonlyMap<string, Change> | null {
  const now = other.value;
  return useMemo(() => now && compared(catalog, now.assets), [catalog, now]);
}

export const open_compare_dialog = (): void => open_dialog(lineage_words.value.compare_title, <CompareDialog />);
function CompareDialog() {
  const w = lineage_words.value;
  const wrong = useMemo(() => signal(''), []);
  const read = async (file: File | undefined) => {
    if (!file) return;
    const assets = read_graph(await file.text());
    if (!assets) { wrong.value = file.name; return; }
    other.value = { name: file.name, assets };
    close_dialog();
  };
  return (
    <>
      <p>{w.compare_ask}</p>
      <Command text={`${freshet('graph', '--json')} > graph.json`} />
      <label class="labelled">{w.compare_file}<input type="file" accept=".json,application/json" onChange={event => void read(event.currentTarget.files?.[0])} /></label>
      {wrong.value && <p class="note is-failed" role="alert">{w.compare_bad(wrong.value)}</p>}
    </>
  );
}

const listed_max = 200;
/// What differs, as a sentence and as lists.
export function ChangesNote({ changes }: { changes: ReadonlyMap<string, Change> }) {
  const w = lineage_words.value;
  const n = totals(changes), name = other.value?.name ?? '';
  const shown = keys_text([...changes].filter(([, change]) => change.kind !== 'removed').map(([key]) => key));
  return (
    <div class="lineage-note">
      <p class="row wrap">{changes.size === 0 ? w.compare_same(name) : w.compare_sentence(name, n.added, n.removed, n.changed)}
        {shown !== '' && new TextEncoder().encode(shown).length <= expression_bytes_max && <a href={href('/lineage', { select: shown })}>{w.show_changes}</a>}
        <button class="button is-plain" onClick={() => { other.value = null; }}>{w.compare_end}</button></p>
      {changes.size > 0 && <details><summary class="quiet">{w.list}</summary><div class="lineage-changes">
        {(['added', 'removed', 'changed'] as const).filter(kind => n[kind] > 0).map(kind => (
          <section key={kind}><h3>{w[kind]}</h3><ul>
            {[...changes].filter(([, change]) => change.kind === kind).slice(0, listed_max).map(([key, change]) => (
              <li key={key}>{kind === 'removed' ? <span class="key">− {key}</span> : <a class="key" href={focus_href(key)}>{kind === 'added' ? '+' : '~'} {key}</a>}
                {change.fields.length > 0 && <span class="quiet"> {change.fields.join(', ')}</span>}</li>))}
            {n[kind] > listed_max && <li class="quiet">{w.compare_more(n[kind] - listed_max)}</li>}
          </ul></section>))}
      </div></details>}
    </div>
  );
}
