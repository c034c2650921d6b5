import { describe, expect, it } from 'vitest';
import { counts_of, critical_path, gantt_of, gantt_rows, place_of, ticks_of } from '../src/pages/run/gantt';
import { assets_of, attempts_of, consumed_by, first_log, last_good, seconds_of, step_name, overrun, seconds_waited, telling_step, waits_of, type RunFact, type RunRow, type Step } from '../src/pages/run/run_data';

const at = (second: number | null) => second === null ? null : new Date(1_800_000_000_000 + second * 1000).toISOString();
const ms = (second: number) => 1_800_000_000_000 + second * 1000;
const step = (number: number, started: number | null, ended: number | null, more: Partial<Step> = {}): Step => ({
  step: number, asset: `a${number}`, partition: null, partition_count: 1, check: null, status: ended === null ? started === null ? 'queued' : 'running' : 'succeeded', reason: null, attempt: started === null ? 0 : 1,
  queued_at: at(0), started_at: at(started), ended_at: at(ended), not_before: null, exit_code: null, code_version: null, usual: null, provisional: false, text: '', ...more });
const run = (id: string, steps: Step[], more: Partial<RunRow> = {}): RunRow => ({
  id, status: 'succeeded', cause: 'automation', actor: null, reason: null, tags: [], retry_of: null, backfill: null, definitions: '1', created_at: at(0), started_at: at(0), ended_at: at(10),
  step_count: steps.length, steps, steps_truncated: false, revision: 1, ...more });

describe('the critical path', () => {
  //  0 ──► 2 ──► 3        0 takes 2 s, 1 takes 5 s
  //  1 ────┘     ▲
  //  4 ──────────┘        4 is over early
  const steps = [step(0, 0, 2), step(1, 0, 5), step(2, 6, 8), step(3, 8, 10), step(4, 0, 1)];
  const waits = new Map([[2, [0, 1]], [3, [2, 4]]]);
  it('goes back from what ended last along what was waited for longest', () => {
    expect(critical_path(steps, waits, 0)).toEqual([1, 2, 3]);
  });
  it('is the longest step where nothing waits, and what runs where something runs', () => {
    expect(critical_path([step(0, 0, 9), step(1, 2, 5)], new Map(), 0)).toEqual([0]);
    expect(critical_path([step(0, 0, 9), step(1, 9, null)], new Map([[1, [0]]]), ms(20))).toEqual([0, 1]);
    expect(critical_path([step(0, null, null)], new Map(), ms(5))).toEqual([]);
    expect(critical_path([], new Map(), 0)).toEqual([]);
  });
  it('ends in a ring of waits, too', () => {
    expect(critical_path([step(0, 0, 2), step(1, 0, 3)], new Map([[0, [1]], [1, [0]]]), 0)).toEqual([0, 1]);
  });
  it('says how long it worked and waited', () => {
    const gantt = gantt_of(steps, new Map(), waits, ms(0), ms(10));
    expect(gantt.working).toBeCloseTo(9);
    expect(gantt.waiting).toBeCloseTo(1);  // step 2 could start at 5 and started at 6
    expect(gantt.bars[2]!.wait).toEqual({ begin: ms(5), end: ms(6) });
    expect(gantt.bars.map(bar => bar.is_critical)).toEqual([false, true, true, true, false]);
    expect([place_of(ms(0), gantt), place_of(ms(5), gantt), place_of(ms(10), gantt)]).toEqual([0, 50, 100]);
  });
  it('draws each attempt, the failed ones as such', () => {
    const facts: RunFact[] = [
      { id: '1', at: at(0)!, type: 'run_queued', steps: [{ asset: 'a0', check: '', partition: null, waits: [] }, { asset: 'a1', check: '', partition: null, waits: [{ run: 'r', step: 0 }, { run: 'other', step: 5 }] }] },
      { id: '2', at: at(0)!, type: 'step_started', step: 0, attempt: 1 }, { id: '3', at: at(2)!, type: 'attempt_ended', step: 0, attempt: 1, exit_code: 1, reason: { code: 'exit_code', text: 'x' } },
      { id: '4', at: at(4)!, type: 'step_started', step: 0, attempt: 2 }, { id: '5', at: at(5)!, type: 'step_ended', step: 0, attempt: 2, status: 'succeeded', reason: null }];
    const attempts = attempts_of(facts);
    expect(attempts.get(0)).toEqual([
      { attempt: 1, started_at: at(0), ended_at: at(2), reason: { code: 'exit_code', text: 'x' }, exit_code: 1 }, { attempt: 2, started_at: at(4), ended_at: at(5), reason: null, exit_code: null }]);
    expect(waits_of(facts, 'r')).toEqual(new Map([[0, []], [1, [0]]]));
    const gantt = gantt_of([step(0, 4, 5, { attempt: 2 })], attempts, new Map(), ms(0), ms(5));
    expect(gantt.bars[0]!.work.map(span => [span.begin, span.end, span.is_bad])).toEqual([[ms(0), ms(2), true], [ms(4), ms(5), false]]);
    expect(gantt.waiting).toBeCloseTo(2);
  });
  it('knows the latest attempt where the facts do not reach it', () => {
    const attempts = new Map([[0, [{ attempt: 1, started_at: at(0)!, ended_at: null, reason: null, exit_code: null }]]]);
    const gantt = gantt_of([step(0, 4, 5, { attempt: 2 })], attempts, new Map(), ms(0), ms(99));
    expect(gantt.bars[0]!.work.map(span => [span.begin, span.end])).toEqual([[ms(0), ms(4)], [ms(4), ms(5)]]);
    expect(gantt.end).toBe(ms(5));
  });
  it('grows while it runs', () => {
    const gantt = gantt_of([step(0, 1, null), step(1, null, null)], new Map(), new Map([[1, [0]]]), ms(0), ms(30));
    expect(gantt.end).toBe(ms(30));
    expect(gantt.bars[0]!.work[0]).toMatchObject({ is_open: true, end: ms(30) });
    expect(gantt.bars[1]).toMatchObject({ wait: null, work: [] });
  });
  it('has few round ticks', () => {
    expect(ticks_of(10, 6)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks_of(0.05, 6)).toEqual([0, 0.01, 0.02, 0.03, 0.04, 0.05]);
    expect(ticks_of(5_000_000, 6).length).toBeLessThan(11);
  });
});

