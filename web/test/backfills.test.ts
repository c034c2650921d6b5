import { expect, test } from 'vitest';
import { failures_of, rate, remembered, type Backfill } from '../src/pages/backfills/progress';

const backfill = (succeeded: number): Backfill => ({
  id: 'x', status: 'running', cause: 'person', actor: null, reason: null, retry_of: null, per_run: null, concurrency: 2, order: 'forward',
  created_at: '2026-01-01T00:00:00Z', ended_at: null, expected_end: null, runs: 1, assets: [],
  counts: { wanted: 100, pending: 100 - succeeded, in_progress: 0, succeeded, failed: 0 },
});
const begin = Date.parse('2026-01-01T00:00:00Z');

test('a rate is that since the beginning until enough was seen', () => {
  expect(rate(backfill(0), [], begin + 60_000)).toBeNull();
  expect(rate(backfill(10), [], begin + 120_000)).toBe(5);
});
test('a rate of late follows a change of pace', () => {
  expect(rate(backfill(40), [{ at: begin + 60_000, done: 10 }], begin + 120_000)).toBe(30);
});
test('what was seen long ago is forgotten, and nothing new is nothing', () => {
  const seen = remembered(remembered([], { at: 0, done: 1 }), { at: 400_000, done: 2 });
  expect(seen).toEqual([{ at: 400_000, done: 2 }]);
  expect(remembered(seen, { at: 500_000, done: 2 })).toEqual(seen);
});
test('failures are counted by what the steps said, else by why they failed', () => {
  const step = (status: string, text: string) => ({ asset: 'a', partition: null, status, text, reason: { text: 'it was killed' } });
  const run = (...steps: ReturnType<typeof step>[]) => ({ id: 'r', status: 'failed', created_at: '', steps });
  expect(failures_of([run(step('failed', ''), step('succeeded', 'fine')), run(step('failed', 'no disk'), step('lost', 'no disk'))]))
    .toEqual([{ text: 'no disk', count: 2 }, { text: 'it was killed', count: 1 }]);
});
