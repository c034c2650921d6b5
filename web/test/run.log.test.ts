import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../src/store/http';
import { parse_lines } from '../src/pages/run/log/address';
import { difference, folded, normal_line, type Step } from '../src/pages/run/log/diff';
import { beside } from '../src/pages/run/log/finder';
import { filtered_lines, line_at, paged_lines, page_size, type LinesAnswer, type LogLine } from '../src/pages/run/log/lines';
import { copied_line, fold_json, marked, pattern_of, spans_of, without_escapes } from '../src/pages/run/log/text';
import { drawn_height, drawn_max, is_mapped, line_height, offset_for_row, offset_max, place_after, place_at, rows_seen, scroll_for } from '../src/pages/run/log/window';

/// Until it holds, looking often.
const until = (holds: () => void) => vi.waitFor(holds, { interval: 1 });
const view = 600;
const huge = 10_000_000;

describe('the window of a log', () => {
  it('is the scroll position itself as long as a browser can draw the height', () => {
    expect(is_mapped(400_000)).toBe(false);
    expect(place_after({ scroll: 0, offset: 0 }, 12_345, 400_000, view)).toEqual({ scroll: 12_345, offset: 12_345 });
    expect(drawn_height(400_000)).toBe(8_000_000);
  });
  it('maps both ends of ten million lines, and the middle', () => {
    expect(drawn_height(huge)).toBe(drawn_max);
    expect(place_at(Infinity, huge, view)).toEqual({ scroll: drawn_max - view, offset: huge * line_height - view });
    expect(place_at(-5, huge, view)).toEqual({ scroll: 0, offset: 0 });
    const middle = place_after({ scroll: 0, offset: 0 }, (drawn_max - view) / 2, huge, view);
    expect(middle.offset).toBeCloseTo(offset_max(huge, view) / 2, 3);
  });
  it('moves by what was scrolled when it is little, so that no line is passed over', () => {
    const begin = place_at(100_000_000, huge, view);
    const next = place_after(begin, begin.scroll + 100, huge, view);
    expect(next.offset - begin.offset).toBe(100);
    expect(place_after(begin, begin.scroll - 60, huge, view).offset).toBe(begin.offset - 60);
  });
  it('jumps when the bar is dragged, and the bar then stands for the place', () => {
    const place = place_after({ scroll: 0, offset: 0 }, 4_000_000, huge, view);
    expect(scroll_for(place.offset, huge, view)).toBeCloseTo(4_000_000, 3);
  });
  it('every row of ten million can be reached and is then seen', () => {
    for (const row of [0, 1, 399_999, 400_000, 5_000_000, huge - 2, huge - 1]) {
      const { offset } = place_at(offset_for_row(row, 0, view), huge, view);
      const { first, last } = rows_seen(offset, huge, view, 0);
      expect(row, `row ${row}`).toBeGreaterThanOrEqual(first);
      expect(row).toBeLessThan(last);
    }
  });
  it('draws few rows whatever the length', () => {
    for (const count of [1, 50, 1000, huge]) {
      const { first, last } = rows_seen(offset_max(count, view) / 2, count, view);
      expect(last - first).toBeLessThanOrEqual(51);
    }
  });
  it('leaves what is seen where it is', () => {
    expect(offset_for_row(10, 100, view)).toBe(100);
    expect(offset_for_row(100, 100, view)).toBe(1800);
  });
});

const line = (n: number, more: Partial<LogLine> = {}): LogLine => ({ line: n, at: new Date(n * 1000).toISOString(), stream: 'out', level: null, text: `row ${n}`, ...more });
/// A log of `total` lines, as the daemon answers of it; counts what it was asked.
function log_of(state: { total: number; complete: boolean; page?: number }) {
  const asked: [number, number][] = [];
  const ask = async (from: number, limit: number, stop: AbortSignal): Promise<LinesAnswer> => {
    asked.push([from, limit]);
    await Promise.resolve();
    if (stop.aborted) throw new DOMException('', 'AbortError');
    const size = Math.max(0, Math.min(state.page ?? limit, limit, state.total - from + 1));
    return { from, next: from + size, total: state.total, complete: state.complete, attempt: 1, items: Array.from({ length: size }, (_, i) => line(from + i)) };
  };
  return { ask, asked };
}