describe('a run', () => {
  it('shows first what failed, then what runs, then what took longest', () => {
    const steps = [step(0, 0, 2), step(1, 2, 9), step(2, 9, 9.5)];
    expect(telling_step(steps, 0)?.step).toBe(1);
    expect(telling_step([...steps, step(3, 9, null)], ms(9))?.step).toBe(3);
    expect(telling_step([...steps, step(3, 9, null), step(4, 1, 2, { status: 'failed' })], ms(9))?.step).toBe(4);
    expect(telling_step([], 0)).toBeUndefined();
  });
  it('shows the log of what failed, else of all', () => {
    expect(first_log([step(0, 0, 1), step(1, 0, 2)])).toBe('all');
    expect(first_log([step(0, 0, 1), step(1, 0, 2, { status: 'lost' })])).toBe('1');
    expect(first_log([step(0, 0, 1)])).toBe('0');
    expect(first_log([])).toBe('');
  });
  it('knows up to which event a step read its inputs', () => {
    const fact = (id: string, type: string, more: Partial<RunFact>): RunFact => ({ id, at: at(0)!, type, ...more });
    const facts = [fact('10', 'step_started', { step: 0, attempt: 1 }), fact('20', 'step_started', { step: 1, attempt: 1 }), fact('30', 'step_started', { step: 1, attempt: 2 }), fact('40', 'updated', { step: 0, consumed: 9 })];
    expect(consumed_by(facts, step(0, 0, 1))).toBe(9);
    expect(consumed_by(facts, step(1, 0, 1, { attempt: 2 })), 'which wrote nothing').toBe(30);
    expect(consumed_by(facts, step(2, 0, 1))).toBeNull();
  });
  it('says how much longer than usual a step takes where it is clearly longer', () => {
    expect(overrun(step(0, 0, 83, { usual: 40 }), 0)).toBeCloseTo(1.075);
    expect(overrun(step(0, 0, null, { usual: 40 }), ms(83))).toBeCloseTo(1.075);
    expect(overrun(step(0, 0, 55, { usual: 40 }), 0), 'a third more').toBe(0);
    expect(overrun(step(0, 0, 1.2, { usual: 0.3 }), 0), 'less than a second more').toBe(0);
    expect(overrun(step(0, 0, 83), 0), 'not known').toBe(0);
    expect(overrun(step(0, null, null, { usual: 40 }), ms(83)), 'not begun').toBe(0);
  });
  it('knows the last good run', () => {
    const history = [run('1A', [step(0, 0, 2)]), run('1B', [step(0, 0, 4)]), run('1C', [step(0, 0, 90)]), run('1D', [step(0, 0, 50)], { status: 'failed' })];
    expect(last_good(history, run('1C', []))?.id).toBe('1B');
    expect(last_good(history, run('1A', []))).toBeUndefined();
    // A newer one that made less tells less.
    const more = [run('2A', [step(0, 0, 1), step(1, 1, 2)]), run('2B', [step(0, 0, 1)])];
    expect(last_good(more, run('2C', [step(0, 0, 1), step(1, 1, 2)]))?.id).toBe('2A');
    expect(last_good(more, run('2C', [step(0, 0, 1), step(2, 1, 2)]))?.id).toBe('2B');
  });
  it('is named by what it makes', () => {
    const one = run('1', [step(0, 0, 1), step(1, 0, 1, { asset: 'a0', check: 'rows' }), step(2, 0, 1, { partition: '2026' })]);
    expect(assets_of(one)).toEqual(['a0', 'a2']);
    expect(one.steps.map(step_name)).toEqual(['a0', 'a0 · rows', 'a2 [2026]']);
    expect(seconds_of(one.steps[0]!, 0)).toBe(1);
    expect(seconds_of(step(0, null, null), 0)).toBeNull();
    expect(seconds_of(step(0, 5, null), ms(8))).toBe(3);
  });
});

