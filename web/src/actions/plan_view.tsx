// What would run, in which order and how long: a plan as the daemon makes it.
import { asset_href } from '../store/router';
import { duration } from '../ui/time';
import { said, type Said } from '../words/sentences';
import { plan_words } from './words';

/// One time in ten less than p10, one in ten more than p90; seconds.
export interface Estimate { p10: number; p50: number; p90: number; samples: number; assumed: boolean }
export interface PlanItem {
  asset: string;
  said: Said;
  because: string[];
  steps: number;
  start_after: number;
  ready_after: number;
  ready: Estimate;
  worked: Estimate;
  critical: boolean;
}
/// As `POST plan` answers.
export interface Plan {
  id: string;
  changed: string[];
  requested: string[];
  items: PlanItem[];
  total: Estimate;
  critical_path: string[];
  working: number;
  waiting: number;
  work: number;
  truncated: boolean;
}

/// "about 2 min 40 s (2 min to 5 min)"
export function estimate_text(estimate: Estimate): string {
  const w = plan_words.value;
  const middle = duration(estimate.p50);
  const [least, most] = [duration(estimate.p10), duration(estimate.p90)];
  return (least === most ? w.about(middle) : w.about_between(middle, least, most)) + (estimate.assumed ? `, ${w.assumed}` : '');
}
/// The plan in one sentence.
export function plan_sentence(plan: Plan): string {
  const w = plan_words.value;
  if (plan.items.length === 0) return w.nothing;
  const steps = plan.items.reduce((sum, item) => sum + item.steps, 0);
  return w.sentence(plan.items.length, steps, estimate_text(plan.total));
}

const shown_max = 60;
/// Each step with its place in time; the longest chain is marked.
export function PlanSteps({ plan }: { plan: Plan }) {
  const w = plan_words.value;
  const whole = Math.max(plan.total.p50, ...plan.items.map(item => item.ready_after), 0.001);
  const shown = plan.items.slice(0, shown_max);
  return (
    <div class="scroll plan-steps" tabIndex={0} role="region" aria-label={w.steps}>
      <table class="list">
        <thead><tr><th scope="col">{w.asset}</th><th scope="col">{w.when}</th><th scope="col" class="end">{w.takes}</th><th scope="col">{w.why}</th></tr></thead>
        <tbody>
          {shown.map(item => (
            <tr key={item.asset}>
              <th scope="row"><a class="key" href={asset_href(item.asset)}>{item.asset}</a>{item.steps > 1 && <span class="quiet"> ×{item.steps}</span>}</th>
              <td class="plan-when" title={w.from_to(duration(item.start_after), duration(item.ready_after))}>
                <span class={`plan-bar ${item.critical ? 'is-critical' : ''}`} aria-hidden="true"
                  style={{ insetInlineStart: `${item.start_after / whole * 100}%`, inlineSize: `${Math.max(2, (item.ready_after - item.start_after) / whole * 100)}%` }} />
                <span class="only-read">{w.from_to(duration(item.start_after), duration(item.ready_after))}{item.critical ? `, ${w.critical}` : ''}</span>
              </td>
              <td class="end" title={w.samples(item.worked.samples)}>{item.worked.assumed ? '≈ ' : ''}{duration(item.worked.p50)}</td>
              <td class="quiet">{said(item.said)}</td>
            </tr>))}
        </tbody>
      </table>
      {plan.items.length > shown.length && <p class="quiet">{w.others(plan.items.length - shown.length)}</p>}
      {plan.truncated && <p class="note is-late">{w.truncated}</p>}
    </div>
  );
}
