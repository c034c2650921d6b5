// The page says in its languages whatever the daemon can say, of the same things.
import { afterEach, expect, test } from 'vitest';
import { language } from '../src/store/prefs';
import { english, german, label_text, parts_of, said, sentence_of, Values, type Params } from '../src/words/sentences';

const headers = import.meta.glob<string>('../../src/model/sentences.hpp', { eager: true, query: '?raw', import: 'default' });
const source = Object.values(headers)[0]!.replaceAll(/"\s*\n\s*"/g, '');
const templates = new Map([...source.matchAll(/\{"(\w+)",\s*"((?:[^"\\]|\\.)*)"\}/g)].map(each => [each[1]!, each[2]!]));
afterEach(() => { language.value = 'en'; });

test('the page has the codes of the daemon, and no others', () => {
  expect(templates.size).toBeGreaterThan(50);
  expect(Object.keys(english).toSorted()).toEqual([...templates.keys()].toSorted());
});

/// Everything is there, and tells that it was asked for.
class Recorder extends Values {
  readonly names = new Set<string>();
  constructor() { super({}); }
  protected override get(name: string): Params[string] { this.names.add(name); return 'x'; }
}
const names_in = (words: string | ((v: Values) => string)): string[] => {
  const recorder = new Recorder();
  if (typeof words !== 'string') words(recorder);
  return [...recorder.names].toSorted();
};
test.each([...templates])('%s is about the same things in each language', (code, template) => {
  const wanted = [...new Set([...template.matchAll(/\{(\w+)/g)].map(each => each[1]!))].toSorted();
  expect(names_in(english[code as 'failed'])).toEqual(wanted);
  expect(names_in(german[code as 'failed'])).toEqual(wanted);
});

const member = (name: string) => ({ code: 'member', params: { member: name }, text: name });
test('sentences hold sentences and lists', () => {
  const held_back = {
    code: 'not_requested', text: 'not requested, because …',
    params: { because: [{ code: 'does_not_hold', text: '…', params: { asset: 'raw', condition: 'any of', detail: [{ code: 'partitions_holding', text: '…', params: { held: 1200, needed: 2000 } }] } }] },
  };
  const blocked = { code: 'handed_back', text: '…', params: { blockers: ['a', 'b', 'c'].map(member), more: 2 } };
  expect(said(held_back)).toBe('not requested, because raw: any of does not hold (1,200 of 2,000 partitions)');
  expect(said(blocked)).toBe('left unstarted; waits for a, b, c, and 2 more to be repaired');
  language.value = 'de';
  expect(said(held_back)).toBe('nicht angefordert, denn raw: eines von gilt nicht (1.200 von 2.000 Partitionen)');
  expect(said(blocked)).toBe('nicht begonnen; wartet, bis in Ordnung gebracht ist: a, b, c und 2 weitere');
});
test('a sentence of its own begins with a capital letter, and never changes a name', () => {
  expect(sentence_of({ code: 'requested_updated', params: { assets: ['raw'] }, text: '' })).toBe('Requested, because raw was updated.');
  expect(sentence_of({ code: 'member', params: { member: 'core/orders' }, text: 'core/orders' })).toBe('core/orders.');
  expect(sentence_of({ code: 'of_the_future', params: { what: [member('raw')] }, text: 'raw is odd' })).toBe('raw is odd.');
  expect(sentence_of({ text: 'who knows?' })).toBe('Who knows?');
});
test('what holds news up is said behind the rest', () => {
  const trouble = (code: string, params: Params) => ({ code, params, text: '…' });
  const outside = trouble('outside', { troubles: [trouble('source_paused', { asset: 'raw', actor: 'session', reason: 'migration' }), trouble('source_error', { asset: 'crm', detail: 'no such topic' })] });
  const why = trouble('said_while', { said: [trouble('external', {})], outside: [outside] });
  expect(said(why)).toBe('external: only observed; the source of raw is paused by session: migration; the source of crm is in trouble: no such topic');
  language.value = 'de';
  expect(said(why)).toContain('; die Quelle von raw ist angehalten von session: migration; mit der Quelle von crm stimmt etwas nicht: no such topic');
});
test('one and many', () => {
  language.value = 'de';
  expect(said({ code: 'requested_updated', params: { assets: ['raw'] }, text: '' })).toBe('angefordert, denn raw wurde aktualisiert');
  expect(said({ code: 'requested_updated', params: { assets: ['raw', 'stock'] }, text: '' })).toBe('angefordert, denn raw und stock wurden aktualisiert');
});
test('what the page does not know is said as the daemon says it', () => {
  language.value = 'de';
  expect(said({ code: 'of_the_future', params: { asset: 'raw' }, text: 'raw is from the future' })).toBe('raw is from the future');
  expect(said({ text: 'recorded by an older one' })).toBe('recorded by an older one');
  expect(said({ code: 'toString', text: 'no code' })).toBe('no code');
  expect(said(null)).toBe('');
});
test('labels of a condition: what joins parts has a word, words of its language stay', () => {
  language.value = 'de';
  expect(['all of', 'any of', 'not', 'missing', 'constructor'].map(label_text)).toEqual(['alle von', 'eines von', 'nicht', 'missing', 'constructor']);
});
test('what failed can be told from what is said of the automation', () => {
  const rest = { code: 'no_automation', params: {}, text: '…' };
  const failed = { code: 'step_failed', params: { partition: '2026-11-29', error: 'no such column' }, text: '…' };
  const both = { code: 'failed_and', params: { failed: [failed], rest: [rest] }, text: '…' };
  expect(said(both)).toBe('2026-11-29: its latest step failed (no such column); no automation: it runs when somebody asks for it');
  expect(parts_of(both)).toEqual([failed, rest]);
  expect(parts_of(rest)).toEqual([null, rest]);
  language.value = 'de';
  expect(said({ ...failed, params: { because: [{ code: 'timeout', params: {}, text: '…' }] } })).toBe('sein letzter Schritt schlug fehl (es lief länger, als es darf)');
});
