// Where the arrow keys lead.  Pure.
import type { Boxes, Scene } from './scene';

export type Direction = 'left' | 'right' | 'up' | 'down';

/// Along an edge to the neighbour that is nearest in height, or `back`, where one came from, if that is one
/// of them; up and down to the nearest in the same column.  -1: there is none.
export function next_node(scene: Scene, from: number, direction: Direction, back = -1): number {
  const middle = (node: number) => scene.y[node]! + scene.h[node]! / 2;
  if (direction === 'left' || direction === 'right') {
    const beside = scene[direction === 'left' ? 'up' : 'down'].of(from);
    let best = -1;
    for (const node of beside) {
      if (node === back) return node;
      if (best < 0 || Math.abs(middle(node) - middle(from)) < Math.abs(middle(best) - middle(from))) best = node;
    }
    return best;
  }
  const box = scene.boxes?.of_rank[scene.rank[from]!] ?? -1;
  const sign = direction === 'up' ? -1 : 1;
  // The column first; where it ends, whatever stands nearest above or below in the same box.
  for (const is_wide of [false, true]) {
    const slack = is_wide ? scene.w[from]! * 4 : 1;
    const found: number[] = [];
    scene.index.query({ x: scene.x[from]! - slack, y: sign < 0 ? -1e9 : scene.y[from]!, width: scene.w[from]! + 2 * slack, height: sign < 0 ? 1e9 + scene.y[from]! + scene.h[from]! : 1e9 }, found);
    let best = -1, least = Infinity;
    for (const node of found) {
      const dy = (middle(node) - middle(from)) * sign, dx = Math.abs(scene.x[node]! - scene.x[from]!);
      if (node === from || dy <= 0 || (!is_wide && dx > scene.w[from]! / 2)) continue;
      if (scene.boxes && scene.boxes.of_rank[scene.rank[node]!] !== box) continue;
      if (dy + 2 * dx < least) { best = node; least = dy + 2 * dx; }
    }
    if (best >= 0) return best;
  }
  return -1;
}

/// The nearest box in a direction; one that lies more across than along counts as farther.
export function next_box(boxes: Boxes, from: number, direction: Direction): number {
  const cx = (box: number) => boxes.x[box]! + boxes.w[box]! / 2, cy = (box: number) => boxes.y[box]! + boxes.h[box]! / 2;
  let best = -1, least = Infinity;
  for (let box = 0; box < boxes.size; ++box) {
    const dx = cx(box) - cx(from), dy = cy(box) - cy(from);
    const along = direction === 'left' ? -dx : direction === 'right' ? dx : direction === 'up' ? -dy : dy;
    const across = Math.abs(direction === 'left' || direction === 'right' ? dy : dx);
    if (box === from || along <= 0) continue;
    if (along + 2 * across < least) { best = box; least = along + 2 * across; }
  }
  return best;
}
