// What the API answers about one asset.
import type { AssetState, StaleCause } from '../../store/status';
import type { Said } from '../../words/sentences';
import type { Tree } from '../automation/tree';

export interface CheckDefinition { name: string; severity: 'warn' | 'error'; blocking: boolean; command: string[]; automation: string | null; description: string }
export interface ColumnOrigin { asset: string; column: string }
export interface ColumnDefinition { name: string; type: string | null; description: string; tags: Record<string, string>; from: ColumnOrigin[] }
export interface Dependency { key: string; max_age: number | null; wait_until: string | null; mapping: string | null; columns?: string[] }
/// A materialization, an observation or a check's result.
export interface AssetEvent {
  id: string;
  at: string;
  kind: 'materialization' | 'observation' | 'check' | 'rejected';
  asset: string | null;
  partition: string | null;
  source: string;
  run: string | null;
  step: number | null;
  data_version?: string;
  changed?: boolean;
  metadata: Record<string, unknown> | null;
  name?: string;
  passed?: boolean;
  severity?: 'warn' | 'error';
}
/// Something that is wrong with it now.
export interface OpenAlert {
  id: string;
  at: string;
  kind: 'failure' | 'freshness' | 'check';
  partition: string | null;
  check: string | null;
  text: string;
  run: string | null;
  step: number | null;
  muted: boolean;
}
/// As `GET assets/{key}` answers.
export interface AssetDetail extends Omit<AssetState, 'latest'> {
  key: string;
  external: boolean;
  group: string;
  kinds: string[];
  owners: string[];
  tags: Record<string, string>;
  deps: string[];
  partitions: string | null;
  project: string;
  source: string | null;
  dependents: string[];
  dependencies: Dependency[];
  checks: CheckDefinition[];
  columns: ColumnDefinition[];
  check_results: Record<string, AssetEvent>;
  open_alerts: OpenAlert[];
  description: string;
  automation: string | null;
  command: string[];
  code_version: string | null;
  executor: string;
  pool: string | null;
  priority: number;
  timeout: number | null;
  retries: { max: number; delay: number };
  freshness_policy: { within: number | null; warn: number | null; deadline: string | null; timezone: string | null } | null;
  backfill_policy: { per_run: number | 'all'; concurrency: number; range: boolean };
  place: { file: string; line: number; column: number } | null;
  pause: { at: string; actor: string | null; reason: string | null } | null;
  latest: AssetEvent | null;
}
export interface Forecast extends Said { p10: string | null; p50: string | null; p90: string | null; basis: string; samples: number; assumed: boolean }
export interface Explanation extends Said {
  tree: Tree | null;
  expected: Forecast | null;
  checks: (Said & { name: string; tree: Tree | null })[];
  failed: FailedStep | null;
  latest: AssetEvent | null;
}
export interface Decision extends Said { id: string; at: string; requested: boolean; withheld: boolean; run: string | null; backfill: string | null }
export interface ReadinessDay {
  day: string;
  state: 'waiting' | 'arriving' | 'arrived' | 'queued' | 'running' | 'failed' | 'complete' | 'ready';
  inputs: number;
  inputs_arrived: number;
  parts: number;
  parts_complete: number;
  ready_at: string | null;
  complete_at: string | null;
  deadline: string | null;
  forecast: Forecast | null;
}
export interface Step {
  step: number;
  asset: string | null;
  partition: string | null;
  partition_count: number;
  check: string | null;
  status: string;
  reason: Said | null;
  attempt: number;
  queued_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  text: string;
}
export interface FailedStep extends Step { run: string }
export interface Run {
  id: string;
  status: string;
  cause: string;
  actor: string | null;
  reason: string | null;
  backfill: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  step_count: number;
  steps: Step[];
  steps_truncated: boolean;
}
export interface Partition {
  key: string;
  data: 'missing' | 'fresh' | 'stale';
  stale_causes: StaleCause[];
  failed: boolean;
  in_progress: boolean;
  begin: string | null;  ///< Of its window; null where it has none.
  end: string | null;
}
export interface Page<T> { items: T[]; next_cursor: string | null; total?: number }
