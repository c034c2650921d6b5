// Asking for a backfill: how many partitions and runs it makes, and how long that takes, is shown first.
import { useSignal } from '@preact/signals';
import { usePosted } from '../store/posted';
import { useResource } from '../store/resource';
import { key_path } from '../store/http';
import { asset_href } from '../store/router';
import { AsCommand, curl, freshet } from '../ui/command';
import { close_dialog, open_dialog } from '../ui/dialog';
import { Failed } from '../ui/parts';
import { duration } from '../ui/time';
import { number } from '../words';
import { common } from '../words/common';
import { Choice, Field, ReasonField } from './fields';
import type { Plan } from './plan_view';
import { backfill, type BackfillRequest } from './post';
import { catalog } from '../store/catalog';
import { rank_meant } from './run_dialog';
import { dialog_words } from './words';
import './actions.css';

export interface BackfillAsked {
  select: string;               ///< An expression of the selection language.
  partitions?: string;          ///< A key, FIRST...LAST or *; all that exist by default.
  only?: BackfillRequest['only'];
}
/// Opens the dialog; nothing is made before its last button.
export function open_backfill_dialog(asked: BackfillAsked): void {
  open_dialog(dialog_words.value.backfill, <BackfillDialog asked={asked} />);
}

/// What `POST backfills` answers to a dry run.
export interface BackfillPreview {
  count: number;
  runs: number;
  assets: { asset: string; count: number; first: string | null; last: string | null }[];
}
/// Seconds that a backfill takes with so many runs at a time; null where the plan does not say.  The
/// work of an asset is that of one of its partitions, as a plan has it, for each.
export function backfill_seconds(preview: BackfillPreview, plan: Plan, at_a_time: number): number | null {
  let work = 0;
  for (const { asset, count } of preview.assets) {
    const item = plan.items.find(each => each.asset === asset);
    if (!item) return null;
    work += count * item.worked.p50;
  }
  return work / Math.max(1, Math.min(at_a_time, preview.runs));
}

const shown_max = 40;
function BackfillDialog({ asked }: { asked: BackfillAsked }) {
  const w = dialog_words.value;
  const select = useSignal(asked.select), partitions = useSignal(asked.partitions ?? ''), reason = useSignal('');
  const only = useSignal<NonNullable<BackfillRequest['only']>>(asked.only ?? 'all'), order = useSignal<NonNullable<BackfillRequest['order']>>('forward');
  const per_run = useSignal(''), concurrency = useSignal(''), is_sent = useSignal(false);
  const request: BackfillRequest = {
    select: select.value, partitions: partitions.value || undefined, only: only.value === 'all' ? undefined : only.value,
    per_run: per_run.value === '' ? undefined : per_run.value === 'all' ? 'all' : Number(per_run.value) || 0,
    concurrency: concurrency.value === '' ? undefined : Number(concurrency.value) || 0,
    order: order.value === 'forward' ? undefined : order.value, reason: reason.value || undefined,
  };
  const preview = usePosted<BackfillPreview>('backfills', select.value.trim() ? { ...request, dry_run: true } : null);
  const found = preview.data.value;
  // Of one partition of each: what a backfill of thousands takes follows from it.
  const sample = found?.assets.find(each => each.last !== null)?.last;
  const plan = usePosted<Plan>('plan', found && found.count > 0 ? { request: select.value, ...(sample ? { partitions: sample } : {}) } : null);
  const rank = rank_meant(select.value);
  const policy = useResource<{ backfill_policy: { concurrency: number } }>(rank === undefined ? '' : `assets/${key_path(catalog.value!.key(rank))}`);
  const at_a_time = request.concurrency || policy.data.value?.backfill_policy.concurrency || 1;
  const seconds = found && plan.data.value ? backfill_seconds(found, plan.data.value, at_a_time) : null;
  const is_assumed = plan.data.value?.items.some(item => item.worked.assumed) ?? false;
  const is_ready = !is_sent.value && found !== null && found.runs > 0 && !preview.is_loading.value;
  const send = async () => {
    is_sent.value = true;
    const made = await backfill(request);
    is_sent.value = false;
    if (made) close_dialog();
  };
  const cli = freshet('backfill', select.value, ...(request.partitions ? ['--partitions', request.partitions] : []), ...(request.only ? ['--only', request.only] : []),
    ...(request.per_run ? ['--per-run', String(request.per_run)] : []), ...(request.concurrency ? ['--concurrency', String(request.concurrency)] : []),
    ...(request.order ? ['--newest-first'] : []), ...(request.reason ? ['--reason', request.reason] : []));
  return (
    <form class="stack ask" onSubmit={event => { event.preventDefault(); if (is_ready) void send(); }}>
      <Field label={w.select} value={select} is_mono required />
      <Field label={w.partitions} value={partitions} is_mono placeholder={`${w.partitions_hint} (${w.all})`} />
      <div class="ask-fields">
        <Choice label={w.only} value={only} of={[['all', w.only_all], ['missing', w.only_missing], ['failed', w.only_failed], ['stale', w.only_stale]]} />
        <Choice label={w.order} value={order} of={[['forward', w.forward], ['newest_first', w.newest_first]]} />
        <Field label={w.per_run} value={per_run} pattern="all|[1-9][0-9]*" placeholder={w.as_policy} title={w.per_run_hint} />
        <Field label={w.concurrency} value={concurrency} inputMode="numeric" pattern="[1-9][0-9]*" placeholder={w.as_policy} />
      </div>
      <ReasonField value={reason} />
      <div class="ask-answer" aria-live="polite" aria-busy={preview.is_loading.value}>
        {preview.error.value ? <Failed problem={preview.error.value} /> : !found ? <p class="quiet">{w.planning}</p>
          : found.runs === 0 ? <p>{w.backfill_nothing}</p> : (
            <>
              <p class="sentence">{w.backfill_sentence(found.count, found.runs, found.assets.length)}{' '}
                {seconds !== null ? w.backfill_time(duration(seconds), at_a_time, is_assumed) : plan.error.value ? w.backfill_unknown_time : null}</p>
              <p class="quiet">{w.nothing_else}</p>
              {found.assets.length > 1 && (
                <ul class="ask-assets scroll" tabIndex={0} aria-label={w.select}>
                  {found.assets.slice(0, shown_max).map(each => (
                    <li key={each.asset} class="spread"><a class="key" href={asset_href(each.asset)}>{each.asset}</a>
                      <span class="quiet mono">{[number(each.count), each.first === each.last ? each.first : `${each.first}...${each.last}`].filter(Boolean).join(' · ')}</span>
                    </li>))}
                  {found.assets.length > shown_max && <li class="quiet">+ {number(found.assets.length - shown_max)}</li>}
                </ul>)}
            </>)}
      </div>
      <AsCommand cli={cli} call={curl('POST', 'backfills', request)} />
      <div class="buttons">
        <button type="button" class="button" onClick={close_dialog}>{common.value.cancel}</button>
        <button class="button is-primary" disabled={!is_ready}>{w.start_n(found?.runs ?? 0)}</button>
      </div>
    </form>
  );
}