describe('pages of a log', () => {
  it('reads the pages that are seen, once each', async () => {
    const { ask, asked } = log_of({ total: 10_000, complete: true });
    const source = paged_lines(ask);
    source.want(0, 30);
    await until(() => expect(source.at(0)?.text).toBe('row 1'));
    source.want(490, 520);
    await until(() => expect(source.at(510)?.text).toBe('row 511'));
    source.want(0, 30);
    expect(asked).toEqual([[1, page_size], [501, page_size]]);
    expect(source.count.value).toBe(10_000);
    expect(source.is_complete.value).toBe(true);
    expect(source.at(9_999)).toBeUndefined();
  });
  it('puts a page of long lines together from parts', async () => {
    const { ask, asked } = log_of({ total: 1_000, complete: true, page: 200 });
    const source = paged_lines(ask);
    source.want(0, 10);
    await until(() => expect(source.at(499)?.text).toBe('row 500'));
    expect(asked).toEqual([[1, 500], [201, 300], [401, 100]]);
  });
  it('gives up what was scrolled past', async () => {
    const { ask, asked } = log_of({ total: 1_000_000, complete: true });
    const source = paged_lines(ask);
    source.want(0, 10);
    source.want(500_000, 500_010);
    await until(() => expect(source.at(500_000)?.line).toBe(500_001));
    expect(source.at(0)).toBeUndefined();
    expect(source.problem.value).toBeNull();
    expect(asked).toHaveLength(2);
  });
  it('forgets the pages that were not seen for longest', async () => {
    const { ask } = log_of({ total: 1_000_000, complete: true });
    const source = paged_lines(ask);
    for (let page = 0; page < 70; ++page) {
      source.want(page * page_size, page * page_size + 1);
      await until(() => expect(source.at(page * page_size)).toBeDefined());
    }
    expect(source.at(0)).toBeUndefined();
    expect(source.at(69 * page_size)).toBeDefined();
  });
  it('sees what is written while one looks', async () => {
    const state = { total: 3, complete: false };
    const { ask } = log_of(state);
    const source = paged_lines(ask);
    source.want(0, 3);
    await until(() => expect(source.count.value).toBe(3));
    state.total = 700;
    source.look_again();
    await until(() => expect(source.count.value).toBe(700));
    expect(source.at(400)?.text).toBe('row 401');
    source.want(600, 700);
    await until(() => expect(source.at(699)?.text).toBe('row 700'));
    state.total = 701; state.complete = true;
    source.look_again();
    await until(() => expect(source.is_complete.value).toBe(true));
    expect(source.at(700)?.text).toBe('row 701');
  });
  it('asks again where the daemon did not answer, and keeps what is there', async () => {
    const { ask } = log_of({ total: 2_000, complete: true });
    let is_lost = false;
    const refuse = vi.fn(() => Promise.reject(new Problem(0, 'unreachable', 'no answer')));
    const source = paged_lines((from, limit, stop) => is_lost ? refuse() : ask(from, limit, stop), 1);
    source.want(0, 10);
    await until(() => expect(source.at(0)).toBeDefined());
    is_lost = true;
    source.want(1_000, 1_010);
    await until(() => expect(refuse.mock.calls.length).toBeGreaterThan(1));
    expect([source.problem.value, source.at(0)?.text]).toEqual([null, 'row 1']);
    is_lost = false;
    await until(() => expect(source.at(1_000)?.text).toBe('row 1001'));
  });
  it('says what the daemon refuses', async () => {
    const source = paged_lines(() => Promise.reject(new Problem(410, 'log_gone', 'this log is gone')));
    source.want(0, 1);
    await until(() => expect(source.problem.value?.message).toBe('this log is gone'));
    expect(source.is_known.value).toBe(true);
  });
  it('reads the lines of a level on as one scrolls', async () => {
    const state = { total: 2_000, complete: true };
    const { ask, asked } = log_of(state);
    const source = filtered_lines(ask);
    source.want(0, 1);
    await until(() => expect(source.count.value).toBe(500));
    source.want(0, 30);
    source.want(450, 490);
    await until(() => expect(source.count.value).toBe(1_000));
    expect(asked).toHaveLength(2);
    expect(source.row_of(700)).toBe(699);
    expect(source.is_complete.value).toBe(false);
  });
  it('finds the line of a second with few questions', async () => {
    const ask = vi.fn(async (n: number) => line(n));
    expect(await line_at(huge, 1_234_567_000, ask)).toBe(1_234_567);
    expect(await line_at(huge, 1_234_567_001, ask)).toBe(1_234_568);
    expect(await line_at(huge, 0, ask)).toBe(1);
    expect(await line_at(huge, 1e15, ask)).toBe(huge);
    expect(ask.mock.calls.length).toBeLessThan(4 * 25);
  });
});

