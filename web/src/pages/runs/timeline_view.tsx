// When runs ended, column by column; a drag or two fields choose a time.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { is_utc } from '../../store/prefs';
import { href_with, param, set_params } from '../../store/router';
import { day_text, minute_text, time_text } from '../../ui/time';
import { tell } from '../../ui/toast';
import { from_field, instant, ranges, to_field } from './filters';
import { axis_of, brushed, column_span, count_at, parts, rects_of, type TimelineAnswer } from './timeline';
import { w } from './words';

const height = 44;
const day_ms = 86_400_000;
export const choose_time = (from: number, to: number): void => set_params({ from: instant(from), to: instant(to), range: '' }, 'push');

const said = (answer: TimelineAnswer, i: number): string =>
  parts.filter(part => count_at(answer, part, i) > 0).map(part => w.value[part](count_at(answer, part, i))).join(', ') || w.value.nothing;

export function Timeline({ answer, from, to, on_width }: { answer: TimelineAnswer | null; from: number; to: number; on_width: (px: number) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const brush = useSignal<{ a: number; b: number } | null>(null);
  const over = useSignal(-1);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const px = host.current?.clientWidth ?? 0;
      width.value = px;
      if (px > 0) on_width(Math.max(60, Math.min(600, Math.floor(px / 3))));
    });
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, []);
  const share = (event: PointerEvent) => {
    const box = host.current!.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width)));
  };
  const total = answer ? parts.reduce((sum, part) => sum + answer.total[part], 0) : 0;
  const offset = is_utc.value ? 0 : -new Date(from).getTimezoneOffset() * 60_000;
  const marks = axis_of(from, to, Math.max(2, Math.floor(width.value / 110)), offset);
  const at = brush.value;
  return (
    <div class="timeline">
      <div ref={host} class="timeline-plot" role="img" aria-label={`${w.value.timeline}: ${w.value.timeline_text(total, time_text(from), time_text(to))}`}
        title={answer && over.value >= 0 ? w.value.column(time_text(column_span(answer, over.value).from), said(answer, over.value)) : undefined}
        onPointerDown={event => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          brush.value = { a: share(event), b: share(event) };
        }}
        onPointerMove={event => {
          if (answer) over.value = Math.min(answer.columns - 1, Math.floor(share(event) * answer.columns));
          if (brush.peek()) brush.value = { a: brush.peek()!.a, b: share(event) };
        }}
        onPointerUp={() => {
          const chosen = brush.peek();
          brush.value = null;
          // A click is no drag: it would choose a moment by accident.
          if (chosen && Math.abs(chosen.a - chosen.b) * width.peek() >= 4) { const time = brushed(from, to, chosen.a, chosen.b); choose_time(time.from, time.to); }
        }}
        onPointerCancel={() => { brush.value = null; }} onPointerLeave={() => { over.value = -1; }}>
        <svg width="100%" height={height} viewBox={`0 0 ${Math.max(1, width.value)} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <line x1="0" x2={width.value} y1={height - 0.5} y2={height - 0.5} class="base" />
          {answer && width.value > 0 && rects_of(answer, width.value, height - 1).map(rect => <rect key={`${rect.part}${rect.x}`} class={`is-${rect.part}`} x={rect.x} y={rect.y} width={rect.w} height={rect.h} />)}
        </svg>
        {at && <span class="timeline-brush" style={{ insetInlineStart: `${Math.min(at.a, at.b) * 100}%`, inlineSize: `${Math.abs(at.a - at.b) * 100}%` }} />}
      </div>
      <div class="timeline-axis" aria-hidden="true">
        {marks.map(mark => <span key={mark} style={{ insetInlineStart: `${(mark - from) / (to - from) * 100}%` }}>{(mark + offset) % day_ms === 0 ? day_text(mark) : minute_text(mark)}</span>)}
      </div>
    </div>
  );
}

/// The same by keyboard: a range, or from and to.
export function TimeFields({ from, to }: { from: number; to: number }) {
  const is_chosen = param('from') !== '' || param('to') !== '';
  const change = (what: 'from' | 'to', text: string) => {
    const value = from_field(text, is_utc.peek());
    if (value === null) return;
    const next = { from, to, [what]: value };
    if (next.from >= next.to) tell(w.value.bad_time, { is_bad: true });
    else choose_time(next.from, next.to);
  };
  const length = to - from;
  return (
    <div class="row wrap time-fields">
      <select class="field" aria-label={w.value.time_range} value={is_chosen ? 'chosen' : param('range')} onChange={event => {
        if (event.currentTarget.value !== 'chosen') set_params({ range: event.currentTarget.value, from: '', to: '' }, 'push');
      }}>
        {is_chosen && <option value="chosen">{w.value.chosen_time}</option>}
        <option value="">{w.value.any_time}</option>
        {Object.keys(ranges).map(range => <option key={range} value={range}>{(w.value.range as Record<string, string>)[range]}</option>)}
      </select>
      <label class="row quiet">{w.value.from}<input class="field" type="datetime-local" value={to_field(from, is_utc.value)} onChange={event => change('from', event.currentTarget.value)} /></label>
      <label class="row quiet">{w.value.to}<input class="field" type="datetime-local" value={to_field(to, is_utc.value)} onChange={event => change('to', event.currentTarget.value)} /></label>
      {is_utc.value && <span class="quiet">{w.value.zone_utc}</span>}
      {is_chosen && <a class="button" href={href_with({ from: instant(from - length), to: instant(Math.min(Date.now(), to + length)) })}>{w.value.zoom_out}</a>}
      {is_chosen && <a class="button is-plain" href={href_with({ from: '', to: '' })}>{w.value.any_time}</a>}
    </div>
  );
}
