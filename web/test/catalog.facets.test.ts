import { expect, test } from 'vitest';
import { automation_head, chosen_expressions, count, narrowed, none, state_facets, structure_facets, value_expression, type Facet, type FacetName } from '../src/pages/catalog/facets';
import { expression_of, intersection, is_all, loosening, nothing_chosen, query_of, toggled, type Query } from '../src/pages/catalog/query';
import { in_order, order_of, sort_after, sort_of, sort_text, type ColumnName } from '../src/pages/catalog/sorting';
import { columns_for } from '../src/pages/catalog/table';
import { csv } from '../src/pages/catalog/csv';
import { Catalog } from '../src/store/catalog';
import { all_of, any_of, is_live, key_text, keys_text, value_text } from '../src/store/selection';
import { Status } from '../src/store/status';
import { columns_of, company, status_columns } from './made_up';

const what = new Catalog(columns_of(['crm/contacts', 'crm/leads', 'erp/stock', 'sales/daily'], {
  groups: ['crm', 'erp'], owners: ['@crm', '@erp'], kinds: ['table'], tags: ['pii', 'domain:sales'], automations: ['eager()', "( on_cron('0 6 * * *') & x)"], partition_texts: ['daily'],
  group: [0, 0, 1, -1], owner: [[0], [0, 1], [1], []], kind: [[0], [], [0], []], tag: [[0], [0, 1], [], []], automation: [0, 1, -1, 0], partitions: [-1, -1, 0, -1], checks: [2, 0, 1, 0],
}));
const how = new Status(status_columns(4, {
  data: [1, 2, 1, 0], work: [3, 0, 2, 0], freshness: [4, 0, 3, 2], flags: [8, 1, 0, 0], checks_failed: [1, 0, 0, 0], updated_at: [4000, 2000, 3000, 0],
  partition_counts: { rank: [2], existing: [10], materialized: [7], missing: [3], stale: [1], failed: [1], in_progress: [0] },
}));
const facets = [...state_facets(how, 4), ...structure_facets(what)];
const chosen = (values: Partial<Record<FacetName, string[]>>) => new Map(Object.entries(values).map(([name, each]) => [name as FacetName, new Set(each)]));
const facet = (name: FacetName): Facet => facets.find(each => each.name === name)!;
const counts = (name: FacetName, values: Partial<Record<FacetName, string[]>> = {}, base: number[] | null = null) => {
  const found = count(facets, chosen(values), 4, base && Uint32Array.from(base)).get(name)!;
  return Object.fromEntries(facet(name).values.map((value, code) => [value, found[code]!]).filter(([, n]) => n !== 0));
};
const left = (values: Partial<Record<FacetName, string[]>>) => [...narrowed(facets, chosen(values), 4, null) ?? [0, 1, 2, 3]];

test('each value with how many have it', () => {
  expect(counts('group')).toEqual({ crm: 2, erp: 1, [none]: 1 });
  expect(counts('owner')).toEqual({ '@crm': 2, '@erp': 2, [none]: 1 });
  expect(counts('status')).toEqual({ failed: 1, late: 1, warning: 1, running: 1, stale: 1, partial: 1, missing: 1, fresh: 2, paused: 1 });
  expect(counts('freshness')).toEqual({ fail: 1, warn: 1, pass: 1, none: 1 });
  expect(counts('partitioned')).toEqual({ yes: 1, no: 3 });
  expect(counts('automation')).toEqual({ eager: 2, on_cron: 1, none: 1 });
});
test('values of one facet add, facets narrow', () => {
  expect(left({ group: ['crm', 'erp'] })).toEqual([0, 1, 2]);
  expect(left({ group: ['crm'], owner: ['@erp'] })).toEqual([1]);
  expect(left({ owner: [none] })).toEqual([3]);
  expect(left({ group: ['nobody'] })).toEqual([]);
});
test('a facet counts what its other values would add', () => {
  expect(counts('group', { group: ['crm'] })).toEqual({ crm: 2, erp: 1, [none]: 1 });
  expect(counts('owner', { group: ['crm'] })).toEqual({ '@crm': 2, '@erp': 1 });
  expect(counts('group', { group: ['crm'], owner: ['@erp'] })).toEqual({ crm: 1, erp: 1 });
  expect(counts('group', {}, [0, 3])).toEqual({ crm: 1, [none]: 1 });
});
test('counts are those of filtering by each value, in a company of 2,000', () => {
  const { catalog, status } = company(2000);
  const all = [...state_facets(status, 2000), ...structure_facets(catalog)];
  const now = chosen({ status: ['fresh', 'failed'], group: ['crm', 'erp', 'billing'], kind: ['view'] });
  const found = count(all, now, 2000, null);
  for (const each of all) {
    each.values.forEach((value, code) => {
      const only = new Map(now).set(each.name, new Set([value]));
      expect(found.get(each.name)![code], `${each.name} ${value}`).toBe(narrowed(all, only, 2000, null)!.length);
    });
  }
});
test.each([['', 'none'], ['eager()', 'eager'], ["  (on_cron('x') & y)", 'on_cron'], ['any_deps_updated', 'custom'], ['~lazy()', 'custom'], ['lazy()', 'lazy']])('"%s" begins with %s', (text, head) => expect(automation_head(text)).toBe(head));

