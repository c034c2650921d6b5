// What was decided about an asset, decision by decision.
import { useMemo } from 'preact/hooks';
import { useKeys } from '../../keys';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { run_href, set_params } from '../../store/router';
import { Icon } from '../../ui/icon';
import { Failed, Loading, Section } from '../../ui/parts';
import { drawing_of, word_text } from '../../ui/status';
import { full_text, Time, time_text } from '../../ui/time';
import { language } from '../../store/prefs';
import { label_text, said, type Said } from '../../words/sentences';
import type { Page, Run, Step } from '../asset/data';
import { outcome_of } from '../asset/model';
import { Outcome } from '../asset/outcome';
import { turned, type Tree } from './tree';
import { TreeView } from './tree_view';
import { automation_words } from './words';

export interface Decision extends Said { id: string; at: string; requested: boolean; withheld: boolean; run: string | null; backfill: string | null; expression: string }
interface Detail extends Decision { tree: Tree | null }
const shown_max = 60;

function Shown({ decision, before, step }: { decision: Decision; before: Decision | undefined; step: Step | null }) {
  const w = automation_words.value;
  const now = useResource<Detail>('decisions/' + decision.id), then = useResource<Detail>(before ? 'decisions/' + before.id : '');
  if (now.error.value) return <Failed problem={now.error.value} />;
  const detail = now.data.value;
  if (!detail) return <Loading />;
  const turns = turned(then.data.value?.tree ?? null, detail.tree);
  return (
    <div class="stack">
      <p class="sentence">{said(detail)}</p>
      <p class="row wrap quiet">{w.decision_at(time_text(decision.at))}{decision.run && <a href={run_href(decision.run)}>{w.open_run}</a>}{decision.run && step && <span><Outcome run={decision.run} step={step} /></span>}<code>{decision.expression}</code></p>
      {before && then.data.value && <p>{turns.length === 0 ? <span class="quiet">{w.unchanged}</span> : <><strong>{w.changed}:</strong> {turns.map(turn => w.turned(label_text(turn.label) + (turn.asset ? ` ${turn.asset}` : ''), turn.held)).join(' · ')}</>}</p>}
      {detail.tree && <TreeView key={decision.id} tree={detail.tree} label={w.tree} />}
    </div>
  );
}

/// `chosen` is a decision's id; "" the newest.  Left and right step through them.
export function Decisions({ asset, chosen }: { asset: string; chosen: string }) {
  const w = automation_words.value;
  const wakes = useMemo(() => on_asset(asset), [asset]);
  const { data, error, reload } = useResource<{ items: Decision[] }>(`assets/${key_path(asset)}/decisions?limit=${shown_max}`, wakes);
  const items = data.value?.items ?? [];
  const runs = useResource<Page<Run>>(`runs?asset=${encodeURIComponent(asset)}&limit=${shown_max}`, wakes).data.value?.items ?? [];
  const step_of = (each: Decision) => each.run ? outcome_of(runs.find(run => run.id === each.run), asset) : null;
  const at = Math.max(0, items.findIndex(each => each.id === chosen));
  const step = (by: number) => {
    const to = items[at + by];
    if (to) set_params({ decision: at + by === 0 ? '' : to.id });
  };
  useKeys([
    { keys: 'ArrowLeft', text: w.previous, run: () => step(1) }, { keys: 'ArrowRight', text: w.next, run: () => step(-1) },
  ], [items, at, language.value]);
  if (error.value) return <Failed problem={error.value} on_retry={reload} />;
  const decision = items[at];
  const word = (each: Decision): string => {
    const step = step_of(each);
    return each.requested ? w.requested + (step ? ` → ${word_text(step.status)}` : '') : each.withheld ? w.withheld : w.held_back;
  };
  const sign = (each: Decision): [string, string] => {
    if (!each.requested) return each.withheld ? ['is-off', '–'] : ['is-never', '○'];
    const drawing = drawing_of(step_of(each)?.status ?? 'running');
    return drawing === 'failed' ? ['is-failed', '✕'] : [`is-${drawing}`, '●'];
  };
  return (
    <Section title={w.decisions} aside={decision && (
      <div class="row">
        <button class="button is-icon" aria-label={w.previous} disabled={at + 1 >= items.length} onClick={() => step(1)}><Icon name="chevron_left" /></button>
        <Time at={decision.at} as="both" />
        <button class="button is-icon" aria-label={w.next} disabled={at === 0} onClick={() => step(-1)}><Icon name="chevron_right" /></button>
      </div>)}>
      {data.value && !decision ? <p class="quiet">{w.no_decisions}</p> : decision && <>
        <ol class="decision-line" aria-label={w.timeline}>{items.toReversed().map(each => (
          <li key={each.id}><button title={`${full_text(each.at)}\n${said(each)}\n${word(each)}`} aria-label={`${time_text(each.at)}: ${word(each)}`} aria-current={each === decision ? 'true' : undefined}
            class={sign(each)[0]} onClick={() => set_params({ decision: each === items[0] ? '' : each.id })}>{sign(each)[1]}</button></li>))}</ol>
        <Shown decision={decision} before={items[at + 1]} step={step_of(decision)} /></>}
    </Section>
  );
}
