// The page's colours for the canvas, which takes no tokens: read once per change of the theme.
import { drawings } from './codes';

const tokens = {
  surface: '--surface', surface_2: '--surface-2', surface_3: '--surface-3', text: '--text', text_2: '--text-2', line: '--line', control: '--control',
  accent: '--accent', accent_soft: '--accent-soft', failed_soft: '--failed-soft', ok: '--ok', failed: '--failed', late: '--late', running: '--running', never: '--never',
} as const;
/// What a reader's system says instead, where it overrules all colours.
const forced: Record<keyof typeof tokens, string> = {
  surface: 'Canvas', surface_2: 'Canvas', surface_3: 'Canvas', text: 'CanvasText', text_2: 'CanvasText', line: 'CanvasText', control: 'CanvasText',
  accent: 'Highlight', accent_soft: 'Canvas', failed_soft: 'Canvas', ok: 'CanvasText', failed: 'LinkText', late: 'LinkText', running: 'Highlight', never: 'GrayText',
};
export type Look = Record<keyof typeof tokens, string> & { states: string[]; mono: string; sans: string };

/// Colours as they are computed within `host`.
export function look_of(host: HTMLElement): Look {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.setProperty('forced-color-adjust', 'none');
  host.append(probe);
  const is_forced = matchMedia('(forced-colors: active)').matches;
  const out = {} as Look;
  for (const name of Object.keys(tokens) as (keyof typeof tokens)[]) {
    probe.style.color = is_forced ? forced[name] : `var(${tokens[name]})`;
    out[name] = getComputedStyle(probe).color;
  }
  const of: Record<string, keyof typeof tokens> = { ok: 'ok', failed: 'failed', late: 'late', running: 'running', waiting: 'running', never: 'never', off: 'never' };
  out.states = drawings.map(drawing => out[of[drawing]!]);
  const style = getComputedStyle(host);
  out.mono = style.getPropertyValue('--mono') || 'monospace';
  out.sans = style.getPropertyValue('--sans') || 'sans-serif';
  probe.remove();
  return out;
}

/// Calls `change` when the colours may have changed; answers how to stop.
export function on_theme(change: () => void): () => void {
  const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map(text => matchMedia(text));
  media.forEach(each => each.addEventListener('change', change));
  const observer = new MutationObserver(change);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => { media.forEach(each => each.removeEventListener('change', change)); observer.disconnect(); };
}
