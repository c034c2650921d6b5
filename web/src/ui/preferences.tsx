// Theme, language, time zone, rows and keys; kept in this browser.
import type { Signal } from '@preact/signals';
import { current_keys, useKeys } from '../keys';
import { has_letter_keys, is_compact, is_utc, language, theme } from '../store/prefs';
import { common } from '../words/common';
import { open_dialog } from './dialog';
import { Icon } from './icon';
import { Menu } from './parts';

function Choice<T extends string | boolean>({ name, value, of }: { name: string; value: Signal<T>; of: [T, string][] }) {
  return (
    <fieldset class="row" onClick={event => event.stopPropagation()}><legend class="quiet">{name}</legend>
      {of.map(([each, text]) => <button key={text} class="chip" aria-pressed={value.value === each} onClick={() => { value.value = each; }}>{text}</button>)}
    </fieldset>
  );
}

export function show_keys(): void {
  open_dialog(common.value.keys, (
    <dl class="facts">{current_keys().map(key => <><dt><kbd>{key.keys}</kbd></dt><dd>{key.text}</dd></>)}</dl>));
}

export function Preferences() {
  const w = common.value;
  useKeys([
    { keys: '?', text: w.keys, run: show_keys },
    { keys: 't', text: w.time_zone, run: () => { is_utc.value = !is_utc.value; } },
  ], [language.value]);
  return (
    <Menu id="preferences" class="is-plain is-icon" label={<><Icon name="settings" /><span class="only-read">{w.settings}</span></>}>
      <Choice name={w.theme} value={theme} of={[['system', w.system], ['light', w.light], ['dark', w.dark]]} />
      <Choice name={w.language} value={language} of={[['en', 'English'], ['de', 'Deutsch']]} />
      <Choice name={w.time_zone} value={is_utc} of={[[false, w.local], [true, w.utc]]} />
      <Choice name={w.rows} value={is_compact} of={[[true, w.compact], [false, w.comfortable]]} />
      <Choice name={w.letter_keys} value={has_letter_keys} of={[[true, w.on], [false, w.off]]} />
      <button onClick={show_keys}><Icon name="keyboard" />{w.keys} <kbd>?</kbd></button>
    </Menu>
  );
}
