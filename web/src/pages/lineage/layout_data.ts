// What `GET layout` answers: where things stand, as columns.  Pixels; top left corners.

export interface Reach {
  levels: number;     ///< Shown wholly.
  counts: number[];   ///< Assets by level asked for, the nearest first.
  left_out: number;   ///< Of them, those that are not shown.
}
export interface LayoutData {
  catalog: number;    ///< The catalog's sequence that the ranks are of.
  width: number;
  height: number;
  nodes: {
    asset: number[];  ///< Rank; of a stack, the first.
    x: number[]; y: number[]; w: number[]; h: number[];
    /// Of parts of the graph only, else empty.
    level: number[]; more_up: number[]; more_down: number[]; stack: (number[] | null)[];
    /// Where groups were collapsed: the group that a node stands for, else -1.
    group?: number[];
  };
  edges: { from: number[]; to: number[]; points: number[][]; back: (number | boolean)[] };
  boxes: { group: number[]; asset: number[]; x: number[]; y: number[]; w: number[]; h: number[]; count: number[] };
  bundles: { from: number[]; to: number[]; weight: number[]; back: (number | boolean)[] };
  bundles_left_out: number;
  reach: { up: Reach; down: Reach } | null;
  total: number;      ///< Assets that are meant, drawn or not.
}

/// A curve through an edge's points as an SVG path: bent between the columns, level within them.
export function path_of(points: readonly number[]): string {
  if (points.length < 4) return '';
  let out = `M${points[0]} ${points[1]}`;
  for (let i = 2; i + 1 < points.length; i += 2) {
    const x0 = points[i - 2]!, y0 = points[i - 1]!, x1 = points[i]!, y1 = points[i + 1]!;
    if (y0 === y1) out += `L${x1} ${y1}`;
    else { const middle = (x0 + x1) / 2; out += `C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`; }
  }
  return out;
}
