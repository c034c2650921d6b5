// A field for one asset: type parts of its key, choose with the arrow keys.
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { catalog } from '../../store/catalog';
import { best, matching } from './find';
import { lineage_words } from './words';

const most = 10;

export function AssetField({ label, value = '', placeholder, on_pick, on_matches, is_shown, id, class: extra }: {
  label: string; value?: string; placeholder?: string; id?: string; class?: string;
  on_pick: (rank: number) => void;
  /// Told of all that match while one types; null: nothing is typed.
  on_matches?: (ranks: number[] | null) => void;
  is_shown?: (rank: number) => boolean;
}) {
  const w = lineage_words.value;
  const own = useId(), list = `${own}-list`;
  const typed = useSignal<string | null>(null), at = useSignal(0), is_open = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const known = catalog.value;
  const text = (typed.value ?? '').trim();
  const found = known && text ? matching(known, text) : [];
  const shown = known ? best(known, found, text, is_shown ?? (() => false), most) : [];
  useEffect(() => { on_matches?.(text ? found : null); }, [text, known]);
  const pick = (rank: number | undefined) => {
    if (rank === undefined) return;
    typed.value = null;
    is_open.value = false;
    on_pick(rank);
  };
  const on_key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      at.value = Math.max(0, Math.min(shown.length - 1, at.value + (event.key === 'ArrowDown' ? 1 : -1)));
      is_open.value = true;
    } else if (event.key === 'Enter') pick(shown[at.value]);
    else if (event.key === 'Escape') {
      if (typed.value === null) return;
      typed.value = null;
      is_open.value = false;
    } else return;
    event.preventDefault();
  };
  const is_listed = is_open.value && text !== '';
  return (
    <div class={`asset-field ${extra ?? ''}`}>
      <input ref={input} id={id} class="field" type="text" role="combobox" autocomplete="off" spellcheck={false} aria-label={label} title={label} placeholder={placeholder ?? label}
        aria-expanded={is_listed} aria-controls={list} aria-autocomplete="list" aria-activedescendant={is_listed && shown.length ? `${own}-${at.value}` : undefined}
        value={typed.value ?? value}
        onInput={event => { typed.value = event.currentTarget.value; at.value = 0; is_open.value = true; }}
        onKeyDown={on_key} onBlur={() => { is_open.value = false; typed.value = null; }} />
      <ul id={list} role="listbox" aria-label={label} hidden={!is_listed || shown.length === 0}>
        {is_listed && shown.map((rank, i) => (
          <li key={rank} id={`${own}-${i}`} role="option" aria-selected={i === at.value}
            onPointerDown={event => { event.preventDefault(); pick(rank); }} onPointerMove={() => { at.value = i; }}>
            <span class="key clip">{known!.key(rank)}</span>{is_shown && <span class="quiet">{is_shown(rank) ? w.shown_here : w.not_shown}</span>}
          </li>))}
      </ul>
      {is_listed && shown.length === 0 && <p class="asset-field-none" role="status">{w.nothing_found}</p>}
    </div>
  );
}
