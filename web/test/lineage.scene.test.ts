import { describe, expect, it } from 'vitest';
import { between, filled, fitted, held, zoomed } from '../src/pages/lineage/camera';
import { collapsed } from '../src/pages/lineage/collapse';
import { cone_of, level_of, nodes_max, Planner, segments_max, type Attention } from '../src/pages/lineage/detail';
import { GridIndex } from '../src/pages/lineage/grid_index';
import { hit } from '../src/pages/lineage/hit';
import { asset_rows } from '../src/pages/lineage/list_rows';
import { distances, marks_of, over_of } from '../src/pages/lineage/over';
import { links_of } from '../src/pages/lineage/boxes';
import { ends_of, scene_of } from '../src/pages/lineage/scene';
import { next_box, next_node } from '../src/pages/lineage/walk';
import { catalog_of, large, layout_of } from './lineage_graphs';

const quiet: Attention = { selected: -1, hovered: -1, cone: null, closed: new Set() };
const view = { width: 1440, height: 900 };

// a → b → d, a → c → d, d → e; b and c are siblings.
const diamond = catalog_of(['a', 'b', 'c', 'd', 'e'], [[], [0], [0], [1, 2], [3]], ['g', 'h'], [0, 0, 1, 1, 1]);
const diamond_layout = layout_of([{ x: 0, y: 32, level: -2 }, { x: 260, y: 0, level: -1 }, { x: 260, y: 64, level: -1 }, { x: 520, y: 32 }, { x: 780, y: 32, level: 1 }], [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4]]);
const diamond_scene = scene_of(diamond_layout, diamond);

describe('camera', () => {
  it('keeps the point under the pointer where it is', () => {
    const before = { x: 100, y: 50, k: 0.5 }, after = zoomed(before, 1.7, 300, 200, 0.01);
    expect(after.x + 300 / after.k).toBeCloseTo(100 + 300 / 0.5);
    expect(after.y + 200 / after.k).toBeCloseTo(50 + 200 / 0.5);
  });
  it('stops at its ends', () => {
    expect(zoomed({ x: 0, y: 0, k: 1 }, 100, 0, 0, 0.01).k).toBe(3);
    expect(zoomed({ x: 0, y: 0, k: 1 }, 1e-9, 0, 0, 0.02).k).toBe(0.02);
  });
  it('fits all, in the middle', () => {
    const camera = fitted({ x: 0, y: 0, width: 4000, height: 100 }, view);
    expect(camera.k).toBeCloseTo((1440 - 64) / 4000);
    expect((2000 - camera.x) * camera.k).toBeCloseTo(720);
    expect((50 - camera.y) * camera.k).toBeCloseTo(450);
  });
  it('never loses the picture', () => {
    const area = { x: 0, y: 0, width: 1000, height: 1000 };
    for (const x of [-1e6, 1e6]) {
      const camera = held({ x, y: x, k: 1 }, area, view);
      expect(camera.x).toBeLessThan(1000);
      expect(camera.x + view.width).toBeGreaterThan(0);
    }
  });
  it('leaves no room empty beside a picture that is larger than the view, and centres one that is smaller', () => {
    const camera = filled({ x: -700, y: 5000, k: 1 }, { x: 0, y: 0, width: 4000, height: 300 }, view);
    expect(camera).toEqual({ k: 1, x: -32, y: -300 });
  });
  it('flies from one to the other and arrives', () => {
    const from = { x: 0, y: 0, k: 0.1 }, to = { x: 5000, y: 900, k: 1 };
    const end = between(from, to, 1, view), begin = between(from, to, 0, view);
    for (const name of ['x', 'y', 'k'] as const) { expect(end[name]).toBeCloseTo(to[name]); expect(begin[name]).toBeCloseTo(from[name]); }
  });
});

