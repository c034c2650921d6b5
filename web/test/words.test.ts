// Every visible text is a word, in every language.
import { Signal } from '@preact/signals';
import { afterEach, expect, test } from 'vitest';
import { language } from '../src/store/prefs';
import { bytes, counted, list, number, percent, words, type Words } from '../src/words';

const modules = import.meta.glob<Record<string, unknown>>(['../src/**/*words*.ts', '../src/words/common.ts'], { eager: true });
const tables = Object.entries(modules).flatMap(([file, module]) => Object.entries(module).filter(([, value]) => value instanceof Signal).map(([name, value]) => ({ name: `${file} ${name}`, table: value as Signal<Words> })));
afterEach(() => { language.value = 'en'; });

/// What a function of words may be called with: it must answer for some of these.
const samples: unknown[][] = [[1, 2, 3, 4], ['a', 'b', 'c', 'd'], [2, 'a', 'b'], ['a', 2, 3], [['a', 'b'], 2], [true, 2]];
function texts(table: Words, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([name, word]): [string, string][] => {
    if (typeof word === 'string') return [[path + name, word]];
    if (typeof word !== 'function') return texts(word, `${path}${name}.`);
    for (const sample of samples) {
      try { return [[path + name, (word as (...values: unknown[]) => string)(...sample)]]; } catch { /* it takes other values */ }
    }
    return [];
  });
}

test('there are words to look at', () => expect(tables.length).toBeGreaterThan(3));
test.each(tables)('$name: the pseudo language has every word, longer and in brackets', ({ table }) => {
  const english = texts(table.value);
  language.value = 'pseudo';
  const pseudo = new Map(texts(table.value));
  for (const [name, text] of english) {
    if (!text) continue;
    expect(pseudo.get(name), name).toMatch(/^\[[^]*\]$/);
    expect(pseudo.get(name)!.length, name).toBeGreaterThan(text.length * 1.25);
  }
});
test.each(tables)('$name: German has every word', ({ table }) => {
  const english = texts(table.value);
  language.value = 'de';
  const german = new Map(texts(table.value));
  for (const [name, text] of english) {
    expect(typeof german.get(name), name).toBe('string');
    // Sentences of the same letters were not translated; what is typed into a field is the daemon's language.
    if (!name.endsWith('placeholder') && (text.match(/[A-Za-z]{3,}/g)?.length ?? 0) > 3) expect(german.get(name), name).not.toBe(text);
  }
});

const sources = import.meta.glob<string>('../src/**/*.tsx', { eager: true, query: '?raw', import: 'default' });
const names = new Set(['Freshet', 'English', 'Deutsch', 'Ctrl K', 'UTC']);
test.each(Object.entries(sources))('%s has no text of its own', (_file, text) => {
  const source = text.replaceAll(/^\s*\/\/.*$/gm, '');
  const found = [...source.matchAll(/<(?:[a-z][a-z0-9]*|small|>)\b[^<>{}]*>\s*([^<>{}]*[A-Za-z]{3}[^<>{}]*?)\s*<\//g), ...source.matchAll(/\b(?:aria-label|title|placeholder|alt)="([^"]*[A-Za-z]{3}[^"]*)"/g)]
    .map(each => each[1]!).filter(text => !names.has(text));
  expect(found).toEqual([]);
});

test('a table of words follows the language', () => {
  const w = words({ one: 'one', some: (n: number) => `${n} things` }, { one: 'eins', some: n => `${n} Dinge` });
  expect([w.value.one, w.value.some(3)]).toEqual(['one', '3 things']);
  language.value = 'de';
  expect([w.value.one, w.value.some(3)]).toEqual(['eins', '3 Dinge']);
});
test('numbers as the language writes them', () => {
  expect([number(12_345.5), percent(0.1234), counted(1, 'asset', 'assets'), counted(1000, 'asset', 'assets'), list(['a', 'b', 'c'])]).toEqual(['12,345.5', '12.3%', '1 asset', '1,000 assets', 'a, b, and c']);
  language.value = 'de';
  expect([number(12_345.5), list(['a', 'b'])]).toEqual(['12.345,5', 'a und b']);
});
test.each([[0, '0 B'], [999, '999 B'], [1000, '1 kB'], [1234, '1.2 kB'], [999_999, '1 MB'], [2_100_000_000, '2.1 GB'], [5e15, '5,000 TB']])('%d bytes are "%s"', (n, text) => expect(bytes(n)).toBe(text));
