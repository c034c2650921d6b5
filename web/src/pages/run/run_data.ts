// A run as the API tells it, and what follows from that alone.
import { asset_href } from '../../store/router';
import type { Said } from '../../words/sentences';

export type RunStatus = 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceled';
export type StepStatus = RunStatus | 'skipped' | 'lost';
export type Reason = Said & { code: string };
export interface Step {
  step: number;
  asset: string | null;
  partition: string | null;
  partition_count: number;
  check: string | null;
  status: StepStatus;
  reason: Reason | null;
  attempt: number;
  queued_at: string | null;
  started_at: string | null;  ///< Of the latest attempt.
  ended_at: string | null;
  not_before: string | null;
  exit_code: number | null;
  code_version: string | null;
  usual: number | null;       ///< Seconds that it takes when it succeeds.
  provisional: boolean;
  text: string;
}
export interface RunRow {
  id: string;
  status: RunStatus;
  cause: string;
  actor: string | null;
  reason: string | null;
  tags: string[];
  retry_of: string | null;
  backfill: string | null;
  definitions: string | null;
  created_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  step_count: number;
  steps: Step[];
  steps_truncated: boolean;
  revision: number;
}
export interface RunPage { items: RunRow[]; next_cursor: string | null }

export const is_over = (status: StepStatus): boolean => !['queued', 'starting', 'running'].includes(status);
export const is_bad = (status: StepStatus): boolean => status === 'failed' || status === 'lost';

/// Seconds that it took, or takes so far; null where it has not begun.
export function seconds_of(what: { started_at: string | null; ended_at: string | null }, now_ms: number): number | null {
  if (!what.started_at) return null;
  return Math.max(0, ((what.ended_at ? Date.parse(what.ended_at) : now_ms) - Date.parse(what.started_at)) / 1000);
}
/// Seconds from when it was asked for until its first step began; 0 where none has.
export const seconds_waited = (run: { created_at: string | null; started_at: string | null }): number =>
  run.created_at && run.started_at ? Math.max(0, (Date.parse(run.started_at) - Date.parse(run.created_at)) / 1000) : 0;
export const step_name = (step: { asset: string | null; partition: string | null; check: string | null }): string =>
  (step.asset ?? '?') + (step.partition ? ` [${step.partition}]` : '') + (step.check ? ` · ${step.check}` : '');
export const step_asset_href = (step: Step): string => step.asset ? asset_href(step.asset, { tab: step.check ? 'checks' : '' }) : '';

/// What it makes, checks left out, each once.
export const assets_of = (run: RunRow): string[] => [...new Set(run.steps.filter(step => !step.check && step.asset).map(step => step.asset!))];

/// The step to look at first: what failed, else what runs, else what took longest.
export function telling_step(steps: Step[], now_ms: number): Step | undefined {
  return steps.find(step => is_bad(step.status)) ?? steps.find(step => step.status === 'running' || step.status === 'starting') ??
    steps.filter(step => step.started_at).toSorted((a, b) => (seconds_of(b, now_ms) ?? 0) - (seconds_of(a, now_ms) ?? 0))[0] ?? steps[0];
}

/// The log that is shown where none is asked for: of what failed, else of all; "" where there is no step.
export function first_log(steps: Step[]): string {
  const failed = steps.find(step => is_bad(step.status));
  return failed ? String(failed.step) : steps.length > 1 ? 'all' : steps.length === 1 ? '0' : '';
}

/// What is on record about a run, as `…/events` answers.
export interface RunFact {
  id: string;
  at: string;
  type: string;
  step?: number | null;
  attempt?: number;
  reason?: Reason | string | null;
  exit_code?: number;
  text?: string;
  status?: string;
  asset?: string | null;
  partition?: string | null;
  changed?: boolean;
  consumed?: number;
  data_version?: string;
  metadata?: Record<string, unknown> | null;
  kind?: string;
  name?: string;
  passed?: boolean;
  severity?: string;
  level?: string;
  message?: string;
  actor?: string;
  cause?: string;
  pid?: number;
  provisional?: boolean;
  retry_at?: string | null;
  steps?: { asset: string | null; check: string; partition: string | null; waits: { run: string; step: number }[] }[];
}
export interface FactPage { items: RunFact[]; next_cursor: string | null }

export interface Attempt { attempt: number; started_at: string; ended_at: string | null; reason: Reason | null; exit_code: number | null }
/// The attempts of each step, as far as the facts reach.
export function attempts_of(facts: RunFact[]): Map<number, Attempt[]> {
  const out = new Map<number, Attempt[]>();
  for (const fact of facts) {
    if (fact.step == null || fact.attempt == null) continue;
    const list = out.get(fact.step) ?? [];
    out.set(fact.step, list);
    if (fact.type === 'step_started') list.push({ attempt: fact.attempt, started_at: fact.at, ended_at: null, reason: null, exit_code: null });
    if (fact.type !== 'attempt_ended' && fact.type !== 'step_ended') continue;
    const attempt = list.find(each => each.attempt === fact.attempt);
    if (!attempt) continue;
    attempt.ended_at = fact.at;
    attempt.reason = typeof fact.reason === 'object' ? fact.reason : null;
    attempt.exit_code = fact.exit_code ?? null;
  }
  return out;
}
/// Which steps of this run each step waits for; empty where the facts do not reach so far.
export function waits_of(facts: RunFact[], run: string): Map<number, number[]> {
  const out = new Map<number, number[]>();
  facts.find(fact => fact.type === 'run_queued')?.steps?.forEach((step, number) => {
    out.set(number, step.waits.filter(wait => wait.run === run).map(wait => wait.step));
  });
  return out;
}

/// The event up to which a step read its inputs: as it said when it wrote, else when it was admitted; null where
/// the facts do not reach so far.
export function consumed_by(facts: RunFact[], step: Step): number | null {
  const wrote = facts.find(fact => fact.type === 'updated' && fact.step === step.step && fact.consumed);
  const began = facts.find(fact => fact.type === 'step_started' && fact.step === step.step && fact.attempt === step.attempt);
  return wrote?.consumed ?? (began ? Number(began.id) : null);
}
/// How much longer than usual a step takes, or took, as a share; 0 where that is not worth a word.
export function overrun(step: Step, now_ms: number): number {
  const seconds = seconds_of(step, now_ms);
  if (!step.usual || seconds === null || seconds - step.usual <= 1) return 0;
  const share = seconds / step.usual - 1;
  return share > 0.5 ? share : 0;
}
/// The newest run that succeeded before this one; rather one that made all of the same.
export function last_good(runs: RunRow[], run: RunRow): RunRow | undefined {
  const older = runs.filter(each => each.status === 'succeeded' && each.id < run.id).toSorted((a, b) => a.id < b.id ? 1 : -1);
  const assets = assets_of(run);
  return older.find(each => { const made = new Set(assets_of(each)); return assets.every(name => made.has(name)); }) ?? older[0];
}