const esc = '\u001b';
describe('what a line says', () => {
  it('gives the colours of terminals as classes', () => {
    expect(spans_of(`a ${esc}[31mred ${esc}[1mbold${esc}[0m end`)).toEqual([
      { text: 'a ', class: '', color: undefined, background: undefined }, { text: 'red ', class: 'ansi-red-fg', color: undefined, background: undefined },
      { text: 'bold', class: 'ansi-red-fg ansi-bold', color: undefined, background: undefined }, { text: ' end', class: '', color: undefined, background: undefined }]);
    expect(spans_of('plain')).toEqual([{ text: 'plain', class: '' }]);
    expect(spans_of(`${esc}[38;5;196mx${esc}[0m`)[0]).toMatchObject({ text: 'x', class: '', color: 'rgb(255, 0, 0)' });
    expect(spans_of(`${esc}[38;2;1;2;3mx${esc}[0m`)[0]).toMatchObject({ text: 'x', color: 'rgb(1, 2, 3)' });
    expect(spans_of(`${esc}[97;44mx`)[0]!.class).toBe('ansi-bright-white-fg ansi-blue-bg');
  });
  it('takes out all else that a terminal obeys', () => {
    expect(without_escapes(`${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\ ${esc}[2K${esc}[1Gdone${esc}[32m!${esc}[0m`)).toBe('link done!');
    expect(spans_of(`${esc}[2K${esc}[1mdone`).map(span => span.text).join('')).toBe('done');
  });
  it('shows markup as text', () => {
    expect(spans_of(`${esc}[31m<b onclick="x">&amp;`)[0]!.text).toBe('<b onclick="x">&amp;');
  });
  it('folds JSON to its message and fields', () => {
    expect(fold_json('{"level":"info","ts":1,"message":"hello","user":{"id":3},"n":1.5}')).toEqual({ message: 'hello', fields: [['user', '{"id":3}'], ['n', '1.5']] });
    expect(fold_json('{"msg":"m"}')).toEqual({ message: 'm', fields: [] });
    for (const other of ['{"a":1}', '[1]', '{broken', 'text {"message":"x"}', '{"message":1}', 'null']) expect(fold_json(other), other).toBeNull();
  });
  it('marks what is found across colours', () => {
    const spans = marked(spans_of(`on${esc}[31me two`), pattern_of('ne t', false, true));
    expect(spans.map(span => [span.text, span.class])).toEqual([['o', ''], ['n', 'found'], ['e t', 'ansi-red-fg found'], ['wo', 'ansi-red-fg']]);
    expect(marked([{ text: 'aXbXc', class: '' }], pattern_of('x', false, false)).filter(span => span.class === 'found')).toHaveLength(2);
    expect(marked([{ text: 'aXb', class: '' }], pattern_of('x', false, true))).toEqual([{ text: 'aXb', class: '' }]);
  });
  it('reads patterns as the server does, or not at all', () => {
    expect('a.b acb'.match(pattern_of('a.b', false, true)!)).toEqual(['a.b']);
    expect('a.b acb'.match(pattern_of('a.b', true, true)!)).toEqual(['a.b', 'acb']);
    expect(pattern_of('(', true, true)).toBeNull();
    expect(pattern_of('', false, true)).toBeNull();
  });
  it('copies with and without what stands before', () => {
    const one = line(7, { text: `${esc}[31mx${esc}[0m`, level: 'error' });
    expect(copied_line(one, false)).toBe('x');
    expect(copied_line(one, true)).toBe('7\t1970-01-01T00:00:07.000Z\tout\terror\tx');
    expect(copied_line(one, true, 'orders')).toBe('7\t1970-01-01T00:00:07.000Z\torders\tout\terror\tx');
  });
  it('knows lines of an address', () => {
    expect(parse_lines('L12')).toEqual({ from: 12, to: 12 });
    expect(parse_lines('L20-L12')).toEqual({ from: 12, to: 20 });
    for (const other of ['', 'L0', 'L', '12', 'L1-', 'Lx']) expect(parse_lines(other), other).toBeNull();
  });
  it('goes round what was found', () => {
    expect([beside([3, 7], 3, 1), beside([3, 7], 7, 1), beside([3, 7], 3, -1), beside([3, 7], 5, -1), beside([], 1, 1)]).toEqual([7, 3, 7, 3, null]);
  });
});

