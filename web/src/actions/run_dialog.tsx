// Asking for a run: what would run and how long it takes is shown before it is asked for.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { catalog } from '../store/catalog';
import { usePosted } from '../store/posted';
import { useResource } from '../store/resource';
import { href } from '../store/router';
import { AsCommand, curl, freshet } from '../ui/command';
import { close_dialog, open_dialog } from '../ui/dialog';
import { bars_path, newest_of, shape_of, type PartitionBars } from '../ui/intervals';
import { Failed } from '../ui/parts';
import { common } from '../words/common';
import { Chips, Field, ReasonField } from './fields';
import { plan_sentence, PlanSteps, type Plan } from './plan_view';
import { materialize, type RunRequest } from './post';
import { dialog_words } from './words';
import './actions.css';

export interface RunAsked {
  select: string;            ///< An expression of the selection language.
  partitions?: string;       ///< A key, FIRST...LAST or *.
  checks_only?: boolean;     ///< Only the checks of what is there.
}
/// Opens the dialog; nothing is made before its last button.
export function open_run_dialog(asked: RunAsked): void {
  const w = dialog_words.value;
  open_dialog(asked.checks_only ? w.run_checks : w.run, <RunDialog asked={asked} />);
}

/// The rank where an expression is nothing but the key of an asset.
export const rank_meant = (select: string): number | undefined => catalog.value?.rank_of(select.trim().replace(/^"(.*)"$/, '$1'));

function RunDialog({ asked }: { asked: RunAsked }) {
  const w = dialog_words.value;
  const select = useSignal(asked.select), typed = useSignal(asked.partitions ?? null), reason = useSignal('');
  const is_sent = useSignal(false);
  const rank = rank_meant(select.value);
  const known = catalog.value;
  const is_cut = rank === undefined || known!.columns.partitions[rank]! >= 0;
  const bars = useResource<PartitionBars>(rank !== undefined && is_cut && !asked.partitions ? bars_path(known!.key(rank), { px: 1, rows: 1 }) : '');
  const partitions = typed.value ?? newest_of(bars.data.value, shape_of(rank === undefined ? '' : known!.partitions(rank)));
  const is_settled = bars.data.value !== null || bars.error.value !== null || typed.value !== null || rank === undefined || !is_cut;
  const question = !select.value.trim() || asked.checks_only || !is_settled ? null
    : { request: select.value, ...(is_cut && partitions ? { partitions } : {}) };
  const plan = usePosted<Plan>('plan', question);
  const found = plan.data.value;
  const asked_for = useMemo(() => found ? found.items.filter(item => found.requested.includes(item.asset)).length : 0, [found]);
  const request: RunRequest = {
    select: select.value, partitions: is_cut && partitions ? partitions : undefined,
    checks_only: asked.checks_only || undefined, reason: reason.value || undefined,
  };
  const send = async () => {
    is_sent.value = true;
    // What was shown is asked for, also if the expression means something else by now.
    const made = await materialize(found ? { ...request, select: undefined, assets: found.requested } : request, true);
    is_sent.value = false;
    if (made) close_dialog();
  };
  const is_ready = !is_sent.value && (asked.checks_only ? select.value.trim() !== '' : found !== null && asked_for > 0 && !plan.is_loading.value);
  const base = asked.select;
  const scopes: [string, string][] = [[base, w.only_it], [`+${base}`, w.with_up], [`${base}+`, w.with_down]];
  return (
    <form class="stack ask" onSubmit={event => { event.preventDefault(); if (is_ready) void send(); }}>
      {rank_meant(base) !== undefined && !asked.checks_only && (
        <Chips label={w.scope} value={select} of={scopes} />)}
      <Field label={w.select} value={select} is_mono required />
      {is_cut && (
        <label class="labelled">{w.partitions}
          <input class="field mono" value={partitions} placeholder={w.partitions_hint} spellcheck={false}
            onInput={event => { typed.value = event.currentTarget.value; }} />
        </label>)}
      <ReasonField value={reason} />
      <div class="ask-answer" aria-live="polite" aria-busy={plan.is_loading.value}>
        {asked.checks_only ? <p>{w.checks_text}</p>
          : plan.error.value ? <Failed problem={plan.error.value} />
            : found ? <><p class="sentence">{plan_sentence(found)}</p>{found.items.length > 0 && <PlanSteps plan={found} />}</>
              : <p class="quiet">{w.planning}</p>}
      </div>
      <AsCommand cli={freshet('materialize', select.value, ...(request.partitions ? ['--partitions', request.partitions] : []),
        ...(asked.checks_only ? ['--checks'] : []), ...(reason.value ? ['--reason', reason.value] : []))} call={curl('POST', 'runs', request)} />
      <div class="buttons">
        {found && <a class="button is-plain" href={href('/plan/' + found.id)} onClick={close_dialog}>{w.open_plan}</a>}
        <span class="grow" />
        <button type="button" class="button" onClick={close_dialog}>{common.value.cancel}</button>
        <button class="button is-primary" disabled={!is_ready}>{asked.checks_only ? w.run_checks : asked_for > 0 ? w.run_n(asked_for) : w.run}</button>
      </div>
    </form>
  );
}
