import { describe, expect, it } from 'vitest';
import { cell_paths, cell_state, columns_of, key_of, newest_of, range_text, shape_of, shape_text, shares_of, stack_paths, sum_of, type PartitionBars } from '../src/ui/intervals';

const row = (name: string, size: number[], missing: number[], failed: number[] = size.map(() => 0)) =>
  ({ name, size, missing, stale: size.map(() => 0), failed, in_progress: size.map(() => 0) });
const bars: PartitionBars = {
  total: 9, counts: { existing: 9, materialized: 6, missing: 3, stale: 0, failed: 1, in_progress: 0 }, columns: 3,
  first: ['2026-01-01', '2026-01-04', '2026-01-07'], last: ['2026-01-03', '2026-01-06', '2026-01-09'],
  rows: [row('', [3, 3, 3], [0, 0, 3], [0, 1, 0])], rows_total: 1, time: true,
};
const daily = '{"daily":{"start":"2026-01-01"}}';
const regions = '{"multi":[{"name":"region","of":{"static":["at","de"]}},{"name":"day","of":{"daily":{}}}]}';

describe('columns of a range', () => {
  it('rounds outwards to whole columns', () => {
    expect(columns_of(bars, '2026-01-02', '2026-01-04')).toEqual({ first: 0, last: 1 });
    expect(columns_of(bars, '2026-01-04', '2026-01-06')).toEqual({ first: 1, last: 1 });
  });
  it('is open where a side is', () => {
    expect(columns_of(bars, '2026-01-05', '')).toEqual({ first: 1, last: 2 });
    expect(columns_of(bars, '', '2026-01-03')).toEqual({ first: 0, last: 0 });
    expect(columns_of(bars, '', '')).toBeNull();
  });
  it('says when nothing is there', () => {
    expect(columns_of(bars, '2026-02-01', '')).toBeNull();
    expect(columns_of(bars, '2026-01-08', '2026-01-02')).toBeNull();
  });
  it('finds listed keys only at the edges of columns', () => {
    const listed = { ...bars, time: false, first: ['graz', 'wels', 'linz'], last: ['graz', 'wels', 'linz'] };
    expect(columns_of(listed, 'wels', 'linz')).toEqual({ first: 1, last: 2 });
    expect(columns_of(listed, 'vienna', '')).toBeNull();
  });
});

describe('shapes', () => {
  it('puts the time where the definition has it', () => {
    expect(shape_of(regions)).toEqual({ dimensions: ['region', 'day'], along: 1 });
    expect(range_text(shape_of(regions), '2026-01-01', '2026-01-03')).toBe('*|2026-01-01...2026-01-03');
    expect(range_text(shape_of(regions), '2026-01-01', '2026-01-01', 'at')).toBe('at|2026-01-01');
    expect(range_text(shape_of(regions), '', '', 'at')).toBe('at|*');
  });
  it('leaves one dimension alone', () => {
    expect(range_text(shape_of(daily), '2026-01-01', '2026-01-03')).toBe('2026-01-01...2026-01-03');
    expect(range_text(shape_of(daily), '', '')).toBe('');
    expect(key_of(shape_of(daily), '2026-01-01')).toBe('2026-01-01');
  });
  it('takes whole keys where no dimension is of time', () => {
    expect(shape_of('{"multi":[{"name":"a","of":{"static":[]}},{"name":"b","of":{"dynamic":{}}}]}').dimensions).toHaveLength(1);
  });
  it('says them shortly', () => {
    expect([shape_text(daily), shape_text(regions)]).toEqual(['daily', 'region × day']);
  });
  it('knows the newest', () => {
    expect(newest_of(bars, shape_of(regions))).toBe('*|2026-01-09');
    expect(newest_of(null, shape_of(daily))).toBe('');
  });
});

describe('what is drawn', () => {
  it('adds up', () => {
    expect(sum_of(bars, 1, 2)).toEqual({ size: 6, missing: 3, stale: 0, failed: 1, in_progress: 0 });
  });
  it('takes the worst for a cell', () => {
    const of = (counts: object) => cell_state({ size: 4, missing: 0, stale: 0, failed: 0, in_progress: 0, ...counts });
    expect([of({}), of({ missing: 4 }), of({ missing: 1 }), of({ stale: 1, missing: 1 }), of({ failed: 1, in_progress: 1 }), of({ size: 0 })])
      .toEqual(['fresh', 'missing', 'partial', 'stale', 'failed', 'none']);
  });
  it('counts each partition once', () => {
    expect(shares_of({ size: 10, missing: 2, stale: 3, failed: 1, in_progress: 3 })).toEqual({ failed: 1, in_progress: 3, missing: 0, stale: 1, fresh: 5 });
  });
  it('shows one failure among many', () => {
    const paths = stack_paths(row('', [1000, 10], [0, 0], [1, 0]), 44, 16);
    expect(paths.failed).toBe('M0 0h1v16.03h-1z');
    expect(paths.fresh).toBe('M0 16.03h1v27.97h-1zM1 16h1v28h-1z');
  });
  it('joins neighbours that look alike, and leaves gaps', () => {
    const paths = cell_paths([row('at', [1, 1, 0, 1], [0, 0, 0, 0]), row('de', [1, 1, 1, 1], [1, 1, 1, 1])]);
    expect(paths.fresh).toBe('M0 0.2h2v0.6h-2zM3 0.2h1v0.6h-1z');
    expect(paths.missing).toBe('M0 1.45h4v0.1h-4z');
  });
});
