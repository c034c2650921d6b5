// How a completion is put into a text, and where an error is in it.  Places are in characters, which
// in the daemon's words are code points.

export interface Completion {
  text: string;
  detail: string;
  from: number;  ///< What it stands for begins here, from 0,
  to: number;    ///< and ends before this.
}

/// A place in UTF-16 units, of one in characters.
export function place_of(text: string, characters: number): number {
  let at = 0;
  for (let i = 0; i < characters && at < text.length; ++i) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}
/// A place in characters, of one in UTF-16 units.
export const characters_before = (text: string, place: number): number => Array.from(text.slice(0, place)).length;

/// The text with a completion taken, and where the cursor then is (UTF-16 units).
export function completed(text: string, choice: Completion): { text: string; cursor: number } {
  const from = place_of(text, choice.from), to = place_of(text, choice.to);
  return { text: text.slice(0, from) + choice.text + text.slice(to), cursor: from + choice.text.length };
}

/// Before the wrong word, that word, and what follows; nothing is wrong at a place that is not known.
export function marked(text: string, position: number | null): [string, string, string] {
  if (position === null) return [text, '', ''];
  const from = place_of(text, position);
  const word = /^(?:[\w./\-*@\u0080-\uffff]+|.)/.exec(text.slice(from))?.[0] ?? ' ';
  return [text.slice(0, from), word, text.slice(from + word.length)];
}

/// The box shows the expression itself: the message need not repeat it.
export const without_error_prefix = (message: string): string => message.replace(/^selection "(?:[^"\\]|\\.)*": /, '');
