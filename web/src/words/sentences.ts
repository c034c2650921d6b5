// What the daemon says, in the reader's language.  It answers with a code, what that is about, and an
// English text; the codes are those of src/model/sentences.hpp, and a test holds both tables against
// each other.  What an older or newer daemon says besides is shown as it says it.
import { time_text } from '../ui/time';
import { locale, number, words, type Same } from './index';

export interface Said { code?: string; params?: Params; text: string }
export type Params = Record<string, string | number | string[] | Said[]>;

const w = words({ left_out: (n: number) => `${number(n)} more` }, { left_out: n => `${number(n)} weitere` });
const labels = words({ 'all of': 'all of', 'any of': 'any of', not: 'not' }, { 'all of': 'alle von', 'any of': 'eines von', not: 'nicht' });
/// A part of a condition: a word of its language, which has no other, or what joins parts.
export const label_text = (label: string): string => Object.hasOwn(labels.value, label) ? labels.value[label as 'not'] : label;

/// What a sentence is about, by name: as text, "" for what is not there.
export class Values {
  readonly #params: Params;
  constructor(params: Params) { this.#params = params; }
  protected get(name: string): Params[string] | undefined { return this.#params[name]; }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'number' ? number(value) : typeof value === 'string' ? value : '';
  }
  time(name: string): string { return time_text(this.text(name)); }
  /// A part of a condition.
  label(name: string): string { return label_text(this.text(name)); }
  /// A number, or the length of a list.
  count(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : Array.isArray(value) ? value.length + this.#left_out() : 0;
  }
  /// Texts or sentences, and how many were left out.
  list(name: string, link: 'and' | 'or' | ';' = 'and'): string {
    const value = this.get(name);
    const items = Array.isArray(value) ? value.map(each => typeof each === 'string' ? each : said(each)) : [];
    if (this.#left_out() > 0) items.push(w.value.left_out(this.#left_out()));
    if (link === ';') return items.join('; ');
    return new Intl.ListFormat(locale.value, { type: link === 'or' ? 'disjunction' : 'conjunction' }).format(items);
  }
  /// Between two texts where there is something, else nothing.
  if(name: string, text: (value: string) => string): string {
    const value = Array.isArray(this.get(name)) ? this.list(name) : this.text(name);
    return value && text(value);
  }
  #left_out(): number { return Number(this.#params.more ?? 0); }
}

type Make = (v: Values) => string;
const attempt_en: Make = v => `in run ${v.text('run')}, attempt ${v.text('attempt')}`;
const queued_en: Make = v => `queued in run ${v.text('run')}`;
const backfill_en: Make = v => `${v.text('pending')} of ${v.text('wanted')} partitions are in no run yet, ${v.text('runs')} runs at a time`;
const days_en: Make = v => `it was ready on ${v.text('ready')} of the last ${v.text('days')} ${v.count('days') === 1 ? 'day' : 'days'}`;
const at_en: Make = v => `${v.time('at')}, if all else holds; ${v.list('grounds')}`;
const partitions_en: Make = v => v.if('partitions', n => ` for ${n} ${v.count('partitions') === 1 ? 'partition' : 'partitions'}`);
const why_failed: Make = v => v.if('error', error => `: ${error}`) + v.if('because', because => `: ${because}`);

export const english = {
  inputs_unchanged: 'nothing that it reads has changed',
  upstream_failed: 'an upstream step of its run failed or was canceled',
  upstream_wrote_nothing: 'an upstream step ended without writing',
  check_failed: 'a blocking check of an upstream asset failed',
  wrote_nothing: 'it ended without writing',
  exit_code: 'its process ended with a non-zero exit code',
  signal: 'its process was ended by a signal',
  exec_error: 'its process could not be started',
  timeout: 'it ran longer than its timeout',
  lost: 'its process was lost: how it ended cannot be known',
  canceled_by_person: 'somebody canceled it',
  run_canceled: 'its run was canceled',
  definition_removed: 'its asset is not defined any more',
  reported: 'it ended as was reported from outside',

  requested_updated: v => `requested, because ${v.list('assets')} ${v.count('assets') === 1 ? 'was' : 'were'} updated`,
  requested_schedule: 'requested, because its schedule’s time came',
  requested_missing: v => `requested, because ${v.text('asset')} is missing`,
  requested_upstream: v => `requested, because ${v.list('assets')} will be made anew in the same run`,
  requested_condition: v => `requested, because its condition holds: ${v.text('condition')}`,
  not_requested: v => `not requested, because ${v.list('because')}`,
  step_failed: v => `${v.if('partition', key => `${key}: `)}its latest step failed${v.if('error', error => ` (${error})`)}${v.if('because', because => ` (${because})`)}`,
  failed_and: v => `${v.list('failed')}; ${v.list('rest')}`,
  nothing_new_since: 'its condition holds; nothing has changed since it was last handled',
  nothing_to_check: 'its condition holds, but there is nothing yet that could be checked',
  withheld: v => `would be requested, but automation is paused${v.if('reason', reason => `: ${reason}`)}`,
  handed_back: v => `left unstarted; waits for ${v.list('blockers')} to be repaired`,
  external: 'external: only observed',
  no_automation: 'no automation: it runs when somebody asks for it',
  no_partition: 'no partition exists yet',
  member_is: v => `${v.text('member')} is ${v.list('step')}`,
  check_is: v => `check ${v.text('check')} of ${v.text('asset')} is ${v.list('step')}`,
  of_check: v => `check ${v.text('check')} of ${v.text('asset')}: ${v.list('said')}`,
  waits_in_backfill: v => `${v.text('member')} waits in backfill ${v.text('backfill')}: ${backfill_en(v)}`,
  waits_in_paused_backfill: v => `${v.text('member')} waits in backfill ${v.text('backfill')}, which is paused: ${backfill_en(v)}`,
  member: v => v.text('member'),
  check: v => `check ${v.text('check')} of ${v.text('member')}`,

  it_is_missing: 'it is missing',
  is_missing: v => `${v.text('asset')} is missing`,
  it_is_in_progress: 'it is in progress already',
  is_in_progress: v => `${v.text('asset')} is in progress`,
  blocking_check_failed: v => `${v.text('asset') || 'it'} failed a blocking check`,
  blocking_checks_not_passed: v => `${v.text('asset') || 'it'} has not passed its blocking checks`,
  not_due: 'its schedule’s time has not come yet',
  nothing_new: 'nothing that it reads has changed since it was last made or asked for',
  nothing_new_of: v => `nothing has changed for ${v.text('asset')}`,
  holds: v => `${v.if('asset', asset => `${asset}: `)}${v.label('condition')} holds${v.if('detail', detail => ` (${detail})`)}`,
  does_not_hold: v => `${v.if('asset', asset => `${asset}: `)}${v.label('condition')} does not hold${v.if('detail', detail => ` (${detail})`)}`,

  undefined_asset: v => `no asset “${v.text('asset')}” is defined`,
  partitions_holding: v => `${v.text('held')} of ${v.text('needed')} partitions${v.if('detail', detail => `; ${detail}`)}`,
  partitions_holding_of_some: v => `${v.text('held')} of ${v.text('needed')} partitions, and some do not exist yet${v.if('detail', detail => `; ${detail}`)}`,
  of_the_check: v => `check ${v.text('check')}`,
  in_run: v => `run ${v.text('run')}`,
  in_backfill: v => `backfill ${v.text('backfill')}`,
  inputs_too_old: v => v.list('inputs', ';'),
  input_too_old: v => `${v.text('asset')}: last update ${v.text('age')} ago, max_age ${v.text('limit')}${v.if('until', () => `, waits until ${v.time('until')}`)}`,
  upstream_not_ready: v => `${v.text('asset')} is stale, missing or in progress`,
  must_start_by: v => `must start by ${v.time('at')}`,

  step_starting: v => `starting ${attempt_en(v)}`,
  step_running: v => `running ${attempt_en(v)}`,
  step_queued: queued_en,
  step_waits_for_step: v => `${queued_en(v)}, waits for ${v.text('member')}${v.if('check', check => ` (check ${check})`)}${v.if('other', run => ` of run ${run}`)}`,
  step_waits_for_check: v => `${queued_en(v)}, waits for a result of check ${v.text('check')} of ${v.text('member')}`,
  step_waits_for_run: v => `${queued_en(v)}, waits for run ${v.text('other')}, which is making it`,
  step_waits_for_attempt: v => `${queued_en(v)}, next attempt at ${v.time('at')}`,
  step_waits_for_pool: v => `${queued_en(v)}, waits for room in pool ${v.text('pool')} (${v.text('limit')} in use)`,
  step_waits_for_slot: v => `${queued_en(v)}, waits for one of ${v.text('slots')} slots`,

  by_own_step: v => `by the step that is under way: ${v.list('grounds')}`,
  by_upstream: v => `by what is under way upstream: ${v.list('grounds')}`,
  some_assumed: 'some of it never ran before, and counts as what others take',
  as_earlier_ones: v => `each step as in at least ${v.text('samples')} earlier ${v.count('samples') === 1 ? 'one' : 'ones'}`,
  ready_on_days: days_en,
  ready_on_too_few_days: v => `${days_en(v)}, which says too little`,
  ready_mostly_earlier: v => `${days_en(v)}, mostly earlier than this`,
  ready_later_on_some_days: v => `${days_en(v)}, later than this on ${v.text('later')}`,
  ready_today: 'it was ready today already',
  at_schedule: v => `at its schedule’s next tick, ${at_en(v)}`,
  at_window: v => `when its next time window has ended, ${at_en(v)}`,
  at_freshness: v => `when its freshness changes, ${at_en(v)}`,
  at_edge: v => `when the age of an input passes its limit, ${at_en(v)}`,
  at_retry: v => `when it is tried again, ${at_en(v)}`,
  when_reported: v => `when somebody outside reports it; ${v.list('history')}`,
  when_asked_for: v => `when somebody asks for it; ${v.list('history')}`,
  when_defined: v => `when its definition changes, or somebody asks for it; ${v.list('history')}`,
  when_updated: v => `when ${v.list('assets', 'or')} is updated; ${v.list('history')}`,
  when_one_updated: v => `when one of its ${v.text('count')} inputs, such as ${v.list('assets', 'or')}, is updated; ${v.list('history')}`,

  asked_for: 'it is asked for',
  condition_holds: 'its condition holds',
  upstream_new: v => `because ${v.text('asset')} is new${v.if('others', n => ` (and ${n} more)`)}`,

  failed: v => `${v.text('asset')} failed${why_failed(v)}`,
  partitions_failed: v => `${v.text('partitions')} ${v.count('partitions') === 1 ? 'partition' : 'partitions'} of ${v.text('asset')} failed${why_failed(v)}`,
  check_fails: v => `check ${v.text('check')} of ${v.text('asset')} fails${partitions_en(v)}`,
  check_warns: v => `check ${v.text('check')} of ${v.text('asset')} fails (a warning)${partitions_en(v)}`,
  check_without_result: v => `check ${v.text('check')} of ${v.text('asset')} gave no result${partitions_en(v)}`,
  older_than: v => `${v.text('asset')} is older than ${v.text('limit')}`,
  deadline_missed: v => `${v.text('asset')} was not updated by its deadline${v.if('at', () => `, ${v.time('at')}`)}`,
  source_error: v => `the source of ${v.text('asset')} is in trouble: ${v.text('detail')}`,
  source_paused: v => `the source of ${v.text('asset')} is paused${v.if('actor', who => ` by ${who}`)}${v.if('reason', reason => `: ${reason}`)}`,
  said_while: v => `${v.list('said')}; ${v.list('outside')}`,
  outside: v => v.list('troubles', ';'),
  definitions_invalid: v => `project ${v.text('project')} is not valid, what was read before is in force: ${v.text('detail')}`,
} satisfies Record<string, string | Make>;

const attempt_de: Make = v => `in Lauf ${v.text('run')}, Versuch ${v.text('attempt')}`;
const queued_de: Make = v => `eingereiht in Lauf ${v.text('run')}`;
const backfill_de: Make = v => `${v.text('pending')} von ${v.text('wanted')} Partitionen sind noch in keinem Lauf, ${v.text('runs')} Läufe zugleich`;
const days_de: Make = v => v.count('days') === 1 ? `es war am letzten Tag ${v.count('ready') > 0 ? '' : 'nicht '}fertig` : `es war an ${v.text('ready')} der letzten ${v.text('days')} Tage fertig`;
const at_de: Make = v => `${v.time('at')}, wenn sonst alles gilt; ${v.list('grounds')}`;
const partitions_de: Make = v => v.if('partitions', n => ` für ${n} ${v.count('partitions') === 1 ? 'Partition' : 'Partitionen'}`);

export const german: Same<typeof english> = {
  inputs_unchanged: 'nichts, was es liest, hat sich geändert',
  upstream_failed: 'ein vorgelagerter Schritt seines Laufs ist fehlgeschlagen oder wurde abgebrochen',
  upstream_wrote_nothing: 'ein vorgelagerter Schritt endete, ohne zu schreiben',
  check_failed: 'eine sperrende Prüfung eines vorgelagerten Assets ist fehlgeschlagen',
  wrote_nothing: 'es endete, ohne zu schreiben',
  exit_code: 'sein Prozess endete mit einem Exit-Code ungleich null',
  signal: 'sein Prozess wurde durch ein Signal beendet',
  exec_error: 'sein Prozess konnte nicht gestartet werden',
  timeout: 'es lief länger, als es darf',
  lost: 'sein Prozess ging verloren: Wie er endete, lässt sich nicht feststellen',
  canceled_by_person: 'jemand hat es abgebrochen',
  run_canceled: 'sein Lauf wurde abgebrochen',
  definition_removed: 'sein Asset ist nicht mehr definiert',
  reported: 'es endete so, wie es von außen gemeldet wurde',

  requested_updated: v => `angefordert, denn ${v.list('assets')} ${v.count('assets') === 1 ? 'wurde' : 'wurden'} aktualisiert`,
  requested_schedule: 'angefordert, denn die Zeit seines Zeitplans ist gekommen',
  requested_missing: v => `angefordert, denn ${v.text('asset')} fehlt`,
  requested_upstream: v => `angefordert, denn ${v.list('assets')} ${v.count('assets') === 1 ? 'wird' : 'werden'} im selben Lauf neu erzeugt`,
  requested_condition: v => `angefordert, denn seine Bedingung gilt: ${v.text('condition')}`,
  not_requested: v => `nicht angefordert, denn ${v.list('because')}`,
  step_failed: v => `${v.if('partition', key => `${key}: `)}sein letzter Schritt schlug fehl${v.if('error', error => ` (${error})`)}${v.if('because', because => ` (${because})`)}`,
  failed_and: v => `${v.list('failed')}; ${v.list('rest')}`,
  nothing_new_since: 'seine Bedingung gilt; nichts hat sich geändert, seit es zuletzt behandelt wurde',
  nothing_to_check: 'seine Bedingung gilt, aber noch gibt es nichts, was geprüft werden könnte',
  withheld: v => `würde angefordert, aber die Automatik ist angehalten${v.if('reason', reason => `: ${reason}`)}`,
  handed_back: v => `nicht begonnen; wartet, bis in Ordnung gebracht ist: ${v.list('blockers')}`,
  external: 'extern: wird nur beobachtet',
  no_automation: 'ohne Automatik: Es läuft, wenn jemand es anfordert',
  no_partition: 'noch gibt es keine Partition',
  member_is: v => `${v.text('member')}: ${v.list('step')}`,
  check_is: v => `Prüfung ${v.text('check')} von ${v.text('asset')}: ${v.list('step')}`,
  of_check: v => `Prüfung ${v.text('check')} von ${v.text('asset')}: ${v.list('said')}`,
  waits_in_backfill: v => `${v.text('member')} wartet in Backfill ${v.text('backfill')}: ${backfill_de(v)}`,
  waits_in_paused_backfill: v => `${v.text('member')} wartet in Backfill ${v.text('backfill')}, der angehalten ist: ${backfill_de(v)}`,
  member: v => v.text('member'),
  check: v => `Prüfung ${v.text('check')} von ${v.text('member')}`,

  it_is_missing: 'es fehlt',
  is_missing: v => `${v.text('asset')} fehlt`,
  it_is_in_progress: 'es ist schon in Arbeit',
  is_in_progress: v => `${v.text('asset')} ist in Arbeit`,
  blocking_check_failed: v => `${v.text('asset') || 'es'} hat eine sperrende Prüfung nicht bestanden`,
  blocking_checks_not_passed: v => `${v.text('asset') || 'es'} hat seine sperrenden Prüfungen nicht bestanden`,
  not_due: 'die Zeit seines Zeitplans ist noch nicht gekommen',
  nothing_new: 'nichts, was es liest, hat sich geändert, seit es zuletzt erzeugt oder angefordert wurde',
  nothing_new_of: v => `für ${v.text('asset')} hat sich nichts geändert`,
  holds: v => `${v.if('asset', asset => `${asset}: `)}${v.label('condition')} gilt${v.if('detail', detail => ` (${detail})`)}`,
  does_not_hold: v => `${v.if('asset', asset => `${asset}: `)}${v.label('condition')} gilt nicht${v.if('detail', detail => ` (${detail})`)}`,

  undefined_asset: v => `kein Asset „${v.text('asset')}“ ist definiert`,
  partitions_holding: v => `${v.text('held')} von ${v.text('needed')} Partitionen${v.if('detail', detail => `; ${detail}`)}`,
  partitions_holding_of_some: v => `${v.text('held')} von ${v.text('needed')} Partitionen, und manche gibt es noch nicht${v.if('detail', detail => `; ${detail}`)}`,
  of_the_check: v => `Prüfung ${v.text('check')}`,
  in_run: v => `Lauf ${v.text('run')}`,
  in_backfill: v => `Backfill ${v.text('backfill')}`,
  inputs_too_old: v => v.list('inputs', ';'),
  input_too_old: v => `${v.text('asset')}: zuletzt vor ${v.text('age')} aktualisiert, max_age ${v.text('limit')}${v.if('until', () => `, wartet bis ${v.time('until')}`)}`,
  upstream_not_ready: v => `${v.text('asset')} ist veraltet, fehlt oder ist in Arbeit`,
  must_start_by: v => `muss bis ${v.time('at')} beginnen`,

  step_starting: v => `startet ${attempt_de(v)}`,
  step_running: v => `läuft ${attempt_de(v)}`,
  step_queued: queued_de,
  step_waits_for_step: v => `${queued_de(v)}, wartet auf ${v.text('member')}${v.if('check', check => ` (Prüfung ${check})`)}${v.if('other', run => ` in Lauf ${run}`)}`,
  step_waits_for_check: v => `${queued_de(v)}, wartet auf ein Ergebnis der Prüfung ${v.text('check')} von ${v.text('member')}`,
  step_waits_for_run: v => `${queued_de(v)}, wartet auf Lauf ${v.text('other')}, der es gerade erzeugt`,
  step_waits_for_attempt: v => `${queued_de(v)}, nächster Versuch um ${v.time('at')}`,
  step_waits_for_pool: v => `${queued_de(v)}, wartet auf Platz in Pool ${v.text('pool')} (${v.text('limit')} belegt)`,
  step_waits_for_slot: v => `${queued_de(v)}, wartet auf einen von ${v.text('slots')} Plätzen`,

  by_own_step: v => `nach dem Schritt, der im Gange ist: ${v.list('grounds')}`,
  by_upstream: v => `nach dem, was davor im Gange ist: ${v.list('grounds')}`,
  some_assumed: 'manches davon lief noch nie, und wird so lange angenommen, wie anderes dauert',
  as_earlier_ones: v => `jeder Schritt wie in mindestens ${v.text('samples')} früheren ${v.count('samples') === 1 ? 'Lauf' : 'Läufen'}`,
  ready_on_days: days_de,
  ready_on_too_few_days: v => `${days_de(v)}, das sagt zu wenig`,
  ready_mostly_earlier: v => `${days_de(v)}, meist früher am Tag als jetzt`,
  ready_later_on_some_days: v => `${days_de(v)}, davon an ${v.text('later')} später am Tag als jetzt`,
  ready_today: 'es war heute schon fertig',
  at_schedule: v => `wenn sein Zeitplan es vorsieht, ${at_de(v)}`,
  at_window: v => `wenn sein nächstes Zeitfenster zu Ende ist, ${at_de(v)}`,
  at_freshness: v => `wenn sich ändert, wie aktuell es ist, ${at_de(v)}`,
  at_edge: v => `wenn eine Eingabe so alt ist, wie sie sein darf, ${at_de(v)}`,
  at_retry: v => `wenn es noch einmal versucht wird, ${at_de(v)}`,
  when_reported: v => `wenn es von außen gemeldet wird; ${v.list('history')}`,
  when_asked_for: v => `wenn jemand es anfordert; ${v.list('history')}`,
  when_defined: v => `wenn seine Definition sich ändert oder jemand es anfordert; ${v.list('history')}`,
  when_updated: v => `wenn ${v.list('assets', 'or')} aktualisiert wird; ${v.list('history')}`,
  when_one_updated: v => `wenn eine seiner ${v.text('count')} Eingaben, etwa ${v.list('assets', 'or')}, aktualisiert wird; ${v.list('history')}`,

  asked_for: 'es wird angefordert',
  condition_holds: 'seine Bedingung gilt',
  upstream_new: v => `weil ${v.text('asset')} neu ist${v.if('others', n => ` (und ${n} weitere)`)}`,

  failed: v => `${v.text('asset')} ist fehlgeschlagen${why_failed(v)}`,
  partitions_failed: v => `${v.text('partitions')} ${v.count('partitions') === 1 ? 'Partition' : 'Partitionen'} von ${v.text('asset')} ${v.count('partitions') === 1 ? 'ist' : 'sind'} fehlgeschlagen${why_failed(v)}`,
  check_fails: v => `Prüfung ${v.text('check')} von ${v.text('asset')} schlägt fehl${partitions_de(v)}`,
  check_warns: v => `Prüfung ${v.text('check')} von ${v.text('asset')} schlägt fehl (eine Warnung)${partitions_de(v)}`,
  check_without_result: v => `Prüfung ${v.text('check')} von ${v.text('asset')} ergab nichts${partitions_de(v)}`,
  older_than: v => `${v.text('asset')} ist älter als ${v.text('limit')}`,
  deadline_missed: v => `${v.text('asset')} wurde bis zu seiner Frist nicht aktualisiert${v.if('at', () => `: ${v.time('at')}`)}`,
  source_error: v => `mit der Quelle von ${v.text('asset')} stimmt etwas nicht: ${v.text('detail')}`,
  source_paused: v => `die Quelle von ${v.text('asset')} ist angehalten${v.if('actor', who => ` von ${who}`)}${v.if('reason', reason => `: ${reason}`)}`,
  said_while: v => `${v.list('said')}; ${v.list('outside')}`,
  outside: v => v.list('troubles', ';'),
  definitions_invalid: v => `das Projekt ${v.text('project')} ist nicht gültig, es gilt die Fassung davor: ${v.text('detail')}`,
};

const sentences = words(english, german);
/// A sentence for people; "" where nothing is said.
export function said(sentence: Said | null | undefined): string {
  if (!sentence) return '';
  const table: Record<string, string | Make> = sentences.value;
  const make = sentence.code && Object.hasOwn(table, sentence.code) ? table[sentence.code] : undefined;
  return make === undefined ? sentence.text : typeof make === 'string' ? make : make(new Values(sentence.params ?? {}));
}
const names_in = (value: Params[string]): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(each => typeof each === 'string' ? [each] : Object.values(each.params ?? {}).flatMap(names_in)) : [];
/// As a sentence of its own: with a full stop, and a capital letter unless it begins with a name, which stays as it is written.
export function sentence_of(what: Said): string {
  const text = said(what);
  const is_named = Object.values(what.params ?? {}).flatMap(names_in).some(name => name !== '' && text.startsWith(name));
  return (is_named ? text : text.charAt(0).toUpperCase() + text.slice(1)) + (/[.!?]$/.test(text) ? '' : '.');
}
/// What failed, null where nothing did, and what is said of the automation.
export function parts_of(sentence: Said): [Said | null, Said] {
  const part = (name: string): Said | null => {
    const list = sentence.code === 'failed_and' ? sentence.params?.[name] : undefined;
    const first = Array.isArray(list) ? list[0] : undefined;
    return typeof first === 'object' ? first : null;
  };
  return [part('failed'), part('rest') ?? sentence];
}
