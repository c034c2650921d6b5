import { expect, test } from 'vitest';
import { decides, merged, turned, type Tree } from '../src/pages/automation/tree';

const part = (label: string, held: boolean, children: Tree[] = [], asset: string | null = null): Tree => ({ label, asset, held, children });

test('what turned is named at its innermost part', () => {
  const before = part('eager', true, [part('not', true, [part('any_deps_missing', false, [part('missing', false, [], 'a')])]), part('x', true)]);
  const now = part('eager', false, [part('not', false, [part('any_deps_missing', true, [part('missing', true, [], 'a')])]), part('x', true)]);
  expect(turned(before, now)).toEqual([{ label: 'missing', asset: 'a', held: true }]);
});
test('a part that was not evaluated before did not turn', () => {
  expect(turned(part('eager', false), part('eager', false, [part('new', true)]))).toEqual([]);
  expect(turned(null, part('eager', true))).toEqual([]);
});
test('only what decides is open at first', () => {
  const failing = part('all of', false);
  expect(decides(part('a', true), failing)).toBe(false);
  expect(decides(part('b', false), failing)).toBe(true);
  expect(decides(part('c', false), part('any of', true))).toBe(false);
  expect(decides(part('inner', true), part('not', false))).toBe(true);
});
test('a negation and its operand are one line', () => {
  expect(merged(part('not', true, [part('missing', false, [part('x', false)], 'a')]))).toMatchObject({ label: 'missing', is_negated: true, asset: 'a', held: true, children: [{ label: 'x' }] });
  const plain = part('any of', true, [part('x', true)]);
  expect(merged(plain)).toBe(plain);
});
