// What leads from one box to others, beyond the bundles that the daemon sends.
import type { Scene } from './scene';

const links_max = 100;
export interface Link { box: number; weight: number; is_in: boolean }

/// The assets of a box.
export function ranks_of(scene: Scene, box: number): number[] {
  const out: number[] = [];
  scene.boxes!.of_rank.forEach((each, rank) => { if (each === box) out.push(rank); });
  return out;
}
/// The heaviest first.
export function links_of(scene: Scene, box: number): Link[] {
  const { of_rank } = scene.boxes!;
  const weights = { up: new Map<number, number>(), down: new Map<number, number>() };
  for (const rank of ranks_of(scene, box)) {
    for (const where of ['up', 'down'] as const) {
      for (const other of scene.catalog[where].of(rank)) {
        const there = of_rank[other]!;
        if (there >= 0 && there !== box) weights[where].set(there, (weights[where].get(there) ?? 0) + 1);
      }
    }
  }
  const all: Link[] = [...weights.up].map(([each, weight]) => ({ box: each, weight, is_in: true }));
  for (const [each, weight] of weights.down) all.push({ box: each, weight, is_in: false });
  return all.sort((a, b) => b.weight - a.weight).slice(0, links_max);
}
