// The box for an expression of the selection language.  The daemon says what may follow, what is wrong
// and where, and how many assets are meant.
import { signal } from '@preact/signals';
import { useId, useMemo, useRef } from 'preact/hooks';
import { get, Problem, query_text } from '../store/http';
import { useResource, type Resource, type Wakes } from '../store/resource';
import { is_live } from '../store/selection';
import { common } from '../words/common';
import { characters_before, completed, marked, without_error_prefix, type Completion } from './selection_text';
import { counted, words } from '../words';
import './selection.css';

/// As `GET selection` answers.
export interface SelectionAnswer {
  valid: boolean;
  error: { position: number | null; message: string } | null;  ///< In characters, from 0.
  total: number;
  catalog: number;   ///< Of which the ranks are.
  ranks?: number[];  ///< Ascending.
  completions: Completion[];
}

const w = words({
  select: 'Select', meant: (n: number) => `${counted(n, 'asset', 'assets')} selected`,
  choices: (n: number) => counted(n, 'suggestion', 'suggestions'), clear: 'Clear the selection',
}, {
  select: 'Auswahl', meant: n => `${counted(n, 'Asset', 'Assets')} ausgewählt`,
  choices: n => counted(n, 'Vorschlag', 'Vorschläge'), clear: 'Auswahl leeren',
});

const on_state: Wakes = message => message.kind === 'asset' || message.kind === 'definitions';
const on_structure: Wakes = message => message.kind === 'definitions';

/// What an expression means, brought up to date; nothing is asked for "".
export const useSelection = (text: string, with_ranks = false): Resource<SelectionAnswer> =>
  useResource<SelectionAnswer>(text.trim() ? 'selection' + query_text({ text, ranks: with_ranks }) : '', is_live(text) ? on_state : on_structure);

/// `on_select` is told each expression that the daemon takes, and "" for none; `value` is the one that holds.
export function SelectionBox({ value, on_select, label, placeholder, id, class: extra }: {
  value: string; on_select: (text: string) => void; label?: string; placeholder?: string; id?: string; class?: string;
}) {
  const own_id = useId(), list_id = `${own_id}-list`, said_id = `${own_id}-said`;
  const input = useRef<HTMLInputElement>(null);
  const box = useMemo(() => ({
    typed: signal<string | null>(null),           // while it differs from what holds
    answer: signal<SelectionAnswer | null>(null),
    problem: signal<Problem | null>(null),
    is_open: signal(false),
    at: signal(-1),
    abort: null as AbortController | null,
    timer: undefined as ReturnType<typeof setTimeout> | undefined,
  }), []);
  const held = useSelection(value);
  const text = box.typed.value ?? value;
  const answer = box.typed.value === null ? held.data.value : box.answer.value;
  const problem = box.typed.value === null ? held.error.value : box.problem.value;
  const choices = box.is_open.value ? box.answer.value?.completions ?? [] : [];

  const ask = async (typed: string, cursor: number, is_applied: boolean) => {
    box.abort?.abort();
    const mine = box.abort = new AbortController();
    try {
      const { body } = await get<SelectionAnswer>('selection' + query_text({ text: typed, cursor: String(characters_before(typed, cursor)) }), mine.signal);
      if (mine !== box.abort) return;
      box.answer.value = body;
      box.problem.value = null;
      box.at.value = -1;
      if (is_applied && body.valid) on_select(typed);
    } catch (error) {
      if (mine === box.abort && error instanceof Problem) box.problem.value = error;
    }
  };
  const change = (typed: string, cursor: number, pause_ms = 70) => {
    box.typed.value = typed;
    box.is_open.value = true;
    clearTimeout(box.timer);
    if (!typed.trim()) on_select('');
    box.timer = setTimeout(() => void ask(typed, cursor, typed.trim() !== ''), pause_ms);
  };
  const take = (choice: Completion) => {
    const next = completed(text, choice);
    change(next.text, next.cursor, 0);
    const element = input.current!;
    element.value = next.text;
    element.setSelectionRange(next.cursor, next.cursor);
    element.focus();
  };
  const on_key = (event: KeyboardEvent) => {
    const count = choices.length;
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !box.is_open.value) {
      event.preventDefault();
      box.is_open.value = true;
      void ask(text, input.current!.selectionStart ?? text.length, false);
    } else if (event.key === 'ArrowDown' && count) {
      event.preventDefault();
      box.at.value = (box.at.value + 1) % count;
    } else if (event.key === 'ArrowUp' && count) {
      event.preventDefault();
      box.at.value = box.at.value <= 0 ? count - 1 : box.at.value - 1;
    } else if (event.key === 'Enter' || (event.key === 'Tab' && box.at.value >= 0 && !event.shiftKey)) {
      const choice = choices[box.at.value];  // without one, Enter is the form's
      if (choice) { event.preventDefault(); take(choice); } else { box.is_open.value = false; }
    } else if (event.key === 'Escape' && box.is_open.value) {
      event.preventDefault();
      event.stopPropagation();
      box.is_open.value = false;
    }
  };
  const leave = () => {
    box.is_open.value = false;
    // What was typed is what holds once it is valid; what is not stays to be mended.
    if (box.typed.value !== null && (box.typed.value === value || !box.typed.value.trim())) box.typed.value = null;
  };
  const error = text.trim() && answer && !answer.valid ? answer.error : null;
  const active = choices[box.at.value];
  return (
    <div class={`selection ${extra ?? ''}`}>
      <div class="selection-field">
        <input ref={input} id={id} class="field mono" type="text" role="combobox" aria-label={label ?? w.value.select} aria-autocomplete="list"
          aria-expanded={choices.length > 0} aria-controls={list_id} aria-activedescendant={active ? `${list_id}-${box.at.value}` : undefined}
          aria-invalid={error ? true : undefined} aria-describedby={said_id} autoComplete="off" autoCapitalize="off" spellcheck={false}
          placeholder={placeholder ?? common.value.select_placeholder} value={text}
          onInput={event => { const field = event.currentTarget; change(field.value, field.selectionStart ?? field.value.length); }}
          onFocus={() => { if (!text) { box.is_open.value = true; void ask('', 0, false); } }}
          onKeyDown={on_key} onBlur={leave} />
        {text && <button class="button is-plain is-icon" aria-label={w.value.clear} title={w.value.clear} onClick={() => { clearTimeout(box.timer); box.abort?.abort(); box.typed.value = null; box.is_open.value = false; on_select(''); input.current?.focus(); }}>✕</button>}
        <ul id={list_id} class="selection-list" role="listbox" tabIndex={-1} aria-label={w.value.choices(choices.length)} hidden={choices.length === 0}>
          {choices.map((choice, i) => (
            <li key={choice.text} id={`${list_id}-${i}`} role="option" aria-selected={i === box.at.value}
              onMouseDown={event => { event.preventDefault(); take(choice); }}>
              <code>{choice.text}</code><span class="quiet clip">{choice.detail}</span>
            </li>))}
        </ul>
      </div>
      <div id={said_id} class="selection-said" role="status">
        {error ? <><code aria-hidden="true">{marked(text, error.position).map((each, i) => i === 1 ? <mark key={i}>{each}</mark> : each)}</code><span class="is-failed">{without_error_prefix(error.message)}</span></>
          : problem ? <span class="is-failed">{problem.message}</span>
            : text.trim() && answer ? <span class="quiet">{w.value.meant(answer.total)}</span> : null}
      </div>
      {choices.length > 0 && <span class="only-read" role="status">{w.value.choices(choices.length)}</span>}
    </div>
  );
}
