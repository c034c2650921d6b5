// What the address asks the catalog for.
import { all_of, value_text } from '../../store/selection';
import { chosen_expressions, facet_names, narrowed, type Chosen, type Facet, type FacetName } from './facets';
import { sort_of, sort_text, type Sort } from './sorting';

export interface Query {
  text: string;     ///< Words that keys hold.
  select: string;   ///< An expression of the selection language.
  chosen: Chosen;
  sort: Sort;
}
export type Params = Record<string, string>;

/// Commas separate values; those within one are percent-encoded.
const split = (text: string): string[] => text.split(',').filter(each => each !== '').map(each => each.replaceAll('%2C', ',').replaceAll('%25', '%'));
const joined = (values: Iterable<string>): string => Array.from(values, value => value.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');

export function query_of(param: (name: string) => string): Query {
  const chosen = new Map<FacetName, Set<string>>();
  for (const name of facet_names) {
    const values = split(param(name));
    if (values.length) chosen.set(name, new Set(values));
  }
  return { text: param('q'), select: param('select'), chosen, sort: sort_of(param('sort')) };
}

/// With one value of a facet put in or taken out, for the address.
export function toggled(chosen: Chosen, name: FacetName, value: string): Params {
  const values = new Set(chosen.get(name));
  if (!values.delete(value)) values.add(value);
  return { [name]: joined(values) };
}
export const sort_params = (sort: Sort): Params => ({ sort: sort_text(sort) });

const words_of = (text: string): string[] => text.split(/\s+/).filter(word => word !== '');
/// All of it as one expression, for commands, calls and other pages; "*" for everything.
export const expression_of = ({ text, select, chosen }: Query): string =>
  all_of([select.trim(), ...chosen_expressions(chosen), ...words_of(text).map(word => `key:${value_text(`**${word}**`)}`)]) || '*';
export const is_all = ({ text, select, chosen }: Query): boolean => !text.trim() && !select.trim() && chosen.size === 0;
/// Everything that narrows, taken away.
export const nothing_chosen: Params = { q: '', select: '', ...Object.fromEntries(facet_names.map(name => [name, ''])) };

export interface Narrowing { name: 'q' | 'select' | FacetName; matches: number }
/// Which condition to take away, where nothing matches: the one without which most are left.  `sets` are
/// the ranks that text and selection leave each by itself, null for all.
export function loosening(query: Query, facets: readonly Facet[], size: number, sets: { text: Uint32Array | null; select: Uint32Array | null }): Narrowing | null {
  const out: Narrowing[] = [];
  const add = (name: Narrowing['name'], chosen: Chosen, base: Uint32Array | null) => out.push({ name, matches: narrowed(facets, chosen, size, base)?.length ?? size });
  const both = intersection(sets.text, sets.select);
  if (query.text.trim()) add('q', query.chosen, sets.select);
  if (query.select.trim()) add('select', query.chosen, sets.text);
  for (const name of query.chosen.keys()) add(name, new Map([...query.chosen].filter(([each]) => each !== name)), both);
  return out.toSorted((a, b) => b.matches - a.matches).find(each => each.matches > 0) ?? null;
}

/// Of ascending ranks; null is all.
export function intersection(a: Uint32Array | null, b: Uint32Array | null): Uint32Array | null {
  if (!a || !b) return a ?? b;
  const out = new Uint32Array(Math.min(a.length, b.length));
  let n = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i]! < b[j]!) ++i;
    else if (a[i]! > b[j]!) ++j;
    else { out[n++] = a[i]!; ++i; ++j; }
  }
  return out.slice(0, n);
}
