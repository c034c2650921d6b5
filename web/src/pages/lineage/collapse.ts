// A layout in which groups of assets became one node each.  Nobody else moves.
import type { LayoutData } from './layout_data';

/// `group_of` is by rank.  A collapsed group stands where the one of its nodes is that is nearest to
/// their middle; of a stack, all of its assets are in one group.
export function collapsed(layout: LayoutData, group_of: (rank: number) => number, groups: ReadonlySet<number>): LayoutData {
  const { nodes, edges } = layout;
  const members = new Map<number, number[]>();
  nodes.asset.forEach((rank, node) => {
    const group = group_of(rank);
    if (!groups.has(group)) return;
    if (!members.has(group)) members.set(group, []);
    members.get(group)!.push(node);
  });
  for (const [group, all] of members) if (all.length < 2) members.delete(group);
  if (members.size === 0) return layout;

  const out: LayoutData['nodes'] = { asset: [], x: [], y: [], w: [], h: [], level: [], more_up: [], more_down: [], stack: [], group: [] };
  const node_of = Array.from({ length: nodes.asset.length }, () => -1);
  const sum = (all: number[], column: number[]) => all.reduce((total, node) => total + (column[node] ?? 0), 0);
  const push = (from: number, all: number[], stack: number[] | null) => {
    for (const node of all) node_of[node] = out.asset.length;
    out.asset.push(nodes.asset[all[0]!]!);
    for (const name of ['x', 'y', 'w', 'h'] as const) out[name].push(nodes[name][from]!);
    out.level.push(nodes.level[from] ?? 0);
    out.more_up.push(sum(all, nodes.more_up));
    out.more_down.push(sum(all, nodes.more_down));
    out.stack.push(stack);
    out.group!.push(all.length > 1 ? group_of(nodes.asset[from]!) : -1);
  };
  nodes.asset.forEach((rank, node) => {
    const all = members.get(group_of(rank));
    if (!all) push(node, [node], nodes.stack[node] ?? null);
    else if (all[0] === node) {
      const x = sum(all, nodes.x) / all.length, y = sum(all, nodes.y) / all.length;
      const distance = (each: number) => (nodes.x[each]! - x) ** 2 + (nodes.y[each]! - y) ** 2;
      const stand = all.reduce((best, each) => distance(each) < distance(best) ? each : best);
      push(stand, all, all.flatMap(each => nodes.stack[each] ?? [nodes.asset[each]!]));
    }
  });
  const lines: LayoutData['edges'] = { from: [], to: [], points: [], back: [] };
  const seen = new Set<number>();
  edges.from.forEach((from, i) => {
    const a = node_of[from]!, b = node_of[edges.to[i]!]!;
    const name = a * out.asset.length + b;
    if (a === b || seen.has(name)) return;
    seen.add(name);
    const is_moved = out.x[a] !== nodes.x[from] || out.y[a] !== nodes.y[from] || out.x[b] !== nodes.x[edges.to[i]!] || out.y[b] !== nodes.y[edges.to[i]!];
    lines.from.push(a);
    lines.to.push(b);
    lines.points.push(is_moved ? [] : edges.points[i]!);  // from side to side
    lines.back.push(out.x[b]! < out.x[a]! ? 1 : edges.back[i]!);
  });
  return { ...layout, nodes: out, edges: lines };
}