describe('index', () => {
  it('finds what touches an area and nothing else', () => {
    const n = 500, x = new Float32Array(n), y = new Float32Array(n), w = new Float32Array(n).fill(30), h = new Float32Array(n).fill(10);
    for (let i = 0; i < n; ++i) { x[i] = (i * 7919) % 3001; y[i] = (i * 104729) % 1999; }
    const index = new GridIndex(x, y, w, h);
    for (const area of [{ x: 100, y: 100, width: 500, height: 300 }, { x: -50, y: -50, width: 60, height: 60 }, { x: 0, y: 0, width: 5000, height: 5000 }, { x: 9000, y: 0, width: 5, height: 5 }]) {
      const wanted = [...x.keys()].filter(i => x[i]! <= area.x + area.width && x[i]! + 30 >= area.x && y[i]! <= area.y + area.height && y[i]! + 10 >= area.y);
      const found: number[] = [];
      index.query(area, found);
      expect(found.toSorted((a, b) => a - b)).toEqual(wanted);
      expect(index.about(area)).toBeGreaterThanOrEqual(wanted.length);
    }
  });
  it('stops counting at the limit', () => {
    const x = new Float32Array(100), out: number[] = [];
    const index = new GridIndex(x, x, new Float32Array(100).fill(1), new Float32Array(100).fill(1));
    expect(index.query({ x: 0, y: 0, width: 1, height: 1 }, out, 10)).toBe(11);
    expect(out.length).toBe(10);
  });
  it('takes nothing at all', () => {
    const none = new Float32Array();
    expect(new GridIndex(none, none, none, none).about({ x: 0, y: 0, width: 10, height: 10 })).toBe(0);
  });
});

describe('levels of detail', () => {
  it('follow the zoom, and the crowd', () => {
    expect([0.04, 0.1, 0.3, 0.8, 1.5].map(k => level_of(k, 100, null, true))).toEqual([0, 1, 2, 3, 4]);
    expect(level_of(0.3, 2001, null, true)).toBe(0);
    expect(level_of(0.04, 100, null, false)).toBe(1);  // there are no boxes
  });
  it('do not flicker at the edge of the crowd', () => {
    expect(level_of(0.3, 1900, 0, true)).toBe(0);
    expect(level_of(0.3, 1900, 2, true)).toBe(2);
  });
  for (const has_groups of [true, false]) {
    it(`keep the budget at any zoom of 100,000 assets ${has_groups ? 'in groups' : 'without groups'}`, () => {
      const { scene } = large(100_000, 40, 6, has_groups);
      const planner = new Planner(scene);
      for (let k = 0.005; k < 3; k *= 1.35) {
        for (const share of [0.1, 0.5, 0.9]) {
          const plan = planner.plan({ x: scene.area.width * share, y: scene.area.height * share, k }, view, { ...quiet, selected: 5 });
          expect(Math.max(plan.nodes.length, plan.boxes.length + plan.tiles.length)).toBeLessThanOrEqual(nodes_max);
          expect(plan.edges.length + plan.strong.length).toBeLessThanOrEqual(segments_max);
          expect(plan.labels.size).toBeLessThanOrEqual(300);
        }
      }
    });
  }
  it('show something of 100,000 assets without groups when all is in view', () => {
    const { scene } = large(100_000, 40, 2, false);
    const plan = new Planner(scene).plan(fitted(scene.area, view), view, quiet);
    expect(plan.boxes).toEqual([]);
    expect(plan.tiles.length).toBeGreaterThan(100);
  });
  it('draw an edge only where both ends are in view, else a stub with a count', () => {
    const planner = new Planner(diamond_scene);
    // b, c and d are in view, a and e are not.
    const plan = planner.plan({ x: 240, y: -10, k: 1 }, { width: 490, height: 200 }, quiet);
    expect(plan.nodes.toSorted()).toEqual([1, 2, 3]);
    expect(plan.edges.map(({ from, to }) => [from, to])).toEqual([[1, 3], [2, 3]]);
    expect(plan.stubs).toEqual([{ node: 1, left: 1, right: 0 }, { node: 2, left: 1, right: 0 }, { node: 3, left: 0, right: 1 }]);
  });
  it('do not draw what only passes through', () => {
    const catalog = catalog_of(['a', 'b', 'c'], [[], [], [0]]);
    const scene = scene_of(layout_of([{ x: 0, y: 0 }, { x: 3000, y: 0 }, { x: 6000, y: 0 }], [[0, 2]]), catalog);
    const plan = new Planner(scene).plan({ x: 2900, y: -100, k: 1 }, { width: 600, height: 300 }, quiet);
    expect([plan.nodes, plan.edges, plan.stubs]).toEqual([[1], [], []]);
  });
  it('count neighbours that are not here at all', () => {
    const layout = layout_of([{ x: 0, y: 0 }], []);
    layout.nodes.more_down = [425];
    const plan = new Planner(scene_of(layout, diamond)).plan({ x: -50, y: -50, k: 1 }, view, quiet);
    expect(plan.stubs).toEqual([{ node: 0, left: 0, right: 425 }]);
  });
  it('draw edges of the selected last, and first when there are too many', () => {
    const plan = new Planner(diamond_scene).plan({ x: -10, y: -10, k: 1 }, view, { ...quiet, selected: 1 });
    expect(plan.strong.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 3]]);
    expect(plan.edges).toHaveLength(3);
  });
  it('hide the nodes of a closed box', () => {
    const { scene } = large(80);
    const plan = new Planner(scene).plan({ x: 0, y: 0, k: 0.5 }, view, { ...quiet, closed: new Set([0]) });
    expect(plan.nodes.every(node => node >= 40)).toBe(true);
    expect(plan.nodes.length).toBeGreaterThan(0);
  });
});

