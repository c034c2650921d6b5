// Graphs for the tests of the lineage page.
import type { LayoutData } from '../src/pages/lineage/layout_data';
import { scene_of, type Scene } from '../src/pages/lineage/scene';
import { Catalog, type CatalogColumns } from '../src/store/catalog';

/// A catalog with only what a graph is made from.
export function catalog_of(keys: string[], deps: number[][], groups: string[] = [], group: number[] = keys.map(() => -1)): Catalog {
  const none = keys.map(() => -1), lists = keys.map(() => []), zeros = keys.map(() => 0);
  const columns: CatalogColumns = {
    sequence: 1, instance: '', projects: ['p'], groups, kinds: [], owners: [], tags: [], sources: [], partition_texts: [], automations: [],
    key: keys, project: zeros, group, kind: lists, owner: lists, tag: lists, source: none, external: zeros, partitions: none, automation: none, checks: zeros, has_freshness: zeros, deps,
  };
  return new Catalog(columns);
}
const size = { w: 200, h: 48 };
export function layout_of(places: { x: number; y: number; level?: number; stack?: number[]; asset?: number }[], edges: [number, number][]): LayoutData {
  return {
    catalog: 1, width: Math.max(...places.map(p => p.x)) + size.w, height: Math.max(...places.map(p => p.y)) + size.h,
    nodes: {
      asset: places.map((p, i) => p.asset ?? i), x: places.map(p => p.x), y: places.map(p => p.y), w: places.map(() => size.w), h: places.map(() => size.h),
      level: places.map(p => p.level ?? 0), more_up: places.map(() => 0), more_down: places.map(() => 0), stack: places.map(p => p.stack ?? null),
    },
    edges: { from: edges.map(e => e[0]), to: edges.map(e => e[1]), points: edges.map(([a, b]) => [places[a]!.x + size.w, places[a]!.y + 24, places[b]!.x, places[b]!.y + 24]), back: edges.map(() => 0) },
    boxes: { group: [], asset: [], x: [], y: [], w: [], h: [], count: [] }, bundles: { from: [], to: [], weight: [], back: [] }, bundles_left_out: 0, reach: null, total: places.length,
  };
}
/// A grid of `n` assets in groups of `of`, every one with an edge to each of the next `reach`.
export function large(n: number, of = 40, reach = 2, has_groups = true): { catalog: Catalog; scene: Scene } {
  const across = Math.ceil(Math.sqrt(n));
  const keys = Array.from({ length: n }, (_, i) => `g${Math.floor(i / of)}/a${i}`);
  const groups = has_groups ? Array.from({ length: Math.ceil(n / of) }, (_, i) => `g${i}`) : [];
  const catalog = catalog_of(keys, keys.map((_, i) => Array.from({ length: reach }, (_unused, d) => i - d - 1).filter(d => d >= 0)), groups, keys.map((_, i) => has_groups ? Math.floor(i / of) : -1));
  const x = keys.map((_, i) => (i % across) * 260), y = keys.map((_, i) => Math.floor(i / across) * 64);
  const first = (i: number) => i * of;
  const layout: LayoutData = {
    catalog: 1, width: across * 260, height: across * 64, nodes: { asset: [...keys.keys()], x, y, w: x.map(() => 200), h: x.map(() => 48), level: [], more_up: [], more_down: [], stack: [] },
    edges: { from: [], to: [], points: [], back: [] },
    boxes: { group: [...groups.keys()], asset: groups.map(() => -1), x: groups.map((_, i) => x[first(i)]!), y: groups.map((_, i) => y[first(i)]!), w: groups.map(() => 260 * 8), h: groups.map(() => 64 * 5), count: groups.map((_, i) => Math.min(of, n - i * of)) },
    bundles: { from: [], to: [], weight: [], back: [] }, bundles_left_out: 0, reach: null, total: n,
  };
  return { catalog, scene: scene_of(layout, catalog) };
}
