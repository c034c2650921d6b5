// Which nodes are in a part of the picture: a grid of cells, each with the nodes whose corner is in it.
import type { Area } from './camera';

export class GridIndex {
  private readonly begin: Uint32Array;
  private readonly items: Uint32Array;
  private readonly columns: number;
  private readonly rows: number;
  private readonly cell: number;
  private readonly x0: number;
  private readonly y0: number;
  private readonly w_max: number;
  private readonly h_max: number;

  constructor(private readonly x: Float32Array, private readonly y: Float32Array, private readonly w: Float32Array, private readonly h: Float32Array) {
    let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity, w_max = 0, h_max = 0;
    const size = x.length;
    for (let i = 0; i < size; ++i) {
      x0 = Math.min(x0, x[i]!); x1 = Math.max(x1, x[i]!);
      y0 = Math.min(y0, y[i]!); y1 = Math.max(y1, y[i]!);
      w_max = Math.max(w_max, w[i]!); h_max = Math.max(h_max, h[i]!);
    }
    if (size === 0) x0 = y0 = x1 = y1 = 0;
    this.x0 = x0; this.y0 = y0; this.w_max = w_max; this.h_max = h_max;
    // About four nodes in a cell, at most as many cells as nodes.
    const area = Math.max(1, x1 - x0) * Math.max(1, y1 - y0);
    this.cell = Math.max(64, Math.sqrt(area / Math.max(1, size / 4)), (x1 - x0) / 4096, (y1 - y0) / 4096);
    this.columns = Math.floor((x1 - x0) / this.cell) + 1;
    this.rows = Math.floor((y1 - y0) / this.cell) + 1;
    this.begin = new Uint32Array(this.columns * this.rows + 1);
    const cell_of = new Uint32Array(size);
    for (let i = 0; i < size; ++i) {
      const at = Math.floor((y[i]! - y0) / this.cell) * this.columns + Math.floor((x[i]! - x0) / this.cell);
      cell_of[i] = at;
      this.begin[at + 1]!++;
    }
    for (let i = 1; i < this.begin.length; ++i) this.begin[i]! += this.begin[i - 1]!;
    const next = this.begin.slice();
    this.items = new Uint32Array(size);
    for (let i = 0; i < size; ++i) this.items[next[cell_of[i]!]!++] = i;
  }

  /// Calls `each` with the runs of `items` that may be in the area.
  private runs(area: Area, each: (begin: number, end: number) => void): void {
    const clamped = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value)));
    const left = clamped((area.x - this.w_max - this.x0) / this.cell, this.columns - 1);
    const right = clamped((area.x + area.width - this.x0) / this.cell, this.columns - 1);
    const top = clamped((area.y - this.h_max - this.y0) / this.cell, this.rows - 1);
    const bottom = clamped((area.y + area.height - this.y0) / this.cell, this.rows - 1);
    for (let row = top; row <= bottom; ++row) each(this.begin[row * this.columns + left]!, this.begin[row * this.columns + right + 1]!);
  }
  /// At least as many as are there, by cells.
  about(area: Area): number {
    let count = 0;
    this.runs(area, (begin, end) => { count += end - begin; });
    return count;
  }
  /// Appends the nodes that touch the area to `out`, at most `most`; answers how many there are, or `most` + 1.
  query(area: Area, out: number[], most = Infinity): number {
    let count = 0;
    const right = area.x + area.width, bottom = area.y + area.height;
    this.runs(area, (begin, end) => {
      for (let i = begin; i < end && count <= most; ++i) {
        const node = this.items[i]!;
        if (this.x[node]! > right || this.y[node]! > bottom || this.x[node]! + this.w[node]! < area.x || this.y[node]! + this.h[node]! < area.y) continue;
        if (++count <= most) out.push(node);
      }
    });
    return count;
  }
}
