// Which lines an address means: "#L12" or "#L12-L20".
import { go, hash, href_with } from '../../../store/router';

export interface LineRange { from: number; to: number }
export function parse_lines(text: string): LineRange | null {
  const found = /^L(\d+)(?:-L?(\d+))?$/.exec(text);
  if (!found) return null;
  const from = Number(found[1]), to = Number(found[2] ?? found[1]);
  return from < 1 || to < 1 ? null : { from: Math.min(from, to), to: Math.max(from, to) };
}
export const lines_text = ({ from, to }: LineRange): string => from === to ? `L${from}` : `L${from}-L${to}`;

export const lines_now = (): LineRange | null => parse_lines(hash.value);
export const lines_href = (range: LineRange): string => `${href_with({})}#${lines_text(range)}`;
export const go_to_lines = (range: LineRange): void => go(lines_href(range), 'replace');
/// Changes values of the address and keeps the line.
export const set_log_params = (changes: Record<string, string>, keeps_line = true): void =>
  go(href_with(changes) + (keeps_line && hash.peek() ? `#${hash.peek()}` : ''), 'replace');
