// Steps over time: where each bar is, and which steps the run's length hung on.
import { is_bad, is_over, type Attempt, type Step, type StepStatus } from './run_data';

export interface Span { begin: number; end: number }  ///< Milliseconds since 1970.
export interface Bar {
  step: Step;
  wait: Span | null;      ///< Could start, and waited for a place.
  work: (Span & { attempt: number; is_bad: boolean; is_open: boolean })[];
  is_critical: boolean;
}
export interface Gantt {
  bars: Bar[];
  begin: number;
  end: number;
  working: number;  ///< Seconds of the critical path in which it works …
  waiting: number;  ///< … and in which it waits: for places, or between attempts.
}

const ms = (at: string | null): number | null => at === null ? null : Date.parse(at);

/// From the step that ended last back along what each waited for longest.
export function critical_path(steps: Step[], waits: Map<number, number[]>, now_ms: number): number[] {
  const end_of = (step: Step) => ms(step.ended_at) ?? now_ms;
  const by_number = new Map(steps.map(step => [step.step, step]));
  const latest = (all: Step[]) => all.filter(step => step.started_at).reduce<Step | undefined>((best, step) => !best || end_of(step) > end_of(best) ? step : best, undefined);
  const out: number[] = [];
  for (let step = latest(steps); step && !out.includes(step.step);) {
    out.unshift(step.step);
    step = latest((waits.get(step.step) ?? []).map(each => by_number.get(each)).filter(each => each !== undefined));
  }
  return out;
}

/// When all that it waits for had ended: milliseconds since 1970.
export function ready_at(step: Step, waits: Map<number, number[]>, by_number: Map<number, Step>, created_ms: number): number {
  return (waits.get(step.step) ?? []).reduce((latest, each) => Math.max(latest, ms(by_number.get(each)?.ended_at ?? null) ?? 0), ms(step.queued_at) ?? created_ms);
}

/// From `begin_ms` on, which its duration counts from: what steps waited before is not drawn.
export function gantt_of(steps: Step[], attempts: Map<number, Attempt[]>, waits: Map<number, number[]>, begin_ms: number, now_ms: number): Gantt {
  const critical = new Set(critical_path(steps, waits, now_ms));
  const by_number = new Map(steps.map(step => [step.step, step]));
  let begin = begin_ms, end = begin_ms + 1, working = 0, waiting = 0;
  const bars = steps.map((step): Bar => {
    const ready = Math.max(begin_ms, ready_at(step, waits, by_number, begin_ms));
    // The step itself tells of its latest attempt; facts may not reach so far.
    const list = (attempts.get(step.step) ?? []).filter(each => each.attempt < step.attempt);
    if (step.started_at) list.push({ attempt: step.attempt, started_at: step.started_at, ended_at: step.ended_at, reason: null, exit_code: null });
    const work = list.map((each, i) => {
      const is_last = each.attempt === step.attempt;
      const stop = ms(each.ended_at ?? list[i + 1]?.started_at ?? null);
      return {
        begin: Date.parse(each.started_at), end: stop ?? now_ms, attempt: each.attempt, is_open: stop === null,
        is_bad: is_last ? step.status === 'failed' || step.status === 'lost' : true,
      };
    });
    const first = work[0]?.begin;
    const is_waiting = step.status === 'queued' && !first && waits.get(step.step)?.every(each => by_number.get(each)?.ended_at) !== false;
    const wait = first !== undefined && first > ready ? { begin: ready, end: first } : is_waiting ? { begin: ready, end: now_ms } : null;
    for (const span of work) { begin = Math.min(begin, span.begin); end = Math.max(end, span.end); }
    if (wait) end = Math.max(end, wait.end);
    const is_critical = critical.has(step.step);
    if (is_critical) {
      const worked = work.reduce((sum, span) => sum + span.end - span.begin, 0);
      working += worked / 1000;
      if (first !== undefined) waiting += Math.max(0, work.at(-1)!.end - Math.min(ready, first) - worked) / 1000;
    }
    return { step, wait, work, is_critical };
  });
  return { bars, begin, end, working, waiting };
}

const tick_seconds = [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800];
/// Round distances from the begin, at most `count` of them: seconds.
export function ticks_of(seconds: number, count: number): number[] {
  const step = tick_seconds.find(each => seconds / each <= count) ?? seconds;
  const out: number[] = [];
  for (let at = 0; at <= seconds; at += step) out.push(at);
  return out;
}
/// Where an instant is, in percent of the whole.
export const place_of = (at: number, gantt: Gantt): number => (at - gantt.begin) / Math.max(1, gantt.end - gantt.begin) * 100;

/// A step, or those that never began as one.
export type GanttRow = { kind: 'bar'; bar: Bar } | { kind: 'fold'; steps: Step[] };
const never_began = (step: Step): boolean => is_over(step.status) && !step.started_at;
/// What failed first, what never began last: folded unless it is one step, and followed by its steps where it `is_open`.
/// Of one `status`, if any, only those.
export function gantt_rows(bars: Bar[], status: string, is_open: boolean): GanttRow[] {
  const wanted = (status ? bars.filter(bar => bar.step.status === status) : bars).map((bar): GanttRow & { kind: 'bar' } => ({ kind: 'bar', bar }));
  const failed = wanted.filter(({ bar }) => is_bad(bar.step.status)), rest = wanted.filter(({ bar }) => !is_bad(bar.step.status));
  const left = rest.filter(({ bar }) => never_began(bar.step));
  const began = [...failed, ...rest.filter(({ bar }) => !never_began(bar.step))];
  if (status || left.length < 2) return [...began, ...left];
  return [...began, { kind: 'fold', steps: left.map(({ bar }) => bar.step) }, ...is_open ? left : []];
}
const status_order: StepStatus[] = ['failed', 'lost', 'running', 'starting', 'queued', 'succeeded', 'canceled', 'skipped'];
/// How many steps are how; what needs somebody first.
export const counts_of = (steps: Step[]): { status: StepStatus; n: number }[] =>
  status_order.map(status => ({ status, n: steps.filter(step => step.status === status).length })).filter(each => each.n > 0);
