import { describe, expect, it } from 'vitest';
import { command_of, layout_path, selection_of, view_of } from '../src/pages/lineage/address';
import { code, code_of, Codes, drawings, move_tally, tally_of, worst_of } from '../src/pages/lineage/codes';
import { compared, read_graph, totals } from '../src/pages/lineage/compare';
import { drawn_of, mermaid_of, svg_of } from '../src/pages/lineage/export';
import { best, matching } from '../src/pages/lineage/find';
import { path_of } from '../src/pages/lineage/layout_data';
import { folder_of, leaf_of, shortened } from '../src/pages/lineage/names';
import { scene_of } from '../src/pages/lineage/scene';
import { common_start, node_name } from '../src/pages/lineage/texts';
import type { Look } from '../src/pages/lineage/theme';
import { Status, type StatusColumns } from '../src/store/status';
import { drawing_for } from '../src/ui/status';
import { catalog_of, layout_of } from './lineage_graphs';

const asked = (values: Record<string, string>, size = 5000, has_groups = true) => view_of(name => values[name] ?? '', size, has_groups);

describe('the address', () => {
  it('means a neighbourhood of two levels where it has a focus', () => {
    expect(asked({ focus: 'a/b' })).toEqual({ kind: 'around', focus: 'a/b', up: 2, down: 2, limit: 150, is_folded: true });
    expect(layout_path(asked({ focus: 'a/b', down: '0' }))).toBe('layout?focus=a%2Fb&up=2&down=0');
    expect(layout_path(asked({ focus: 'a', limit: '2000', fold: '0' }))).toBe('layout?focus=a&up=2&down=2&limit=2000&fold=0');
  });
  it('shows small graphs whole and large ones as groups', () => {
    expect(asked({}, 150)).toEqual({ kind: 'select', select: '*', is_folded: true });
    expect(asked({}, 151)).toEqual({ kind: 'overview' });
    expect(asked({}, 151, false)).toEqual({ kind: 'all' });
    expect(asked({ view: 'all' }).kind).toBe('all');
  });
  it('asks for both ends of a path before it asks the daemon', () => {
    expect(layout_path(asked({ mode: 'paths', from: 'a' }))).toBe('');
    expect(layout_path(asked({ mode: 'paths', from: 'a', to: 'b' }))).toBe('layout?from=a&to=b');
  });
  it('is a selection and a command', () => {
    expect(selection_of(asked({ focus: 'a b', up: '0' }))).toBe('"a b"+2');
    expect(selection_of(asked({ mode: 'impact', focus: 'a' }))).toBe('a+');
    expect(command_of(asked({ focus: 'a' }))).toBe('freshet graph --select 2+a+2');
    expect(command_of(asked({}))).toBe('freshet graph');
  });
  it('takes nonsense as the default', () => { expect(asked({ focus: 'a', up: 'x', limit: '-4' })).toMatchObject({ up: 2, limit: 150 }); });
});

