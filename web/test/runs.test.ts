import { describe, expect, it } from 'vitest';
import { from_field, is_narrowed, runs_command, runs_query, to_field, toggled, window_for, type Filters } from '../src/pages/runs/filters';
import { grouped, rows_of, telling } from '../src/pages/runs/groups';
import { merged, replaced } from '../src/pages/runs/list';
import { backfills_for, can_roll, with_backfills } from '../src/pages/runs/rolled';
import { axis_of, brushed, column_span, count_at, rects_of, type TimelineAnswer } from '../src/pages/runs/timeline';
import type { Backfill } from '../src/pages/backfills/progress';
import type { RunRow, RunStatus, Step } from '../src/pages/run/run_data';

const none: Filters = { status: '', asset: '', cause: '', select: '', error: '', backfill: '', from: '', to: '', range: '' };
const step = (asset: string, status: Step['status'] = 'succeeded', check: string | null = null): Step => ({
  step: 0, asset, partition: null, partition_count: 1, check, status, reason: null, attempt: 1, queued_at: null, started_at: null, ended_at: null, not_before: null, exit_code: null, code_version: null, usual: null, provisional: false, text: '' });
const run = (id: string, revision = 1, status: RunStatus = 'succeeded', steps: Step[] = [step('a')], more: Partial<RunRow> = {}): RunRow => ({
  id, status, cause: 'automation', actor: null, reason: null, tags: [], retry_of: null, backfill: null, definitions: null, created_at: null, started_at: null, ended_at: null, step_count: steps.length, steps, steps_truncated: false, revision, ...more });

describe('the filters', () => {
  const now = Date.parse('2026-11-30T12:00:30Z');
  it('show the last day unless told otherwise', () => {
    const window = window_for(none, now);
    expect(window.to - window.from).toBe(86_400_000);
    expect(window.to % 60_000).toBe(0);
    expect(window_for({ ...none, range: '1h' }, now).from).toBe(Date.parse('2026-11-30T11:01:00Z'));
    expect(window_for({ ...none, from: '2026-11-29T00:00:00Z', to: '2026-11-29T01:00:00Z' }, now)).toEqual({ from: Date.parse('2026-11-29T00:00:00Z'), to: Date.parse('2026-11-29T01:00:00Z') });
    const turned = window_for({ ...none, from: '2026-11-30T00:00:00Z', to: 'nonsense' }, now);
    expect(turned.to).toBeGreaterThan(turned.from);
  });
  it('ask the API for time only where a time was chosen', () => {
    expect(runs_query(none, now)).toEqual({});
    expect(runs_query({ ...none, status: 'failed', asset: 'x' }, now)).toEqual({ status: 'failed', asset: 'x' });
    expect(runs_query({ ...none, range: '1h' }, now)).toEqual({ from: '2026-11-30T11:01:00Z' });
    expect(runs_query({ ...none, from: 'F', to: 'T', range: '1h' }, now)).toEqual({ from: 'F', to: 'T' });
    expect([is_narrowed(none), is_narrowed({ ...none, range: '1h' })]).toEqual([false, true]);
  });
  it('are a command where the command can ask the same', () => {
    expect(runs_command({ ...none, status: 'failed' })).toEqual(['runs', '--status', 'failed']);
    expect(runs_command({ ...none, status: 'failed,running' })).toBeNull();
    expect(runs_command({ ...none, asset: 'x' })).toBeNull();
  });
  it('add and take away words', () => {
    expect([toggled('', 'failed'), toggled('failed,running', 'failed'), toggled('running', 'failed')]).toEqual(['failed', 'running', 'running,failed']);
  });
  it('have fields that hold what they show', () => {
    const at = Date.parse('2026-11-30T12:34:00Z');
    expect(to_field(at, true)).toBe('2026-11-30T12:34');
    for (const is_utc of [true, false]) expect(from_field(to_field(at, is_utc), is_utc)).toBe(at);
    expect(from_field('', true)).toBeNull();
  });
});

