import { afterEach, expect, test } from 'vitest';
import { body_text, condition_of, counts_of, examples, further_fields, listed, outcome_of, pace, shown_news, silence_of, taken_in, type News, type Row, type Source } from '../src/pages/sources/model';
import { behind_text, lag_text, waits_text, watch_text } from '../src/pages/sources/said';
import { language } from '../src/store/prefs';

const source = (asset: string, more: Partial<Source> = {}): Source => ({
  asset, kind: 'kafka', state: 'reading', detail: `${asset} at broker`, events: 0, unchanged: 0, last_event: null, rate: 0, position: null, lag: null, lag_unit: null, messages: 0, ignored: 0, dead: 0, watches: {}, expected_by: null, ...more,
});
const row = (asset: string, condition: Row['condition'], more: Partial<Source> = {}): Row => ({ source: source(asset, more), condition, last: null });
afterEach(() => { language.value = 'en'; });

test.each([
  ['reading', 'pass', 'well'], ['reading', 'none', 'well'], ['reading', 'warn', 'well'], ['waiting', 'fail', 'late'], ['error', 'fail', 'error'], ['error', 'none', 'error'],
  ['paused', 'fail', 'paused'], ['held', 'pass', 'held'], ['held', 'fail', 'late'],
] as const)('one that is %s, its freshness %s, is %s', (state, freshness, condition) => expect(condition_of({ state }, freshness)).toBe(condition));

test('problems come first, then what was refused, then the rest by key', () => {
  const rows = [row('d', 'well'), row('c', 'well', { dead: 2 }), row('b', 'late'), row('e', 'error'), row('a', 'well'), row('f', 'paused')];
  expect(listed(rows, { text: '', kind: '', condition: '' }).map(each => each.source.asset)).toEqual(['e', 'b', 'f', 'c', 'a', 'd']);
  expect([...counts_of(rows)]).toEqual([['error', 1], ['late', 1], ['paused', 1], ['well', 3]]);
});
test('a filter takes words of keys and of what is watched, a kind, a condition', () => {
  const rows = [row('erp/stock', 'well'), row('erp/orders', 'error', { kind: 'file', detail: '/in/*.csv' }), row('crm/stock', 'late')];
  const keys = (text: string, kind = '', condition = '') => listed(rows, { text, kind, condition }).map(each => each.source.asset);
  expect(keys('STOCK')).toEqual(['crm/stock', 'erp/stock']);
  expect(keys('erp stock')).toEqual(['erp/stock']);
  expect(keys('*.csv')).toEqual(['erp/orders']);
  expect(keys('', 'kafka')).toEqual(['crm/stock', 'erp/stock']);
  expect(keys('', '', 'error')).toEqual(['erp/orders']);
});

test.each([[0, null], [41.26, { n: 41, per: 'second' }], [2.345, { n: 2.3, per: 'second' }], [0.05, { n: 3, per: 'minute' }], [0.001, { n: 1, per: 'minute' }]])('a rate of %d', (rate, said) => expect(pace(rate)).toEqual(said));

test('who is to blame that nothing new is here', () => {
  expect(silence_of(row('a', 'well'))).toBeNull();
  expect(silence_of(row('a', 'error'))).toBeNull();
  expect(silence_of(row('a', 'late', { lag: 12 }))).toBe('behind');
  expect(silence_of(row('a', 'late', { dead: 1, lag: 0 }))).toBe('refused');
  expect(silence_of(row('a', 'late', { lag: 0 }))).toBe('silent');
});

test.each([
  ['kafka', { topic: 'orders', brokers: 'b:9092' }, 'The topic orders of the Kafka cluster at b:9092.', 'Das Topic orders des Kafka-Clusters b:9092.'],
  ['file', { path: '/in/*.csv' }, 'The files /in/*.csv.', 'Die Dateien /in/*.csv.'],
  ['database', { url: 'postgresql://r@db/shop', tables: ['public.a', 'public.b'] }, 'The tables public.a, public.b of the database postgresql://r@db/shop.', 'Die Tabellen public.a, public.b der Datenbank postgresql://r@db/shop.'],
  ['database', { url: 'mysql://db/shop', query: 'select 1' }, 'The answer to a query of the database mysql://db/shop.', 'Die Antwort auf eine Abfrage der Datenbank mysql://db/shop.'],
  ['database', { url: 'sqlite:data/till.db' }, 'The data of the database sqlite:data/till.db.', 'Die Daten der Datenbank sqlite:data/till.db.'],
  ['table', { format: 'delta', path: '/lake/t' }, 'The delta table /lake/t.', 'Die delta-Tabelle /lake/t.'],
  ['webhook', {}, 'What others send here over HTTP.', 'Was andere über HTTP hierher schicken.'],
])('what a source of kind %s watches is a sentence', (kind, watches, en, de) => {
  expect(watch_text(source('a', { kind, watches }))).toBe(en);
  language.value = 'de';
  expect(watch_text(source('a', { kind, watches }))).toBe(de);
});
test.each([
  ['messages', 12, '12', '12 messages not read yet', '12 Nachrichten noch nicht gelesen'],
  ['bytes', 1_234_567, '1.2 MB', '1.2 MB of the log not taken in yet', '1,2 MB des Logs noch nicht übernommen'],
] as const)('how far one is behind has its unit: %s', (lag_unit, lag, cell, en, de) => {
  const one = source('a', { lag, lag_unit });
  expect(lag_text(one)).toBe(cell);
  expect(behind_text(one)).toBe(en);
  expect(waits_text(one)).toContain(cell);
  language.value = 'de';
  expect(behind_text(one)).toBe(de);
  expect(lag_text(source('b'))).toBe('–');
});
test('the further fields of a definition are said by their names', () => {
  expect(further_fields({ topic: 'orders', settle: 0.5, match: { '$.type': ['a', 'b'], key: ['k'] }, partition: '$.day' }, n => `${n} s`))
    .toEqual([['settle', '0.5 s'], ['match', '$.type = a, b; key = k'], ['partition', '$.day']]);
});

test('of events those are shown that match', () => {
  const news = (asset: string | null, kind: News['kind']): News => ({ id: '1', at: '', kind, asset, source: 'api' });
  const items = [news('erp/stock', 'observation'), news('erp/stock', 'rejected'), news(null, 'rejected')];
  expect(shown_news(items, '', '').length).toBe(3);
  expect(shown_news(items, 'STO', '').length).toBe(2);
  expect(shown_news(items, 'stock', 'taken').map(each => each.kind)).toEqual(['observation']);
  expect(shown_news(items, '', 'refused').length).toBe(2);
});
test('a body that is JSON has lines, another stays as it is', () => {
  expect(body_text('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(body_text('{"a":')).toBe('{"a":');
});
test('what became of a replay', () => {
  const outcomes = [outcome_of({ event: { id: '7' } }), outcome_of({ event: { id: '8', duplicate: true } }), outcome_of({ event: { id: null, error: 'no such partition' } }),
    outcome_of({ events: [{ id: '9' }, { id: '10' }] }), outcome_of({ events: [{ id: '9' }, { error: 'unknown' }] }), outcome_of({ events: [] })];
  expect(outcomes).toEqual([{ id: '7', is_known: false }, { id: '8', is_known: true }, { error: 'no such partition' }, { id: '9', is_known: false }, { error: 'unknown' }, { id: '', is_known: false }]);
  expect(taken_in(outcomes)).toBe(4);
});
test('each kind of source has an example to begin with', () => {
  for (const [kind, text] of Object.entries(examples)) expect(text).toContain(`    ${kind}: {`);
});
