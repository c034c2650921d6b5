// What a reader has chosen; kept in this browser.
import { effect, signal, type Signal } from '@preact/signals';

function kept<T>(name: string, otherwise: T): Signal<T> {
  const key = 'freshet.' + name;
  let first = otherwise;
  try {
    const text = localStorage.getItem(key);
    if (text !== null) first = JSON.parse(text) as T;
  } catch { /* no storage, or not ours: the default */ }
  const out = signal(first);
  let is_first = true;
  effect(() => {
    const text = JSON.stringify(out.value);
    if (is_first) { is_first = false; return; }
    try { localStorage.setItem(key, text); } catch { /* full or forbidden: it lasts as long as the page */ }
  });
  return out;
}

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'de' | 'pseudo';

export const theme = kept<Theme>('theme', 'system');
const spoken = typeof navigator !== 'undefined' && navigator.language.startsWith('de') ? 'de' : 'en';
export const language = kept<Language>('language', spoken);
export const is_utc = kept('utc', false);
export const has_letter_keys = kept('letter_keys', true);  ///< WCAG 2.1.4: they can be turned off.
export const is_rail_wide = kept('rail_wide', false);
export const panel_width = kept('panel_width', 380);
export const is_compact = kept('compact', true);
export const recent = kept<string[]>('recent', []);  ///< Addresses visited last, newest first.
export const saved_views = kept<{ name: string; address: string }[]>('views', []);
export const checklist_off = kept('checklist_off', false);
export { kept };
