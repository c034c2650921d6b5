// What is under a point of the view.
import type { Camera } from './camera';
import type { FramePlan } from './detail';
import type { Boxes, Scene } from './scene';

export type Pick = { kind: 'node'; node: number; side?: 'left' | 'right' } | { kind: 'box'; box: number };
/// A target is at least 24 px wide, however small the node is drawn.
const reach = 12;
const stub_reach = 24;

export function hit(scene: Scene, plan: FramePlan, camera: Camera, closed: ReadonlySet<number>, x: number, y: number): Pick | null {
  const px = camera.x + x / camera.k, py = camera.y + y / camera.k;
  if (plan.level > 0) {
    const near = reach / camera.k, wide = plan.level >= 3 ? stub_reach / camera.k : near;
    let best = -1, least = Infinity, side: 'left' | 'right' | undefined;
    const found: number[] = [];
    scene.index.query({ x: px - wide, y: py - near, width: 2 * wide, height: 2 * near }, found);
    for (const node of found) {
      const left = scene.x[node]! - px, right = px - scene.x[node]! - scene.w[node]!;
      const dx = Math.max(left, right, 0), dy = Math.max(scene.y[node]! - py, py - scene.y[node]! - scene.h[node]!, 0);
      const is_beside = dx > 0 && dy === 0;
      if ((!is_beside && dx > near) || dy > near) continue;
      if (scene.boxes && closed.has(scene.boxes.of_rank[scene.rank[node]!]!)) continue;
      if (dx + dy >= least) continue;
      best = node;
      least = dx + dy;
      side = plan.level >= 3 && is_beside && dx * camera.k > 2 ? left > 0 ? 'left' : 'right' : undefined;
    }
    if (best >= 0) {
      const stub = side && plan.stubs.find(each => each.node === best);
      const has_stub = stub && (side === 'left' ? stub.left : stub.right) > 0;
      if (has_stub) return { kind: 'node', node: best, side };
      if (!side) return { kind: 'node', node: best };
    }
    const box = scene.boxes ? box_at(scene.boxes, px, py, 0) : -1;
    return box >= 0 ? { kind: 'box', box } : null;
  }
  const box = scene.boxes ? box_at(scene.boxes, px, py, Math.min(reach, 4) / camera.k) : -1;
  return box >= 0 ? { kind: 'box', box } : null;
}

function box_at(boxes: Boxes, x: number, y: number, near: number): number {
  const found: number[] = [];
  boxes.index.query({ x: x - near, y: y - near, width: 2 * near, height: 2 * near }, found);
  // The smallest, should any overlap.
  return found.reduce((best, box) => best < 0 || boxes.w[box]! * boxes.h[box]! < boxes.w[best]! * boxes.h[best]! ? box : best, -1);
}
