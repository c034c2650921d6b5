// Partitions as one bar along time or keys: a column is as many of them as fall on it.  Pointer and
// keys do the same; the page has two fields for the range.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { number } from '../words';
import { chart_words } from './charts_words';
import { cell_of, columns_of, fresh_of, stack_paths, sum_of, type PartitionBars, type StateCounts } from './intervals';
import { StatusMark } from './status';
import './charts.css';

/// Keys along the columns, both included.
export interface Range { from: string; to: string }

/// "30 partitions: 28 fresh, 2 failed"
export function counts_text(counts: StateCounts): string {
  const w = chart_words.value;
  if (counts.size === 0) return w.none;
  const all = { ...counts, fresh: fresh_of(counts) };
  const parts = (['failed', 'in_progress', 'stale', 'missing', 'fresh'] as const).filter(state => all[state] > 0);
  return `${w.partitions(counts.size)}: ${parts.map(state => `${number(all[state])} ${w.states[state]}`).join(', ')}`;
}
export const column_text = (bars: PartitionBars, first: number, last = first): string => {
  const [from, to] = [bars.first[first] ?? '', bars.last[last] ?? ''];
  return from === to ? from : `${from} … ${to}`;
};

/// What the drawings mean.
export function BarsKey() {
  const w = chart_words.value;
  const states = ['fresh', 'stale', 'failed', 'in_progress', 'missing'] as const;
  return <span class="row wrap quiet">{states.map(state => <StatusMark key={state} word={state} text={w.states[state]} />)}</span>;
}

/// How pointer and keys choose columns; shared by bar and heat map.
export function useColumns(bars: PartitionBars, selected: Range | null, on_select: (range: Range | null) => void, on_zoom?: (range: Range) => void) {
  const caret = useSignal(-1), anchor = useSignal(-1), is_dragging = useSignal(false);
  const count = bars.columns;
  const shown = selected ? columns_of(bars, selected.from, selected.to) : null;
  const choose = (a: number, b: number) => {
    const [first, last] = a < b ? [a, b] : [b, a];
    on_select({ from: bars.first[first]!, to: bars.last[last]! });
  };
  const column_at = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(count - 1, Math.floor((event.clientX - box.left) / box.width * count)));
  };
  return {
    caret, shown,
    drag: is_dragging.value ? { first: Math.min(anchor.value, caret.value), last: Math.max(anchor.value, caret.value) } : null,
    column_at,
    pointer: {
      onPointerDown: (event: PointerEvent) => {
        if (event.button !== 0 || count === 0) return;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        anchor.value = caret.value = column_at(event);
        is_dragging.value = true;
      },
      onPointerMove: (event: PointerEvent) => { caret.value = column_at(event); },
      onPointerUp: (event: PointerEvent) => {
        if (!is_dragging.value) return;
        is_dragging.value = false;
        choose(anchor.value, column_at(event));
      },
      onPointerCancel: () => { is_dragging.value = false; },
      onPointerLeave: () => { if (!is_dragging.value) caret.value = -1; },
    },
    /// True when the key was taken.
    on_key(event: KeyboardEvent): boolean {
      const at = caret.value < 0 ? shown?.last ?? count - 1 : caret.value;
      const page = Math.max(1, Math.round(count / 10));
      const moves: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: count - 1 };
      const to = moves[event.key];
      if (to !== undefined) {
        const next = Math.max(0, Math.min(count - 1, to));
        if (event.shiftKey) {
          if (anchor.value < 0 || !shown) anchor.value = at;
          choose(anchor.value, next);
        } else {
          anchor.value = next;
        }
        caret.value = next;
      } else if (event.key === ' ' && caret.value >= 0) {
        anchor.value = at;
        choose(at, at);
      } else if (event.key === 'Enter' && on_zoom) {
        const range = shown ?? { first: at, last: at };
        on_zoom({ from: bars.first[range.first]!, to: bars.last[range.last]! });
      } else if (event.key === 'Escape' && shown) {
        on_select(null);
      } else {
        return false;
      }
      event.preventDefault();
      return true;
    },
  };
}

const height = 44, above = 16;
export function Bars({ bars, selected = null, on_select, on_zoom, label }: {
  bars: PartitionBars; selected?: Range | null; on_select?: (range: Range | null) => void; on_zoom?: (range: Range) => void; label?: string;
}) {
  const w = chart_words.value;
  const row = bars.rows[0];
  const paths = useMemo(() => row ? stack_paths(row, height, above) : {}, [row]);
  const { caret, shown, drag, pointer, on_key } = useColumns(bars, selected, on_select ?? (() => {}), on_zoom);
  if (!row || bars.columns === 0) return <p class="quiet">{w.none}</p>;
  const at = caret.value < 0 ? shown?.first ?? bars.columns - 1 : caret.value;
  const marked = drag ?? shown;
  const said = marked ? `${column_text(bars, marked.first, marked.last)}: ${counts_text(sum_of(bars, marked.first, marked.last))}`
    : caret.value >= 0 ? `${column_text(bars, at)}: ${counts_text(cell_of(row, at))}` : '';
  return (
    <div class="bars">
      <div class="bars-plot" role="slider" tabIndex={0} aria-label={`${label ?? w.bar}. ${w.bar_help}`} aria-valuemin={0} aria-valuemax={bars.columns - 1} aria-valuenow={at}
        aria-valuetext={said || `${column_text(bars, at)}: ${counts_text(cell_of(row, at))}`} onKeyDown={on_key} {...pointer}
        onDblClick={() => on_zoom?.({ from: bars.first[at]!, to: bars.last[at]! })}>
        <svg viewBox={`0 0 ${bars.columns} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {Object.entries(paths).map(([state, path]) => <path key={state} class={`state-${state}`} d={path} />)}
        </svg>
        {marked && <span class="bars-range" style={place_of(bars, marked)} />}
        {caret.value >= 0 && <span class="bars-caret" style={{ insetInlineStart: `${(caret.value + 0.5) / bars.columns * 100}%` }} />}
      </div>
      <Axis bars={bars} />
      <p class="bars-said quiet" aria-hidden="true">{said || w.bar_help}</p>
    </div>
  );
}

/// Where some columns are, as a share of the picture.
export const place_of = (bars: PartitionBars, { first, last }: { first: number; last: number }) =>
  ({ insetInlineStart: `${first / bars.columns * 100}%`, inlineSize: `${(last - first + 1) / bars.columns * 100}%` });

/// The keys at equal distances, as many as have room.
export function Axis({ bars }: { bars: PartitionBars }) {
  const n = Math.min(bars.columns, 6);
  const marks = Array.from({ length: n }, (_, i) => Math.floor(i * (bars.columns - 1) / Math.max(1, n - 1)));
  return <div class="bars-axis mono quiet" aria-hidden="true">{marks.map((column, i) => <span key={i}>{i === n - 1 ? bars.last[column] : bars.first[column]}</span>)}</div>;
}
