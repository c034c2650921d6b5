// What a change would lead to: which reader is made next and when, what does not follow, which promises depend on it.
import { estimate_text, type Plan } from '../../actions/plan_view';
import { query_text } from '../../store/http';
import { usePosted } from '../../store/posted';
import { useResource } from '../../store/resource';
import { href } from '../../store/router';
import { key_text } from '../../store/selection';
import { AssetLink } from '../../ui/parts';
import { duration, ms_of, Time } from '../../ui/time';
import { lineage_words } from './words';

export interface Promised { asset: string; state: string; deadline: string | null; forecast: { p50: string } | null }
const promises_max = 50, shown_max = 4;

/// Whether it is, or will be, later than promised.
export function is_late(promise: Promised, now_ms: number): boolean {
  const deadline = ms_of(promise.deadline), expected = ms_of(promise.forecast?.p50);
  return deadline !== null && promise.state !== 'ready' && ((expected !== null && expected > deadline) || now_ms > deadline);
}
/// Those with a deadline; first what is late, then by time.
export const by_risk = (all: Promised[], now_ms: number): Promised[] => all.filter(each => each.deadline !== null)
  .toSorted((a, b) => Number(is_late(b, now_ms)) - Number(is_late(a, now_ms)) || ms_of(a.deadline)! - ms_of(b.deadline)!);
/// The readers that a plan makes, each once, by when they are ready; without what changes itself.
export function followers(plan: Plan, changed: string): { asset: string; ready_after: number }[] {
  const last = new Map<string, number>();
  for (const { asset, ready_after } of plan.items) if (asset !== changed) last.set(asset, Math.max(last.get(asset) ?? 0, ready_after));
  return [...last].map(([asset, ready_after]) => ({ asset, ready_after })).sort((a, b) => a.ready_after - b.ready_after);
}

export function Consequences({ focus, readers }: { focus: string; readers: number }) {
  const w = lineage_words.value, key = key_text(focus);
  const plan = usePosted<Plan>('plan', { changed: [focus] }).data.value;
  const promised = useResource<{ items: Promised[]; total: number }>('readiness' + query_text({ select: `${key}+ and not ${key} and not freshness:none`, limit: promises_max })).data.value;
  const next = plan && followers(plan, focus);
  const promises = promised ? by_risk(promised.items, Date.now()) : [];
  return (
    <>
      {next && <p>{next.length === 0 ? w.none_follows : <>
        {w.next_reader} <AssetLink name={next[0]!.asset} /> {w.ready_after(duration(next[0]!.ready_after))}; {w.all_follow(next.length, estimate_text(plan.total))}
        {readers > next.length && <> {w.not_by_itself(readers - next.length)}</>} <a href={href('/plan', { select: key })}>{w.show_plan}</a></>}</p>}
      {promises.length > 0 && <p>{w.promises_that_depend}{' '}
        {promises.slice(0, shown_max).map((each, i) => <span key={each.asset} class={is_late(each, Date.now()) ? 'is-late' : ''}>{i > 0 && ', '}<AssetLink name={each.asset} /> {w.promised_by} <Time at={each.deadline} />
          {each.forecast && <> ({is_late(each, Date.now()) && `! ${w.at_risk}, `}{w.expected} <Time at={each.forecast.p50} />)</>}</span>)}
        {promises.length > shown_max && <>, {w.more(promises.length - shown_max)}</>}</p>}
    </>
  );
}
