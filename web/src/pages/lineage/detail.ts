// What a frame shows: how much of each node, and which edges.  Pure decisions; a frame never draws more
// than its budget, whatever the graph is like.
import { area_of, type Camera, type Size } from './camera';
import type { Boxes, Scene } from './scene';

/// 0 boxes of groups, 1 a cell per asset, 2 bars, 3 cards, 4 cards with details.
export type Level = 0 | 1 | 2 | 3 | 4;
export const nodes_max = 2000, segments_max = 2000, labels_max = 300;
const frames_max = 300;   ///< Boxes around nodes.
const hubs_max = 40;      ///< Names beside bars, of those with at least so many edges:
const hub_edges = 8;

/// `in_view` may say more than there are.  `was` keeps the level steady at the edge of the crowd.
export function level_of(k: number, in_view: number, was: Level | null, has_boxes: boolean): Level {
  const most = was === 0 ? nodes_max * 0.9 : nodes_max;
  if (has_boxes && (k < 0.05 || in_view > most)) return 0;
  return k < 0.15 ? 1 : k < 0.4 ? 2 : k < 1.2 ? 3 : 4;
}

export interface Attention {
  selected: number;          ///< Node, or -1.
  hovered: number;
  cone: Uint8Array | null;   ///< By node: it is up- or downstream of the selected one.
  closed: ReadonlySet<number>;  ///< Boxes that hide their nodes.
}
export interface Edge { from: number; to: number; place: number }  ///< Nodes; place in `down.items`.
export interface FramePlan {
  level: Level;
  nodes: number[];
  boxes: number[];           ///< In view, the fullest first.
  tiles: number[];           ///< What boxes hold, where they are large enough to show it.
  edges: Edge[];
  strong: Edge[];            ///< Those of the selected or hovered node; drawn last.
  stubs: { node: number; left: number; right: number }[];
  labels: Set<number>;       ///< Nodes that are named.
}

const segments_of = (scene: Scene, place: number): number => scene.points ? Math.max(1, scene.points[scene.edge![place]!]!.length / 2 - 1) : 1;

/// Keeps the room that it needs from frame to frame.
export class Planner {
  private readonly seen: Uint32Array;
  private stamp = 0;
  private was: Level | null = null;
  private readonly by_count: Uint32Array;

  constructor(private readonly scene: Scene) {
    this.seen = new Uint32Array(scene.size);
    const { boxes } = scene;
    this.by_count = boxes ? Uint32Array.from(boxes.count.keys()).sort((a, b) => boxes.count[b]! - boxes.count[a]!) : new Uint32Array();
  }

  plan(camera: Camera, view: Size, attention: Attention): FramePlan {
    const { scene } = this;
    const area = area_of(camera, view);
    const plan: FramePlan = { level: 0, nodes: [], boxes: [], tiles: [], edges: [], strong: [], stubs: [], labels: new Set() };
    let count = scene.index.about(area);
    if (count > nodes_max && count < 4 * nodes_max) count = scene.index.query(area, [], nodes_max);
    plan.level = scene.size === 0 ? 0 : level_of(camera.k, count, this.was, scene.boxes !== null || scene.tiles !== null);
    this.was = plan.level;
    if (scene.boxes) plan.boxes = this.boxes_in(scene.boxes, camera, view, plan.level === 0 ? nodes_max + 1 : frames_max);
    if (plan.level === 0) {
      if (scene.tiles) {
        scene.tiles.index.query(area, plan.tiles, nodes_max);
        if (plan.tiles.length > nodes_max) plan.tiles.length = nodes_max;
        plan.boxes.length = Math.min(plan.boxes.length, nodes_max - plan.tiles.length, frames_max);
      } else plan.boxes.length = Math.min(plan.boxes.length, nodes_max);
      return plan;
    }
    scene.index.query(area, plan.nodes, nodes_max);
    if (plan.nodes.length > nodes_max) plan.nodes.length = nodes_max;
    if (attention.closed.size > 0 && scene.boxes) {
      const { of_rank } = scene.boxes;
      plan.nodes = plan.nodes.filter(node => !attention.closed.has(of_rank[scene.rank[node]!]!));
    }
    this.pick_edges(plan, attention);
    this.pick_labels(plan, attention);
    return plan;
  }

