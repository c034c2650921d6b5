// How a state is shown: icon, word and colour, never one of them alone.
import { common } from '../words/common';
import { status_tick, type Status } from '../store/status';

/// The seven drawings; several words share one.
export type Drawing = 'ok' | 'failed' | 'late' | 'running' | 'waiting' | 'never' | 'off';

const drawings: Record<string, Drawing> = {
  fresh: 'ok', succeeded: 'ok', pass: 'ok', passed: 'ok', complete: 'ok', ready: 'ok', ok: 'ok',
  failed: 'failed', lost: 'failed', fail: 'failed', error: 'failed',
  stale: 'late', partial: 'late', late: 'late', warn: 'late', provisional: 'late',
  running: 'running', starting: 'running', in_progress: 'running',
  waiting: 'waiting', queued: 'waiting', arriving: 'waiting', arrived: 'waiting',
  missing: 'never', unknown: 'never', never: 'never',
  idle: 'off', none: 'off', paused: 'off', skipped: 'off', canceled: 'off', withheld: 'off', muted: 'off',
};
export const drawing_of = (word: string): Drawing => drawings[word] ?? 'never';

export function StatusIcon({ drawing }: { drawing: Drawing }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">
      {drawing === 'ok' && <circle cx="8" cy="8" r="4" fill="currentColor" stroke="none" />}
      {drawing === 'failed' && <><rect x="1" y="1" width="14" height="14" rx="2" fill="currentColor" stroke="none" /><path d="m5 5 6 6m0-6-6 6" stroke="var(--surface)" /></>}
      {drawing === 'late' && <><circle cx="8" cy="8" r="6" /><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" stroke="none" /></>}
      {drawing === 'running' && <g class="turns"><path d="M8 2a6 6 0 1 1-6 6" /></g>}
      {drawing === 'waiting' && <circle cx="8" cy="8" r="6" stroke-dasharray="2.4 2.3" />}
      {drawing === 'never' && <circle cx="8" cy="8" r="6" stroke-width="1.5" />}
      {drawing === 'off' && <path d="M3 8h10" />}
    </svg>
  );
}

/// `word` is the daemon's; `text` what is written, by default that word in the reader's language.
export function StatusMark({ word, text, title }: { word: string; text?: string; title?: string }) {
  const drawing = drawing_of(word);
  return <span class={`status is-${drawing}`} title={title}><StatusIcon drawing={drawing} />{text ?? word_text(word)}</span>;
}

/// The daemon's word for a state, in the reader's language.
export function word_text(word: string): string {
  const w = common.value;
  const tables: Record<string, string>[] = [w.data, w.run, w.work, w.freshness];
  return tables.find(table => word in table)?.[word] ?? (word === 'late' ? w.late : word);
}

export interface Said { word: string; text: string }
/// What is to be said of an asset: its data first, then what is not quiet about its work.
export function said_of(status: Status, rank: number): Said[] {
  void status_tick.value;  // a view with the same status and rank is drawn again only for what it reads itself
  const w = common.value;
  const counts = status.counts.get(rank);
  const data = status.data_of(rank), work = status.work_of(rank);
  const out: Said[] = [];
  if (counts && counts.existing > 0) {
    const fresh = Math.max(0, counts.materialized - counts.stale);
    const word = counts.materialized === 0 ? 'missing' : fresh < counts.existing ? 'partial' : 'fresh';
    out.push({ word, text: `${word === 'partial' ? '' : w.data[word as 'fresh'] + ' '}${fresh}/${counts.existing}` });
    if (counts.failed > 0) out.push({ word: 'failed', text: `${counts.failed} ${w.work.failed}` });
  } else {
    out.push({ word: data, text: w.data[data] });
  }
  if (work === 'failed' && !(counts && counts.failed > 0)) out.push({ word: 'failed', text: data === 'fresh' ? w.attempt_failed : w.work.failed });
  else if (work === 'running' || work === 'waiting') out.push({ word: work, text: w.work[work] });
  if (status.is_paused(rank)) out.push({ word: 'paused', text: w.work.paused });
  const freshness = status.freshness_of(rank);
  if (freshness === 'fail' || freshness === 'warn') out.push({ word: 'late', text: w.freshness[freshness] });
  if (status.checks_failed[rank]! > 0) out.push({ word: 'failed', text: w.checks_failed(status.checks_failed[rank]!) });
  if (status.is_provisional(rank)) out.push({ word: 'provisional', text: w.provisional });
  return out;
}
/// The one drawing that stands for all of it: the worst.
const order: Drawing[] = ['failed', 'late', 'running', 'waiting', 'never', 'off', 'ok'];
export function drawing_for(status: Status, rank: number): Drawing {
  const drawn = said_of(status, rank).map(said => drawing_of(said.word));
  return order.find(each => drawn.includes(each)) ?? 'never';
}
export function AssetStatus({ status, rank }: { status: Status; rank: number }) {
  return <span class="row">{said_of(status, rank).map(said => <StatusMark key={said.word + said.text} {...said} />)}</span>;
}
