// Partitions of several dimensions: a row for each combination of the others, time from left to right.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Axis, column_text, counts_text, place_of, useColumns, type Range } from './bars';
import { chart_words } from './charts_words';
import { cell_of, cell_paths, sum_of, type PartitionBars } from './intervals';

/// `rows` chosen, none for all.
export interface Area extends Range { rows: string[] }

const row_height = 24;  ///< A target that can be hit.
export function Heat({ bars, selected, on_select, on_zoom, label }: {
  bars: PartitionBars; selected: Area | null; on_select: (area: Area | null) => void; on_zoom?: (range: Range) => void; label?: string;
}) {
  const w = chart_words.value;
  const paths = useMemo(() => cell_paths(bars.rows), [bars.rows]);
  const row_caret = useSignal(-1), row_anchor = useSignal(-1);
  const rows_between = (a: number, b: number): string[] => bars.rows.slice(Math.min(a, b), Math.max(a, b) + 1).map(row => row.name);
  const chosen_rows = () => row_anchor.value < 0 ? selected?.rows ?? [] : rows_between(row_anchor.value, row_caret.value);
  const choose = (range: Range | null) => on_select(range && { ...range, rows: chosen_rows() });
  const { caret, shown, drag, pointer, on_key } = useColumns(bars, selected, choose, on_zoom);
  if (bars.rows.length === 0 || bars.columns === 0) return <p class="quiet">{w.none}</p>;
  const row_at = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(bars.rows.length - 1, Math.floor((event.clientY - box.top) / row_height)));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') {
      if (row_anchor.value < 0 && row_caret.value >= 0) row_anchor.value = row_caret.value;
      return void on_key(event);
    }
    event.preventDefault();
    const next = Math.max(0, Math.min(bars.rows.length - 1, row_caret.value + (event.key === 'ArrowUp' ? -1 : 1)));
    row_caret.value = next;
    if (!event.shiftKey) row_anchor.value = next;
    else if (selected) on_select({ ...selected, rows: rows_between(row_anchor.value, next) });
  };
  const chosen = bars.rows.map((row, i) => ({ row, i })).filter(({ row }) => !selected || selected.rows.length === 0 || selected.rows.includes(row.name));
  const [top, bottom] = [chosen[0]?.i ?? 0, chosen.at(-1)?.i ?? 0];
  const marked = drag ?? shown;
  const marked_rows = drag ? [Math.min(row_anchor.value, row_caret.value), Math.max(row_anchor.value, row_caret.value)] as const : [top, bottom] as const;
  const at = caret.value < 0 ? bars.columns - 1 : caret.value;
  const row = bars.rows[Math.max(0, row_caret.value)]!;
  const said = drag || (shown && caret.value < 0)
    ? `${column_text(bars, marked!.first, marked!.last)}: ${counts_text(sum_of(bars, marked!.first, marked!.last, bars.rows.slice(marked_rows[0], marked_rows[1] + 1)))}`
    : caret.value >= 0 ? `${row.name} · ${column_text(bars, at)}: ${counts_text(cell_of(row, at))}` : '';
  return (
    <div class="bars heat">
      <div class="heat-body scroll" tabIndex={0} role="region" aria-label={label ?? w.heat}>
        <ol class="heat-names mono" aria-hidden="true">{bars.rows.map(each => <li key={each.name} class="clip" title={each.name}>{each.name}</li>)}</ol>
        <div class="bars-plot" role="slider" tabIndex={0} aria-label={`${label ?? w.heat}. ${w.bar_help}`} aria-valuemin={0} aria-valuemax={bars.columns - 1} aria-valuenow={at}
          aria-valuetext={said || `${row.name} ${column_text(bars, at)}: ${counts_text(cell_of(row, at))}`} style={{ blockSize: `${bars.rows.length * row_height}px` }}
          onKeyDown={keys} {...pointer}
          onPointerDown={event => { row_anchor.value = row_caret.value = row_at(event); pointer.onPointerDown(event); }}
          onPointerMove={event => { row_caret.value = row_at(event); pointer.onPointerMove(event); }}
          onDblClick={() => on_zoom?.({ from: bars.first[at]!, to: bars.last[at]! })}>
          <svg viewBox={`0 0 ${bars.columns} ${bars.rows.length}`} preserveAspectRatio="none" aria-hidden="true">
            {Object.entries(paths).map(([state, path]) => <path key={state} class={`state-${state}`} d={path} />)}
          </svg>
          {marked && <span class="bars-range" style={{ ...place_of(bars, marked),
            insetBlockStart: `${marked_rows[0] * row_height}px`, blockSize: `${(marked_rows[1] - marked_rows[0] + 1) * row_height}px` }} />}
        </div>
      </div>
      <div class="heat-axis"><span class="quiet">{bars.rows_total > bars.rows.length ? w.rows_of(bars.rows.length, bars.rows_total) : ''}</span><Axis bars={bars} /></div>
      <p class="bars-said quiet" aria-hidden="true">{said || w.bar_help}</p>
    </div>
  );
}
