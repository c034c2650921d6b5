// What works, and why the rest waits.  Pure.
import type { Said } from '../../words/sentences';

export interface Step {
  step: number; asset: string | null; partition: string | null; check: string | null; status: string; attempt: number;
  started_at: string | null; not_before: string | null; usual: number | null;
  text: string; reason: Said | null;       ///< Of the latest attempt.
  waits: { run: string; step: number }[];  ///< Steps that have to end before it begins.
  pool: string | null;
}
export interface Run { id: string; steps: Step[] }
export interface Active { run: string; step: Step }

/// `retry`: an attempt failed, another follows; `place`: only room is missing; `steps`: others have to end before it.
export type Wait = 'retry' | 'place' | 'steps';
export interface Waiting extends Active { wait: Wait; on: Active[] }  ///< `on`: the steps that all of it hangs on, as far as they are known.
/// Steps that wait for others, by what those do.
export interface Held { by: 'retry' | 'place' | 'running' | 'unknown'; steps: number; behind: number }
export interface Work { running: Active[]; waiting: Waiting[] }

const id_of = (run: string, step: number): string => `${run}/${step}`;
const is_at_work = (step: Step): boolean => step.status === 'running' || step.status === 'starting';
const order: Record<Wait, number> = { retry: 0, place: 1, steps: 2 };

/// The oldest first of what runs; of what waits first what tries again, then what lacks a place.
export function work_of(runs: Run[]): Work {
  const open = runs.flatMap(run => run.steps.map((step): Active => ({ run: run.id, step }))).filter(({ step }) => is_at_work(step) || step.status === 'queued');
  const by_id = new Map(open.map(each => [id_of(each.run, each.step.step), each]));
  // Another run makes the same: whoever came first goes first.
  const first_of = new Map<string, Active>();
  const same = ({ step }: Active) => [step.asset, step.partition, step.check].join('\n');
  for (const each of open.toSorted((a, b) => a.run < b.run ? -1 : a.run > b.run ? 1 : 0)) if (!first_of.has(same(each))) first_of.set(same(each), each);
  const before = (each: Active): Active[] => {
    const first = first_of.get(same(each))!;
    const known = each.step.waits.map(wait => by_id.get(id_of(wait.run, wait.step))).filter(one => one !== undefined);
    return first.run < each.run ? [first, ...known] : known;
  };
  /// Of what it waits for, those that wait for nobody.
  const roots = (each: Active): Active[] => {
    const seen = new Set<Active>(), out: Active[] = [];
    for (const todo = before(each); todo.length > 0;) {
      const next = todo.pop()!;
      if (seen.has(next)) continue;
      seen.add(next);
      const further = is_at_work(next.step) || next.step.attempt > 0 ? [] : before(next);
      if (further.length === 0) out.push(next);
      todo.push(...further);
    }
    return out;
  };
  const running = open.filter(({ step }) => is_at_work(step)).toSorted((a, b) => Date.parse(a.step.started_at ?? '') - Date.parse(b.step.started_at ?? '') || 0);
  const waiting = open.filter(({ step }) => !is_at_work(step)).map((each): Waiting => {
    const wait = each.step.attempt > 0 ? 'retry' : each.step.waits.length > 0 || before(each).length > 0 ? 'steps' : 'place';
    return { ...each, wait, on: wait === 'steps' ? roots(each) : [] };
  }).toSorted((a, b) => order[a.wait] - order[b.wait]);
  return { running, waiting };
}

/// What is not shown step by step: how many wait for how many that do what, the worst that they wait for.
export function held_of(waiting: Waiting[]): Held[] {
  const groups = new Map<Held['by'], { steps: number; behind: Set<string> }>();
  for (const { wait, on } of waiting) {
    if (wait !== 'steps') continue;
    const doing = (each: Active) => is_at_work(each.step) ? 'running' : each.step.attempt > 0 ? 'retry' : each.step.waits.length > 0 ? 'unknown' : 'place';
    const by = (['retry', 'place', 'running'] as const).find(each => on.some(one => doing(one) === each)) ?? 'unknown';
    const group = groups.get(by) ?? { steps: 0, behind: new Set() };
    groups.set(by, group);
    ++group.steps;
    for (const one of on) if (doing(one) === by) group.behind.add(id_of(one.run, one.step.step));
  }
  return (['retry', 'place', 'running', 'unknown'] as const).flatMap(by => {
    const group = groups.get(by);
    return group ? [{ by, steps: group.steps, behind: group.behind.size }] : [];
  });
}

export interface Shown { running: Active[]; waiting: Waiting[]; more: { running: number; retry: number; place: number }; held: Held[] }
/// At most `rows` steps; those that wait for others one by one only where all of them have room.
export function shown_of(work: Work, rows: number): Shown {
  const running = work.running.slice(0, rows);
  const room = rows - running.length;
  const fits = work.waiting.length <= room;
  const waiting = fits ? work.waiting : work.waiting.filter(each => each.wait !== 'steps').slice(0, room);
  const rest = (wait: Wait) => work.waiting.filter(each => each.wait === wait).length - waiting.filter(each => each.wait === wait).length;
  return {
    running, waiting, held: fits ? [] : held_of(work.waiting),
    more: { running: work.running.length - running.length, retry: rest('retry'), place: rest('place') },
  };
}