test('a value as an expression of the daemon', () => {
  expect([value_expression('group', 'crm'), value_expression('owner', '@data platform'), value_expression('owner', none), value_expression('tag', 'domain:sales'), value_expression('tag', 'pii'), value_expression('partitioned', 'yes'), value_expression('freshness', 'none')])
    .toEqual(['group:crm', 'owner:"@data platform"', 'owner:<null>', 'tag:domain=sales', 'tag:pii', 'not partitions:none', 'freshness:none']);
  expect(chosen_expressions(chosen({ group: ['crm'], status: ['failed', 'late'] }))).toEqual(['status:failed or status:late', 'group:crm']);
});
test('expressions are put together so that they mean the same', () => {
  expect(all_of(['a or b', '', 'group:crm'])).toBe('(a or b) and group:crm');
  expect([all_of([]), all_of(['a or b']), any_of(['x']), any_of(['a and b', 'c'])]).toEqual(['', 'a or b', 'x', '(a and b) or c']);
  expect([key_text('raw/a.b-c_d'), key_text('raw/a b'), key_text('and'), key_text('a"b\\'), key_text('größe/x')]).toEqual(['raw/a.b-c_d', '"raw/a b"', '"and"', '"a\\"b\\\\"', 'größe/x']);
  expect([value_text('@crm'), value_text('a b'), keys_text(['a', 'b c'])]).toEqual(['@crm', '"a b"', 'a or "b c"']);
});

test.each([['group:crm', false], ['status:failed', true], ['x and freshness:fail', true], ['automation:paused', true], ['automation:eager', false], ['raw/status', false]])('whether "%s" is a question to the running system: %s', (text, is) => expect(is_live(text)).toBe(is));

const query = (params: Record<string, string>): Query => query_of(name => params[name] ?? '');
test('the address says all of it, and comes back from it', () => {
  const now = query({ q: 'ord', select: '+x', status: 'failed,late', owner: 'a%2Cb,<null>', sort: '-updated' });
  expect(now).toEqual({ text: 'ord', select: '+x', chosen: chosen({ status: ['failed', 'late'], owner: ['a,b', none] }), sort: { column: 'updated', is_down: true } });
  expect(toggled(now.chosen, 'owner', '50%')).toEqual({ owner: 'a%2Cb,<null>,50%25' });
  expect(query(toggled(now.chosen, 'owner', '50%')).chosen.get('owner')).toEqual(new Set(['a,b', none, '50%']));
  expect(toggled(now.chosen, 'status', 'late')).toEqual({ status: 'failed' });
  expect(expression_of(now)).toBe('+x and (status:failed or status:late) and (owner:"a,b" or owner:<null>) and key:**ord**');
  expect([expression_of(query({})), is_all(query({})), is_all(now), is_all(query({ sort: 'group' }))]).toEqual(['*', true, false, true]);
  expect(Object.keys(nothing_chosen)).toContain('automation');
});
test('where nothing matches, the condition that keeps most away is named', () => {
  const sets = { text: null, select: null };
  expect(loosening(query({ group: 'crm', status: 'running' }), facets, 4, sets)).toEqual({ name: 'status', matches: 2 });
  expect(loosening(query({ q: 'zzz' }), facets, 4, { text: new Uint32Array(), select: null })).toEqual({ name: 'q', matches: 4 });
  expect(loosening(query({ select: 'x', group: 'erp' }), facets, 4, { text: null, select: Uint32Array.of(3) })).toEqual({ name: 'select', matches: 1 });
  expect(loosening(query({ group: 'erp', owner: '@crm', status: 'missing' }), facets, 4, sets)).toBeNull();
});
test('what two lists share', () => {
  const set = (...ranks: number[]) => Uint32Array.from(ranks);
  expect([intersection(set(1, 3, 5, 9), set(0, 3, 4, 9)), intersection(null, set(1)), intersection(set(), set(1)), intersection(null, null)]).toEqual([set(3, 9), set(1), set(), null]);
});