describe('the list', () => {
  it('keeps its place when news comes', () => {
    const { shown, news } = merged([run('5'), run('4', 1, 'running')], [], [run('7'), run('6'), run('5'), run('4', 2, 'failed')]);
    expect(shown.map(each => [each.id, each.status])).toEqual([['5', 'succeeded'], ['4', 'failed']]);
    expect(news.map(each => each.id)).toEqual(['7', '6']);
  });
  it('brings news up to date and never goes back', () => {
    const { shown, news } = merged([run('5', 3, 'failed')], [run('6', 1, 'running')], [run('7'), run('6', 2, 'succeeded'), run('5', 2, 'running')]);
    expect(news.map(each => [each.id, each.status])).toEqual([['7', 'succeeded'], ['6', 'succeeded']]);
    expect(shown[0]!.status).toBe('failed');
    expect(replaced([run('5', 3, 'failed')], run('5', 2, 'running'))[0]!.status).toBe('failed');
    expect(replaced([run('5', 3, 'running')], run('5', 4, 'failed'))[0]!.status).toBe('failed');
  });
  it('does not take older runs for news', () => {
    expect(merged([run('5')], [], [run('5'), run('3')]).news).toEqual([]);
    expect(merged([], [], [run('5')]).news.map(each => each.id)).toEqual(['5']);
  });
});

describe('groups', () => {
  const runs = [run('4', 1, 'failed', [step('a'), step('b', 'failed')]), run('3', 1, 'succeeded', [step('a')]), run('2', 1, 'failed', [step('b', 'failed')], { cause: 'person' }), run('1', 1, 'succeeded', [step('c', 'succeeded', 'rows')], { backfill: 'x' })];
  it('are by asset, what fails most first', () => {
    expect(grouped(runs, 'asset').map(group => [group.name, group.runs.length, group.failed])).toEqual([['b', 2, 2], ['a', 2, 0], ['c', 1, 0]]);
  });
  it('are by cause, a backfill being one', () => {
    expect(grouped(runs, 'cause').map(group => [group.name, group.runs.length, group.failed])).toEqual([['automation', 2, 1], ['person', 1, 1], ['backfill', 1, 0]]);
  });
  it('are rows of the list, their runs when open', () => {
    expect(rows_of(runs, '', new Set())).toHaveLength(4);
    expect(rows_of(runs, 'asset', new Set(['b'])).map(row => row.kind === 'group' ? row.group.name : row.run.id)).toEqual(['b', '4', '2', 'a', 'c']);
  });
  it('say only what sets failures apart', () => {
    const differences = [{ attribute: 'hour', value: '3', share: 0.3, others: 0.2 }, { attribute: 'code_version', value: 'v12', share: 1, others: 0.02 }, { attribute: 'asset', value: 'a', share: 0.9, others: 0.5 }];
    expect(telling(differences).map(each => each.attribute)).toEqual(['code_version', 'asset']);
  });
});

describe('the timeline', () => {
  const answer: TimelineAnswer = { from: '2026-11-30T00:00:00Z', to: '2026-11-30T04:00:00Z', columns: 4, succeeded: [0, 100, 3, 0], failed: [0, 1, 0, 0], canceled: [0, 0, 1, 0], running: [0, 0, 0, 2], total: { succeeded: 103, failed: 1, canceled: 1, running: 2 } };
  it('shows one failure beside a hundred that succeeded', () => {
    const rects = rects_of(answer, 400, 40);
    const failed = rects.find(rect => rect.part === 'failed')!;
    expect(failed).toMatchObject({ x: 100 });
    expect(failed.h).toBeGreaterThanOrEqual(2);
    expect(failed.y + failed.h).toBeCloseTo(40);
    for (const rect of rects) { expect(rect.y).toBeGreaterThanOrEqual(0); expect(rect.y + rect.h).toBeLessThanOrEqual(40.001); }
    expect(rects.some(rect => rect.x < 100)).toBe(false);
  });
  it('draws only those that run now, where now is', () => {
    const busy = { ...answer, running: [1, 101, 5, 0], total: { ...answer.total, running: 2 } };
    expect([0, 1, 2, 3].map(i => count_at(busy, 'running', i))).toEqual([0, 0, 2, 0]);
    expect(count_at({ ...busy, total: { ...busy.total, running: 0 } }, 'running', 2)).toBe(0);
    expect(count_at(busy, 'succeeded', 1)).toBe(100);
  });
  it('says what a column covers, and what a brush chooses', () => {
    expect(column_span(answer, 1)).toEqual({ from: Date.parse('2026-11-30T01:00:00Z'), to: Date.parse('2026-11-30T02:00:00Z') });
    const from = Date.parse(answer.from), to = Date.parse(answer.to);
    expect(brushed(from, to, 0.75, 0.25)).toEqual({ from: from + 3_600_000, to: to - 3_600_000 });
    const tiny = brushed(from, to, 0.5, 0.5);
    expect(tiny.to - tiny.from).toBeGreaterThanOrEqual(1000);
  });
  it('has round hours on its axis', () => {
    expect(axis_of(Date.parse('2026-11-30T00:10:00Z'), Date.parse('2026-11-30T04:10:00Z'), 5, 0).map(at => new Date(at).toISOString().slice(11, 16))).toEqual(['01:00', '02:00', '03:00', '04:00']);
    expect(axis_of(0, 86_400_000, 8, 3_600_000)[0]).toBe(2 * 3_600_000);
  });
});

