import { describe, expect, it } from 'vitest';
import type { AssetEvent, Decision, OpenAlert, ReadinessDay, Run, Step } from '../src/pages/asset/data';
import { day_word, editor_href, failing_checks, is_kept, is_link, main_series, nearest_keys, number_series, outcome_of, shown_result, tag_text, undecided, value_text, worked_seconds, worst_status } from '../src/pages/asset/model';
import { merged } from '../src/pages/asset/paged';
import { reading_of } from '../src/pages/asset/schema';
import { backfill_seconds } from '../src/actions/backfill_dialog';
import type { Plan } from '../src/actions/plan_view';

const event = (id: string, at: string, metadata: Record<string, unknown> | null): AssetEvent =>
  ({ id, at, kind: 'materialization', asset: 'a', partition: null, source: '', run: null, step: null, metadata });

describe('metadata', () => {
  const events = [
    event('3', '2026-01-03T00:00:00Z', { rows: { type: 'int', value: 30 }, note: 'x' }),
    event('2', '2026-01-02T00:00:00Z', null),
    event('1', '2026-01-01T00:00:00Z', { rows: 10, size: 1 }),
  ];
  it('makes series of numbers, oldest first, of both spellings', () => {
    const all = number_series(events);
    expect(all.map(series => [series.name, series.values])).toEqual([['rows', [10, 30]], ['size', [1]]]);
    expect(all[0]!.events.map(each => each.id)).toEqual(['1', '3']);
    expect(main_series(all)!.name).toBe('rows');
  });
  it('prefers rows to what is told as often', () => {
    expect(main_series(number_series([event('1', '2026-01-01T00:00:00Z', { bytes: 1, rows: 2 })]))!.name).toBe('rows');
  });
  it('writes values', () => {
    expect([value_text({ type: 'text', value: 'a' }, String), value_text(5, n => `<${n}>`), value_text({ a: 1 }, String)]).toEqual(['a', '<5>', '{"a":1}']);
    expect([is_link({ type: 'url', value: 'https://x.example/a' }), is_link('javascript:alert(1)')]).toEqual([true, false]);
  });
});

describe('days', () => {
  const day = (more: Partial<ReadinessDay>): ReadinessDay =>
    ({ day: '2026-01-01', state: 'ready', inputs: 1, inputs_arrived: 1, parts: 1, parts_complete: 1, ready_at: null, complete_at: null, deadline: null, forecast: null, ...more });
  const now = Date.parse('2026-01-02T00:00:00Z');
  it('are judged by the promise', () => {
    const deadline = '2026-01-01T15:00:00Z';
    expect(is_kept(day({ ready_at: '2026-01-01T14:00:00Z', deadline }), now)).toBe(true);
    expect(is_kept(day({ ready_at: '2026-01-01T16:00:00Z', deadline }), now)).toBe(false);
    expect(is_kept(day({ deadline }), now)).toBe(false);
    expect(is_kept(day({ deadline: '2026-01-03T15:00:00Z' }), now)).toBeNull();
    expect(is_kept(day({}), now)).toBeNull();
  });
  it('are drawn late when ready too late, and empty when nothing came', () => {
    expect(day_word(day({ ready_at: '2026-01-01T16:00:00Z', deadline: '2026-01-01T15:00:00Z' }), now)).toBe('late');
    expect(day_word(day({ state: 'waiting' }), now)).toBe('never');
    expect(day_word(day({ state: 'failed' }), now)).toBe('failed');
  });
});

describe('steps', () => {
  const step = (status: string, started_at: string | null, ended_at: string | null): Step =>
    ({ step: 0, asset: 'a', partition: null, partition_count: 1, check: null, status, reason: null, attempt: 1, queued_at: null, started_at, ended_at, text: '' });
  it('take from the first start to the last end', () => {
    expect(worked_seconds([step('succeeded', '2026-01-01T00:00:00Z', '2026-01-01T00:00:10Z'), step('succeeded', '2026-01-01T00:00:05Z', '2026-01-01T00:00:20Z')])).toBe(20);
    expect(worked_seconds([step('running', '2026-01-01T00:00:00Z', null)])).toBeNull();
  });
  it('are as bad as the worst', () => {
    expect(worst_status([step('succeeded', null, null), step('failed', null, null)], 'x')).toBe('failed');
    expect(worst_status([], 'queued')).toBe('queued');
  });
});

describe('a list that grows', () => {
  const items = (...ids: string[]) => ids.map(id => ({ id, n: 0 }));
  it('takes newer ones at the top, or holds them back', () => {
    expect(merged(items('2', '1'), items('3', '2'), false).map(item => item.id)).toEqual(['3', '2', '1']);
    expect(merged(items('2', '1'), items('3', '2'), true).map(item => item.id)).toEqual(['2', '1']);
  });
  it('brings known ones up to date', () => {
    expect(merged(items('2', '1'), [{ id: '2', n: 5 }], true)).toEqual([{ id: '2', n: 5 }, { id: '1', n: 0 }]);
  });
  it('begins anew after a gap, unless somebody reads', () => {
    expect(merged(items('2', '1'), items('9', '8'), false).map(item => item.id)).toEqual(['9', '8']);
    expect(merged(items('2', '1'), items('9', '8'), true).map(item => item.id)).toEqual(['2', '1']);
  });
});

