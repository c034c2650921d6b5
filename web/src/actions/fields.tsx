// Fields of dialogs, each bound to a signal.
import type { Signal } from '@preact/signals';
import type { InputHTMLAttributes } from 'preact';
import { common } from '../words/common';
import { dialog_words } from './words';

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'label'> & { label: string; value: Signal<string>; is_mono?: boolean };
/// A line of text.
export function Field({ label, value, is_mono, ...more }: FieldProps) {
  return (
    <label class="labelled">{label}
      <input class={`field ${is_mono ? 'mono' : ''}`} spellcheck={!is_mono} value={value.value} onInput={event => { value.value = event.currentTarget.value; }} {...more} />
    </label>
  );
}
/// Why one does it; nobody has to say.
export const ReasonField = ({ value }: { value: Signal<string> }) =>
  <Field label={`${common.value.reason} (${common.value.optional})`} value={value} placeholder={dialog_words.value.reason_hint} />;

/// One of few values, all of them seen.
export function Chips<T extends string>({ label, value, of }: { label: string; value: Signal<T>; of: [T, string][] }) {
  return (
    <fieldset class="row wrap"><legend class="quiet">{label}</legend>
      {of.map(([each, text]) => (
        <button key={each} type="button" class="chip" aria-pressed={value.value === each} onClick={() => { value.value = each; }}>{text}</button>))}
    </fieldset>
  );
}
/// One of some values.
export function Choice<T extends string>({ label, value, of }: { label: string; value: Signal<T>; of: [T, string][] }) {
  return (
    <label class="labelled">{label}
      <select class="field" value={value.value} onChange={event => { value.value = event.currentTarget.value as T; }}>
        {of.map(([each, text]) => <option key={each} value={each}>{text}</option>)}
      </select>
    </label>
  );
}
