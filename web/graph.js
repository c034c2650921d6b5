// Where the nodes of a graph go: layers from left to right.  Pure; a few hundred nodes take milliseconds.
//
// Longest-path layers; an edge over several layers becomes a chain of points, one chain per source for all
// of its readers; barycentre sweeps order each layer; then each point moves towards its neighbours as far
// as order and distance allow.
export const size = { width: 190, height: 46, gap_x: 66, gap_y: 14, bend: 12 };

/// Takes [{key, deps}]; gives Map key → {x, y}, edges [{from, to, path}], width, height.
export function layout(assets) {
  const nodes = assets.map(asset => ({ key: asset.key, layer: 0, ups: [], downs: [] }));
  const by_key = new Map(nodes.map(node => [node.key, node]));
  assets.forEach((asset, i) => {
    for (const key of new Set(asset.deps)) {
      const up = by_key.get(key);
      if (up && up !== nodes[i]) nodes[i].ups.push(up), up.downs.push(nodes[i]);
    }
  });
  set_layers(nodes);
  const linked = nodes.filter(node => node.ups.length || node.downs.length);
  const { points, edges } = make_points(linked);
  const layers = order(points);
  set_y(layers);

  const places = new Map();
  let height = 0, width = 0;
  const place = (key, x, y) => {
    places.set(key, { x, y });
    width = Math.max(width, x + size.width);
    height = Math.max(height, y + size.height);
  };
  const top = Math.min(0, ...points.map(point => point.y - point.height / 2));
  for (const point of points) {
    point.x = point.layer * (size.width + size.gap_x);
    point.y -= top;
    if (point.key) place(point.key, point.x, point.y - size.height / 2);
  }
  // What is linked to nothing stands below, in rows.
  const columns = Math.max(4, layers.length), first_y = height ? height + 2 * size.gap_y : 0;
  nodes.filter(node => !node.ups.length && !node.downs.length).forEach((node, i) => {
    place(node.key, (i % columns) * (size.width + size.gap_x),
          first_y + Math.floor(i / columns) * (size.height + size.gap_y));
  });
  return { places, width, height, edges: edges.map(edge => ({ ...edge, path: path_of(edge.via) })) };
}

/// The longest way from a root; roots then move right, next to their first reader.
function set_layers(nodes) {
  const open = new Map(nodes.map(node => [node, node.ups.length]));
  const ready = nodes.filter(node => !node.ups.length);
  for (const node of ready) {  // grows while it is walked
    for (const down of node.downs) {
      down.layer = Math.max(down.layer, node.layer + 1);
      open.set(down, open.get(down) - 1);
      if (open.get(down) === 0) ready.push(down);
    }
  }
  for (const node of nodes) {
    if (!node.ups.length && node.downs.length) node.layer = Math.min(...node.downs.map(down => down.layer)) - 1;
  }
}

/// Nodes and bends, linked to those in the layers beside theirs; and each edge with its way through them.
function make_points(nodes) {
  const make = (key, layer) =>
    ({ key, layer, height: key ? size.height + size.gap_y : size.bend, ups: [], downs: [] });
  const point_of = new Map(nodes.map(node => [node, make(node.key, node.layer)]));
  const points = [...point_of.values()];
  const edges = [];
  const link = (from, to) => { from.downs.push(to), to.ups.push(from); };
  for (const node of nodes) {
    const chain = [point_of.get(node)];
    const last = Math.max(...node.downs.map(down => down.layer));
    for (let layer = node.layer + 1; layer < last; ++layer) {
      const bend = make('', layer);
      link(chain.at(-1), bend);
      chain.push(bend);
      points.push(bend);
    }
    for (const down of node.downs) {
      const via = chain.slice(0, down.layer - node.layer);
      link(via.at(-1), point_of.get(down));
      edges.push({ from: node.key, to: down.key, via: [...via, point_of.get(down)] });
    }
  }
  return { points, edges };
}

