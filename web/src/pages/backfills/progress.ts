// How fast a backfill is, when it ends, and what fails in it.  Pure.
import { said, type Said } from '../../words/sentences';

export interface Counts { wanted: number; pending: number; in_progress: number; succeeded: number; failed: number }
export interface Backfill {
  id: string; status: 'running' | 'paused' | 'succeeded' | 'failed' | 'canceled'; cause: string; actor: string | null; reason: string | null; retry_of: string | null;
  per_run: number | 'all' | null; concurrency: number; order: 'forward' | 'newest_first'; created_at: string; ended_at: string | null; expected_end: string | null;
  runs: number; counts: Counts; assets: (Counts & { asset: string; first: string | null; last: string | null })[];
}

export const is_over = (status: Backfill['status']): boolean => status === 'succeeded' || status === 'failed' || status === 'canceled';

export interface Seen { at: number; done: number }
const memory_ms = 5 * 60_000;
/// Adds what was seen to what is remembered: at most five minutes, so that a change of pace shows.
export function remembered(seen: readonly Seen[], next: Seen): Seen[] {
  if (seen.at(-1)?.done === next.done) return [...seen];
  return [...seen.filter(each => next.at - each.at <= memory_ms), next];
}
/// Partitions per minute: over what was seen of late, else since it began; null where nothing was done.
export function rate(backfill: Backfill, seen: readonly Seen[], now: number): number | null {
  const done = backfill.counts.succeeded + backfill.counts.failed;
  const first = seen[0];
  const [from, was] = first && now - first.at > 30_000 && done > first.done ? [first.at, first.done] : [Date.parse(backfill.created_at), 0];
  return done > was && now > from ? (done - was) / (now - from) * 60_000 : null;
}

export interface ItsRun { id: string; status: string; created_at: string; steps: { asset: string | null; partition: string | null; text: string; reason: Said | null; status: string }[] }
/// Failed steps by what they said, or why they failed where they said nothing; the most first.
export function failures_of(runs: ItsRun[]): { text: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const step of runs.flatMap(run => run.steps)) {
    if (step.status !== 'failed' && step.status !== 'lost') continue;
    const text = step.text || said(step.reason);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ text, count })).toSorted((a, b) => b.count - a.count);
}
