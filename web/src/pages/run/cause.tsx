// Who or what caused a run, and how it went, in words.
import { asset_href, href } from '../../store/router';
import { useResource } from '../../store/resource';
import { key_path } from '../../store/http';
import { RunLink, short_id } from '../../ui/parts';
import { duration, now, rough_duration } from '../../ui/time';
import { said, type Said } from '../../words/sentences';
import { assets_of, is_bad, is_over, seconds_of, seconds_waited, step_name, type RunRow, type Step } from './run_data';
import { exit_text } from './log/words';
import { w } from './words';

/// "token asked for it", without links: for a cell and for a title.
export const cause_text = (run: Pick<RunRow, 'cause' | 'actor' | 'reason'>): string =>
  (run.cause === 'automation' && !run.actor ? w.value.by_automation : run.cause === 'retry' && !run.actor ? w.value.by_retry : w.value.asked_by(run.actor ?? w.value.somebody)) +
  (run.reason ? w.value.saying(run.reason) : '');

interface Decisions { items: (Said & { run: string | null })[] }
/// The daemon's own sentence why automation asked for it.
function Decided({ run }: { run: RunRow }) {
  const asset = assets_of(run)[0] ?? run.steps[0]?.asset;
  const decisions = useResource<Decisions>(asset ? `assets/${key_path(asset)}/decisions?limit=50` : '');
  const found = decisions.data.value?.items.find(each => each.run === run.id);
  return <>{found && <> ({said(found)})</>}{asset && <> · <a href={asset_href(asset, { tab: 'automation' })}>{w.value.why}</a></>}</>;
}
export function Cause({ run }: { run: RunRow }) {
  return (
    <>
      {cause_text(run)}
      {run.retry_of && <>, {w.value.retry_of} <RunLink id={run.retry_of} /></>}
      {run.backfill && <>, {w.value.part_of_backfill} <a class="key" href={href('/backfills/' + run.backfill)}>{short_id(run.backfill)}</a></>}
      {run.cause === 'automation' && <Decided run={run} />}.
    </>
  );
}

/// "its process ended with exit code 137 (killed; likely out of memory), after 3 attempts".
export function failure_text(step: Step): string {
  const says_code = step.exit_code !== null && step.exit_code !== 0 && (step.reason?.code === 'exit_code' || step.reason?.code === 'signal');
  return [step.text, says_code ? w.value.ended_with(exit_text(step.exit_code!, step.reason?.code)) : step.text ? '' : said(step.reason),
    step.attempt > 1 ? w.value.attempts(step.attempt) : ''].filter(Boolean).join(', ');
}
/// How it went, in a sentence or two.
export function outcome_text(run: RunRow, usual: number | null): string {
  const words = w.value;
  const seconds = seconds_of(run, now.value);
  const time = seconds === null ? '' : duration(seconds);
  const failed = run.steps.filter(step => is_bad(step.status));
  const left = run.steps.filter(step => is_over(step.status) && !is_bad(step.status) && !step.started_at && step.status !== 'skipped').length;
  const out: string[] = [];
  if (failed[0]) {
    out.push(words.failed_step(step_name(failed[0]), failure_text(failed[0])));
    if (failed.length > 1) out.push(words.failed_more(failed.length - 1));
  }
  if (run.status === 'failed' && left > 0) out.push(words.left(left));
  if (run.status === 'canceled') out.push(time ? words.canceled_text(time) : words.stopped_early);
  if (run.status === 'succeeded') {
    const skipped = run.steps.filter(step => step.status === 'skipped').length;
    out.push(words.succeeded(words.steps(run.step_count - skipped), time));
    if (skipped > 0) out.push(words.skipped(skipped));
  }
  if (!is_over(run.status)) {
    const current = run.steps.find(step => step.status === 'running' || step.status === 'starting');
    out.push(words.progress(run.steps.filter(step => is_over(step.status)).length, run.step_count));
    if (current) out.push(words.runs_since(step_name(current), rough_duration(seconds_of(current, now.value) ?? 0)));
    else out.push(words.waits);
  }
  const waited = seconds_waited(run);
  if (seconds !== null && waited > Math.max(1, seconds)) out.push(words.waited_before(duration(waited)));
  if (usual !== null && (run.status === 'succeeded' || !is_over(run.status))) out.push(words.usual(duration(usual)));
  return out.join(' ');
}
