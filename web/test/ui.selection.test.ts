import { expect, test } from 'vitest';
import { characters_before, completed, marked, place_of, without_error_prefix } from '../src/ui/selection_text';

test('a completion takes the place of what was begun', () => {
  expect(completed('group:cr and x', { text: 'crm', detail: '', from: 6, to: 8 })).toEqual({ text: 'group:crm and x', cursor: 9 });
  expect(completed('', { text: 'group:', detail: '', from: 0, to: 0 })).toEqual({ text: 'group:', cursor: 6 });
});
test('places are characters, not halves of them', () => {
  expect([place_of('a😀b', 2), place_of('a😀b', 99), characters_before('a😀b', 3)]).toEqual([3, 4, 2]);
  expect(completed('"😀" or gr', { text: 'group:', detail: '', from: 7, to: 9 }).text).toBe('"😀" or group:');
});
test('the wrong word is marked, also at the end', () => {
  expect(marked('group:crm and stauts:failed', 14)).toEqual(['group:crm and ', 'stauts', ':failed']);
  expect(marked('a )', 2)).toEqual(['a ', ')', '']);
  expect(marked('a and', 5)).toEqual(['a and', ' ', '']);
  expect(marked('a b', null)).toEqual(['a b', '', '']);
  expect(marked('größe x', 6)).toEqual(['größe ', 'x', '']);
});
test('a message without the expression that it repeats', () => {
  expect(without_error_prefix('selection "a \\"b\\"": unknown attribute')).toBe('unknown attribute');
  expect(without_error_prefix('no asset "x"')).toBe('no asset "x"');
});
