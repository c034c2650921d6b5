// Several runs at once: retried or stopped, one call of the API each.
import type { Signal } from '@preact/signals';
import { post } from '../../store/http';
import { close_dialog, open_dialog } from '../../ui/dialog';
import { attempt, tell } from '../../ui/toast';
import { common } from '../../words/common';
import { is_over, type RunRow } from '../run/run_data';
import { w } from './words';

async function for_each(runs: RunRow[], act: (run: RunRow) => Promise<unknown>): Promise<void> {
  let done = 0;
  for (const run of runs) if (await attempt(() => act(run)) !== undefined) ++done;
  tell(w.value.done(done, runs.length), { is_bad: done < runs.length });
}
function offer(title: string, text: string, act: () => Promise<void>): void {
  open_dialog(title, (
    <div class="stack"><p>{text}</p>
      <div class="buttons"><button class="button" onClick={close_dialog}>{common.value.cancel}</button>
        <button class="button is-primary" onClick={() => { close_dialog(); void act(); }}>{w.value.do_it}</button></div>
    </div>));
}

export function Bulk({ runs, marked }: { runs: RunRow[]; marked: Signal<Set<string>> }) {
  const chosen = runs.filter(run => marked.value.has(run.id));
  if (chosen.length === 0) return null;
  const retriable = chosen.filter(run => run.status === 'failed' || run.status === 'canceled');
  const open = chosen.filter(run => !is_over(run.status));
  const clear = () => { marked.value = new Set(); };
  return (
    <div class="row wrap bulk" role="region" aria-label={w.value.chosen(chosen.length)}>
      <strong>{w.value.chosen(chosen.length)}</strong>
      {retriable.length > 0 && <button class="button" onClick={() => offer(w.value.retry_chosen(retriable.length), w.value.bulk_retry_text(retriable.length), async () => {
        await for_each(retriable, run => post(`runs/${run.id}/retry`, { from: 'failure' }));
        clear();
      })}>{w.value.retry_chosen(retriable.length)}</button>}
      {open.length > 0 && <button class="button" onClick={() => offer(w.value.cancel_chosen(open.length), w.value.bulk_cancel_text(open.length), async () => {
        await for_each(open, run => post(`runs/${run.id}/cancel`));
        clear();
      })}>{w.value.cancel_chosen(open.length)}</button>}
      <button class="button is-plain" onClick={clear}>{w.value.unchoose}</button>
    </div>
  );
}
