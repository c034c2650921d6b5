import { afterEach, expect, test } from 'vitest';
import { language } from '../src/store/prefs';
import { is_timed, partitioning_text } from '../src/ui/partitioning';

afterEach(() => { language.value = 'en'; });
language.value = 'en';

test.each([
  ['{"daily":{"start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}}', 'daily, from 2026-01-01'],
  ['{"cron":{"cron":"*/5 * * * *","start":"2026-01-01T00:00:00.000000Z","timezone":"Europe/Vienna"}}', 'by cron, */5 * * * *, from 2026-01-01, Europe/Vienna'],
  ['{"static":["at","de"]}', '2 keys'],
  ['{"dynamic":"customers"}', 'keys of customers'],
  ['{"multi":[{"name":"day","of":{"daily":{"start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}}},{"name":"region","of":{"static":["x"]}}]}',
    'day (daily, from 2026-01-01) × region (1 key)'],
  ['what is no JSON', 'what is no JSON'],
])('%s', (text, said) => { expect(partitioning_text(text)).toBe(said); });
test('in German, too', () => {
  language.value = 'de';
  expect(partitioning_text('{"hourly":{"start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}}')).toBe('stündlich, ab 2026-01-01');
});
test('windows of time are told from keys', () => {
  expect(is_timed('{"daily":{"start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}}')).toBe(true);
  expect(is_timed('{"static":["at"]}')).toBe(false);
  expect(is_timed('{"multi":[{"name":"day","of":{"daily":{}}}]}')).toBe(false);
  expect(is_timed(null)).toBe(false);
});
