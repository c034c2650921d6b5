// What can be drawn: nodes, edges and boxes as typed arrays.  Made once per layout; states are not in it.
import { Adjacency, type Catalog } from '../../store/catalog';
import type { Area } from './camera';
import { GridIndex } from './grid_index';
import type { LayoutData } from './layout_data';

/// Groups as boxes, assets that are in none as boxes of their own; or tiles, which have no name.
export interface Boxes {
  size: number;
  group: Int32Array;    ///< Number in the catalog, -1: none.
  asset: Int32Array;    ///< Rank of an asset in no group, else -1.
  x: Float32Array; y: Float32Array; w: Float32Array; h: Float32Array;
  count: Uint32Array;
  of_rank: Int32Array;  ///< The box of each asset, -1: none.
  index: GridIndex;
}
export interface Bundles { from: Uint32Array; to: Uint32Array; weight: Uint32Array; back: Uint8Array }

export interface Scene {
  catalog: Catalog;
  kind: 'part' | 'all' | 'overview';
  size: number;
  rank: Int32Array;            ///< By node; of a stack, the first.
  x: Float32Array; y: Float32Array; w: Float32Array; h: Float32Array;
  level: Int32Array | null;    ///< Steps from the focus.
  more_up: Uint32Array | null; ///< Neighbours that are in no node here.
  more_down: Uint32Array | null;
  stack: (number[] | null)[] | null;
  group: number[] | null;      ///< Of nodes that are collapsed groups, else -1.
  node_of: Int32Array;         ///< By rank, -1: not here.
  up: Adjacency;
  down: Adjacency;
  edge: Uint32Array | null;    ///< By place in `down.items`: index of `points` and `back`.
  points: number[][] | null;   ///< Null: straight lines.
  back: Uint8Array | null;
  index: GridIndex;
  boxes: Boxes | null;
  tiles: Boxes | null;         ///< Of a graph with too many nodes to draw each.
  bundles: Bundles;
  area: Area;
}

/// More nodes than this are drawn one by one only where the view holds less.
export const crowd = 2000;
const tile_nodes = 12, tiles_max = 1200;

function boxes_of(layout: LayoutData, catalog: Catalog): Boxes | null {
  const from = layout.boxes;
  const kept = [...from.count.keys()].filter(i => from.count[i]! > 0);
  if (kept.length === 0) return null;
  const column = (values: number[]) => Float32Array.from(kept, i => values[i]!);
  const x = column(from.x), y = column(from.y), w = column(from.w), h = column(from.h);
  const group = Int32Array.from(kept, i => from.group[i]!), asset = Int32Array.from(kept, i => from.asset[i]!);
  const of_group = new Int32Array(catalog.columns.groups.length).fill(-1);
  const of_rank = new Int32Array(catalog.size).fill(-1);
  group.forEach((each, box) => { if (each >= 0) of_group[each] = box; else of_rank[asset[box]!] = box; });
  for (let rank = 0; rank < catalog.size; ++rank) {
    const each = catalog.columns.group[rank]!;
    if (each >= 0) of_rank[rank] = of_group[each]!;
  }
  return { size: kept.length, group, asset, x, y, w, h, count: Uint32Array.from(kept, i => from.count[i]!), of_rank, index: new GridIndex(x, y, w, h) };
}

/// Squares of about as many nodes each; none reaches over the border of a box.
function tiles_of(scene: Pick<Scene, 'size' | 'x' | 'y' | 'w' | 'h' | 'rank' | 'area' | 'boxes'>, catalog: Catalog): Boxes {
  const { boxes, area } = scene;
  const covered = boxes ? boxes.w.reduce((sum, w, box) => sum + w * boxes.h[box]!, 0) : area.width * area.height;
  const edge = Math.sqrt(Math.max(1, covered) / (scene.size / Math.max(tile_nodes, scene.size / tiles_max)));
  const columns = Math.max(1, Math.ceil(area.width / edge)), rows = Math.max(1, Math.ceil(area.height / edge));
  const numbers = new Map<number, number>();
  const x: number[] = [], y: number[] = [], w: number[] = [], h: number[] = [], count: number[] = [];
  const of_rank = new Int32Array(catalog.size).fill(-1);
  const gap = edge * 0.06;
  for (let node = 0; node < scene.size; ++node) {
    const box = boxes ? boxes.of_rank[scene.rank[node]!]! : -1;
    const left = box >= 0 ? boxes!.x[box]! : area.x, top = box >= 0 ? boxes!.y[box]! : area.y;
    const column = Math.floor((scene.x[node]! + scene.w[node]! / 2 - left) / edge), row = Math.floor((scene.y[node]! + scene.h[node]! / 2 - top) / edge);
    const name = ((box + 1) * rows + row) * columns + column;
    let tile = numbers.get(name);
    if (tile === undefined) {
      tile = count.length;
      numbers.set(name, tile);
      const right = box >= 0 ? left + boxes!.w[box]! : Infinity, bottom = box >= 0 ? top + boxes!.h[box]! : Infinity;
      x.push(left + column * edge + gap);
      y.push(top + row * edge + gap);
      w.push(Math.min(edge, right - left - column * edge) - 2 * gap);
      h.push(Math.min(edge, bottom - top - row * edge) - 2 * gap);
      count.push(0);
    }
    count[tile]!++;
    of_rank[scene.rank[node]!] = tile;
  }
  const none = new Int32Array(count.length).fill(-1);
  const [xs, ys, ws, hs] = [x, y, w, h].map(each => Float32Array.from(each)) as [Float32Array, Float32Array, Float32Array, Float32Array];
  return { size: count.length, group: none, asset: none, x: xs, y: ys, w: ws, h: hs, count: Uint32Array.from(count), of_rank, index: new GridIndex(xs, ys, ws, hs) };
}

