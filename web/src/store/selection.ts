// Expressions of the selection language as text: what a page writes into its boxes, commands and calls.
// What they mean the daemon knows alone.

const reserved = /^(and|or|not)$/i;
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/// The daemon takes no longer expression, in bytes.
export const expression_bytes_max = 16_384;
/// A key as an expression that means this asset alone.
export const key_text = (key: string): string => /^[\w./\-\u0080-\uffff]+$/.test(key) && !reserved.test(key) ? key : quoted(key);
/// A value as it may stand after "group:".
export const value_text = (value: string): string => /^[\w./\-*@:\u0080-\uffff]+$/.test(value) ? value : quoted(value);

const is_enclosed = (text: string): boolean => !/[\s()]/.test(text) || /^"[^"]*"$/.test(text);
const part = (text: string): string => is_enclosed(text) ? text : `(${text})`;
/// Those that all of the expressions mean; "" is everything.
export function all_of(expressions: string[]): string {
  const parts = expressions.filter(each => each.trim() !== '');
  return parts.length <= 1 ? parts[0] ?? '' : parts.map(part).join(' and ');
}
/// Those that any of them means.
export const any_of = (expressions: string[]): string =>
  expressions.length <= 1 ? expressions[0] ?? '' : expressions.map(part).join(' or ');
/// An asset each.
export const keys_text = (keys: string[]): string => any_of(keys.map(key_text));
/// Whether only the running system can answer, so that what is meant changes by itself.
export const is_live = (text: string): boolean => /\b(status|data|work|freshness)\s*:|automation\s*:\s*paused/.test(text);