describe('the rows of the chart', () => {
  const left = (number: number) => step(number, null, 0, { status: 'skipped' });
  const steps = [step(0, 0, 2), left(1), step(2, 1, 3, { status: 'failed' }), left(3), step(4, null, null)];
  const told = (all: Step[], status = '', is_open = false) => gantt_rows(gantt_of(all, new Map(), new Map(), ms(0), ms(9)).bars, status, is_open)
    .map(row => row.kind === 'bar' ? row.bar.step.step : row.steps.map(each => each.step));
  it('begin with what failed and end with what never began, folded', () => {
    expect(told(steps)).toEqual([2, 0, 4, [1, 3]]);
    expect(told(steps, '', true)).toEqual([2, 0, 4, [1, 3], 1, 3]);
    expect(told(steps.slice(0, 3))).toEqual([2, 0, 1]);
  });
  it('are of one status where that is asked for', () => {
    expect([told(steps, 'skipped'), told(steps, 'failed'), told(steps, 'canceled')]).toEqual([[1, 3], [2], []]);
  });
  it('are counted by status, what needs somebody first', () => {
    expect(counts_of(steps)).toEqual([{ status: 'failed', n: 1 }, { status: 'queued', n: 1 }, { status: 'succeeded', n: 1 }, { status: 'skipped', n: 2 }]);
  });
});
describe('what a run waited before it began', () => {
  it('is not drawn, nor counted as a part of its duration', () => {
    const gantt = gantt_of([step(0, 100, 110), step(1, 112, 120)], new Map(), new Map([[1, [0]]]), ms(100), ms(200));
    expect([gantt.begin, gantt.end, gantt.working, gantt.waiting]).toEqual([ms(100), ms(120), 18, 2]);
    expect(gantt.bars.map(bar => bar.wait)).toEqual([null, { begin: ms(110), end: ms(112) }]);
  });
  it('is told', () => {
    expect(seconds_waited({ created_at: at(0), started_at: at(90) })).toBe(90);
    expect(seconds_waited({ created_at: at(0), started_at: null })).toBe(0);
  });
});