/// Layers in order from top to bottom: depth first, then the best of some sweeps.
function order(points) {
  const layers = Array.from({ length: 1 + Math.max(-1, ...points.map(point => point.layer)) }, () => []);
  const seen = new Set();
  const visit = point => {
    if (seen.has(point)) return;
    seen.add(point);
    layers[point.layer].push(point);
    point.downs.forEach(visit);
  };
  points.forEach(visit);
  const number = layer => layer.forEach((point, i) => { point.at = i; });
  layers.forEach(number);
  let best = layers.map(layer => [...layer]), fewest = crossings(layers);
  for (let sweep = 0; sweep < 10 && fewest > 0; ++sweep) {
    const is_down = sweep % 2 === 0;
    for (const layer of is_down ? layers : layers.toReversed()) {
      for (const point of layer) {
        const beside = is_down ? point.ups : point.downs;
        point.wish = beside.length ? mean(beside.map(each => each.at)) : point.at;
      }
      layer.sort((a, b) => a.wish - b.wish || a.at - b.at);
      number(layer);
    }
    const now = crossings(layers);
    if (now < fewest) fewest = now, best = layers.map(layer => [...layer]);
  }
  best.forEach(number);
  return best;
}

function crossings(layers) {
  let sum = 0;
  for (const layer of layers) {
    const ends = layer.flatMap(point => point.downs.map(down => down.at).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; ++i) {
      for (let j = i + 1; j < ends.length; ++j) if (ends[j] < ends[i]) ++sum;
    }
  }
  return sum;
}

/// Sets y, the middle of each point: as near to its neighbours as order and distance allow.
function set_y(layers) {
  for (const layer of layers) spread(layer, layer.map(() => 0));
  for (let pass = 0; pass < 10; ++pass) {
    for (const layer of pass % 2 ? layers : layers.toReversed()) {
      spread(layer, layer.map(point => {
        const beside = [...point.ups, ...point.downs];
        return mean(beside.map(each => each.y));
      }));
    }
  }
}
/// Least squares with the order kept: neighbours that would overlap become a block at their mean.
function spread(layer, wishes) {
  const blocks = [];
  let offset = 0;
  layer.forEach((point, i) => {
    if (i > 0) offset += (layer[i - 1].height + point.height) / 2;
    point.offset = offset;
    blocks.push({ sum: wishes[i] - offset, points: [point] });
    const value = block => block.sum / block.points.length;
    while (blocks.length > 1 && value(blocks.at(-2)) > value(blocks.at(-1))) {
      const last = blocks.pop();
      blocks.at(-1).sum += last.sum;
      blocks.at(-1).points.push(...last.points);
    }
  });
  for (const block of blocks) {
    for (const point of block.points) point.y = block.sum / block.points.length + point.offset;
  }
}
const mean = numbers => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/// A line that leaves and enters level; through a bend's column it goes straight.
function path_of(via) {
  let { x, y } = via[0];
  x += size.width;
  let out = `M${x} ${y}`;
  for (const point of via.slice(1)) {
    const middle = (x + point.x) / 2;
    out += `C${middle} ${y} ${middle} ${point.y} ${point.x} ${point.y}`;
    ({ x, y } = point);
    if (!point.key) out += `H${x += size.width}`;
  }
  return out;
}

/// The assets within two steps of one, both ways.
export function neighbourhood(assets, key, depth = 2) {
  const readers = new Map();
  for (const asset of assets.values()) {
    for (const dep of asset.deps) readers.set(dep, [...(readers.get(dep) ?? []), asset.key]);
  }
  const walk = next => {
    const found = new Set([key]);
    let edge = [key];
    for (let i = 0; i < depth; ++i) {
      edge = edge.flatMap(next).filter(each => assets.has(each) && !found.has(each));
      edge.forEach(each => found.add(each));
    }
    return found;
  };
  const wanted = new Set([...walk(each => assets.get(each).deps), ...walk(each => readers.get(each) ?? [])]);
  return [...assets.values()].filter(asset => wanted.has(asset.key));
}
