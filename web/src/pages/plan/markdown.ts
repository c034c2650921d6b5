// A plan as Markdown, for the comment of a merge request.
import type { Plan } from '../../actions/plan_view';
import { duration } from '../../ui/time';
import { said } from '../../words/sentences';

/// A table that merge requests show; `address` leads back to the page.
export function to_markdown(plan: Plan, address: string): string {
  const named = (keys: string[]) => keys.map(key => `\`${key}\``).join(', ');
  const cause = plan.changed.length ? `if ${named(plan.changed)} changed` : `if ${named(plan.requested)} were asked for`;
  const rows = plan.items.map(item => {
    const mark = item.critical ? '**' : '';
    return `| ${mark}\`${item.asset}\`${mark} | ${said(item.said)} | ${duration(item.start_after)} | ${duration(item.worked.p50)} | ${duration(item.ready_after)} |`;
  });
  return [`### What would run ${cause}`, '',
    `${plan.items.length} assets, about ${duration(plan.total.p50)} (${duration(plan.total.p10)} to ${duration(plan.total.p90)}). [Plan](${address})`, '',
    '| asset | reason | starts after | takes | ready after |', '|---|---|--:|--:|--:|', ...rows, ''].join('\n');
}