/// Adjacency of edges between nodes; with the index of each.
function rows_of(size: number, from: number[], to: number[]): { rows: Adjacency; edge: Uint32Array } {
  const begin = new Uint32Array(size + 1);
  for (const each of from) begin[each + 1]!++;
  for (let i = 0; i < size; ++i) begin[i + 1]! += begin[i]!;
  const next = begin.slice(), items = new Uint32Array(from.length), edge = new Uint32Array(from.length);
  from.forEach((each, i) => { const at = next[each]!++; items[at] = to[i]!; edge[at] = i; });
  return { rows: new Adjacency(begin, items), edge };
}

/// The part of the catalog's graph that the nodes are, where it is not the whole.
function edges_among(catalog: Catalog, rank: Int32Array, node_of: Int32Array): { from: number[]; to: number[] } {
  const from: number[] = [], to: number[] = [];
  rank.forEach((each, node) => {
    for (const other of catalog.down.of(each)) if (node_of[other]! >= 0) { from.push(node); to.push(node_of[other]!); }
  });
  return { from, to };
}

/// The layout must be of this catalog.
export function scene_of(layout: LayoutData, catalog: Catalog): Scene {
  const { nodes } = layout;
  const size = nodes.asset.length;
  const is_part = nodes.level.length > 0 || (size === 0 && layout.boxes.count.length === 0);
  const rank = Int32Array.from(nodes.asset);
  const x = Float32Array.from(nodes.x), y = Float32Array.from(nodes.y), w = Float32Array.from(nodes.w), h = Float32Array.from(nodes.h);
  const node_of = new Int32Array(catalog.size).fill(-1);
  rank.forEach((each, node) => { node_of[each] = node; });
  nodes.stack.forEach((stack, node) => stack?.forEach(each => { node_of[each] = node; }));
  const area = { x: 0, y: 0, width: layout.width, height: layout.height };
  const boxes = boxes_of(layout, catalog);
  const { bundles } = layout;
  const shared = {
    catalog, size, rank, x, y, w, h, node_of, boxes, area,
    kind: is_part ? 'part' as const : size > 0 ? 'all' as const : 'overview' as const,
    index: new GridIndex(x, y, w, h),
    bundles: { from: number_boxes(layout, bundles.from), to: number_boxes(layout, bundles.to), weight: Uint32Array.from(bundles.weight), back: Uint8Array.from(bundles.back, Number) },
    level: is_part ? Int32Array.from(nodes.level) : null,
    more_up: is_part ? Uint32Array.from(nodes.more_up) : null,
    more_down: is_part ? Uint32Array.from(nodes.more_down) : null,
    stack: nodes.stack.some(each => each !== null) ? nodes.stack : null,
    group: nodes.group ?? null,
  };
  const tiles = size > crowd ? tiles_of(shared, catalog) : null;
  if (is_part) {
    const down = rows_of(size, layout.edges.from, layout.edges.to), up = rows_of(size, layout.edges.to, layout.edges.from);
    return { ...shared, tiles, up: up.rows, down: down.rows, edge: down.edge, points: layout.edges.points, back: Uint8Array.from(layout.edges.back, Number) };
  }
  const is_whole = size === catalog.size && rank.every((each, node) => each === node);
  if (is_whole) return { ...shared, tiles, up: catalog.up, down: catalog.down, edge: null, points: null, back: null };
  const { from, to } = edges_among(catalog, rank, node_of);
  return { ...shared, tiles, up: rows_of(size, to, from).rows, down: rows_of(size, from, to).rows, edge: null, points: null, back: null };
}

/// Boxes are numbered without the empty ones.
function number_boxes(layout: LayoutData, boxes: number[]): Uint32Array {
  let last = 0;
  const numbers = layout.boxes.count.map(count => count > 0 ? last++ : -1);
  return Uint32Array.from(boxes, box => numbers[box]!);
}

/// All that a node stands for.
export const members_of = (scene: Scene, node: number): number[] => scene.stack?.[node] ?? [scene.rank[node]!];
/// Its neighbours in the graph, shown or not; of a stack, those of all of it.
export function counts_of(scene: Scene, node: number): { up: number; down: number } {
  const stack = scene.stack?.[node];
  if (!stack) return { up: scene.catalog.up.count(scene.rank[node]!), down: scene.catalog.down.count(scene.rank[node]!) };
  const among = (where: Adjacency) => new Set(stack.flatMap(rank => [...where.of(rank)])).size;
  return { up: among(scene.catalog.up), down: among(scene.catalog.down) };
}

export interface Ends { x0: number; y0: number; x1: number; y1: number; way: 'right' | 'beside' | 'left' }
/// Where a line from one node to another begins and ends: rightwards from side to side; within a column
/// around its right side; leftwards where it has to go back.
export function ends_of(scene: Scene, from: number, to: number): Ends {
  const a = scene.x[from]!, b = scene.x[to]!, aw = scene.w[from]!, bw = scene.w[to]!;
  const y0 = scene.y[from]! + scene.h[from]! / 2, y1 = scene.y[to]! + scene.h[to]! / 2;
  if (b >= a + aw) return { x0: a + aw, y0, x1: b, y1, way: 'right' };
  return b + bw <= a ? { x0: a, y0, x1: b + bw, y1, way: 'left' } : { x0: a + aw, y0, x1: b + bw, y1, way: 'beside' };
}
