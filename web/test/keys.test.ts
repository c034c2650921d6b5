import { afterEach, expect, test } from 'vitest';
import { add_keys, current_keys, key_finder, name_of, type Key } from '../src/keys';

const key = (keys: string): Key => ({ keys, text: keys, run: () => {} });
const layers: (() => void)[] = [];
const with_keys = (...keys: string[]) => { const made = keys.map(key); const off = add_keys(() => made); layers.push(off); return off; };
afterEach(() => { layers.splice(0).forEach(off => off()); });
const event = (pressed: string, changes: object = {}) => ({ key: pressed, ctrlKey: false, metaKey: false, altKey: false, ...changes });

test('keys have the names that are shown', () => {
  expect([name_of(event('J')), name_of(event(' ')), name_of(event('k', { ctrlKey: true })), name_of(event('k', { metaKey: true })), name_of(event('ArrowDown')), name_of(event('x', { altKey: true })), name_of(event('?'))])
    .toEqual(['j', 'space', 'ctrl+k', 'ctrl+k', 'ArrowDown', 'alt+x', '?']);
});
test('what AltGr writes is the letter that it writes', () => {
  const pressed = event('[', { ctrlKey: true, altKey: true, getModifierState: (name: string) => name === 'AltGraph' });
  expect(name_of(pressed)).toBe('[');
});
test('one key, and a pair of them', () => {
  with_keys('g o', 'j', 'g');
  const find = key_finder();
  expect(find('j', 0)?.keys).toBe('j');
  expect(find('o', 10)).toBeUndefined();
  with_keys('g a');
  const pairs = key_finder();
  expect(pairs('q', 0)).toBeUndefined();
  expect(pairs('j', 100)?.keys).toBe('j');
});
test('a pair must be finished in time', () => {
  with_keys('g o');
  const find = key_finder();
  expect([find('g', 0), find('o', 1199)?.keys]).toEqual([undefined, 'g o']);
  expect([find('g', 5000), find('o', 6300)]).toEqual([undefined, undefined]);
});
test('the second letter of a pair is not also a key of its own', () => {
  with_keys('g o', 'o');
  const find = key_finder();
  find('g', 0);
  expect(find('o', 100)?.keys).toBe('g o');
  expect(find('o', 200)?.keys).toBe('o');
});
test('a pair begins anew after it was found', () => {
  with_keys('g g');
  const find = key_finder();
  expect([find('g', 0), find('g', 1)?.keys, find('g', 2), find('g', 3)?.keys]).toEqual([undefined, 'g g', undefined, 'g g']);
});
test('the layer on top wins, and leaves no trace', () => {
  with_keys('j');
  const below = current_keys()[0];
  const off = with_keys('j', 'k');
  expect(key_finder()('j', 0)).not.toBe(below);
  expect(current_keys().map(each => each.keys)).toEqual(['j', 'k', 'j']);
  off();
  layers.pop();
  expect(key_finder()('j', 0)).toBe(below);
  expect(key_finder()('k', 0)).toBeUndefined();
});
