import { expect, test } from 'vitest';
import { Finder } from '../src/store/search';
import { company } from './made_up';

const keys = ['raw/orders', 'sales/orders_daily', 'sales/daily_orders', 'crm/Contacts', 'crm/contacts_raw', 'vat/report', 'deep/er/orders'];
const finder = () => new Finder(keys);
const all = (text: string) => { const { ranks, is_similar } = finder().all(text); return [is_similar ? 'similar' : 'exact', ...Array.from(ranks, rank => keys[rank])]; };

test('every word, in any order and any case', () => {
  expect(all('daily ord')).toEqual(['exact', 'sales/orders_daily', 'sales/daily_orders']);
  expect(all('CONTACTS')).toEqual(['exact', 'crm/Contacts', 'crm/contacts_raw']);
  expect(all('sales/o')).toEqual(['exact', 'sales/orders_daily']);
});
test('no word is everything', () => expect(all('  ')).toHaveLength(keys.length + 1));
test('a typing error is forgiven where nothing has the word itself', () => {
  expect(all('contcts')).toEqual(['similar', 'crm/Contacts', 'crm/contacts_raw']);
  expect(all('contcts raw')).toEqual(['similar', 'crm/contacts_raw']);
  expect(all('qqqqqq')).toEqual(['similar']);
});
test('characters of patterns are characters', () => expect(all('.*')).toEqual(['similar']));
test('one letter more finds the same as beginning anew', () => {
  const { catalog } = company(3000), typing = new Finder(catalog.columns.key);
  for (const text of ['o', 'or', 'ord', 'orders', 'orders r', 'orders re', 'orders', 'vat', 'va', 'at crm']) {
    expect([...typing.all(text).ranks], text).toEqual([...new Finder(catalog.columns.key).all(text).ranks]);
  }
});
test('the best come first', () => {
  const best = (text: string, max = 3) => finder().best(text, max).map(rank => keys[rank]);
  expect(best('orders', 1)).toEqual(['raw/orders']);
  expect(best('vat')).toEqual(['vat/report']);
  expect(best('orders daily', 2).toSorted()).toEqual(['sales/daily_orders', 'sales/orders_daily']);
  expect(best('contcts', 5).toSorted()).toEqual(['crm/Contacts', 'crm/contacts_raw']);
  expect(best('nothing like it')).toEqual([]);
});
test('of very many, no more than asked for, each once', () => {
  const { catalog } = company(20_000), best = new Finder(catalog.columns.key).best('o', 12);
  expect(new Set(best).size).toBe(12);
});
