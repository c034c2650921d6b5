// What the asset's views reckon from what they were told.  Pure.
import { value_text as quoted_text } from '../../store/selection';
import type { Drawing } from '../../ui/status';
import { ms_of } from '../../ui/time';
import type { AssetDetail, AssetEvent, Decision, OpenAlert, ReadinessDay, Run, Step } from './data';

/// Processes say {"type": "int", "value": 5}, reporters just 5.
export function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'type' in value && 'value' in value ? (value as { value: unknown }).value : value;
}
/// One line of a metadata value.
export function value_text(value: unknown, number: (n: number) => string): string {
  const bare = plain(value);
  return typeof bare === 'number' ? number(bare) : typeof bare === 'string' ? bare : JSON.stringify(bare);
}
/// A value that is an address people can go to.
export const is_link = (value: unknown): boolean => /^https?:\/\/\S+$/.test(String(plain(value)));

export interface NumberSeries { name: string; at: number[]; values: (number | null)[]; events: AssetEvent[] }
/// Numbers of metadata over time, oldest first; the name with the most values first.
export function number_series(events: AssetEvent[]): NumberSeries[] {
  const named = new Map<string, NumberSeries>();
  for (const event of events.toReversed()) {
    for (const [name, value] of Object.entries(event.metadata ?? {})) {
      const number = plain(value);
      if (typeof number !== 'number' || !Number.isFinite(number)) continue;
      let series = named.get(name);
      if (!series) named.set(name, series = { name, at: [], values: [], events: [] });
      series.at.push(Date.parse(event.at));
      series.values.push(number);
      series.events.push(event);
    }
  }
  return [...named.values()].sort((a, b) => b.at.length - a.at.length || (a.name < b.name ? -1 : 1));
}
/// The series that is most worth showing first: rows, where somebody counts them.
export const main_series = (all: NumberSeries[]): NumberSeries | undefined => all.find(series => /^(num_|n_|dagster\/)?(rows|row_count)$/.test(series.name)) ?? all[0];

/// The checks that fail now, each with what was told of it, latest first.
export function failing_checks(alerts: OpenAlert[]): { check: string; alerts: OpenAlert[] }[] {
  const by_check = new Map<string, OpenAlert[]>();
  for (const alert of alerts) if (alert.kind === 'check' && alert.check !== null) by_check.set(alert.check, [...by_check.get(alert.check) ?? [], alert]);
  return [...by_check].map(([check, of_it]) => ({ check, alerts: of_it.toSorted((a, b) => a.at < b.at ? 1 : -1) }));
}

export type ShownResult = Pick<AssetEvent, 'at' | 'run' | 'step' | 'partition' | 'passed' | 'metadata'>;
/// The result of a check to look at, of results newest first: where it fails now, the one that said so, of
/// which the alert alone may still be known.
export function shown_result(check: string, alerts: OpenAlert[], results: AssetEvent[]): ShownResult | undefined {
  const alert = failing_checks(alerts).find(each => each.check === check)?.alerts[0];
  const of_it = results.filter(each => each.name === check);
  if (!alert) return of_it[0];
  return of_it.find(each => !each.passed && each.run === alert.run && each.step === alert.step) ?? { ...alert, passed: false, metadata: null };
}

/// The steps of a run that made an asset or a partition of it.
export const steps_of = (run: Run, key: string): Step[] => run.steps.filter(step => step.asset === key && step.check === null);
/// Seconds from the first start to the last end; null where nothing has ended.
export function worked_seconds(steps: Step[]): number | null {
  const begins = steps.flatMap(step => ms_of(step.started_at) ?? []), ends = steps.flatMap(step => ms_of(step.ended_at) ?? []);
  return begins.length && ends.length ? (Math.max(...ends) - Math.min(...begins)) / 1000 : null;
}
/// The worst of them stands for all.
export function worst_status(steps: Step[], otherwise: string): string {
  const order = ['failed', 'lost', 'running', 'starting', 'queued', 'canceled', 'skipped', 'succeeded'];
  return order.find(word => steps.some(step => step.status === word)) ?? otherwise;
}

/// What became of an asset in a run: its step that went worst; null where it had none.
export function outcome_of(run: Run | undefined, key: string): Step | null {
  const steps = run ? steps_of(run, key) : [];
  const worst = worst_status(steps, '');
  return steps.find(step => step.status === worst) ?? null;
}
/// Runs whose step of it failed or was skipped, and that no decision led to: of the time that the decisions are of.
export function undecided(runs: Run[], decisions: Decision[], key: string): { run: Run; step: Step }[] {
  const decided = new Set(decisions.map(each => each.run)), from = decisions.at(-1)?.at ?? '';
  return runs.flatMap(run => {
    const step = outcome_of(run, key);
    const is_told = step && ['failed', 'lost', 'skipped'].includes(step.status) && !decided.has(run.id) && run.created_at >= from;
    return is_told ? [{ run, step }] : [];
  }).slice(0, 4);
}

const drawings: Drawing[] = ['failed', 'late', 'running', 'waiting', 'never', 'off', 'ok'];
/// The order of a list in which one looks for what is wrong.
export const worst_first = (a: Drawing, b: Drawing): number => drawings.indexOf(a) - drawings.indexOf(b);

/// Whether a day kept its promise; null where it made none, or is not over.
export function is_kept(day: ReadinessDay, now: number): boolean | null {
  const deadline = ms_of(day.deadline), ready = ms_of(day.ready_at);
  if (deadline === null) return null;
  if (ready !== null) return ready <= deadline;
  return deadline < now ? false : null;
}
/// A status word for a day's drawing.
export function day_word(day: ReadinessDay, now: number): string {
  const kept = is_kept(day, now);
  if (day.state === 'failed') return 'failed';
  if (kept === false) return 'late';
  const words = { ready: 'ready', complete: 'ready', running: 'running', queued: 'queued', arriving: 'waiting', arrived: 'waiting', waiting: 'never' };
  return words[day.state];
}

/// Keys that are nearest to one that is not there: by shared trigrams, of the last segment foremost.
export function nearest_keys(wanted: string, keys: string[], count = 6): string[] {
  const grams = (text: string): Set<string> => {
    const padded = `  ${text.toLowerCase()} `;
    return new Set(Array.from({ length: padded.length - 2 }, (_, i) => padded.slice(i, i + 3)));
  };
  const share = (a: Set<string>, b: Set<string>): number => {
    let both = 0;
    for (const gram of a) if (b.has(gram)) ++both;
    return 2 * both / (a.size + b.size);
  };
  const leaf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
  const [whole, last] = [grams(wanted), grams(leaf(wanted))];
  return keys.map(key => ({ key, score: share(whole, grams(key)) + share(last, grams(leaf(key))) }))
    .filter(each => each.score > 0.5).sort((a, b) => b.score - a.score).slice(0, count).map(each => each.key);
}

/// "vscode://file//shop/freshet.yaml:15:10"; null where the daemon does not know the place.
export const editor_href = (place: AssetDetail['place']): string | null => place && `vscode://file/${place.file.replace(/^\//, '')}:${place.line}:${place.column}`;
/// A tag of the catalog, "NAME" or "NAME:VALUE", as a selection has it.
export function tag_text(tag: string): string {
  const at = tag.indexOf(':');
  return at < 0 ? quoted_text(tag) : `${quoted_text(tag.slice(0, at))}=${quoted_text(tag.slice(at + 1))}`;
}
