// The same assets as the picture has, one row each.  Pure.
import type { Scene } from './scene';

export interface AssetRow { rank: number; node: number; level: number | null; is_stacked: boolean }
/// By level, then from top to bottom; without levels by group, then by place.
export function asset_rows(scene: Scene, has_levels: boolean): AssetRow[] {
  const out: AssetRow[] = [];
  for (let node = 0; node < scene.size; ++node) {
    const stack = scene.stack?.[node];
    const level = has_levels ? scene.level?.[node] ?? null : null;
    if (stack) for (const rank of stack) out.push({ rank, node, level, is_stacked: true });
    else out.push({ rank: scene.rank[node]!, node, level, is_stacked: false });
  }
  const group = (row: AssetRow) => scene.catalog.columns.group[row.rank]!;
  const { x, y } = scene;
  return has_levels
    ? out.sort((a, b) => a.level! - b.level! || y[a.node]! - y[b.node]! || a.rank - b.rank)
    : out.sort((a, b) => (scene.boxes ? group(a) - group(b) : 0) || x[a.node]! - x[b.node]! || y[a.node]! - y[b.node]! || a.rank - b.rank);
}
export const box_rows = (scene: Scene): number[] =>
  [...(scene.boxes?.count.keys() ?? [])].sort((a, b) => scene.boxes!.count[b]! - scene.boxes!.count[a]! || a - b);
