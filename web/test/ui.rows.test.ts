// Which rows of a long table are drawn, and where.
import { expect, test } from 'vitest';
import { least_width, scroll_to, window_of } from '../src/ui/rows';

const row = 28, view = 800, height_max = 12_000_000;
const height = (count: number) => Math.min(count * row, height_max);
const places = (count: number) => [0, 1, 27, 5000, 0.25, 0.5, 0.75, 0.9999, 1].map(at => at >= 1 ? at : at * (height(count) - view)).concat(height(count) - view).map(at => Math.max(0, Math.min(at, height(count) - view)));

test.each([100, 5000, 400_000, 500_000, 10_000_000])('of %i rows, those that are drawn cover the view wherever it is scrolled to', count => {
  for (const scroll of places(count)) {
    const { first, last, top } = window_of(count, row, scroll, view);
    expect(top, `top at ${scroll}`).toBeLessThanOrEqual(scroll);
    expect(top + (last - first) * row, `end at ${scroll}`).toBeGreaterThanOrEqual(Math.min(scroll + view, top + (count - first) * row) - 0.01);
    expect(last - first).toBeLessThan(view / row + 2 * 6 + 3);
  }
});
test.each([100, 400_000, 500_000, 10_000_000])('the first and the last of %i rows can be reached', count => {
  expect(window_of(count, row, 0, view)).toMatchObject({ first: 0, top: 0 });
  const end = window_of(count, row, height(count) - view, view);
  expect(end.last).toBe(count);
  expect(end.top + (end.last - end.first) * row).toBeCloseTo(height(count), 3);
});
test('scrolling down never goes back, also where a pixel is many rows', () => {
  let before = -1;
  for (let scroll = 0; scroll <= height_max - view; scroll += 9973) {
    const { first } = window_of(10_000_000, row, scroll, view);
    expect(first).toBeGreaterThanOrEqual(before);
    before = first;
  }
});
test('few rows, or none', () => {
  expect(window_of(0, row, 0, view)).toEqual({ first: 0, last: 0, top: 0 });
  expect(window_of(3, row, 0, view)).toEqual({ first: 0, last: 3, top: 0 });
});
test.each([5000, 10_000_000])('a row of %i is scrolled to no further than needed', count => {
  for (const index of [0, 1, 17, 400, 4999, Math.floor(count / 2), count - 1]) {
    for (const from of [0, height(count) / 3, height(count) - view]) {
      const scroll = scroll_to(count, row, index, from, view);
      expect(scroll).toBeGreaterThanOrEqual(0);
      expect(scroll).toBeLessThanOrEqual(height(count) - view + 0.001);
      const { first, top } = window_of(count, row, scroll, view), at = top + (index - first) * row;
      expect(at, `row ${index} from ${from}`).toBeGreaterThanOrEqual(scroll - 0.5);
      expect(at + row, `row ${index} from ${from}`).toBeLessThanOrEqual(scroll + view + 0.5);
      expect(scroll_to(count, row, index, scroll, view)).toBeCloseTo(scroll, 0);
    }
  }
});
test('a row that is seen is left where it is', () => {
  expect(scroll_to(5000, row, 10, 100, view)).toBe(100);
});
test('a table is as wide as its columns at least, with the gaps between', () => {
  expect([least_width(['24px', 'minmax(220px, 3fr)', '96px']), least_width([])]).toEqual([16 + 24 + 220 + 96 + 24, 16]);
});
