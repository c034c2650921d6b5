// What can be done with the assets that are marked.
import { useSignal } from '@preact/signals';
import { mute, pause, resume, unmute } from '../../actions/post';
import { open_run_dialog } from '../../actions/run_dialog';
import { expression_bytes_max, keys_text } from '../../store/selection';
import { copy } from '../../ui/command';
import { close_dialog, open_dialog } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { tell } from '../../ui/toast';
import { common } from '../../words/common';
import { expression_of, is_all } from './query';
import type { Listing } from './listing';
import { catalog_words } from './words';

/// The marked assets as an expression; null where they are too many to be named.  All that an exact
/// filter shows are what that filter means.
export function marked_expression(listing: Listing, marks: ReadonlySet<string>): string | null {
  const named = marks.size <= expression_bytes_max / 8 ? keys_text([...marks]) : '';
  if (named && new TextEncoder().encode(named).length <= expression_bytes_max) return named;
  const { query, ranks, catalog } = listing;
  const are_shown = ranks.length === marks.size && ranks.every(rank => marks.has(catalog.key(rank)));
  return are_shown && (is_all(query) || !query.text.trim()) ? expression_of(query) : null;
}

export function Bulk({ listing, marks, on_clear }: { listing: Listing; marks: ReadonlySet<string>; on_clear: () => void }) {
  const w = catalog_words.value;
  const n = marks.size;
  const with_marked = (act: (expression: string) => void) => () => {
    const expression = marked_expression(listing, marks);
    if (expression === null) tell(w.too_many, { is_bad: true });
    else act(expression);
  };
  return (
    <div class="bulk" role="region" aria-label={w.marked(n)}>
      <strong role="status">{w.marked(n)}</strong>
      <button class="button is-primary" onClick={with_marked(select => open_run_dialog({ select }))}><Icon name="play" />{w.run}</button>
      <button class="button" onClick={with_marked(select => open_dialog(w.pause_title(n), <PauseForm select={select} />))}>{w.pause}</button>
      <button class="button" onClick={with_marked(select => void resume(select))}>{w.resume}</button>
      <button class="button" onClick={with_marked(select => open_dialog(w.mute_title(n), <MuteForm select={select} />))}>{w.mute}</button>
      <button class="button" onClick={with_marked(select => void unmute(select))}>{w.unmute}</button>
      <button class="button is-plain" onClick={with_marked(select => void copy(select))}>{w.copy_expression}</button>
      <button class="button is-plain" onClick={on_clear}>{w.unmark}</button>
    </div>
  );
}

function PauseForm({ select }: { select: string }) {
  const w = catalog_words.value, c = common.value;
  const reason = useSignal('');
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); close_dialog(); void pause(select, reason.value); }}>
      <p>{w.pause_text}</p>
      <label class="labelled">{c.reason} ({c.optional})<input class="field" value={reason} onInput={event => { reason.value = event.currentTarget.value; }} /></label>
      <div class="buttons"><button type="button" class="button" onClick={close_dialog}>{c.cancel}</button><button class="button is-primary">{w.pause_now}</button></div>
    </form>
  );
}

function MuteForm({ select }: { select: string }) {
  const w = catalog_words.value, c = common.value;
  const reason = useSignal(''), duration = useSignal('4h');
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); close_dialog(); void mute(select, duration.value || undefined, reason.value); }}>
      <label class="labelled">{w.mute_for}
        <select class="field" value={duration} onChange={event => { duration.value = event.currentTarget.value; }}>
          {[1, 4, 12].map(n => <option key={n} value={`${n}h`}>{w.hours(n)}</option>)}
          {[1, 3, 7].map(n => <option key={n} value={`${n}d`}>{w.days(n)}</option>)}
          <option value="">{w.until_unmuted}</option>
        </select></label>
      <label class="labelled">{c.reason} ({c.optional})<input class="field" value={reason} onInput={event => { reason.value = event.currentTarget.value; }} /></label>
      <div class="buttons"><button type="button" class="button" onClick={close_dialog}>{c.cancel}</button><button class="button is-primary">{w.mute_now}</button></div>
    </form>
  );
}
