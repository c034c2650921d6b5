// A table of any length: only the rows that are seen are there.  All rows have one height, so that
// the place of a row is a multiplication.
import { signal } from '@preact/signals';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { is_compact } from '../store/prefs';

export interface Column { name: string; label: ComponentChildren; width: string; sort?: 'up' | 'down' | null; on_sort?: () => void; is_end?: boolean }

/// Browsers cap the height of an element; beyond, the scroll position is mapped to a row.
const height_max = 12_000_000;
export const row_height = (): number => is_compact.value ? 28 : 36;

const gap = 12, edges = 16, some_width = 80;
/// The width below which a table is scrolled sideways: what its columns take at least.  Pure.
export const least_width = (widths: string[]): number =>
  widths.reduce((sum, width) => sum + Number(/^(?:minmax\()?(\d+)px/.exec(width)?.[1] ?? some_width), edges + gap * Math.max(0, widths.length - 1));

export interface Window { first: number; last: number; top: number }
/// Which of `count` rows are seen; `top` is where the first of them is drawn.  Pure.
export function window_of(count: number, row: number, scroll: number, view: number, spare = 6): Window {
  const whole = count * row;
  const range = Math.max(1, Math.min(whole, height_max) - view);
  const offset = whole <= height_max ? scroll : scroll / range * (whole - view);
  const first = Math.max(0, Math.floor(offset / row) - spare);
  const last = Math.min(count, Math.ceil((offset + view) / row) + spare);
  return { first, last, top: scroll + (first * row - offset) };
}

/// Where to scroll so that row `index` is whole; the same place where it already is.  Pure.
export function scroll_to(count: number, row: number, index: number, scroll: number, view: number): number {
  const whole = count * row, range = Math.max(0, Math.min(whole, height_max) - view), hidden = Math.max(0, whole - view);
  const is_mapped = whole > height_max;
  const offset = is_mapped ? scroll / Math.max(1, range) * hidden : scroll;
  const at = index * row;
  const wanted = at < offset ? at : at + row > offset + view ? at + row - view : offset;
  return wanted === offset ? scroll : is_mapped ? wanted / hidden * range : wanted;
}

/// Cells of a table that can be walked in are cells of a grid.
const CellRole = createContext<'cell' | 'gridcell'>('cell');

/// `row` draws the cells of a row; `on_open` is Enter or a double click; the arrows move what is
/// selected, and so does a click unless `on_press` says what else it does.
/// Another `subject` (a filter, an order) begins at the top; `on_top` hears whether the first row is seen.
export function Rows(props: {
  label: string; columns: Column[]; count: number; row: (index: number) => ComponentChildren;
  id?: (index: number) => string; selected?: number; on_select?: (index: number) => void; on_press?: (index: number) => void; on_open?: (index: number) => void; empty?: ComponentChildren; class?: string;
  is_marked?: (index: number) => boolean; subject?: string; on_top?: (is_top: boolean) => void;
}) {
  const own_id = useId();
  const on_top = useRef(props.on_top);
  on_top.current = props.on_top;
  const ref = useRef<HTMLDivElement>(null);
  const place = useMemo(() => signal({ scroll: 0, view: 800 }), []);
  useEffect(() => {
    const host = ref.current!;
    const look = () => { place.value = { scroll: host.scrollTop, view: host.clientHeight }; on_top.current?.(host.scrollTop < 2); };
    const observer = new ResizeObserver(look);
    observer.observe(host);
    host.addEventListener('scroll', look, { passive: true });
    look();
    return () => { observer.disconnect(); host.removeEventListener('scroll', look); };
  }, []);
  const row = row_height(), head = row;
  const { first, last, top } = window_of(props.count, row, Math.max(0, place.value.scroll), place.value.view - head);
  const template = props.columns.map(column => column.width).join(' ');
  const height = Math.min(props.count * row, height_max);
  useEffect(() => {
    const host = ref.current;
    if (!host || props.selected === undefined || props.selected < 0) return;
    const to = scroll_to(props.count, row, props.selected, host.scrollTop, host.clientHeight - head);
    if (to !== host.scrollTop) host.scrollTop = to;
  }, [props.selected]);
  const subject = useRef(props.subject);
  useEffect(() => {
    if (subject.current === props.subject) return;
    subject.current = props.subject;
    if (ref.current) ref.current.scrollTop = 0;
  }, [props.subject]);
  const on_key = (event: KeyboardEvent) => {
    if (!props.on_select || event.target !== ref.current) return;
    const at = props.selected ?? -1;
    const page = Math.max(1, Math.floor((place.peek().view - head) / row) - 1);
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: props.count - 1 };
    const to = moves[event.key];
    if (to !== undefined && props.count > 0) {
      event.preventDefault();
      props.on_select(Math.max(0, Math.min(props.count - 1, to)));
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      props.on_open?.(at);
    }
  };
  const is_grid = props.on_select !== undefined;
  const is_current_there = props.selected !== undefined && props.selected >= first && props.selected < last;
  const shown = [];
  for (let i = first; i < last; ++i) {
    shown.push(
      <div key={props.id?.(i) ?? i} id={`${own_id}-${i}`} class={`grid-row ${props.selected === i ? 'is-current' : ''}`} role="row" aria-rowindex={i + 2}
        aria-selected={!is_grid ? undefined : props.is_marked ? props.is_marked(i) : props.selected === i}
        style={{ gridTemplateColumns: template, top: `${head + top + (i - first) * row}px` }}
        onClick={event => { if (!(event.target as Element).closest('a,button,input')) (props.on_press ?? props.on_select ?? props.on_open)?.(i); }}
        onDblClick={event => { if (!(event.target as Element).closest('a,button,input')) props.on_open?.(i); }}>
        {props.row(i)}
      </div>);
  }
  return (
    <div ref={ref} class={`scroll grow rows ${props.class ?? ''}`} tabIndex={0} role={is_grid ? 'grid' : 'table'} aria-label={props.label} aria-rowcount={props.count + 1}
      aria-multiselectable={props.is_marked ? true : undefined} aria-activedescendant={is_grid && is_current_there ? `${own_id}-${props.selected}` : undefined} onKeyDown={on_key}>
      <div class="grid" style={{ height: `${height + head}px`, minWidth: `${least_width(props.columns.map(column => column.width))}px` }}>
        <div class="grid-head" role="row" style={{ gridTemplateColumns: template }}>
          {props.columns.map(column => (
            <div key={column.name} role="columnheader" class={column.is_end ? 'end' : ''}
              aria-sort={column.sort ? column.sort === 'up' ? 'ascending' : 'descending' : undefined}>
              {column.on_sort ? <button onClick={column.on_sort}>{column.label}{column.sort === 'up' ? ' ↑' : column.sort === 'down' ? ' ↓' : ''}</button> : column.label}
            </div>))}
        </div>
        <CellRole.Provider value={is_grid ? 'gridcell' : 'cell'}>{shown}</CellRole.Provider>
      </div>
      {props.count === 0 && props.empty && <div role="row"><div role={is_grid ? 'gridcell' : 'cell'}>{props.empty}</div></div>}
    </div>
  );
}
/// A cell of a row.
export const Cell = ({ children, is_end, class: extra, title }: { children?: ComponentChildren; is_end?: boolean; class?: string; title?: string }) =>
  <div role={useContext(CellRole)} title={title} class={`${is_end ? 'end' : ''} ${extra ?? ''}`}>{children}</div>;
