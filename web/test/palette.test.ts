import { expect, test } from 'vitest';
import { entries_for, type Entry, type Offers } from '../src/palette/entries';
import { Finder } from '../src/store/search';

const entry = (kind: Entry['kind'], id: string, text = id): Entry => ({ kind, id, text });
const offers: Offers = {
  finder: new Finder(['raw/orders', 'raw/runs_log', 'sales/orders', ...Array.from({ length: 40 }, (_, i) => `many/part_${i}`)]),
  asset_address: key => '/assets/' + key, run_address: id => '/runs/' + id, run_ids: ['0AGM3X9Q4T2K1', '0AGM3X9Q4T9ZZ'],
  pages: [entry('page', 'runs', 'Runs'), entry('page', 'assets', 'Catalog')],
  commands: [entry('command', 'dark', 'Theme: dark'), entry('command', 'run', 'Run a selection…')],
  recent: Array.from({ length: 20 }, (_, i) => entry('recent', `r${i}`)), more: text => entry('page', 'more', text),
};
const found = (typed: string) => entries_for(typed, offers).map(each => `${each.kind} ${each.id}`);

test('before anything is typed: where one was, pages, commands', () => {
  const ids = found('');
  expect(ids.slice(0, 2)).toEqual(['recent r0', 'recent r1']);
  expect(ids).toHaveLength(8 + 2 + 2);
});
test('">" is for commands alone', () => {
  expect(found('>')).toEqual(['command dark', 'command run']);
  expect(found('> dark theme')).toEqual(['command dark']);
  expect(found('>orders')).toEqual([]);
});
test('a page that begins so comes first, then assets, then commands', () => {
  expect(found('run')).toEqual(['page runs', 'asset raw/runs_log', 'command run']);
});
test('assets lead to their pages; many have a way to all of them', () => {
  expect(entries_for('orders', offers).map(each => each.address)).toEqual(['/assets/raw/orders', '/assets/sales/orders']);
  const many = found('part');
  expect([many.length, many[12]]).toEqual([13, 'page more']);
});
test('runs by a part of their id, or by a whole one that nobody knows', () => {
  expect(found('q4t9')).toEqual(['run 0AGM3X9Q4T9ZZ']);
  expect(found('0AGM3X9Q4')).toEqual(['run 0AGM3X9Q4T2K1', 'run 0AGM3X9Q4T9ZZ']);
  expect(found('0bgm3x9q4t2k1')).toEqual(['run 0BGM3X9Q4T2K1']);
});
