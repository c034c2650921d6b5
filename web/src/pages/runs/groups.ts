// Runs put together by what they have in common, as rows of one list.
import { said, type Said } from '../../words/sentences';
import type { Backfill } from '../backfills/progress';
import { assets_of, is_bad, type RunRow, type StepStatus } from '../run/run_data';

export type GroupBy = '' | 'asset' | 'cause' | 'error';
export interface Group { name: string; runs: RunRow[]; failed: number; latest: StepStatus }  ///< `latest`: of its newest run.

const names_of = (run: RunRow, by: 'asset' | 'cause'): string[] => {
  if (by === 'cause') return [run.backfill ? 'backfill' : run.cause];
  const assets = assets_of(run);
  return assets.length ? assets : run.steps.slice(0, 1).map(step => step.asset ?? '?');
};
/// Most failures first, then most runs; a run of several assets is in the group of each.
export function grouped(runs: RunRow[], by: 'asset' | 'cause'): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    for (const name of names_of(run, by)) {
      // Of a run that failed elsewhere, the asset's own step counts.
      const own = by === 'asset' ? run.steps.filter(step => step.asset === name) : [];
      const status = own.find(step => is_bad(step.status))?.status ?? own[0]?.status ?? run.status;
      const group = groups.get(name) ?? { name, runs: [], failed: 0, latest: status };
      groups.set(name, group);
      group.runs.push(run);
      if (is_bad(status)) group.failed++;
    }
  }
  return [...groups.values()].toSorted((a, b) => b.failed - a.failed || b.runs.length - a.runs.length || (a.name < b.name ? -1 : 1));
}

export type RunsRow = { kind: 'group'; group: Group } | { kind: 'run'; run: RunRow; group: string };
export type ListRow = RunsRow | { kind: 'backfill'; backfill: Backfill };
/// The rows that are there: every group, and the runs of those that are open.
export function rows_of(runs: RunRow[], by: GroupBy, open: Set<string>): RunsRow[] {
  if (by !== 'asset' && by !== 'cause') return runs.map(run => ({ kind: 'run', run, group: '' }));
  return grouped(runs, by).flatMap((group): RunsRow[] =>
    [{ kind: 'group', group }, ...open.has(group.name) ? group.runs.map((run): RunsRow => ({ kind: 'run', run, group: group.name })) : []]);
}

/// As `GET failures` answers.
export interface Difference { attribute: string; value: string; share: number; others: number }
export interface Failure {
  fingerprint: string;
  text: string;
  reason: Said | null;
  count: number;
  runs: number;
  assets: string[];
  asset_count: number;
  owners: string[];
  first_at: string;
  last_at: string;
  latest: { run: string; step: number; asset: string | null; partition: string | null };
  differences: Difference[];
}
/// What they said, or why they failed where they said nothing.
export const failure_text = ({ text, reason }: Failure): string => text === reason?.text ? said(reason) : text;
export interface FailuresAnswer { from: string; to: string; items: Failure[]; truncated: boolean }
/// Those that say something: much more often here than among the others.
export const telling = (differences: Difference[]): Difference[] =>
  differences.filter(each => each.share - each.others >= 0.25).toSorted((a, b) => (b.share - b.others) - (a.share - a.others)).slice(0, 4);
