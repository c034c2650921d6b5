// The palette itself: a field and the list below it.
import { useSignal } from '@preact/signals';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { catalog } from '../store/catalog';
import { Finder, finder_of } from '../store/search';
import { useResource } from '../store/resource';
import { asset_href, go, href, run_href } from '../store/router';
import { status, status_tick } from '../store/status';
import { drawing_for, StatusIcon } from '../ui/status';
import { entries_for, type Entry } from './entries';
import { commands, pages, visited } from './offers';
import { palette_words } from './words';
import './palette.css';

export function Panel({ on_close }: { on_close: () => void }) {
  const w = palette_words.value;
  const dialog = useRef<HTMLDialogElement>(null), list = useRef<HTMLUListElement>(null);
  const list_id = useId();
  const typed = useSignal(''), at = useSignal(0);
  const known = catalog.value;
  const finder = useMemo(() => known ? finder_of(known) : new Finder([]), [known]);
  const runs = useResource<{ items: { id: string }[] }>('runs?limit=100');
  const offers = useMemo(() => ({
    finder, asset_address: (key: string) => asset_href(key), run_address: (id: string) => run_href(id), run_ids: runs.data.value?.items.map(run => run.id) ?? [],
    pages: pages(), commands: commands(), recent: visited(),
    more: (text: string): Entry => ({ kind: 'page', id: 'more', text: palette_words.value.open_list(text), address: href('/assets', { q: text }) }),
  }), [finder, runs.data.value, w]);
  const entries = useMemo(() => entries_for(typed.value, offers), [typed.value, offers]);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => { if (element.open) element.close(); };
  }, []);
  useEffect(() => { list.current?.children[at.value]?.scrollIntoView({ block: 'nearest' }); }, [at.value, entries]);

  const take = (entry: Entry | undefined) => {
    if (!entry) return;
    dialog.current!.close();  // gives the focus back, before what was chosen takes it
    if (entry.address !== undefined) go(entry.address);
    entry.run?.();
  };
  const on_key = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    const moves: Record<string, number> = { ArrowDown: at.value >= last ? 0 : at.value + 1, ArrowUp: at.value <= 0 ? last : at.value - 1, PageDown: Math.min(last, at.value + 8), PageUp: Math.max(0, at.value - 8) };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      at.value = Math.max(0, to);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(entries[at.value]);
    }
  };
  return (
    <dialog ref={dialog} class="dialog palette" aria-label={w.title} onClose={on_close} onClick={event => { if (event.target === dialog.current) dialog.current!.close(); }}>
      <div class="palette-body">
        <input class="palette-field" type="text" role="combobox" aria-label={w.title} aria-autocomplete="list" aria-expanded={entries.length > 0} aria-controls={list_id}
          aria-activedescendant={entries[at.value] ? `${list_id}-${at.value}` : undefined} placeholder={w.placeholder} autoFocus autoComplete="off" spellcheck={false}
          value={typed} onInput={event => { typed.value = event.currentTarget.value; at.value = 0; }} onKeyDown={on_key} />
        <ul ref={list} id={list_id} class="palette-list" role="listbox" tabIndex={-1} aria-label={w.title}>
          {entries.map((entry, i) => (
            <li key={`${entry.kind} ${entry.id}`} id={`${list_id}-${i}`} role="option" aria-selected={i === at.value} onMouseMove={() => { at.value = i; }} onClick={() => take(entry)}>
              <EntryMark entry={entry} /><span class={`grow clip ${entry.kind === 'asset' || entry.kind === 'run' ? 'mono' : ''}`} title={entry.text}>{entry.text}</span><small class="quiet">{w.kind[entry.kind]}</small>
            </li>))}
        </ul>
        {entries.length === 0 && <p class="palette-none quiet">{w.nothing}</p>}
        <p class="palette-foot quiet"><small>{w.hint}</small><small role="status">{typed.value ? w.results(entries.length) : ''}</small></p>
      </div>
    </dialog>
  );
}

function EntryMark({ entry }: { entry: Entry }) {
  void status_tick.value;
  const now = status.value;
  if (entry.rank === undefined || !now) return <span class="palette-mark quiet" aria-hidden="true">{entry.kind === 'command' ? '›' : ''}</span>;
  const drawing = drawing_for(now, entry.rank);
  return <span class={`palette-mark status is-${drawing}`}><StatusIcon drawing={drawing} /></span>;
}
