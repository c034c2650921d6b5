// Runs over time as columns: how many succeeded, and where it hurt.
import { href } from '../../store/router';
import { on_kinds, useResource } from '../../store/resource';
import { query_text } from '../../store/http';
import { now, time_text } from '../../ui/time';
import { Section } from '../../ui/parts';
import { overview_words } from './words';

export interface Timeline {
  from: string; to: string; columns: number;
  succeeded: number[]; failed: number[]; canceled: number[]; running: number[];
  total: { succeeded: number; failed: number; canceled: number; running: number };
}
const wakes = on_kinds('run');
const columns = 96;

export function Strip({ hours }: { hours: number }) {
  const w = overview_words.value;
  // Whole minutes: a window that moves with each second would ask with each second.
  const to = Math.ceil(now.value / 300_000) * 300_000;
  const from = to - hours * 3_600_000;
  const { data } = useResource<Timeline>('timeline' + query_text({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), px: columns }), wakes);
  const timeline = data.value;
  const ended = timeline ? timeline.total.succeeded + timeline.total.failed + timeline.total.canceled : 0;
  const most = timeline ? Math.max(1, ...timeline.succeeded.map((n, i) => n + timeline.failed[i]! + timeline.canceled[i]!)) : 1;
  const step = hours * 3_600_000 / columns;
  const aside = timeline && (
    <span class="row quiet">
      <a href={href('/runs', { from: timeline.from })}>{w.totals(ended)}</a>
      {timeline.total.failed > 0 && <a class="is-failed" href={href('/runs', { status: 'failed', from: timeline.from })}>{w.failed(timeline.total.failed)}</a>}
      {timeline.total.canceled > 0 && <a href={href('/runs', { status: 'canceled', from: timeline.from })}>{w.canceled(timeline.total.canceled)}</a>}
    </span>);
  return (
    <Section title={hours === 24 ? w.day : hours < 48 ? w.hours(hours) : w.days(hours / 24)} aside={aside}>
      <svg class="strip" viewBox={`0 0 ${columns * 8} 48`} preserveAspectRatio="none" role="img" aria-label={w.strip}>
        {timeline && timeline.succeeded.map((n, i) => {
          const failed = timeline.failed[i]!, canceled = timeline.canceled[i]!;
          const height = (count: number) => count === 0 ? 0 : Math.max(3, count / most * 46);
          const title = `${time_text(from + i * step)}: ${n + failed + canceled}${failed ? `, ${w.failed(failed)}` : ''}`;
          return (
            <g key={i} transform={`translate(${i * 8} 0)`}><title>{title}</title>
              <rect class="strip-back" width="8" height="48" />
              <rect class="strip-ok" x="1" width="6" y={48 - height(n)} height={height(n)} />
              <rect class="strip-off" x="1" width="6" y={48 - height(n) - height(canceled)} height={height(canceled)} />
              <rect class="strip-failed" x="1" width="6" y={48 - height(n) - height(canceled) - height(failed)} height={height(failed)} />
            </g>);
        })}
      </svg>
      <div class="spread quiet"><span>{time_text(from)}</span><span>{time_text(to)}</span></div>
    </Section>
  );
}
