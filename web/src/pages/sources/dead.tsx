// What was refused: why, what it was, and once more.
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { post, query_text } from '../../store/http';
import { asset_href } from '../../store/router';
import type { Wakes } from '../../store/resource';
import { Loading, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { More } from '../asset/more';
import { usePaged } from '../asset/paged';
import { body_text, outcome_of, taken_in, was_replayed, type News, type Outcome, type Replayed } from './model';
import { sources_words } from './words';

/// Sends them again, one after the other, and remembers what became of each.
export function useReplay() {
  return useMemo(() => {
    const outcomes = signal<ReadonlyMap<string, Outcome>>(new Map()), is_busy = signal(false);
    const one = async (id: string) => {
      const outcome = await post<Replayed>(`events/${id}/replay`, null).then(outcome_of, (error: unknown): Outcome => ({ error: error instanceof Error ? error.message : String(error) }));
      outcomes.value = new Map(outcomes.peek()).set(id, outcome);
    };
    const all = async (ids: string[]) => {
      if (is_busy.peek()) return;
      is_busy.value = true;
      try { for (const id of ids) await one(id); } finally { is_busy.value = false; }
    };
    return { outcomes, is_busy, all };
  }, []);
}
type Replay = ReturnType<typeof useReplay>;
export const can_replay = (event: News, { outcomes }: Replay): boolean => {
  const outcome = outcomes.value.get(event.id);
  return !was_replayed(event) && !(outcome && 'id' in outcome);
};

export function ReplayState({ event, replay }: { event: News; replay: Replay }) {
  const w = sources_words.value;
  const outcome = replay.outcomes.value.get(event.id);
  const taken = outcome && 'id' in outcome ? outcome : null;
  const text = taken ? taken.is_known ? w.was_known : taken.id ? w.replayed_as(taken.id) : w.counts_no_more : event.replayed ? w.replayed_as(event.replayed) : w.was_replayed;
  return (
    <span class="row wrap" aria-live="polite">
      {taken || was_replayed(event) ? <><StatusMark word="ok" text={text} />{event.replayed_at && !taken && <Time at={event.replayed_at} as="both" />}</>
        : <button class="button" disabled={replay.is_busy.value} onClick={() => void replay.all([event.id])}>{w.replay}</button>}
      {outcome && 'error' in outcome && <span class="is-failed">{w.again(outcome.error)}</span>}
    </span>
  );
}
/// Reason, who told it, and the body under a fold.
export function Refused({ event }: { event: News }) {
  const w = sources_words.value;
  return (
    <details class="refused"><summary><span class="is-failed">{event.reason}</span></summary>
      <dl class="facts"><dt>{w.told_by}</dt><dd class="key">{event.source}{event.event_id && ` · ${event.event_id}`}</dd>
        {event.asset && <><dt>{w.asset}</dt><dd><a class="key" href={asset_href(event.asset)}>{event.asset}</a></dd></>}</dl>
      <pre class="block" tabIndex={0} aria-label={w.body}>{event.body ? body_text(event.body) : w.no_body}</pre>
    </details>
  );
}

export function Dead({ name }: { name: string }) {
  const w = sources_words.value;
  const wakes = useMemo<Wakes>(() => ({ kind, data }) => data.asset === name && (kind === 'rejected' || kind === 'asset'), [name]);
  const dead = usePaged<News>('events' + query_text({ rejected: true, asset: name, limit: 20 }), wakes);
  const replay = useReplay();
  const items = dead.items.value;
  const open = items.filter(event => can_replay(event, replay));
  const done = replay.outcomes.value;
  return (
    <Section title={w.dead_title} aside={open.length > 1 && (
      <button class="button" disabled={replay.is_busy.value} onClick={() => void replay.all(open.map(event => event.id)).then(dead.reload)}>{replay.is_busy.value ? w.replaying : w.replay_all(open.length)}</button>)}>
      {dead.is_empty.value ? <p class="quiet">{w.no_dead}</p> : items.length === 0 ? <Loading /> : <>
        <p class="quiet">{w.dead_text}</p>
        {done.size > 1 && !replay.is_busy.value && <p role="status">{w.replayed_n(taken_in(done.values()), done.size)}</p>}
        <More paged={dead} where="top" />
        <ul class="dead">{items.map(event => <li key={event.id}><Time at={event.at} as="both" /><Refused event={event} /><ReplayState event={event} replay={replay} /></li>)}</ul>
        <More paged={dead} where="bottom" />
      </>}
    </Section>
  );
}
