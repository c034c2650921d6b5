// What can be done about a run; a retry says first what it would do.
import { post, Problem } from '../../store/http';
import { cancel_run, retry_run } from '../../actions/post';
import { copy, freshet } from '../../ui/command';
import { close_dialog, open_dialog } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { useKeys } from '../../keys';
import { language } from '../../store/prefs';
import { duration } from '../../ui/time';
import { common } from '../../words/common';
import { assets_of, is_bad, is_over, type RunRow, type Step } from './run_data';
import { w } from './words';

interface Estimate { p10: number; p50: number; p90: number; samples: number; assumed: boolean }
interface Plan { items: { asset: string; reason: string; steps: number; start_after: number; worked: Estimate; critical: boolean }[]; total: Estimate }

/// The steps that a retry of what failed makes anew: they and what they left unstarted.
const retried = (run: RunRow, what: 'failure' | 'all'): Step[] =>
  what === 'all' ? run.steps : run.steps.filter(step => is_bad(step.status) || (step.status !== 'succeeded' && step.status !== 'skipped'));
const selection_of = (steps: Step[]): string => [...new Set(steps.map(step => step.asset).filter(Boolean))].map(key => `key:"${key}"`).join(' or ');

function RetryPlan({ run, what, plan, problem }: { run: RunRow; what: 'failure' | 'all'; plan: Plan | null; problem: string }) {
  const steps = retried(run, what);
  const asked = new Set(steps.map(step => step.asset));
  const also = plan?.items.filter(item => !asked.has(item.asset)) ?? [];
  return (
    <div class="stack">
      {plan && <p class="sentence">{w.value.takes(duration(plan.total.p50), duration(plan.total.p10), duration(plan.total.p90))} {plan.total.assumed && w.value.assumed}</p>}
      {problem && <p class="quiet">{w.value.plan_unknown}{problem}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={w.value.retry_title} style={{ maxHeight: '40vh' }}>
        <table class="list"><thead><tr><th>{w.value.step}</th><th>{w.value.status}</th><th class="end">{w.value.duration}</th></tr></thead>
          <tbody>
            {steps.slice(0, 200).map(step => {
              const item = step.check ? undefined : plan?.items.find(each => each.asset === step.asset);
              return <tr key={step.step}><td class="key">{step.asset}{step.partition ? ` [${step.partition}]` : ''}{step.check ? ` · ${step.check}` : ''}</td>
                <td>{common.value.run[step.status]}</td><td class="end">{item ? duration(item.worked.p50) : ''}</td></tr>;
            })}
            {also.slice(0, 50).map(item => <tr key={item.asset}><td class="key">{item.asset}</td><td class="quiet">{item.reason}</td><td class="end">{duration(item.worked.p50)}</td></tr>)}
          </tbody>
        </table>
      </div>
      {also.length > 0 && <p class="quiet">{w.value.also}</p>}
      <div class="buttons"><button class="button" onClick={close_dialog}>{common.value.cancel}</button>
        <button class="button is-primary" onClick={() => { close_dialog(); void retry_run(run.id, what); }}>{w.value.start(steps.length)}</button></div>
    </div>
  );
}
/// Shows what a retry would do; starts it from there.
export async function offer_retry(run: RunRow, what: 'failure' | 'all'): Promise<void> {
  let plan: Plan | null = null, problem = '';
  try {
    const steps = retried(run, what);
    const partitions = [...new Set(steps.map(step => step.partition).filter(each => each !== null))];
    plan = await post<Plan>('plan', { request: selection_of(steps), ...partitions.length ? { partitions } : {} });
  } catch (error) {
    problem = error instanceof Problem ? error.message : String(error);
  }
  open_dialog(w.value.retry_title, <RetryPlan run={run} what={what} plan={plan} problem={problem} />);
}
export function offer_cancel(run: RunRow): void {
  open_dialog(w.value.cancel_title, (
    <div class="stack"><p>{w.value.cancel_text(run.steps.filter(step => !is_over(step.status)).length)}</p>
      <div class="buttons"><button class="button" onClick={close_dialog}>{common.value.cancel}</button>
        <button class="button is-primary" onClick={() => { close_dialog(); void cancel_run(run.id); }}>{w.value.cancel}</button></div>
    </div>));
}
const copy_link = () => void copy(location.href);

export function RunActions({ run }: { run: RunRow }) {
  const has_failed = run.status === 'failed' || (run.status === 'canceled' && assets_of(run).length > 0);
  useKeys([
    { keys: 'y', text: w.value.copy_link, run: copy_link },
    { keys: 'c', text: common.value.as_command, run: () => void copy(freshet('runs', run.id)) },
  ], [run.id, language.value]);
  return (
    <div class="row wrap run-actions">
      {!is_over(run.status) && <button class="button" onClick={() => offer_cancel(run)}><Icon name="x" />{w.value.cancel}</button>}
      {is_over(run.status) && has_failed && <button class="button is-primary" onClick={() => void offer_retry(run, 'failure')}><Icon name="refresh" />{w.value.retry_failed}</button>}
      {is_over(run.status) && <button class="button" onClick={() => void offer_retry(run, 'all')}><Icon name="refresh" />{w.value.retry_all}</button>}
      <button class="button is-plain" onClick={copy_link}><Icon name="copy" />{w.value.copy_link}</button>
    </div>
  );
}
