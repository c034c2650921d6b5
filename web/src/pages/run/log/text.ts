// What a line of a log says: colours of terminals, and JSON as people read it.
import Anser from 'anser';
import type { LogLine } from './lines';

export interface Span { text: string; class: string; color?: string; background?: string }

const escape_char = '\u001b';
/// All that a terminal obeys other than colours: titles, links, cursor movements.
// oxlint-disable-next-line no-control-regex
const other_escapes = /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b\[[0-9;?]*[A-LN-Za-ln-z]|\u001b[()][0-9A-B]|\u001b[=>78cDEHM]/g;
// oxlint-disable-next-line no-control-regex
const all_escapes = /\u001b\[[0-9;:]*m/g;
export const without_escapes = (text: string): string =>
  text.includes(escape_char) ? text.replace(other_escapes, '').replace(all_escapes, '').replaceAll(escape_char, '') : text;

const class_of = (name: string | null, kind: 'fg' | 'bg'): string =>
  name && !name.includes('palette') && !name.includes('truecolor') ? `${name}-${kind}` : '';
const palette_steps = [0, 95, 135, 175, 215, 255];
/// Of 256 colours: the cube and the greys, as terminals mix them.
function palette_color(name: string): string | undefined {
  const number = Number(/palette-(\d+)/.exec(name)?.[1] ?? -1);
  if (number < 16) return undefined;
  if (number >= 232) { const grey = 8 + (number - 232) * 10; return `rgb(${grey}, ${grey}, ${grey})`; }
  const rest = number - 16;
  return `rgb(${palette_steps[Math.floor(rest / 36)]!}, ${palette_steps[Math.floor(rest / 6) % 6]!}, ${palette_steps[rest % 6]!})`;
}
const color_of = (name: string | null, true_color: string | null): string | undefined =>
  !name ? undefined : name.includes('truecolor') && true_color ? `rgb(${true_color})` : palette_color(name);

/// A line in its colours: classes such as "ansi-red-fg", and other colours as they are.
export function spans_of(text: string): Span[] {
  if (!text.includes(escape_char)) return [{ text, class: '' }];
  const parts = Anser.ansiToJson(text.replace(other_escapes, ''), { use_classes: true, remove_empty: true, json: true });
  return parts.filter(part => part.content).map(part => {
    const classes = [class_of(part.fg, 'fg'), class_of(part.bg, 'bg'), ...part.decorations.map(each => `ansi-${each}`)];
    return {
      text: part.content.replaceAll(escape_char, ''), class: classes.filter(Boolean).join(' '),
      color: color_of(part.fg, part.fg_truecolor), background: color_of(part.bg, part.bg_truecolor),
    };
  });
}

/// Cuts spans where `pattern` matches their joined text; what matches gets the class "found".
export function marked(spans: Span[], pattern: RegExp | null): Span[] {
  if (!pattern) return spans;
  const whole = spans.map(span => span.text).join('');
  const ranges: [number, number][] = [];
  for (const match of whole.matchAll(pattern)) {
    if (match[0]) ranges.push([match.index, match.index + match[0].length]);
    if (ranges.length > 200) break;
  }
  if (ranges.length === 0) return spans;
  const out: Span[] = [];
  let begin = 0, i = 0;
  for (const span of spans) {
    const end = begin + span.text.length;
    let at = begin;
    while (at < end) {
      while (i < ranges.length && ranges[i]![1] <= at) ++i;
      const range = ranges[i];
      const is_found = range !== undefined && range[0] <= at;
      const stop = Math.min(end, range === undefined ? end : is_found ? range[1] : range[0]);
      out.push({ ...span, text: span.text.slice(at - begin, stop - begin), class: is_found ? `${span.class} found`.trim() : span.class });
      at = stop;
    }
    begin = end;
  }
  return out;
}

/// What the server finds, for the browser to mark; null where there is nothing, or it reads it differently.
export function pattern_of(query: string, is_regex: boolean, case_counts: boolean): RegExp | null {
  if (!query) return null;
  try {
    return new RegExp(is_regex ? query : query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), case_counts ? 'gu' : 'giu');
  } catch {
    return null;
  }
}

export interface Folded { message: string; fields: [string, string][] }
const message_names = ['message', 'msg', 'event', 'text'];
/// Said elsewhere: by the gutter and the time column.
const told_names = new Set(['level', 'severity', 'levelname', 'lvl', 'log.level', 'time', 'ts', 'timestamp', '@timestamp', 'asctime']);
const plain = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value);

/// A line that is a JSON object, as its message and the other fields; null where it is none.
export function fold_json(text: string): Folded | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null;
  let body: unknown;
  try { body = JSON.parse(trimmed); } catch { return null; }
  if (typeof body !== 'object' || body === null) return null;
  const all = Object.entries(body);
  const name = message_names.find(each => all.some(([key, value]) => key === each && typeof value === 'string'));
  if (!name) return null;
  const fields = all.filter(([key]) => key !== name && !told_names.has(key)).map(([key, value]): [string, string] => [key, plain(value)]);
  return { message: plain(all.find(([key]) => key === name)![1]), fields };
}

/// As it is copied; `step` is whose line it is, where the log has several's.
export const copied_line = (line: LogLine, with_prefix: boolean, step?: string): string => {
  const text = without_escapes(line.text);
  return with_prefix ? `${line.line}\t${line.at ?? '-'}\t${step === undefined ? '' : `${step}\t`}${line.stream}\t${line.level ?? '-'}\t${text}` : text;
};
