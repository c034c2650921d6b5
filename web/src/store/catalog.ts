// What there is: the asset graph as columns, by rank (the daemon's order, upstream first).  Search,
// filters and walks need no request.
import { signal } from '@preact/signals';
import { get } from './http';

/// As `GET catalog` answers.
export interface CatalogColumns {
  sequence: number;
  instance: string;
  projects: string[];
  groups: string[];
  kinds: string[];
  owners: string[];
  tags: string[];
  sources: string[];
  partition_texts: string[];
  automations: string[];
  key: string[];
  project: number[];
  group: number[];
  kind: number[][];
  owner: number[][];
  tag: number[][];
  source: number[];
  external: number[];
  partitions: number[];
  automation: number[];
  checks: number[];
  has_freshness: number[];
  deps: number[][];
}

/// Adjacency as compressed sparse rows.
export class Adjacency {
  constructor(readonly begin: Uint32Array, readonly items: Uint32Array) {}
  of(rank: number): Uint32Array { return this.items.subarray(this.begin[rank]!, this.begin[rank + 1]!); }
  count(rank: number): number { return this.begin[rank + 1]! - this.begin[rank]!; }
}

export class Catalog {
  readonly size: number;
  readonly up: Adjacency;
  readonly down: Adjacency;
  /// All ranks, by key.
  readonly by_key: Uint32Array;
  private readonly ranks = new Map<string, number>();

  constructor(readonly columns: CatalogColumns) {
    const { key, deps } = columns;
    this.size = key.length;
    key.forEach((each, rank) => this.ranks.set(each, rank));
    const total = deps.reduce((sum, each) => sum + each.length, 0);
    const up_begin = new Uint32Array(this.size + 1), down_begin = new Uint32Array(this.size + 1);
    const up = new Uint32Array(total), down = new Uint32Array(total);
    let at = 0;
    deps.forEach((each, rank) => {
      for (const dep of each) { up[at++] = dep; down_begin[dep + 1]!++; }
      up_begin[rank + 1] = at;
    });
    for (let i = 0; i < this.size; ++i) down_begin[i + 1]! += down_begin[i]!;
    const next = down_begin.slice();
    deps.forEach((each, rank) => { for (const dep of each) down[next[dep]!++] = rank; });
    this.up = new Adjacency(up_begin, up);
    this.down = new Adjacency(down_begin, down);
    this.by_key = Uint32Array.from(key.keys()).sort((a, b) => key[a]! < key[b]! ? -1 : 1);
  }

  rank_of(key: string): number | undefined { return this.ranks.get(key); }
  key(rank: number): string { return this.columns.key[rank]!; }
  group(rank: number): string { return this.columns.groups[this.columns.group[rank]!] ?? ''; }
  project(rank: number): string { return this.columns.projects[this.columns.project[rank]!] ?? ''; }
  owners(rank: number): string[] { return this.columns.owner[rank]!.map(i => this.columns.owners[i]!); }
  kinds(rank: number): string[] { return this.columns.kind[rank]!.map(i => this.columns.kinds[i]!); }
  tags(rank: number): string[] { return this.columns.tag[rank]!.map(i => this.columns.tags[i]!); }
  source(rank: number): string { return this.columns.sources[this.columns.source[rank]!] ?? ''; }
  automation(rank: number): string { return this.columns.automations[this.columns.automation[rank]!] ?? ''; }
  partitions(rank: number): string { return this.columns.partition_texts[this.columns.partitions[rank]!] ?? ''; }
  is_external(rank: number): boolean { return this.columns.external[rank] === 1; }
  /// Somebody else brings it: an event may be sent for it.
  is_source(rank: number): boolean { return this.is_external(rank) || this.columns.source[rank]! >= 0; }

  /// Everything reachable, by distance: [rank, distance], the origin left out.
  closure(origin: number, where: 'up' | 'down', depth_max = Infinity): Map<number, number> {
    const seen = new Map<number, number>([[origin, 0]]);
    let layer = [origin];
    for (let depth = 1; layer.length && depth <= depth_max; ++depth) {
      const next: number[] = [];
      for (const rank of layer) {
        for (const other of this[where].of(rank)) {
          if (seen.has(other)) continue;
          seen.set(other, depth);
          next.push(other);
        }
      }
      layer = next;
    }
    seen.delete(origin);
    return seen;
  }
}

/// Null until it was read.
export const catalog = signal<Catalog | null>(null);

/// Reads the catalog; the known one where it is still that.  Whoever asks puts it in place, together with
/// the status of the same ranks.
export async function read_catalog(): Promise<Catalog> {
  const { body } = await get<CatalogColumns>('catalog');
  const known = catalog.peek();
  return known && known.columns.sequence === body.sequence && known.columns.instance === body.instance ? known : new Catalog(body);
}