  private boxes_in(boxes: Boxes, camera: Camera, view: Size, most: number): number[] {
    const area = area_of(camera, view);
    const out: number[] = [];
    for (const box of this.by_count) {
      if (boxes.x[box]! > area.x + area.width || boxes.y[box]! > area.y + area.height || boxes.x[box]! + boxes.w[box]! < area.x || boxes.y[box]! + boxes.h[box]! < area.y) continue;
      out.push(box);
      if (out.length === most) break;
    }
    return out;
  }

  /// Both ends in view, or it is a stub; what only passes through is not drawn.
  private pick_edges(plan: FramePlan, attention: Attention): void {
    const { scene, seen } = this;
    const stamp = ++this.stamp;
    for (const node of plan.nodes) seen[node] = stamp;
    const has_stubs = plan.level >= 3;
    const { selected, hovered, cone } = attention;
    let segments = 0, strong_segments = 0;
    for (const node of plan.nodes) {
      let left = 0, right = 0;
      const begin = scene.down.begin[node]!, end = scene.down.begin[node + 1]!;
      for (let place = begin; place < end; ++place) {
        const to = scene.down.items[place]!;
        if (seen[to] !== stamp) { ++right; continue; }
        const is_strong = node === selected || to === selected || node === hovered || to === hovered;
        if (plan.level === 1 && !is_strong && !(cone && cone[node] && cone[to])) continue;
        const length = segments_of(scene, place);
        if (is_strong) {
          if (strong_segments + length <= segments_max / 2) { plan.strong.push({ from: node, to, place }); strong_segments += length; }
        } else { plan.edges.push({ from: node, to, place }); segments += length; }
      }
      if (!has_stubs) continue;
      for (const from of scene.up.of(node)) if (seen[from] !== stamp) ++left;
      left += scene.more_up?.[node] ?? 0;
      right += scene.more_down?.[node] ?? 0;
      if (left > 0 || right > 0) plan.stubs.push({ node, left, right });
    }
    const room = segments_max - strong_segments;
    if (segments > room) {
      // The same edges go each time, so that nothing flickers while one moves.
      const share = room / segments;
      let kept = 0;
      plan.edges = plan.edges.filter(edge => {
        if (Math.imul(edge.place + 1, 0x9e3779b1) >>> 0 > share * 0x1_0000_0000) return false;
        const length = segments_of(scene, edge.place);
        if (kept + length > room) return false;
        kept += length;
        return true;
      });
    }
  }

  private pick_labels(plan: FramePlan, { selected, hovered }: Attention): void {
    const { scene } = this;
    const add = (node: number) => { if (node >= 0 && this.seen[node] === this.stamp) plan.labels.add(node); };
    add(selected);
    add(hovered);
    if (plan.level === 1) return;
    const degree = (node: number) => scene.up.count(node) + scene.down.count(node);
    const most = plan.level === 2 ? hubs_max : labels_max;
    if (plan.level >= 3 && plan.nodes.length <= most) { plan.nodes.forEach(node => plan.labels.add(node)); return; }
    const least = plan.level === 2 ? hub_edges : 0;
    const ranked = plan.nodes.filter(node => degree(node) >= least).sort((a, b) => degree(b) - degree(a) || a - b);
    for (const node of ranked) {
      if (plan.labels.size >= most) break;
      plan.labels.add(node);
    }
  }
}

/// What is reachable from a node and what reaches it, among those that are here.
export function cone_of(scene: Scene, node: number): Uint8Array {
  const out = new Uint8Array(scene.size);
  for (const where of ['up', 'down'] as const) {
    const queue = [node], seen = new Uint8Array(scene.size);
    seen[node] = 1;
    for (let at = 0; at < queue.length; ++at) {
      out[queue[at]!] = 1;
      for (const other of scene[where].of(queue[at]!)) if (!seen[other]) { seen[other] = 1; queue.push(other); }
    }
  }
  return out;
}
