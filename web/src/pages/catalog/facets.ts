// By what assets are told apart, and how many there are of each value.  All is codes in typed arrays:
// 100,000 assets are counted between two keystrokes.
import type { Catalog } from '../../store/catalog';
import { any_of, value_text } from '../../store/selection';
import type { Status } from '../../store/status';

export type FacetName = 'status' | 'owner' | 'group' | 'kind' | 'tag' | 'project' | 'freshness' | 'partitioned' | 'automation';
export const facet_names: FacetName[] = ['status', 'owner', 'group', 'kind', 'tag', 'project', 'freshness', 'partitioned', 'automation'];

/// The values of each asset as compressed sparse rows of codes.
export interface Facet {
  name: FacetName;
  values: string[];  ///< By code, as the address has them; "none" where an asset has no value.
  begin: Uint32Array;
  items: Uint16Array | Uint32Array;
}
export type Chosen = ReadonlyMap<FacetName, ReadonlySet<string>>;

export const none = '<null>';  ///< As the selection language has it.
export const status_values = ['failed', 'late', 'warning', 'running', 'waiting', 'stale', 'partial', 'missing', 'provisional', 'paused', 'fresh'] as const;
const words_max = 7;  ///< Of one asset at a time.
const freshness_values = ['fail', 'warn', 'pass', 'unknown', 'none'];
const automation_values = ['eager', 'on_cron', 'on_missing', 'lazy', 'custom', 'none'];

/// What an expression begins with, in the words of "automation:".
export function automation_head(expression: string): string {
  if (!expression) return 'none';
  const word = /^[\s(]*([a-z_]*)/.exec(expression)![1]!;
  return automation_values.slice(0, 4).includes(word) ? word : 'custom';
}

function single(name: FacetName, values: string[], size: number, code: (rank: number) => number): Facet {
  const begin = new Uint32Array(size + 1), items = new Uint32Array(size);
  for (let rank = 0; rank < size; ++rank) {
    begin[rank] = rank;
    items[rank] = code(rank);
  }
  begin[size] = size;
  return { name, values, begin, items };
}
function several(name: FacetName, texts: string[], lists: number[][]): Facet {
  const begin = new Uint32Array(lists.length + 1);
  for (let rank = 0; rank < lists.length; ++rank) begin[rank + 1] = begin[rank]! + Math.max(1, lists[rank]!.length);
  const items = new Uint32Array(begin[lists.length]!);
  for (let rank = 0; rank < lists.length; ++rank) {
    const list = lists[rank]!, at = begin[rank]!;
    items[at] = texts.length;  // none, unless there is one
    for (let i = 0; i < list.length; ++i) items[at + i] = list[i]!;
  }
  return { name, values: [...texts, none], begin, items };
}

/// Of what definitions say; made once for each catalog.
export function structure_facets(catalog: Catalog): Facet[] {
  const { columns, size } = catalog;
  const or_none = (codes: number[], texts: string[]) => (rank: number) => codes[rank]! < 0 ? texts.length : codes[rank]!;
  const heads = columns.automations.map(text => automation_values.indexOf(automation_head(text)));
  return [
    several('owner', columns.owners, columns.owner),
    single('group', [...columns.groups, none], size, or_none(columns.group, columns.groups)),
    several('kind', columns.kinds, columns.kind),
    several('tag', columns.tags, columns.tag),
    single('project', columns.projects, size, rank => columns.project[rank]!),
    single('partitioned', ['yes', 'no'], size, rank => columns.partitions[rank]! < 0 ? 1 : 0),
    single('automation', automation_values, size, rank => columns.automation[rank]! < 0 ? 5 : heads[columns.automation[rank]!]!),
  ];
}

/// Of how assets are now; the words mean what "status:" and "freshness:" mean in a selection.
export function state_facets(status: Status, size: number): Facet[] {
  const begin = new Uint32Array(size + 1), items = new Uint16Array(size * words_max);
  const code = Object.fromEntries(status_values.map((word, i) => [word, i])) as Record<typeof status_values[number], number>;
  let n = 0;
  for (let rank = 0; rank < size; ++rank) {
    const data = status.data_of(rank), work = status.work_of(rank), freshness = status.freshness_of(rank);
    const counts = status.counts.get(rank);
    if (status.has_failed(rank) || work === 'failed') items[n++] = code.failed;
    if (freshness === 'fail') items[n++] = code.late;
    else if (freshness === 'warn') items[n++] = code.warning;
    if (work === 'running' || work === 'waiting') items[n++] = code[work];
    items[n++] = code[data];
    if (counts && counts.materialized > 0 && counts.missing > 0) items[n++] = code.partial;
    if (status.is_provisional(rank)) items[n++] = code.provisional;
    if (status.is_paused(rank)) items[n++] = code.paused;
    begin[rank + 1] = n;
  }
  return [{ name: 'status', values: [...status_values], begin, items: items.slice(0, n) }, freshness_facet(status, size)];
}

const freshness_facet = (status: Status, size: number): Facet =>
  single('freshness', freshness_values, size, rank => freshness_values.indexOf(status.freshness_of(rank)));

export type Counts = Map<FacetName, Uint32Array>;
const all_chosen = (facet: Facet, chosen: Chosen): Uint8Array | null => {
  const values = chosen.get(facet.name);
  return values?.size ? Uint8Array.from(facet.values, value => values.has(value) ? 1 : 0) : null;
};

/// Those of `base` that everything chosen leaves, ascending; a null base is all.
export function narrowed(facets: readonly Facet[], chosen: Chosen, size: number, base: Uint32Array | null): Uint32Array | null {
  let left = base;
  for (const facet of facets) {
    const want = all_chosen(facet, chosen);
    if (!want) continue;
    const { begin, items } = facet, total = left ? left.length : size, out = new Uint32Array(total);
    let n = 0;
    for (let i = 0; i < total; ++i) {
      const rank = left ? left[i]! : i;
      for (let at = begin[rank]!; at < begin[rank + 1]!; ++at) if (want[items[at]!]) { out[n++] = rank; break; }
    }
    left = out.slice(0, n);
  }
  return left;
}

/// By code: how many of `base` there would be with this value, all other facets as chosen.
export function count(facets: readonly Facet[], chosen: Chosen, size: number, base: Uint32Array | null): Counts {
  const total = (left: Uint32Array | null) => left ? left.length : size;
  const of_all = narrowed(facets, chosen, size, base);
  return new Map(facets.map(facet => {
    const left = chosen.get(facet.name)?.size ? narrowed(facets.filter(each => each !== facet), chosen, size, base) : of_all;
    const { begin, items } = facet, counts = new Uint32Array(facet.values.length);
    for (let i = 0; i < total(left); ++i) {
      const rank = left ? left[i]! : i;
      for (let at = begin[rank]!; at < begin[rank + 1]!; ++at) counts[items[at]!]!++;
    }
    return [facet.name, counts];
  }));
}

/// A value as an expression.
export function value_expression(name: FacetName, value: string): string {
  if (name === 'partitioned') return value === 'yes' ? 'not partitions:none' : 'partitions:none';
  if (value === none) return `${name}:${none}`;
  if (name !== 'tag') return `${name}:${value_text(value)}`;
  const [tag, ...rest] = value.split(':');
  return `tag:${value_text(tag!)}` + (rest.length ? `=${value_text(rest.join(':'))}` : '');
}
/// What is chosen, an expression for each facet.
export const chosen_expressions = (chosen: Chosen): string[] =>
  facet_names.filter(name => chosen.get(name)?.size).map(name => any_of(Array.from(chosen.get(name)!, value => value_expression(name, value))));