describe('backfills', () => {
  const counts = { wanted: 10, pending: 0, in_progress: 0, succeeded: 10, failed: 0 };
  const backfill = (id: string, more: Partial<Backfill> = {}): Backfill => ({
    id, status: 'succeeded', cause: 'person', actor: null, reason: null, retry_of: null, per_run: null, concurrency: 1, order: 'forward', created_at: '2026-11-30T10:00:00Z', ended_at: null, expected_end: null, runs: 10, counts,
    assets: [{ ...counts, asset: 'x', first: null, last: null }], ...more });
  const ids = (all: Backfill[]) => all.map(each => each.id);
  it('are rows where their runs answer nothing more', () => {
    expect([can_roll(none, ''), can_roll({ ...none, asset: 'x', status: 'failed' }, '')]).toEqual([true, true]);
    expect([can_roll(none, 'asset'), can_roll({ ...none, backfill: 'B' }, ''), can_roll({ ...none, error: 'e' }, ''), can_roll({ ...none, select: 's' }, '')]).toEqual([false, false, false, false]);
  });
  it('are filtered as the runs are', () => {
    const all = [backfill('a'), backfill('b', { status: 'paused' }), backfill('c', { status: 'running', counts: { ...counts, failed: 1 } }), backfill('d', { created_at: '2026-11-29T10:00:00Z', cause: 'automation' })];
    expect(ids(backfills_for(all, none, {}))).toEqual(['a', 'b', 'c', 'd']);
    expect(ids(backfills_for(all, { ...none, status: 'running' }, {}))).toEqual(['b', 'c']);
    expect(ids(backfills_for(all, { ...none, status: 'failed' }, {}))).toEqual(['c']);
    expect(ids(backfills_for(all, { ...none, cause: 'automation' }, {}))).toEqual(['d']);
    expect(ids(backfills_for(all, { ...none, asset: 'y' }, {}))).toEqual([]);
    expect(ids(backfills_for(all, none, { from: '2026-11-30T00:00:00Z' }))).toEqual(['a', 'b', 'c']);
    expect(ids(backfills_for(all, none, { to: '2026-11-30T00:00:00Z' }))).toEqual(['d']);
  });
  it('stand where they were asked for, as far as runs are read', () => {
    const rows = rows_of([run('5'), run('3')], '', new Set());
    const place = (has_more: boolean) => with_backfills(rows, [backfill('9'), backfill('4'), backfill('1')], has_more).map(row => row.kind === 'backfill' ? `b${row.backfill.id}` : row.kind === 'run' ? row.run.id : 'g');
    expect(place(true)).toEqual(['b9', '5', 'b4', '3']);
    expect(place(false)).toEqual(['b9', '5', 'b4', '3', 'b1']);
    const groups = rows_of([run('5'), run('3', 1, 'failed', [step('z', 'failed')])], 'asset', new Set());
    expect(with_backfills(groups, [], true)).toEqual(groups);
  });
});