describe('scenes', () => {
  it('take the whole graph without copying it', () => {
    const { scene, catalog } = large(300);
    expect(scene.down).toBe(catalog.down);
    expect(scene.kind).toBe('all');
    expect(scene.boxes!.of_rank[45]).toBe(1);
  });
  it('leave empty boxes out and number bundles without them', () => {
    const layout = layout_of([], []);
    Object.assign(layout, { width: 500, height: 100 });
    layout.boxes = { group: [0, 1, -1], asset: [-1, -1, 4], x: [0, 0, 300], y: [0, 0, 0], w: [100, 0, 100], h: [50, 0, 50], count: [4, 0, 1] };
    layout.bundles = { from: [0], to: [2], weight: [3], back: [0] };
    const scene = scene_of(layout, diamond);
    expect(scene.kind).toBe('overview');
    expect([...scene.bundles.to]).toEqual([1]);
    expect(scene.boxes!.asset[1]).toBe(4);
  });
  it('know the cone of a node', () => { expect([...cone_of(diamond_scene, 1)]).toEqual([1, 1, 0, 1, 1]); });
  it('collapse a group into one node, where one of it was, without moving the others', () => {
    const done = collapsed(diamond_layout, rank => diamond.columns.group[rank]!, new Set([1]));
    expect(done.nodes.asset).toEqual([0, 1, 2]);
    expect(done.nodes.stack).toEqual([null, null, [2, 3, 4]]);
    expect(done.nodes.group).toEqual([-1, -1, 1]);
    expect([done.nodes.x[0], done.nodes.x[1], done.nodes.x[2]]).toEqual([0, 260, 520]);
    expect(done.edges.from.map((from, i) => [from, done.edges.to[i]])).toEqual([[0, 1], [0, 2], [1, 2]]);
    const scene = scene_of(done, diamond);
    expect([...scene.node_of]).toEqual([0, 1, 2, 2, 2]);
  });
  it('collapse nothing where a group has one node', () => {
    expect(collapsed(diamond_layout, rank => rank, new Set([1]))).toBe(diamond_layout);
  });
});

