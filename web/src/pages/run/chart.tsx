// Steps over time.  A row is one step: all of it can be clicked, and it is as high as any row of a table.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { param, set_params } from '../../store/router';
import { Icon } from '../../ui/icon';
import { Cell, Rows } from '../../ui/rows';
import { StatusIcon, drawing_of, word_text } from '../../ui/status';
import { duration, full_text, now } from '../../ui/time';
import { number } from '../../words';
import { said } from '../../words/sentences';
import { counts_of, gantt_of, gantt_rows, place_of, ticks_of, type Bar, type Gantt, type GanttRow } from './gantt';
import { is_over, overrun, seconds_of, step_name, type Attempt, type RunRow, type Step, type StepStatus } from './run_data';
import { w } from './words';

const percent_of = (value: number) => `${value}%`;
const rows_most = 10;
const label_share = 0.95;  ///< Beyond, a label would be cut off.

function Axis({ gantt }: { gantt: Gantt }) {
  const whole = (gantt.end - gantt.begin) / 1000;
  return <div class="gantt-axis">{ticks_of(whole, 6).filter(at => at < whole * label_share).map(at => <span key={at} style={{ insetInlineStart: percent_of(at / Math.max(0.001, whole) * 100) }}>{at === 0 ? '0' : duration(at)}</span>)}</div>;
}
function Track({ bar, gantt, on_time }: { bar: Bar; gantt: Gantt; on_time: (at: number) => void }) {
  const drawing = drawing_of(bar.step.status);
  const part = (from: number, to: number) => ({ insetInlineStart: percent_of(place_of(from, gantt)), inlineSize: `max(3px, ${place_of(to, gantt) - place_of(from, gantt)}%)` });
  const last = bar.work.at(-1), usual = bar.step.usual;
  return (
    <div class="gantt-track" onClick={event => {
      const box = event.currentTarget.getBoundingClientRect();
      const at = gantt.begin + (event.clientX - box.left) / Math.max(1, box.width) * (gantt.end - gantt.begin);
      on_time(Math.max(at, bar.work[0]?.begin ?? at));
    }}>
      {bar.wait && <span class="gantt-wait" style={part(bar.wait.begin, bar.wait.end)} title={w.value.waited_for(duration((bar.wait.end - bar.wait.begin) / 1000))} />}
      {bar.work.map(span => <span key={span.attempt} class={`gantt-bar is-${span.is_bad ? 'failed' : drawing} ${bar.is_critical ? 'is-critical' : ''}`} style={part(span.begin, span.end)}
        title={`${w.value.attempt_bar(span.attempt, duration((span.end - span.begin) / 1000))}\n${full_text(span.begin)}`} />)}
      {usual !== null && last && <span class="gantt-usual" style={{ insetInlineStart: percent_of(Math.min(100, place_of(last.begin + usual * 1000, gantt))) }} title={w.value.usual_short(duration(usual))} />}
    </div>
  );
}

/// "13 skipped: an upstream step failed".
function fold_text(steps: Step[]): string {
  const counts = new Map<string, { status: StepStatus; why: string; n: number }>();
  for (const { status, reason } of steps) {
    const why = said(reason), key = `${status} ${why}`;
    const count = counts.get(key) ?? { status, why, n: 0 };
    counts.set(key, count);
    ++count.n;
  }
  return [...counts.values()].toSorted((a, b) => b.n - a.n).map(({ status, why, n }) => w.value.left_out(n, word_text(status), why)).join(' · ');
}
function StatusFilter({ steps, status }: { steps: Step[]; status: string }) {
  const counts = counts_of(steps);
  if (counts.length < 2) return null;
  return (
    <fieldset class="row wrap gantt-filter"><legend class="only-read">{w.value.only_with}</legend>
      {counts.map(each => <button key={each.status} class="chip" aria-pressed={status === each.status} onClick={() => set_params({ status: status === each.status ? '' : each.status })}>{word_text(each.status)} {number(each.n)}</button>)}
    </fieldset>
  );
}

