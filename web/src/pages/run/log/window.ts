// Which lines of a log are seen.  All have one height; beyond what a browser lets an element be high, the
// scroll position is mapped to a place in the log, while small movements stay as fine as they are.

export const line_height = 20;
/// Chromium caps at 33.5 million pixels, Firefox at 17.9 million: 400,000 lines stay well below.
export const drawn_max = 400_000 * line_height;
/// A movement beyond so many views is a jump: somebody drags the bar.
const jump_views = 3;

/// `scroll` is the element's own position; `offset` is how many pixels of log are above the view.
export interface Place { scroll: number; offset: number }

export const whole_height = (count: number): number => count * line_height;
export const drawn_height = (count: number): number => Math.min(whole_height(count), drawn_max);
export const is_mapped = (count: number): boolean => whole_height(count) > drawn_max;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
export const offset_max = (count: number, view: number): number => Math.max(0, whole_height(count) - view);

/// The scroll position that stands for `offset`.
export function scroll_for(offset: number, count: number, view: number): number {
  if (!is_mapped(count)) return offset;
  return offset / offset_max(count, view) * (drawn_max - view);
}

/// Where the log is after the element was scrolled from `was` to `scroll`.
export function place_after(was: Place, scroll: number, count: number, view: number): Place {
  const most = offset_max(count, view);
  if (!is_mapped(count)) return { scroll, offset: clamp(scroll, 0, most) };
  const step = scroll - was.scroll;
  const offset = Math.abs(step) <= jump_views * view ? was.offset + step : scroll / (drawn_max - view) * most;
  return { scroll, offset: clamp(offset, 0, most) };
}

/// Moves by pixels of log, whatever the element can show of it.
export function place_at(offset: number, count: number, view: number): Place {
  const there = clamp(offset, 0, offset_max(count, view));
  return { scroll: scroll_for(there, count, view), offset: there };
}

/// The rows that are seen: from `first` up to, without, `last`.
export function rows_seen(offset: number, count: number, view: number, spare = 10): { first: number; last: number } {
  return {
    first: Math.max(0, Math.floor(offset / line_height) - spare),
    last: Math.min(count, Math.ceil((offset + view) / line_height) + spare),
  };
}

/// The offset that shows a row: unmoved where it is seen already, else a third from the top.
export function offset_for_row(row: number, offset: number, view: number): number {
  const top = row * line_height;
  if (top >= offset && top + line_height <= offset + view) return offset;
  return Math.max(0, top - Math.floor(view / 3));
}
