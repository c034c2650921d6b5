// What the present question lays over a scene: focus, distances, differences, what was found.  Pure.
import type { Catalog } from '../../store/catalog';
import type { View } from './address';
import type { Change } from './compare';
import type { Overlay } from './graph_view';
import { members_of, type Scene } from './scene';

/// By node: steps from the origin downstream, the fewest of what it stands for; -1: not reached.
export function distances(scene: Scene, origin: number): Int32Array {
  const steps = scene.catalog.closure(origin, 'down');
  const out = new Int32Array(scene.size).fill(-1);
  for (let node = 0; node < scene.size; ++node) {
    for (const rank of members_of(scene, node)) {
      const mine = rank === origin ? 0 : steps.get(rank);
      if (mine !== undefined && (out[node] === -1 || mine < out[node]!)) out[node] = mine;
    }
  }
  return out;
}
export function marks_of(scene: Scene, changes: ReadonlyMap<string, Change>): Uint8Array {
  const out = new Uint8Array(scene.size);
  for (const [key, { kind }] of changes) {
    const node = scene.node_of[scene.catalog.rank_of(key) ?? -1] ?? -1;
    if (node >= 0) out[node] = kind === 'added' ? 1 : 2;
  }
  return out;
}
export function over_of(scene: Scene, view: View, catalog: Catalog, changes: ReadonlyMap<string, Change> | null, found: readonly number[] | null, closed: ReadonlySet<number>): Overlay {
  const is_same = scene.catalog === catalog;
  const focus = view.kind === 'around' || view.kind === 'impact' ? catalog.rank_of(view.focus) ?? -1 : -1;
  const nodes = new Set<number>(), boxes = new Set<number>();
  if (view.kind === 'paths' && is_same) for (const end of [view.from, view.to]) nodes.add(scene.node_of[catalog.rank_of(end) ?? -1] ?? -1);
  if (found && is_same) {
    for (const rank of found) {
      if (scene.node_of[rank]! >= 0) nodes.add(scene.node_of[rank]!);
      const box = scene.boxes?.of_rank[rank] ?? -1;
      if (box >= 0) boxes.add(box);
    }
  }
  return {
    focus: is_same ? focus : -1,
    tint: view.kind === 'impact' && is_same && focus >= 0 ? distances(scene, focus) : null,
    marks: changes && is_same ? marks_of(scene, changes) : null,
    matches: nodes.size ? nodes : null, box_matches: boxes.size ? boxes : null, closed,
  };
}
/// Box of a group by its name, -1: there is none.
export function box_of_group(scene: Scene, name: string): number {
  const group = scene.catalog.columns.groups.indexOf(name);
  return group < 0 ? -1 : scene.boxes?.group.indexOf(group) ?? -1;
}