export function Chart(props: {
  run: RunRow; attempts: Map<number, Attempt[]>; waits: Map<number, number[]>; selected: number;
  on_select: (step: number) => void; on_open: (step: number, at: number | null) => void;
}) {
  const { run } = props;
  const is_open = useSignal(false);
  const at = is_over(run.status) ? 0 : now.value;
  const gantt = useMemo(() => gantt_of(run.steps, props.attempts, props.waits, Date.parse(run.started_at ?? run.created_at ?? ''), at || Date.parse(run.ended_at ?? '')), [run, props.attempts, props.waits, at]);
  const status = counts_of(run.steps).find(each => each.status === param('status'))?.status ?? '';
  const rows = useMemo(() => gantt_rows(gantt.bars, status, is_open.value), [gantt, status, is_open.value]);
  const fold = rows.findIndex(row => row.kind === 'fold');
  const of_step = rows.findIndex(row => row.kind === 'bar' && row.bar.step.step === props.selected);
  const selected = of_step < 0 && (rows[fold] as GanttRow & { kind: 'fold' } | undefined)?.steps.some(step => step.step === props.selected) ? fold : of_step;
  const toggle = () => { is_open.value = !is_open.value; };
  const select = (i: number) => {
    // The fold stands for the first of its steps, and is passed over where that is seen itself.
    const row = rows[i === fold && is_open.peek() && selected === fold + 1 ? i - 1 : i];
    if (row) props.on_select(row.kind === 'bar' ? row.bar.step.step : row.steps[0]!.step);
  };
  const columns = [
    { name: 'step', label: w.value.step, width: 'minmax(140px, 360px)' },
    { name: 'time', label: <Axis gantt={gantt} />, width: 'minmax(200px, 1fr)' },
    { name: 'duration', label: w.value.duration, width: 'minmax(90px, 240px)', is_end: true },
  ];
  return (
    <section class="stack gantt" aria-label={w.value.bar_title}>
      <StatusFilter steps={run.steps} status={status} />
      <div class="gantt-rows" style={{ blockSize: `calc((${Math.min(rows.length, rows_most)} + 1) * var(--row) + 2px)` }}>
        <Rows label={`${w.value.bar_title}. ${w.value.bar_help}`} columns={columns} count={rows.length} selected={selected} on_select={select} on_press={i => { if (i === fold) toggle(); else select(i); }}
          on_open={i => { const row = rows[i]; if (row?.kind === 'bar') props.on_open(row.bar.step.step, null); else if (row) toggle(); }}
          id={i => { const row = rows[i]!; return row.kind === 'bar' ? String(row.bar.step.step) : 'fold'; }} row={i => {
            const row = rows[i]!;
            if (row.kind === 'fold') {
              const text = fold_text(row.steps);
              return <><Cell class="gantt-fold"><button class="button is-plain" aria-expanded={is_open.value} title={text} onClick={toggle}><Icon name={is_open.value ? 'chevron_down' : 'chevron_right'} />{text}</button></Cell><Cell is_end><span class="quiet">–</span></Cell></>;
            }
            const { bar } = row;
            const seconds = seconds_of(bar.step, now.value), longer = overrun(bar.step, now.value);
            return (
              <>
                <Cell class="gantt-name"><span class={`status is-${drawing_of(bar.step.status)}`} title={word_text(bar.step.status)}><StatusIcon drawing={drawing_of(bar.step.status)} /><span class="only-read">{word_text(bar.step.status)}</span></span>
                  <span class="key clip" title={step_name(bar.step)}>{step_name(bar.step)}</span>{bar.is_critical && <span class="only-read">{w.value.critical_word}</span>}</Cell>
                <Cell class="gantt-cell"><Track bar={bar} gantt={gantt} on_time={time => props.on_open(bar.step.step, time)} /></Cell>
                <Cell is_end>{seconds === null ? <span class="quiet">–</span> : <>{duration(seconds)}{longer > 0 && <span class="is-late"> ◐ {w.value.usual_and_longer(duration(bar.step.usual!), longer)}</span>}</>}</Cell>
              </>
            );
          }} />
      </div>
      <p class="quiet"><span class="gantt-key" aria-hidden="true" /> {w.value.critical(duration(gantt.working), gantt.waiting > 0.05 ? duration(gantt.waiting) : '')} <span class="gantt-help">{w.value.bar_help}</span></p>
    </section>
  );
}
