// Who or what caused a run, and how it went, in words.
import { asset_href, href } from '../../store/router';
import { useResource } from '../../store/resource';
import { key_path } from '../../store/http';
import { RunLink, short_id } from '../../ui/parts';
import { duration, now, rough_duration } from '../../ui/time';
import { assets_of, is_bad, is_over, seconds_of, step_name, type RunRow, type Step } from './run_data';
import { exit_text } from './log/words';
import { w } from './words';

/// "token asked for it", without links: for a cell and for a title.
export const cause_text = (run: RunRow): string =>
  (run.cause === 'automation' && !run.actor ? w.value.by_automation : run.cause === 'retry' && !run.actor ? w.value.by_retry : w.value.asked_by(run.actor ?? w.value.somebody)) +
  (run.reason ? w.value.saying(run.reason) : '');

interface Decisions { items: { run: string | null; text: string }[] }
/// The daemon's own sentence why automation asked for it.
function Decided({ run }: { run: RunRow }) {
  const asset = assets_of(run)[0] ?? run.steps[0]?.asset;
  const decisions = useResource<Decisions>(asset ? `assets/${key_path(asset)}/decisions?limit=50` : '');
  const found = decisions.data.value?.items.find(each => each.run === run.id);
  return <>{found && <> ({found.text})</>}{asset && <> · <a href={asset_href(asset, { tab: 'automation' })}>{w.value.why}</a></>}</>;
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
  return [step.text, says_code ? w.value.ended_with(exit_text(step.exit_code!, step.reason?.code)) : step.text ? '' : step.reason?.text,
    step.attempt > 1 ? w.value.attempts(step.attempt) : ''].filter(Boolean).join(', ');
}
/// How it went, in a sentence or two.
export function outcome_text(run: RunRow, usual: number | null): string {
  const said = w.value;
  const seconds = seconds_of(run, now.value);
  const time = seconds === null ? '' : duration(seconds);
  const failed = run.steps.filter(step => is_bad(step.status));
  const left = run.steps.filter(step => is_over(step.status) && !is_bad(step.status) && !step.started_at && step.status !== 'skipped').length;
  const out: string[] = [];
  if (failed[0]) {
    out.push(said.failed_step(step_name(failed[0]), failure_text(failed[0])));
    if (failed.length > 1) out.push(said.failed_more(failed.length - 1));
  }
  if (run.status === 'failed' && left > 0) out.push(said.left(left));
  if (run.status === 'canceled') out.push(time ? said.canceled_text(time) : said.stopped_early);
  if (run.status === 'succeeded') {
    const skipped = run.steps.filter(step => step.status === 'skipped').length;
    out.push(said.succeeded(said.steps(run.step_count - skipped), time));
    if (skipped > 0) out.push(said.skipped(skipped));
  }
  if (!is_over(run.status)) {
    const current = run.steps.find(step => step.status === 'running' || step.status === 'starting');
    out.push(said.progress(run.steps.filter(step => is_over(step.status)).length, run.step_count));
    if (current) out.push(said.runs_since(step_name(current), rough_duration(seconds_of(current, now.value) ?? 0)));
    else out.push(said.waits);
  }
  if (usual !== null && (run.status === 'succeeded' || !is_over(run.status))) out.push(said.usual(duration(usual)));
  return out.join(' ');
}
