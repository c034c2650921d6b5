// Small questions: why to pause, how long to mute, what an event says.
import { useSignal } from '@preact/signals';
import { catalog } from '../store/catalog';
import { usePosted } from '../store/posted';
import { AsCommand, curl, freshet } from '../ui/command';
import { close_dialog, open_dialog } from '../ui/dialog';
import { Failed } from '../ui/parts';
import { common } from '../words/common';
import { Chips, Field, ReasonField } from './fields';
import { plan_sentence, PlanSteps, type Plan } from './plan_view';
import { mute, pause, send_event, type EventSaid } from './post';
import { small_words } from './small_words';
import './actions.css';

/// Asks why, and pauses automation of what an expression selects; `said` tells what that means for it.
export const open_pause_dialog = (select: string, said = { title: small_words.value.pause, text: small_words.value.pause_text }): void =>
  open_dialog(said.title, <PauseDialog select={select} text={said.text} />);
/// Asks how long and why, and mutes.
export const open_mute_dialog = (select: string): void => open_dialog(small_words.value.mute, <MuteDialog select={select} />);
/// Asks what an event of an asset says, shows what it leads to, and sends it.
export const open_event_dialog = (asset: string): void => open_dialog(small_words.value.event, <EventDialog asset={asset} />);

function Buttons({ text, is_off }: { text: string; is_off?: boolean }) {
  return (
    <div class="buttons"><button type="button" class="button" onClick={close_dialog}>{common.value.cancel}</button>
      <button class="button is-primary" disabled={is_off}>{text}</button></div>
  );
}

function PauseDialog({ select, text }: { select: string; text: string }) {
  const w = small_words.value;
  const reason = useSignal('');
  return (
    <form class="stack ask" onSubmit={event => { event.preventDefault(); close_dialog(); void pause(select, reason.value); }}>
      <p>{text}</p>
      <p class="key">{select}</p>
      <ReasonField value={reason} />
      <AsCommand call={curl('POST', 'automation/pause', { select, reason: reason.value || undefined })} />
      <Buttons text={w.pause_do} />
    </form>
  );
}

function MuteDialog({ select }: { select: string }) {
  const w = small_words.value;
  const reason = useSignal(''), how_long = useSignal('4h');
  const choices: [string, string][] = [['1h', w.hours(1)], ['4h', w.hours(4)], ['1d', w.day], ['1w', w.week], ['', w.until_ended]];
  return (
    <form class="stack ask" onSubmit={event => { event.preventDefault(); close_dialog(); void mute(select, how_long.value || undefined, reason.value); }}>
      <p>{w.mute_text}</p>
      <p class="key">{select}</p>
      <Chips label={w.how_long} value={how_long} of={choices} />
      <ReasonField value={reason} />
      <AsCommand cli={freshet('alerts', 'mute', select, ...(how_long.value ? ['--for', how_long.value] : []))}
        call={curl('POST', 'alerts/mute', { select, for: how_long.value || undefined, reason: reason.value || undefined })} />
      <Buttons text={w.mute_do} />
    </form>
  );
}

/// Null where the text is no JSON object.
function object_of(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null;
  } catch { return null; }
}

function EventDialog({ asset }: { asset: string }) {
  const w = small_words.value;
  const what = catalog.value;
  const rank = what?.rank_of(asset);
  const is_cut = rank !== undefined && what!.columns.partitions[rank]! >= 0;
  const version = useSignal(new Date().toISOString()), partition = useSignal(''), metadata = useSignal('');
  const object = metadata.value.trim() ? object_of(metadata.value) : undefined;
  const said: EventSaid = { data_version: version.value, partition: partition.value || undefined, metadata: object ?? undefined };
  const plan = usePosted<Plan>('plan', { changed: [asset], ...(partition.value ? { partitions: partition.value } : {}) });
  const found = plan.data.value;
  return (
    <form class="stack ask" onSubmit={event => { event.preventDefault(); close_dialog(); void send_event(asset, said); }}>
      <p>{w.event_text} <span class="key">{asset}</span></p>
      <Field label={w.version} value={version} is_mono required placeholder={w.version_hint} />
      {is_cut && <Field label={w.partition} value={partition} is_mono required />}
      <Field label={`${w.metadata} (${common.value.optional})`} value={metadata} is_mono placeholder={w.metadata_hint} aria-invalid={object === null} />
      {object === null && <p class="is-failed" role="alert">{w.metadata_wrong}</p>}
      <div class="ask-answer" aria-live="polite" aria-busy={plan.is_loading.value}>
        <h2>{w.leads_to}</h2>
        {plan.error.value ? <Failed problem={plan.error.value} /> : found && <><p>{plan_sentence(found)}</p>{found.items.length > 0 && <PlanSteps plan={found} />}</>}
      </div>
      <AsCommand call={curl('POST', 'events', { kind: 'observation', asset, ...said })} />
      <Buttons text={w.event_do} is_off={object === null || !version.value.trim()} />
    </form>
  );
}