describe('states', () => {
  it('are drawn as everywhere else, whatever comes together', () => {
    const data = ['missing', 'fresh', 'stale'] as const, work = ['idle', 'waiting', 'running', 'failed', 'paused'] as const, freshness = ['none', 'unknown', 'pass', 'warn', 'fail'] as const;
    const rows: { data: number; work: number; freshness: number; flags: number; failed: number; counts: number[] | null }[] = [];
    const counts = [null, [0, 0, 0, 0], [3, 0, 0, 0], [3, 3, 0, 0], [3, 3, 1, 0], [3, 2, 0, 1]];
    for (let d = 0; d < 3; ++d) for (let w = 0; w < 5; ++w) for (let f = 0; f < 5; ++f) for (const flags of [0, 1, 4, 5, 8]) for (const failed of [0, 2]) for (const each of counts) rows.push({ data: d, work: w, freshness: f, flags, failed, counts: each });
    const zeros = rows.map(() => 0);
    const partitioned = [...rows.keys()].filter(i => rows[i]!.counts !== null);
    const column = (i: number) => partitioned.map(row => rows[row]!.counts![i]!);
    const columns: StatusColumns = {
      sequence: 1, at: '', catalog: 1, words: { data: [...data], work: [...work], freshness: [...freshness] },
      data: rows.map(r => r.data), work: rows.map(r => r.work), freshness: rows.map(r => r.freshness), flags: rows.map(r => r.flags), checks_failed: rows.map(r => r.failed),
      stale_causes: zeros, updated_at: zeros, revision: zeros, alerts: zeros, checks_passed: zeros,
      partition_counts: { rank: partitioned, existing: column(0), materialized: column(1), missing: partitioned.map(() => 0), stale: column(2), failed: column(3), in_progress: partitioned.map(() => 0) },
      active: { rank: [], run: [], step: [] }, pools: {}, runs_active: 0,
    };
    const status = new Status(columns);
    for (let rank = 0; rank < rows.length; ++rank) expect([rows[rank], drawings[code_of(status, rank)]]).toEqual([rows[rank], drawing_for(status, rank)]);
  });
});

describe('counting states', () => {
  const n = 6, zeros = Array.from({ length: n }, () => 0);
  const fresh = (): Status => new Status({
    sequence: 1, at: '', catalog: 1, words: { data: ['missing', 'fresh', 'stale'], work: ['idle', 'waiting', 'running', 'failed', 'paused'], freshness: ['none', 'unknown', 'pass', 'warn', 'fail'] },
    data: zeros.map(() => 1), work: zeros, freshness: zeros, flags: zeros, checks_failed: zeros, stale_causes: zeros, updated_at: zeros, revision: zeros.map(() => 1), alerts: zeros, checks_passed: zeros,
    partition_counts: { rank: [], existing: [], materialized: [], missing: [], stale: [], failed: [], in_progress: [] }, active: { rank: [], run: [], step: [] }, pools: {}, runs_active: 0,
  });
  const failing = { data: 'fresh', work: 'failed', stale_causes: [], freshness: 'none', paused: false, withheld: false, provisional: false, alerts: 0, muted: false, checks_passed: 0, checks_failed: 0, latest: null, active: null, revision: 2 } as const;
  it('follows what changes and looks at nothing else', () => {
    const status = fresh(), codes = new Codes(n), box_of = Int32Array.of(0, 0, 1, 1, -1, 1);
    codes.update(status, () => {});
    const tally = tally_of(codes.of, box_of, 2);
    expect([worst_of(tally, 0), worst_of(tally, 1)]).toEqual([code.ok, code.ok]);
    status.apply(3, { ...failing, stale_causes: [] });
    const told: number[][] = [];
    const follow = () => codes.update(status, (rank, before) => { told.push([rank, before]); move_tally(tally, box_of[rank]!, before, codes.of[rank]!); });
    follow();
    follow();
    expect(told).toEqual([[3, code.ok]]);
    expect(tally).toEqual(tally_of(codes.of, box_of, 2));
    expect([worst_of(tally, 0), worst_of(tally, 1)]).toEqual([code.ok, code.failed]);
  });
  it('takes another snapshot whole, also where revisions are the same', () => {
    const codes = new Codes(n), first = fresh(), second = fresh();
    codes.update(first, () => {});
    second.data[2] = 0;
    const told: number[] = [];
    codes.update(second, rank => told.push(rank));
    expect(told).toEqual([0, 1, 2, 3, 4, 5]);
    expect(codes.of[2]).toBe(code.never);
  });
});

