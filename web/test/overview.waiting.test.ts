import { expect, test } from 'vitest';
import { held_of, shown_of, work_of, type Run, type Step } from '../src/pages/overview/waiting';

const step = (number: number, more: Partial<Step> = {}): Step => ({
  step: number, asset: `a${number}`, partition: null, check: null, status: 'queued', attempt: 0, started_at: null, not_before: null, usual: null, text: '', reason: null, waits: [], pool: null, ...more,
});
const on = (run: string, ...steps: number[]) => steps.map(each => ({ run, step: each }));
const ids = (all: { run: string; step: Step }[]) => all.map(each => `${each.run}${each.step.step}`);

test('what tries again comes first, then what lacks a place, then what waits for others', () => {
  const work = work_of([{ id: 'r', steps: [step(0, { waits: on('r', 2) }), step(1), step(2, { attempt: 2, text: 'no disk' }), step(3, { status: 'succeeded' })] }]);
  expect(work.waiting.map(each => [each.step.step, each.wait])).toEqual([[2, 'retry'], [1, 'place'], [0, 'steps']]);
  expect(ids(work.waiting[2]!.on)).toEqual(['r2']);
});
test('of what runs the oldest comes first', () => {
  const work = work_of([{ id: 'r', steps: [step(0, { status: 'running', attempt: 1, started_at: '2026-01-01T10:00:00Z' }), step(1, { status: 'starting', attempt: 1, started_at: '2026-01-01T09:00:00Z' })] }]);
  expect(ids(work.running)).toEqual(['r1', 'r0']);
});
test('a step hangs on whatever the last ones before it do', () => {
  const runs: Run[] = [{ id: 'r', steps: [step(0, { attempt: 1 }), step(1, { waits: on('r', 0) }), step(2, { waits: on('r', 1) }), step(3, { status: 'running', attempt: 1 }), step(4, { waits: on('r', 3) }), step(5, { waits: on('r', 1, 3) }), step(6, { waits: on('gone', 1) })] }];
  expect(held_of(work_of(runs).waiting)).toEqual([{ by: 'retry', steps: 3, behind: 1 }, { by: 'running', steps: 1, behind: 1 }, { by: 'unknown', steps: 1, behind: 0 }]);
});
test('the same in an earlier run goes first', () => {
  const work = work_of([{ id: 's', steps: [step(0, { asset: 'x', partition: 'p' })] }, { id: 'r', steps: [step(0, { asset: 'x', partition: 'p', status: 'running', attempt: 1 })] }, { id: 't', steps: [step(0, { asset: 'x', partition: 'q' })] }]);
  expect(work.waiting.map(each => [each.run, each.wait, ids(each.on)])).toEqual([['t', 'place', []], ['s', 'steps', ['r0']]]);
});
test('steps that wait for themselves do not hang the page', () => {
  expect(work_of([{ id: 'r', steps: [step(0, { waits: on('r', 1) }), step(1, { waits: on('r', 0) })] }]).waiting.length).toBe(2);
});
test('those that wait for others are told one by one only where all have room', () => {
  const runs = (n: number): Run[] => [{ id: 'r', steps: [step(0, { attempt: 1 }), ...Array.from({ length: n }, (_, i) => step(i + 1, { waits: on('r', 0) }))] }];
  const few = shown_of(work_of(runs(2)), 3), many = shown_of(work_of(runs(5)), 3);
  expect([few.waiting.length, few.held]).toEqual([3, []]);
  expect([many.waiting.length, many.held]).toEqual([1, [{ by: 'retry', steps: 5, behind: 1 }]]);
  const retries = shown_of(work_of([{ id: 'r', steps: [0, 1, 2, 3, 4].map(n => step(n, { attempt: n < 3 ? 1 : 0 })) }]), 2);
  expect(retries.more).toEqual({ running: 0, retry: 1, place: 2 });
});
