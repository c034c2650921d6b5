import { expect, test } from 'vitest';
import { deciding, mark_of, merged, turned, type Tree } from '../src/pages/automation/tree';

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
test('the way leads to the first operand that decides', () => {
  expect(deciding(part('all of', false, [part('a', true), part('b', false), part('c', false)]))).toBe(1);
  expect(deciding(part('all of', true, [part('a', true)]))).toBe(-1);
  expect(deciding(part('any of', true, [part('a', false), part('b', true)]))).toBe(1);
  expect(deciding(part('any of', false, [part('a', false), part('b', false)]))).toBe(0);
  expect(deciding(merged(part('not', false, [part('any_deps_missing', true, [part('missing', false, [], 'a'), part('missing', true, [], 'b')])])))).toBe(1);
  expect(deciding(part('updated_since_last_handled', false, [part('any of', false)]))).toBe(-1);
});
test('only a failure that decides against is drawn as one', () => {
  const blocked = merged(part('not', false, [part('any_deps_blocking_check_failed', true, [part('check_failed', true, [], 'a')])]));
  expect(mark_of(blocked, false)).toBe('failed');
  expect(mark_of(blocked.children[0]!, true)).toBe('failed');
  expect(mark_of(merged(part('not', true, [part('any_deps_blocking_check_failed', false)])), false)).toBe('held');
  expect(mark_of(part('check_failed', false), true)).toBe('open');
  expect(mark_of(part('newly_updated', false), false)).toBe('open');
  expect(mark_of(merged(part('not', false, [part('any_deps_missing', true)])), false)).toBe('open');
  expect(mark_of(part('execution_failed', true), false)).toBe('held');
});
test('a negation and its operand are one line', () => {
  expect(merged(part('not', true, [part('missing', false, [part('x', false)], 'a')]))).toMatchObject({ label: 'missing', is_negated: true, asset: 'a', held: true, children: [{ label: 'x' }] });
  const plain = part('any of', true, [part('x', true)]);
  expect(merged(plain)).toBe(plain);
});
