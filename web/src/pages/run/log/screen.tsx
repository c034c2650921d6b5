// The part of a log that is seen, of any length: scrolled, followed, chosen from.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { go_to_lines, lines_now } from './address';
import type { LineSource } from './lines';
import { Row, type OriginOf, type TimeMode } from './row';
import { drawn_height, is_mapped, line_height, offset_for_row, offset_max, place_after, place_at, rows_seen, scroll_for } from './window';

const bar_height = 18;  ///< For a bar below and the border.
const idle_ms = 200;  ///< After which the bar is put where it belongs.

export function Screen(props: {
  source: LineSource; label: string; is_following: Signal<boolean>; mode: TimeMode; started_ms: number | null;
  pattern: RegExp | null; shows_stream: boolean; found: Set<number>; origin_of: OriginOf | null;
}) {
  const { source, is_following } = props;
  const host = useRef<HTMLDivElement>(null);
  const place = useSignal({ scroll: 0, offset: 0 });
  const view = useSignal(600);
  const due = useRef<number | null>(null);   // where the bar is to be once the height is drawn
  const shown_lines = useRef('');
  const count = source.count.value;
  void source.version.value;
  const range = lines_now();

  const move = (offset: number) => {
    place.value = place_at(offset, source.count.peek(), view.peek());
    due.current = place.peek().scroll;
  };
  const scroll_to_due = () => {
    if (due.current === null || !host.current) return;
    host.current.scrollTop = due.current;
    place.peek().scroll = host.current.scrollTop;  // as rounded by the browser
    due.current = null;
  };
  useLayoutEffect(scroll_to_due);

  useEffect(() => {
    const element = host.current!;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const on_scroll = () => {
      const was = place.peek(), total = source.count.peek();
      if (due.current !== null || Math.abs(element.scrollTop - was.scroll) < 1) return;
      const next = place_after(was, element.scrollTop, total, view.peek());
      if (next.offset < was.offset - 1) is_following.value = false;
      place.value = next;
      if (!is_mapped(total)) return;
      clearTimeout(timer);
      timer = setTimeout(() => { due.current = scroll_for(place.peek().offset, source.count.peek(), view.peek()); scroll_to_due(); }, idle_ms);
    };
    const on_wheel = (event: WheelEvent) => {
      // A notch of the wheel would be many screens of a mapped log.
      if (!is_mapped(source.count.peek()) || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      if (event.deltaY < 0) is_following.value = false;
      move(place.peek().offset + event.deltaY * (event.deltaMode === 1 ? line_height : event.deltaMode === 2 ? view.peek() : 1));
    };
    const observer = new ResizeObserver(() => { view.value = element.clientHeight; });
    observer.observe(element);
    element.addEventListener('scroll', on_scroll, { passive: true });
    element.addEventListener('wheel', on_wheel, { passive: false });
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      element.removeEventListener('scroll', on_scroll);
      element.removeEventListener('wheel', on_wheel);
    };
  }, [source]);

  // What the address says is shown once; then the reader scrolls where they like.
  useLayoutEffect(() => {
    const key = range ? `${range.from}` : '';
    if (count === 0 || !source.is_known.value || shown_lines.current === key) return;
    shown_lines.current = key;
    if (range) {
      is_following.value = false;
      move(offset_for_row(source.row_of(range.from), place.peek().offset, view.peek()));
      scroll_to_due();
    }
  });
  useEffect(() => {
    if (is_following.value && place.peek().offset < offset_max(count, view.peek())) move(Infinity);
  }, [count, is_following.value, view.value]);

  const { first, last } = rows_seen(place.value.offset, count, view.value);
  useEffect(() => { source.want(first, last); }, [source, first, last, count]);

  const on_key = (event: KeyboardEvent) => {
    if (event.target !== host.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const offset = place.peek().offset, page = view.peek() - line_height;
    const jumps: Record<string, number> = { PageDown: offset + page, PageUp: offset - page, Home: 0, End: Infinity };
    const to = jumps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (event.key === 'PageUp' || event.key === 'Home') is_following.value = false;
      return move(to);
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const row = range ? source.row_of(range.from) + step : Math.ceil(offset / line_height);
    const next = Math.max(0, Math.min(count - 1, row));
    const line = source.at(next)?.line;
    if (line === undefined) return;
    go_to_lines(event.shiftKey && range ? { from: Math.min(range.from, line), to: Math.max(range.to, line) } : { from: line, to: line });
    const top = next * line_height;
    if (top < offset) move(top);
    else if (top + line_height > offset + view.peek()) move(top + line_height - view.peek());
  };

  const rows = [];
  for (let row = first; row < last; ++row) {
    const line = source.at(row);
    rows.push(<Row key={row} line={line} number={line?.line ?? row + 1} before={source.at(row - 1)} top={row * line_height - place.value.offset} range={range}
      mode={props.mode} started_ms={props.started_ms} pattern={props.pattern} shows_stream={props.shows_stream} origin_of={props.origin_of} is_found={line !== undefined && props.found.has(line.line)} />);
  }
  return (
    <div ref={host} class="log-screen" tabIndex={0} role="region" aria-label={props.label} onKeyDown={on_key}
      style={source.is_complete.value ? { blockSize: `${drawn_height(count) + bar_height}px` } : undefined} data-offset={Math.round(place.value.offset)}>
      <div style={{ height: `${drawn_height(count)}px` }}>
        <div class="log-window" style={{ height: `${Math.min(view.value, drawn_height(count))}px` }}>{rows}</div>
      </div>
    </div>
  );
}
