// What a source watches, and how far we are behind it, in words.
import { bytes, number } from '../../words';
import type { Source } from './model';
import { sources_words } from './words';

/// What it watches, as a sentence.
export function watch_text({ kind, watches }: Source): string {
  const w = sources_words.value.watches;
  const text = (name: string): string => { const value = watches[name]; return Array.isArray(value) ? value.join(', ') : String(value ?? ''); };
  switch (kind) {
    case 'kafka': return w.kafka(text('topic'), text('brokers'));
    case 'file': return w.file(text('path'));
    case 'webhook': return w.webhook;
    case 'database': return w.database(watches.tables ? w.tables(text('tables')) : watches.query ? w.query : w.data, text('url'));
    case 'table': return w.table(text('format'), [text('path'), text('table')].filter(Boolean).join(' '));
    default: return w.other;
  }
}

/// How much is there and not read yet, for a cell of a table …
export const lag_text = ({ lag, lag_unit }: Source): string => lag === null ? '–' : lag_unit === 'bytes' ? bytes(lag) : number(lag);
/// … as a part of a sentence …
export function behind_text({ lag, lag_unit }: Source): string {
  const w = sources_words.value;
  return (lag_unit === 'bytes' ? w.behind_n_bytes : w.behind_n)(lag ?? 0);
}
/// … and as the reason that nothing new is here.
export function waits_text({ lag, lag_unit }: Source): string {
  const w = sources_words.value;
  return (lag_unit === 'bytes' ? w.behind_bytes : w.behind)(lag ?? 0);
}
