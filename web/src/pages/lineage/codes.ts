// The drawing that stands for an asset's state as a number: the worst is 0.  The same as drawing_for()
// says, for 100,000 assets at once.
import { effect, signal } from '@preact/signals';
import { status_tick, type Status } from '../../store/status';
import type { Drawing } from '../../ui/status';

export const drawings: readonly Drawing[] = ['failed', 'late', 'running', 'waiting', 'never', 'off', 'ok'];
export const code = { failed: 0, late: 1, running: 2, waiting: 3, never: 4, off: 5, ok: 6 } as const;

export function code_of(status: Status, rank: number): number {
  const counts = status.counts.get(rank);
  const work = status.work_of(rank);
  const has_partitions = counts !== undefined && counts.existing > 0;
  if (work === 'failed' || status.checks_failed[rank]! > 0 || (has_partitions && counts.failed > 0)) return code.failed;
  const freshness = status.freshness_of(rank);
  let data: number;
  if (has_partitions) {
    const fresh = Math.max(0, counts.materialized - counts.stale);
    data = counts.materialized === 0 ? code.never : fresh < counts.existing ? code.late : code.ok;
  } else {
    const word = status.data_of(rank);
    data = word === 'fresh' ? code.ok : word === 'stale' ? code.late : code.never;
  }
  if (data === code.late || freshness === 'fail' || freshness === 'warn' || status.is_provisional(rank)) return code.late;
  if (work === 'running') return code.running;
  if (work === 'waiting') return code.waiting;
  return Math.min(data, status.is_paused(rank) ? code.off : code.ok);
}

/// By rank; knows what it has seen, so that a change of one asset costs little among 100,000.
export class Codes {
  readonly of: Uint8Array;
  private readonly revisions: Float64Array;
  private seen: Status | null = null;
  constructor(size: number) {
    this.of = new Uint8Array(size).fill(code.never);
    this.revisions = new Float64Array(size);
  }
  /// Tells `changed` each rank of which there is news, with its code before; all of another snapshot.
  update(status: Status, changed: (rank: number, before: number) => void): void {
    const is_known = this.seen === status;
    this.seen = status;
    for (let rank = 0; rank < this.of.length; ++rank) {
      if (is_known && status.revision[rank] === this.revisions[rank]) continue;
      this.revisions[rank] = status.revision[rank]!;
      const before = this.of[rank]!;
      this.of[rank] = code_of(status, rank);
      changed(rank, before);
    }
  }
}
/// How many of each code, by box: seven numbers each.
export function tally_of(codes: Uint8Array, box_of_rank: Int32Array, boxes: number): Uint32Array {
  const out = new Uint32Array(boxes * drawings.length);
  for (let rank = 0; rank < codes.length; ++rank) {
    const box = box_of_rank[rank]!;
    if (box >= 0) out[box * drawings.length + codes[rank]!]!++;
  }
  return out;
}
/// One asset's code was `before`.
export function move_tally(tally: Uint32Array, box: number, before: number, now: number): void {
  if (box < 0 || before === now) return;
  tally[box * drawings.length + before]!--;
  tally[box * drawings.length + now]!++;
}
/// The first, which is the worst, code of which there is one.
export function worst_of(tally: Uint32Array, box: number): number {
  for (let each = 0; each < drawings.length; ++each) if (tally[box * drawings.length + each]! > 0) return each;
  return code.never;
}

/// As status_tick, at most twice a second: for what counts thousands of assets.
export const slow_tick = signal(0);
let timer: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  void status_tick.value;
  timer ??= setTimeout(() => { timer = undefined; slow_tick.value = status_tick.peek(); }, 500);
});