describe('comparing', () => {
  const here = catalog_of(['a', 'b', 'c'], [[], [0], [1]], ['g'], [0, 0, -1]);
  it('finds what was added, removed and changed', () => {
    const changes = compared(here, [{ key: 'a', deps: [], group: 'g' }, { key: 'b', deps: ['old'], group: 'h' }, { key: 'old', deps: [] }]);
    expect(totals(changes)).toEqual({ added: 1, removed: 1, changed: 1 });
    expect(changes.get('b')).toEqual({ kind: 'changed', fields: ['deps', 'group'], added_deps: ['a'], removed_deps: ['old'] });
    expect(changes.get('c')!.kind).toBe('added');
  });
  it('finds nothing between a graph and itself', () => {
    expect(compared(here, [{ key: 'a', deps: [], group: 'g', owners: [], kinds: [], partitions: null, external: false }, { key: 'b', deps: ['a'] }, { key: 'c', deps: ['b'] }]).size).toBe(0);
  });
  it('reads what the command writes and nothing else', () => {
    expect(read_graph('{"assets":[{"key":"a","deps":["b"]}]}')).toEqual([{ key: 'a', deps: ['b'] }]);
    for (const bad of ['', '[]', '{"assets":{}}', '{"assets":[{"key":1,"deps":[]}]}', '{"assets":[null]}']) expect(read_graph(bad)).toBeNull();
  });
});

describe('names', () => {
  it('are shortened in the middle', () => {
    expect(shortened('orders_enriched_daily', 11)).toBe('order…daily');
    expect(shortened('orders', 6)).toBe('orders');
    expect(shortened('orders', 1)).toBe('…');
    expect([leaf_of('a/b/c'), folder_of('a/b/c'), folder_of('c')]).toEqual(['c', 'a/b', '']);
  });
  it('of a stack are what its assets share', () => {
    expect(common_start(['regional_at', 'regional_de'])).toBe('regional_');
    expect(common_start(['at', 'as'])).toBe('');
    const catalog = catalog_of(['x/eu_at', 'x/eu_de', 'y'], [[], [], [0, 1]]);
    const scene = scene_of(layout_of([{ x: 0, y: 0, stack: [0, 1] }, { x: 260, y: 0, asset: 2 }], [[0, 1]]), catalog);
    expect(node_name(scene, 0)).toBe('×2 eu_*');
  });
});

describe('finding', () => {
  const catalog = catalog_of(['raw/orders', 'marts/orders_daily', 'orders', 'raw/x'], [[], [], [], []]);
  it('takes all words, and what is shown first', () => {
    const found = matching(catalog, 'ORD');
    expect(found).toEqual([0, 1, 2]);
    expect(matching(catalog, 'raw ord')).toEqual([0]);
    expect(best(catalog, found, 'ord', rank => rank === 1, 2)).toEqual([1, 2]);
    expect(matching(catalog, ' ')).toEqual([]);
  });
});

describe('files', () => {
  const catalog = catalog_of(['a"<b>', 'c'], [[], [0]]);
  const scene = scene_of(layout_of([{ x: 0, y: 0 }, { x: 260, y: 0 }], [[0, 1]]), catalog);
  const drawn = drawn_of(scene, [], 2000);
  const look = { surface: '#fff', control: '#888', text: '#000', text_2: '#555', failed: '#900', states: drawings.map(() => '#123') } as unknown as Look;
  const name = (node: number) => catalog.key(node);
  it('are valid text, whatever assets are called', () => {
    const svg = svg_of(drawn, Uint8Array.of(0, 6), look, name, () => 'x & y');
    expect(svg).toContain('a&quot;&lt;b&gt;');
    expect(svg).toContain('x &amp; y');
    expect(svg.match(/<path d="M200 24/g)).toHaveLength(1);
    expect(mermaid_of(drawn, Uint8Array.of(0, 6), name)).toContain('n0["a#quot;<b>"]:::failed\n  n1["c"]:::ok\n  n0 --> n1');
  });
  it('hold what is in view of a graph that is too large', () => {
    expect(drawn_of(scene, [1], 1)).toMatchObject({ nodes: [1], edges: [], is_cut: true });
  });
  it('draw bends level within their columns', () => { expect(path_of([0, 0, 10, 20, 30, 20, 40, 5])).toBe('M0 0C5 0 5 20 10 20L30 20C35 20 35 5 40 5'); });
});