describe('the difference of two logs', () => {
  it('leaves out times, numbers and ids', () => {
    expect(normal_line('2026-11-30T10:00:01.5Z INFO batch 3 of 60 in 0.123 s')).toBe(normal_line('2026-12-01T00:00:00Z INFO batch 59 of 60 in 7 s'));
    expect(normal_line('run 1M8NZCENZ0000 at 0xdeadbeef')).toBe(normal_line('run 1M8NZG8BX0000 at 0x12'));
    expect(normal_line('4bf92f3577b34da6 done')).toBe(normal_line('00f067aa0ba902b7 done'));
    expect(normal_line('reading orders')).not.toBe(normal_line('reading customers'));
    expect(normal_line('added and faced')).toBe('added and faced');
  });
  const applied = (a: string[], b: string[], steps: Step[]) => {
    expect(steps.filter(step => step.kind !== 'new').map(step => a[step.a])).toEqual(a);
    expect(steps.filter(step => step.kind !== 'gone').map(step => b[step.b])).toEqual(b);
    for (const step of steps) if (step.kind === 'same') expect(a[step.a]).toBe(b[step.b]);
  };
  it('is a way from the one to the other, as short as can be', () => {
    const a = 'a b c a b b a'.split(' '), b = 'c b a b a c'.split(' ');
    const steps = difference(a, b)!;
    applied(a, b, steps);
    expect(steps.filter(step => step.kind !== 'same')).toHaveLength(5);
    expect(difference([], [])).toEqual([]);
    expect(difference(['x'], [])!.map(step => step.kind)).toEqual(['gone']);
    expect(difference([], ['x'])!.map(step => step.kind)).toEqual(['new']);
  });
  it('holds for many texts', () => {
    let seed = 7;
    const next = (n: number) => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed % n; };
    for (let i = 0; i < 200; ++i) {
      const a = Array.from({ length: next(12) }, () => 'xyz'[next(3)]!), b = Array.from({ length: next(12) }, () => 'xyz'[next(3)]!);
      applied(a, b, difference(a, b)!);
    }
  });
  it('gives up on what has nothing in common, and folds what is the same', () => {
    expect(difference(Array.from({ length: 50 }, (_, i) => `a${i}`), Array.from({ length: 50 }, (_, i) => `b${i}`), 20)).toBeNull();
    const lines = Array.from({ length: 20 }, (_, i) => `${i}`);
    const hunks = folded(difference(lines, [...lines.slice(0, 10), 'new', ...lines.slice(10)])!);
    expect(hunks.map(hunk => hunk.kind === 'fold' ? hunk.count : hunk.kind)).toEqual([8, 'same', 'same', 'new', 'same', 'same', 8]);
  });
});