describe('names', () => {
  it('finds what may have been meant', () => {
    expect(nearest_keys('sales/orderz', ['sales/orders', 'sales/days', 'raw/orders', 'hr/people'])[0]).toBe('sales/orders');
    expect(nearest_keys('zzz', ['sales/orders'])).toEqual([]);
  });
  it('writes tags and places', () => {
    expect([tag_text('pii'), tag_text('team:a:b'), tag_text('say:"x"')]).toEqual(['pii', 'team=a:b', 'say="\\"x\\""']);
    expect(editor_href({ file: '/shop/freshet.yaml', line: 15, column: 3 })).toBe('vscode://file/shop/freshet.yaml:15:3');
    expect(editor_href(null)).toBeNull();
  });
});

describe('who reads a column', () => {
  const column = (name: string, from: [string, string][]) => ({ name, type: null, description: '', tags: {}, from: from.map(([asset, of]) => ({ asset, column: of })) });
  const dep = (columns: string[]) => [{ key: 'up', max_age: null, wait_until: null, mapping: null, columns }];
  it('is said by what is made from it, or by the columns that are read', () => {
    expect(reading_of({ columns: [column('x', [['up', 'a']])], dependencies: dep([]) }, 'up', 'a').made.map(each => each.name)).toEqual(['x']);
    expect(reading_of({ columns: [], dependencies: dep(['a']) }, 'up', 'a').reads).toBe('this');
    expect(reading_of({ columns: [], dependencies: dep(['b']) }, 'up', 'a').reads).toBe('others');
    expect(reading_of({ columns: [], dependencies: dep([]) }, 'up', 'a').reads).toBe('all');
  });
});

describe('how long a backfill takes', () => {
  const estimate = (p50: number) => ({ p10: p50, p50, p90: p50, samples: 3, assumed: false });
  const plan = { items: [{ asset: 'a', worked: estimate(2) }, { asset: 'b', worked: estimate(1) }] } as unknown as Plan;
  it('is the work of all, as many at a time as there are runs', () => {
    const preview = { count: 30, runs: 30, assets: [{ asset: 'a', count: 10, first: '1', last: '9' }, { asset: 'b', count: 20, first: '1', last: '9' }] };
    expect(backfill_seconds(preview, plan, 4)).toBe(10);
    expect(backfill_seconds({ ...preview, runs: 1 }, plan, 4)).toBe(40);
  });
  it('is not known where the plan does not say', () => {
    expect(backfill_seconds({ count: 1, runs: 1, assets: [{ asset: 'c', count: 1, first: null, last: null }] }, plan, 1)).toBeNull();
  });
});

describe('checks that fail', () => {
  const alert = (check: string | null, at: string, partition: string | null, kind: OpenAlert['kind'] = 'check'): OpenAlert =>
    ({ id: at, at, kind, partition, check, text: '', run: null, step: null, muted: false });
  it('are grouped by their name, the latest first', () => {
    const found = failing_checks([alert('not_empty', '2026-11-18', 'a'), alert(null, '2026-11-19', null, 'failure'), alert('unique', '2026-11-17', null), alert('not_empty', '2026-11-20', 'b')]);
    expect(found.map(each => [each.check, each.alerts.map(one => one.partition)])).toEqual([['not_empty', ['b', 'a']], ['unique', [null]]]);
  });
});

describe('what came of runs', () => {
  const made = (id: string, at: string, status: string, more: Partial<Step> = {}) => ({ id, created_at: at, status, steps: [
    { step: 0, asset: 'a', partition: null, check: null, status, reason: null, text: '', ...more }, { step: 1, asset: 'b', partition: null, check: null, status: 'failed' },
  ] }) as unknown as Run;
  const decided = (run: string | null, at: string) => ({ id: at, at, run }) as unknown as Decision;
  it('is how the asset itself came out', () => {
    expect(outcome_of(made('1', '', 'skipped'), 'a')?.status).toBe('skipped');
    expect(outcome_of(made('1', '', 'failed', { check: 'sane' }), 'a')).toBe(null);
    expect(outcome_of(undefined, 'a')).toBe(null);
  });
  it('is told of runs that no decision led to, of the same time', () => {
    const runs = [made('4', '2026-01-04', 'failed'), made('3', '2026-01-03', 'succeeded'), made('2', '2026-01-02', 'failed'), made('1', '2026-01-01', 'skipped')];
    expect(undecided(runs, [], 'a').map(each => each.run.id)).toEqual(['4', '2', '1']);
    expect(undecided(runs, [decided('4', '2026-01-04'), decided(null, '2026-01-02')], 'a').map(each => each.run.id)).toEqual(['2']);
  });
});

it('of a check that fails, shows the result that said so', () => {
  const result = (run: string, passed: boolean) => ({ ...event(run, '', null), name: 'sane', run, step: 2, passed });
  const results = [result('3', true), result('2', false), result('1', true)];
  const alert = { kind: 'check', check: 'sane', partition: 'x', at: '', run: '2', step: 2 } as OpenAlert;
  expect(shown_result('sane', [alert], results)?.run).toBe('2');
  expect(shown_result('sane', [], results)?.run).toBe('3');
  expect(shown_result('sane', [{ ...alert, run: '0' }], results)).toMatchObject({ run: '0', passed: false, partition: 'x' });
  expect(shown_result('other', [alert], results)).toBeUndefined();
});