describe('hit test', () => {
  const plan = new Planner(diamond_scene).plan({ x: 240, y: -10, k: 1 }, { width: 490, height: 200 }, quiet);
  const at = (x: number, y: number) => hit(diamond_scene, plan, { x: 240, y: -10, k: 1 }, new Set(), x, y);
  it('finds a node, its stub, and nothing', () => {
    expect(at(60, 30)).toEqual({ kind: 'node', node: 1 });
    expect(at(8, 34)).toEqual({ kind: 'node', node: 1, side: 'left' });
    expect(at(245, 180)).toBeNull();
  });
  it('finds a cell that is smaller than a finger', () => {
    const { scene } = large(400);
    const camera = { x: -100, y: -100, k: 0.06 }, small = new Planner(scene).plan(camera, view, quiet);
    expect(small.level).toBe(1);
    const box = { x: (scene.x[0]! + 100) * 0.06, y: (scene.y[0]! + 100) * 0.06 };
    expect(hit(scene, small, camera, new Set(), box.x - 5, box.y - 5)).toEqual({ kind: 'node', node: 0 });
  });
});

describe('walking', () => {
  it('goes along edges and back the way it came', () => {
    expect(next_node(diamond_scene, 0, 'right')).toBe(1);
    expect(next_node(diamond_scene, 3, 'left', 2)).toBe(2);
    expect(next_node(diamond_scene, 4, 'right')).toBe(-1);
  });
  it('goes between siblings', () => {
    expect(next_node(diamond_scene, 1, 'down')).toBe(2);
    expect(next_node(diamond_scene, 2, 'up')).toBe(1);
    expect(next_node(diamond_scene, 2, 'down')).toBe(-1);
  });
  it('goes to the nearest box', () => {
    const { scene } = large(200);
    expect(next_box(scene.boxes!, 0, 'left')).toBe(-1);
    expect(next_box(scene.boxes!, 0, 'down')).toBeGreaterThan(0);
  });
});

describe('over the scene', () => {
  it('knows how far the impact has come', () => { expect([...distances(diamond_scene, 1)]).toEqual([-1, 0, -1, 1, 2]); });
  it('marks what differs', () => {
    expect([...marks_of(diamond_scene, new Map([['b', { kind: 'added', fields: [], added_deps: [], removed_deps: [] }], ['gone', { kind: 'removed', fields: [], added_deps: [], removed_deps: [] }]]))]).toEqual([0, 1, 0, 0, 0]);
  });
  it('counts what leads from a box to others', () => {
    const { scene } = large(120);
    expect(links_of(scene, 1)).toEqual([{ box: 0, weight: 3, is_in: true }, { box: 2, weight: 3, is_in: false }]);
  });
});

describe('lines', () => {
  it('go from side to side, around within a column, and back to the left', () => {
    expect(ends_of(diamond_scene, 0, 1)).toEqual({ x0: 200, y0: 56, x1: 260, y1: 24, way: 'right' });
    expect(ends_of(diamond_scene, 1, 2)).toEqual({ x0: 460, y0: 24, x1: 460, y1: 88, way: 'beside' });
    expect(ends_of(diamond_scene, 3, 0)).toEqual({ x0: 520, y0: 56, x1: 200, y1: 56, way: 'left' });
  });
});
describe('a question', () => {
  it('marks both ends of a path, and what was found', () => {
    const over = over_of(diamond_scene, { kind: 'paths', from: 'a', to: 'd' }, diamond, null, [4], new Set());
    expect([...over.matches!].toSorted()).toEqual([0, 3, 4]);
    expect(over.tint).toBeNull();
  });
  it('tints what is downstream of a change', () => {
    const over = over_of(diamond_scene, { kind: 'impact', focus: 'd', limit: 500, is_folded: true }, diamond, null, null, new Set());
    expect([over.focus, [...over.tint!]]).toEqual([3, [-1, -1, -1, 0, 1]]);
  });
});

describe('the list', () => {
  it('has exactly the assets of the picture, by level', () => {
    const layout = layout_of([{ x: 0, y: 0, level: -1, asset: 1, stack: [1, 2] }, { x: 260, y: 0, asset: 3 }], [[0, 1]]);
    const rows = asset_rows(scene_of(layout, diamond), true);
    expect(rows.map(row => [row.rank, row.level, row.is_stacked])).toEqual([[1, -1, true], [2, -1, true], [3, 0, false]]);
  });
});
