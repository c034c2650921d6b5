// What a reader can have the daemon do.  Each is one call of the API; where there is an exact way back,
// the news of it offers that.
import { post } from '../store/http';
import { go, href, run_href } from '../store/router';
import { attempt, tell } from '../ui/toast';
import { counted, words } from '../words';

const w = words({
  requested: (n: number) => counted(n, 'run requested', 'runs requested'), backfill: 'A backfill makes them, run by run',
  canceled: 'Stopping the run', retried: 'A new run of its steps is requested',
  paused: (n: number) => `Automation of ${counted(n, 'asset', 'assets')} is paused`,
  resumed: (n: number) => `Automation of ${counted(n, 'asset', 'assets')} goes on`,
  muted: 'Alerts are held back', unmuted: 'Alerts are told again', event: 'The event is taken in',
}, {
  requested: n => counted(n, 'Lauf angefordert', 'Läufe angefordert'), backfill: 'Ein Backfill macht sie, Lauf für Lauf',
  canceled: 'Der Lauf wird angehalten', retried: 'Ein neuer Lauf seiner Schritte ist angefordert',
  paused: n => `Die Automatik von ${counted(n, 'Asset', 'Assets')} ist angehalten`,
  resumed: n => `Die Automatik von ${counted(n, 'Asset', 'Assets')} geht weiter`,
  muted: 'Meldungen werden zurückgehalten', unmuted: 'Es wird wieder gemeldet', event: 'Das Ereignis ist angekommen',
});

/// What came of a request: runs by their ids, or a backfill that makes them.
export interface RunsCreated { id: string; runs: string[]; backfill: string | null; count: number }

/// Of the assets of a selection, or of these; `partitions` (a key, FIRST...LAST or *) where some have them.
export interface RunRequest { select?: string; assets?: string[]; partitions?: string; reason?: string; expect_count?: number; checks_only?: boolean }
/// Asks for a run; goes to it where there is one only.
export async function materialize(body: RunRequest, is_followed = false): Promise<RunsCreated | undefined> {
  const made = await attempt(() => post<RunsCreated>('runs', body));
  if (!made) return undefined;
  tell(made.backfill ? w.value.backfill : w.value.requested(made.runs.length));
  if (is_followed && made.backfill) go(href('/backfills/' + made.backfill));
  else if (is_followed && made.runs.length === 1) go(run_href(made.runs[0]!));
  return made;
}
export interface BackfillRequest {
  select: string;
  partitions?: string;
  only?: 'all' | 'missing' | 'failed' | 'stale';
  per_run?: number | 'all';
  concurrency?: number;
  order?: 'forward' | 'newest_first';
  reason?: string;
}
/// Has many partitions made, run by run; goes to where that is watched.
export async function backfill(body: BackfillRequest): Promise<RunsCreated | undefined> {
  const made = await attempt(() => post<RunsCreated>('backfills', body));
  if (!made) return undefined;
  tell(w.value.backfill);
  go(made.backfill ? href('/backfills/' + made.backfill) : run_href(made.id));
  return made;
}
export async function cancel_run(id: string): Promise<void> {
  if (await attempt(() => post(`runs/${id}/cancel`))) tell(w.value.canceled);
}
export async function retry_run(id: string, what: 'failure' | 'failed' | 'all'): Promise<void> {
  const made = await attempt(() => post<RunsCreated>(`runs/${id}/retry`, { from: what }));
  if (!made) return;
  tell(w.value.retried);
  if (made.runs.length === 1) go(run_href(made.runs[0]!));
}
export async function pause(select: string, reason = ''): Promise<void> {
  const answer = await attempt(() => post<{ count: number }>('automation/pause', { select, reason }));
  if (answer) tell(w.value.paused(answer.count), { undo: () => void resume(select) });
}
export async function resume(select: string, reason = ''): Promise<void> {
  const answer = await attempt(() => post<{ count: number }>('automation/resume', { select, reason }));
  if (answer) tell(w.value.resumed(answer.count));
}
/// For so long ("2h", or seconds), or until it is ended.
export async function mute(select: string, how_long?: string | number, reason = ''): Promise<void> {
  const duration = typeof how_long === 'number' ? `${how_long}s` : how_long;
  if (await attempt(() => post('alerts/mute', { select, for: duration, reason }))) tell(w.value.muted, { undo: () => void unmute(select) });
}
export async function unmute(select: string): Promise<void> {
  if (await attempt(() => post('alerts/unmute', { select }))) tell(w.value.unmuted);
}
/// What an event says besides its asset; another version where it says none.
export interface EventSaid { data_version?: string; partition?: string; metadata?: Record<string, unknown> }
/// Tells of a delivery of a source, as somebody outside would.
export async function send_event(asset: string, said: EventSaid = {}): Promise<void> {
  if (await attempt(() => post('events', { kind: 'observation', asset, data_version: new Date().toISOString(), ...said }))) tell(w.value.event);
}
