// How everything is: columns by rank, brought up to date by the stream.  A revision that is not newer
// than the known one is ignored, so that nothing ever goes back.
import { signal } from '@preact/signals';
import { get } from './http';

export type DataState = 'missing' | 'fresh' | 'stale';
export type WorkState = 'idle' | 'waiting' | 'running' | 'failed' | 'paused';
export type Freshness = 'none' | 'unknown' | 'pass' | 'warn' | 'fail';
export type StaleCause = 'code' | 'data' | 'dependencies';

export interface PartitionCounts {
  existing: number;
  materialized: number;
  missing: number;
  stale: number;
  failed: number;
  in_progress: number;
}

/// As a message `asset` of the stream has it, and `GET assets` of each.
export interface AssetState {
  data: DataState;
  work: WorkState;
  stale_causes: StaleCause[];
  freshness: Freshness;
  paused: boolean;
  withheld: boolean;
  provisional: boolean;
  failed?: boolean;
  alerts: number;
  muted: boolean;
  checks_passed: number;
  checks_failed: number;
  latest: { id: string; at: string; run: string | null } | null;
  active: { run: string; step: number } | null;
  partition_counts?: PartitionCounts;
  revision: number;
}

const data_words: DataState[] = ['missing', 'fresh', 'stale'];
const work_words: WorkState[] = ['idle', 'waiting', 'running', 'failed', 'paused'];
const freshness_words: Freshness[] = ['none', 'unknown', 'pass', 'warn', 'fail'];
const causes: [StaleCause, number][] = [['code', 1], ['data', 2], ['dependencies', 4]];
const paused = 1, withheld = 2, provisional = 4, failed = 8, muted = 16;

/// As `GET status?codes=1` answers.
export interface StatusColumns {
  sequence: number;
  at: string;
  catalog: number;
  words: { data: DataState[]; work: WorkState[]; freshness: Freshness[] };
  data: number[];
  work: number[];
  freshness: number[];
  stale_causes: number[];
  updated_at: number[];
  revision: number[];
  flags: number[];
  alerts: number[];
  checks_failed: number[];
  checks_passed: number[];
  partition_counts: { rank: number[] } & Record<keyof PartitionCounts, number[]>;
  active: { rank: number[]; run: string[]; step: number[] };
  pools: Record<string, Pool>;
  runs_active: number;
}
export interface Pool { limit: number; used: number; waiting: number }

export class Status {
  readonly data: Uint8Array;
  readonly work: Uint8Array;
  readonly freshness: Uint8Array;
  readonly stale: Uint8Array;
  readonly flags: Uint8Array;
  readonly updated_at: Float64Array;  ///< Milliseconds since 1970; 0: never.
  readonly revision: Float64Array;
  readonly alerts: Uint32Array;
  readonly checks_failed: Uint32Array;
  readonly checks_passed: Uint32Array;
  readonly counts = new Map<number, PartitionCounts>();
  readonly active = new Map<number, { run: string; step: number }>();

  constructor(columns: StatusColumns) {
    const coded = <T>(codes: number[], theirs: T[], ours: T[]) => Uint8Array.from(codes, code => ours.indexOf(theirs[code]!));
    this.data = coded(columns.data, columns.words.data, data_words);
    this.work = coded(columns.work, columns.words.work, work_words);
    this.freshness = coded(columns.freshness, columns.words.freshness, freshness_words);
    this.stale = Uint8Array.from(columns.stale_causes);
    this.flags = Uint8Array.from(columns.flags);
    this.updated_at = Float64Array.from(columns.updated_at);
    this.revision = Float64Array.from(columns.revision);
    this.alerts = Uint32Array.from(columns.alerts);
    this.checks_failed = Uint32Array.from(columns.checks_failed);
    this.checks_passed = Uint32Array.from(columns.checks_passed);
    const { rank, ...counts } = columns.partition_counts;
    rank.forEach((each, i) => this.counts.set(each, {
      existing: counts.existing[i]!, materialized: counts.materialized[i]!, missing: counts.missing[i]!,
      stale: counts.stale[i]!, failed: counts.failed[i]!, in_progress: counts.in_progress[i]!,
    }));
    columns.active.rank.forEach((each, i) => this.active.set(each, { run: columns.active.run[i]!, step: columns.active.step[i]! }));
  }

  data_of(rank: number): DataState { return data_words[this.data[rank]!] ?? 'missing'; }
  work_of(rank: number): WorkState { return work_words[this.work[rank]!] ?? 'idle'; }
  freshness_of(rank: number): Freshness { return freshness_words[this.freshness[rank]!] ?? 'none'; }
  stale_of(rank: number): StaleCause[] { return causes.filter(([, bit]) => this.stale[rank]! & bit).map(([word]) => word); }
  is_paused(rank: number): boolean { return (this.flags[rank]! & paused) !== 0; }
  is_withheld(rank: number): boolean { return (this.flags[rank]! & withheld) !== 0; }
  is_provisional(rank: number): boolean { return (this.flags[rank]! & provisional) !== 0; }
  /// Its latest step failed, whatever it does now.
  has_failed(rank: number): boolean { return (this.flags[rank]! & failed) !== 0; }
  is_muted(rank: number): boolean { return (this.flags[rank]! & muted) !== 0; }

  /// Takes a message in; false when it is older than what is known.
  apply(rank: number, state: AssetState): boolean {
    if (state.revision <= this.revision[rank]!) return false;
    this.revision[rank] = state.revision;
    this.data[rank] = data_words.indexOf(state.data);
    this.work[rank] = work_words.indexOf(state.work);
    this.freshness[rank] = freshness_words.indexOf(state.freshness);
    this.stale[rank] = causes.reduce((bits, [word, bit]) => state.stale_causes.includes(word) ? bits | bit : bits, 0);
    this.flags[rank] = (state.paused ? paused : 0) | (state.withheld ? withheld : 0) | (state.provisional ? provisional : 0) |
      (state.failed ?? state.work === 'failed' ? failed : 0) | (state.muted ? muted : 0);
    this.updated_at[rank] = state.latest ? Date.parse(state.latest.at) : 0;
    this.alerts[rank] = state.alerts;
    this.checks_failed[rank] = state.checks_failed;
    this.checks_passed[rank] = state.checks_passed;
    if (state.partition_counts) this.counts.set(rank, state.partition_counts);
    if (state.active) this.active.set(rank, state.active);
    else this.active.delete(rank);
    return true;
  }
}

/// Null until it was read; the same object as long as the catalog is the same.  Whoever reads its
/// columns reads `status_tick` first, to be told of changes.
export const status = signal<Status | null>(null);
export const status_tick = signal(0);
export const pools = signal<Record<string, Pool>>({});

/// Reads everybody's status.
export async function read_status(): Promise<StatusColumns> {
  return (await get<StatusColumns>('status?codes=1')).body;
}
