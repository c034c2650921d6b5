import { afterEach, beforeEach, expect, test } from 'vitest';
import { is_utc, language } from '../src/store/prefs';
import { age_text, clock_text, day_text, duration, full_text, ms_of, now, rough_duration, time_text } from '../src/ui/time';

const at = Date.UTC(2026, 10, 20, 14, 2, 11);
beforeEach(() => { now.value = at; is_utc.value = true; language.value = 'en'; });
afterEach(() => { is_utc.value = false; });

test.each([
  [0, '0 ms'], [0.0004, '0 ms'], [0.04, '40 ms'], [0.9994, '999 ms'], [0.9999, '1 s'], [1, '1 s'], [1.34, '1.3 s'], [9.94, '9.9 s'], [9.99, '10 s'], [10.4, '10 s'],
  [59.4, '59 s'], [59.7, '1 min'], [60, '1 min'], [160, '2 min 40 s'], [3599.6, '1 h'], [3600, '1 h'], [5400, '1 h 30 min'], [3661, '1 h 1 min'], [86_399.7, '1 d'], [90_000, '1 d 1 h'], [3.2e7, '370 d 8 h'], [-90, '–1 min 30 s'],
])('%d seconds are "%s"', (seconds, text) => expect(duration(seconds)).toBe(text));
test('German has a comma', () => {
  language.value = 'de';
  expect(duration(1.34)).toBe('1,3 s');
});
test.each([[0, '0 s'], [59, '59 s'], [3599, '59 min'], [90_000, '1 d'], [-7200, '2 h']])('roughly, %d seconds are "%s"', (seconds, text) => expect(rough_duration(seconds)).toBe(text));

test.each([[null, null], [undefined, null], [0, null], ['', null], ['not a time', null], [at, at], ['2026-11-20T14:02:11Z', at], ['2026-11-20T15:02:11+01:00', at]])('%s is the instant %s', (when, ms) => expect(ms_of(when)).toBe(ms));
test('what never was, is never', () => {
  expect([age_text(null), time_text(null), clock_text(null), day_text(null), full_text(null)]).toEqual(['never', '', '', '', '']);
});
test('an age says which way it is', () => {
  expect([age_text(at - 130_000), age_text(at + 130_000), age_text(at), age_text(at + 1_000)]).toEqual(['2 min ago', 'in 2 min', '0 s ago', '0 s ago']);
});
test('near is a time of day, far has its day, very far its year', () => {
  expect(time_text(at - 3_600_000)).toBe('13:02');
  expect(time_text(at - 3 * 86_400_000)).toMatch(/Nov 17.*14:02/);
  expect(time_text(at - 400 * 86_400_000)).toContain('2025');
});
test('a day has 24 hours, and midnight is its beginning', () => {
  expect([clock_text(Date.UTC(2026, 10, 20)), clock_text(at)]).toEqual(['00:00:00', '14:02:11']);
});
test('the tooltip has both zones and the age', () => {
  expect(full_text(at - 60_000)).toMatch(/14:01:11 UTC\n2026-11-20T14:01:11\.000Z\n1 min ago/);
});
