// What the address asks to be shown, and how the daemon is asked for it.  Pure.
import { query_text } from '../../store/http';
import { key_text } from '../../store/selection';
import { freshet } from '../../ui/command';

export type View =
  | { kind: 'around'; focus: string; up: number; down: number; limit: number; is_folded: boolean }
  | { kind: 'impact'; focus: string; limit: number; is_folded: boolean }
  | { kind: 'paths'; from: string; to: string }  ///< Either may be "": still to be chosen.
  | { kind: 'select'; select: string; is_folded: boolean }
  | { kind: 'all' }
  | { kind: 'overview' };

/// Up to so many assets the whole graph is shown at once.
export const whole_max = 150;
/// The daemon draws at most so many nodes of a part of the graph.
export const part_max = 2000;
const impact_max = 500;
export const levels_default = 2;

const levels_of = (text: string): number => /^\d{1,3}$/.test(text) ? Number(text) : levels_default;

/// `value` reads a value of the address; `size` is how many assets there are.
export function view_of(value: (name: string) => string, size: number, has_groups: boolean): View {
  const focus = value('focus'), mode = value('mode'), is_folded = value('fold') !== '0';
  if (mode === 'paths' || (value('from') && value('to'))) return { kind: 'paths', from: value('from'), to: value('to') };
  const limit_of = (otherwise: number) => /^\d{1,4}$/.test(value('limit')) ? Math.min(part_max, Math.max(1, Number(value('limit')))) : otherwise;
  if (mode === 'impact' && focus) return { kind: 'impact', focus, limit: limit_of(impact_max), is_folded };
  if (focus) return { kind: 'around', focus, up: levels_of(value('up')), down: levels_of(value('down')), limit: limit_of(whole_max), is_folded };
  if (value('select')) return { kind: 'select', select: value('select'), is_folded };
  if (value('view') === 'all') return size <= whole_max ? { kind: 'select', select: '*', is_folded } : { kind: 'all' };
  if (value('view') === 'overview' && has_groups) return { kind: 'overview' };
  if (size <= whole_max) return { kind: 'select', select: '*', is_folded };
  return has_groups ? { kind: 'overview' } : { kind: 'all' };
}

/// The API path of its layout; "" where something is still to be chosen.
export function layout_path(view: View): string {
  const fold = (is_folded: boolean) => is_folded ? undefined : '0';
  switch (view.kind) {
    case 'around': return 'layout' + query_text({ focus: view.focus, up: view.up, down: view.down, limit: view.limit === whole_max ? undefined : view.limit, fold: fold(view.is_folded) });
    case 'impact': return 'layout' + query_text({ impact: view.focus, limit: view.limit === impact_max ? undefined : view.limit, fold: fold(view.is_folded) });
    case 'paths': return view.from && view.to ? 'layout' + query_text({ from: view.from, to: view.to }) : '';
    case 'select': return 'layout' + query_text({ select: view.select, fold: fold(view.is_folded) });
    default: return 'layout' + query_text({ view: view.kind });
  }
}

/// The same assets as a selection; "" for all.
export function selection_of(view: View): string {
  switch (view.kind) {
    case 'around': return (view.up ? `${view.up}+` : '') + key_text(view.focus) + (view.down ? `+${view.down}` : '');
    case 'impact': return key_text(view.focus) + '+';
    case 'paths': return view.from && view.to ? `${key_text(view.from)}+ and +${key_text(view.to)}` : '';
    case 'select': return view.select === '*' ? '' : view.select;
    default: return '';
  }
}
export function command_of(view: View): string {
  const select = selection_of(view);
  return select ? freshet('graph', '--select', select) : freshet('graph');
}

/// Takes the present question out of the address, for another one to be put in.
export const no_question = { mode: '', from: '', to: '', focus: '', select: '', view: '', node: '', group: '', limit: '' };
