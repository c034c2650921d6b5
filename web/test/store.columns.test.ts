import { expect, test } from 'vitest';
import { Catalog } from '../src/store/catalog';
import { Status } from '../src/store/status';
import { asset_state, columns_of, company, status_columns } from './made_up';

//   0 raw ─┬─> 1 left ──┐
//          └─> 2 right ─┴─> 3 joined ──> 4 report        5 alone
const diamond = new Catalog(columns_of(['raw', 'left', 'right', 'joined', 'report', 'alone'], { deps: [[], [0], [0], [1, 2], [3], []] }));
const closure = (origin: number, where: 'up' | 'down', depth?: number) => Object.fromEntries(diamond.closure(origin, where, depth));

test('everything reachable, by its least distance and without the origin', () => {
  expect(closure(0, 'down')).toEqual({ 1: 1, 2: 1, 3: 2, 4: 3 });
  expect(closure(4, 'up')).toEqual({ 3: 1, 1: 2, 2: 2, 0: 3 });
  expect(closure(5, 'up')).toEqual({});
});
test('a depth ends the walk', () => {
  expect(closure(0, 'down', 1)).toEqual({ 1: 1, 2: 1 });
  expect(closure(0, 'down', 0)).toEqual({});
});
test('neighbours in both directions', () => {
  expect([...diamond.up.of(3)]).toEqual([1, 2]);
  expect([...diamond.down.of(0)]).toEqual([1, 2]);
  expect(diamond.down.count(4)).toBe(0);
});
test('both directions hold the same edges, in a graph of 5,000', () => {
  const { catalog } = company(5000);
  const up = new Set<string>(), down = new Set<string>();
  for (let rank = 0; rank < catalog.size; ++rank) {
    for (const other of catalog.up.of(rank)) up.add(`${other} ${rank}`);
    for (const other of catalog.down.of(rank)) down.add(`${rank} ${other}`);
  }
  expect(down).toEqual(up);
});
test('what a definition says, in words', () => {
  const what = new Catalog(columns_of(['a', 'b'], {
    groups: ['crm'], owners: ['@x', '@y'], kinds: ['table'], tags: ['tier:1'], sources: ['file'], automations: ['eager()'], partition_texts: ['daily'],
    group: [0, -1], owner: [[1, 0], []], kind: [[0], []], tag: [[0], []], source: [0, -1], automation: [0, -1], partitions: [0, -1], external: [0, 1],
  }));
  expect([what.group(0), what.owners(0), what.kinds(0), what.tags(0), what.source(0), what.automation(0), what.partitions(0)])
    .toEqual(['crm', ['@y', '@x'], ['table'], ['tier:1'], 'file', 'eager()', 'daily']);
  expect([what.group(1), what.owners(1), what.source(1), what.automation(1), what.partitions(1)]).toEqual(['', [], '', '', '']);
  expect([what.is_source(0), what.is_source(1), what.is_external(0)]).toEqual([true, true, false]);
  expect([what.rank_of('b'), what.rank_of('c')]).toEqual([1, undefined]);
});
test('keys in order', () => {
  expect([...diamond.by_key].map(rank => diamond.key(rank))).toEqual(['alone', 'joined', 'left', 'raw', 'report', 'right']);
});

test('the daemon says which code is which word', () => {
  const status = new Status(status_columns(3, {
    words: { data: ['stale', 'missing', 'fresh'], work: ['failed', 'idle', 'running', 'waiting', 'paused'], freshness: ['fail', 'none', 'unknown', 'pass', 'warn'] },
    data: [0, 1, 2], work: [0, 1, 2], freshness: [0, 1, 4],
  }));
  expect([0, 1, 2].map(rank => [status.data_of(rank), status.work_of(rank), status.freshness_of(rank)]))
    .toEqual([['stale', 'failed', 'fail'], ['missing', 'idle', 'none'], ['fresh', 'running', 'warn']]);
});
test('a word of a newer daemon is shown as nothing wrong is known', () => {
  const status = new Status(status_columns(1, { words: { data: ['melting' as 'fresh'], work: ['idle'], freshness: ['none'] }, data: [0] }));
  expect(status.data_of(0)).toBe('missing');
});
test('flags and causes, from columns and from messages', () => {
  const status = new Status(status_columns(2, { flags: [1 | 4 | 16, 2 | 8], stale_causes: [5, 2] }));
  expect([status.is_paused(0), status.is_withheld(0), status.is_provisional(0), status.has_failed(0), status.is_muted(0)]).toEqual([true, false, true, false, true]);
  expect([status.is_withheld(1), status.has_failed(1)]).toEqual([true, true]);
  expect([status.stale_of(0), status.stale_of(1)]).toEqual([['code', 'dependencies'], ['data']]);
  status.apply(0, asset_state({ withheld: true, stale_causes: ['data', 'code'], muted: false, failed: true }));
  expect([status.is_paused(0), status.is_withheld(0), status.is_provisional(0), status.has_failed(0), status.is_muted(0)]).toEqual([false, true, false, true, false]);
  expect(status.stale_of(0)).toEqual(['code', 'data']);
});
test('partitions and what runs now', () => {
  const status = new Status(status_columns(2, {
    partition_counts: { rank: [1], existing: [730], materialized: [728], missing: [2], stale: [1], failed: [2], in_progress: [0] }, active: { rank: [1], run: ['9F3C'], step: [4] },
  }));
  expect(status.counts.get(1)).toEqual({ existing: 730, materialized: 728, missing: 2, stale: 1, failed: 2, in_progress: 0 });
  expect(status.active.get(1)).toEqual({ run: '9F3C', step: 4 });
  expect(status.apply(1, asset_state({ active: null }))).toBe(true);
  expect(status.active.has(1)).toBe(false);
  expect(status.counts.get(1)!.existing).toBe(730);  // a message without counts says nothing of them
});
test('the time of the latest update is kept in milliseconds', () => {
  const status = new Status(status_columns(1));
  status.apply(0, asset_state({ latest: { id: '1', at: '2026-11-20T14:00:00.250Z', run: null } }));
  expect(status.updated_at[0]).toBe(Date.UTC(2026, 10, 20, 14, 0, 0, 250));
  status.apply(0, asset_state({ latest: null, revision: 3 }));
  expect(status.updated_at[0]).toBe(0);
});
