// The graph of another deployment beside this one's.  Pure.
import type { Catalog } from '../../store/catalog';

/// An asset as `freshet graph --json` writes it.
export interface OtherAsset {
  key: string; deps: string[];
  external?: boolean; group?: string; kinds?: string[]; owners?: string[]; tags?: unknown; partitions?: string | null; project?: string;
}
export type Field = 'deps' | 'external' | 'group' | 'kinds' | 'owners' | 'partitions';
export interface Change { kind: 'added' | 'removed' | 'changed'; fields: Field[]; added_deps: string[]; removed_deps: string[] }

/// Null where it is something else.
export function read_graph(text: string): OtherAsset[] | null {
  let body: unknown;
  try { body = JSON.parse(text); } catch { return null; }
  const assets = (body as { assets?: unknown } | null)?.assets;
  if (!Array.isArray(assets)) return null;
  const is_asset = (each: unknown): each is OtherAsset =>
    typeof each === 'object' && each !== null && typeof (each as OtherAsset).key === 'string' && Array.isArray((each as OtherAsset).deps);
  return assets.every(is_asset) ? assets.map(each => ({ ...each, deps: each.deps.map(dep => typeof dep === 'string' ? dep : String((dep as { key?: unknown }).key)) })) : null;
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every(each => b.includes(each));
/// What is here and not there is added; by key, only what differs.
export function compared(catalog: Catalog, others: readonly OtherAsset[]): Map<string, Change> {
  const out = new Map<string, Change>();
  const seen = new Set<string>();
  for (const other of others) {
    seen.add(other.key);
    const rank = catalog.rank_of(other.key);
    if (rank === undefined) {
      out.set(other.key, { kind: 'removed', fields: [], added_deps: [], removed_deps: [] });
      continue;
    }
    const deps = [...catalog.up.of(rank)].map(each => catalog.key(each));
    const fields: Field[] = [];
    if (!same(deps, other.deps)) fields.push('deps');
    if (other.external !== undefined && other.external !== catalog.is_external(rank)) fields.push('external');
    if (other.group !== undefined && other.group !== catalog.group(rank)) fields.push('group');
    if (other.kinds && !same(other.kinds, catalog.kinds(rank))) fields.push('kinds');
    if (other.owners && !same(other.owners, catalog.owners(rank))) fields.push('owners');
    if (other.partitions !== undefined && (other.partitions ?? '') !== catalog.partitions(rank)) fields.push('partitions');
    if (fields.length === 0) continue;
    out.set(other.key, { kind: 'changed', fields, added_deps: deps.filter(each => !other.deps.includes(each)), removed_deps: other.deps.filter(each => !deps.includes(each)) });
  }
  for (let rank = 0; rank < catalog.size; ++rank) {
    const key = catalog.key(rank);
    if (!seen.has(key)) out.set(key, { kind: 'added', fields: [], added_deps: [], removed_deps: [] });
  }
  return out;
}
export function totals(changes: ReadonlyMap<string, Change>): Record<Change['kind'], number> {
  const out = { added: 0, removed: 0, changed: 0 };
  for (const { kind } of changes.values()) ++out[kind];
  return out;
}