const keys_by = (column: ColumnName, is_down = false) => [...order_of(what, how, { column, is_down })].map(rank => what.key(rank).split('/')[1]);
test('each order, with what has no value last both ways', () => {
  expect(keys_by('key')).toEqual(['contacts', 'leads', 'stock', 'daily']);
  expect(keys_by('key', true)).toEqual(['daily', 'stock', 'leads', 'contacts']);
  expect(keys_by('status')).toEqual(['contacts', 'stock', 'leads', 'daily']);
  expect(keys_by('group')).toEqual(['contacts', 'leads', 'stock', 'daily']);
  expect(keys_by('group', true)).toEqual(['stock', 'contacts', 'leads', 'daily']);
  expect(keys_by('updated', true)).toEqual(['contacts', 'stock', 'leads', 'daily']);
  expect(keys_by('updated')).toEqual(['leads', 'stock', 'contacts', 'daily']);
  expect(keys_by('checks')).toEqual(['contacts', 'stock', 'leads', 'daily']);
  expect(keys_by('freshness')).toEqual(['contacts', 'stock', 'daily', 'leads']);
  expect(keys_by('partitions')[0]).toBe('stock');
});
test('every order has every asset once', () => {
  const { catalog, status } = company(3000);
  for (const column of ['key', 'status', 'freshness', 'owner', 'group', 'kind', 'updated', 'checks', 'partitions'] as const) {
    for (const is_down of [false, true]) expect(new Set(order_of(catalog, status, { column, is_down })).size, column).toBe(3000);
  }
});
test('some of them in that order', () => {
  expect([...in_order(Uint32Array.of(3, 1, 0, 2), Uint32Array.of(0, 2, 3))]).toEqual([3, 0, 2]);
  expect([...in_order(Uint32Array.of(3, 1, 0, 2), null)]).toEqual([3, 1, 0, 2]);
});
test('an order in the address', () => {
  expect([sort_of(''), sort_of('-updated'), sort_of('nonsense')]).toEqual([{ column: 'key', is_down: false }, { column: 'updated', is_down: true }, { column: 'key', is_down: false }]);
  expect([sort_text(sort_of('')), sort_text(sort_of('-key')), sort_text(sort_of('owner'))]).toEqual(['', '-key', 'owner']);
  expect([sort_after(sort_of(''), 'updated'), sort_after(sort_of('-updated'), 'updated'), sort_after(sort_of(''), 'status')].map(sort_text)).toEqual(['-updated', 'updated', 'status']);
});

test('the file has a line for each asset, in the daemon’s words', () => {
  const odd = new Catalog(columns_of(['a,"b"'], { owners: ['@x'], owner: [[0, 0]], automations: ["on_cron('0 6')\n| x"], automation: [0] }));
  const lines = csv([0], odd, new Status(status_columns(1, { updated_at: [0] }))).split('\r\n');
  expect(lines[0]!.split(',')).toHaveLength(19);
  expect(lines[1]).toBe(`"a,""b""",company,,,@x @x,,fresh,idle,none,0,,0,0,,,,,,"on_cron('0 6')\n| x"`);
  expect(csv([2], what, how).split('\r\n')[1]).toBe('erp/stock,company,erp,table,@erp,,fresh,running,warn,0,1970-01-01T00:00:03.000Z,1,0,daily,10,7,1,1,');
});
test('a narrow table keeps what tells most', () => {
  expect([columns_for(320), columns_for(390)]).toEqual([['key', 'status'], ['key', 'status']]);
  expect(columns_for(760)).toEqual(['key', 'status', 'owner', 'updated']);
  expect(columns_for(1400)).toHaveLength(9);
});
