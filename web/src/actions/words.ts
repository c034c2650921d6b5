// Words of the dialogs that ask for runs and backfills.
import { counted, words } from '../words';

export const plan_words = words({
  nothing: 'Nothing would run.',
  sentence: (assets: number, steps: number, long: string) =>
    `${counted(assets, 'asset would run', 'assets would run')}${steps > assets ? ` in ${counted(steps, 'step', 'steps')}` : ''}; ready in ${long}.`,
  about: (time: string) => `about ${time}`, about_between: (time: string, least: string, most: string) => `about ${time} (${least} to ${most})`,
  assumed: 'partly guessed: something never ran before',
  steps: 'What would run', asset: 'Asset', when: 'When', takes: 'Takes', why: 'Why', critical: 'on the critical path',
  from_to: (from: string, to: string) => `starts after ${from}, ready after ${to}`, samples: (n: number) => `seen ${counted(n, 'time', 'times')}`,
  others: (n: number) => `… and ${counted(n, 'other', 'others')}`, truncated: 'It did not come to rest after very many steps: what is shown is its beginning.',
}, {
  nothing: 'Es würde nichts laufen.',
  sentence: (assets, steps, long) =>
    `${counted(assets, 'Asset würde laufen', 'Assets würden laufen')}${steps > assets ? ` in ${counted(steps, 'Schritt', 'Schritten')}` : ''}; fertig in ${long}.`,
  about: time => `etwa ${time}`, about_between: (time, least, most) => `etwa ${time} (${least} bis ${most})`,
  assumed: 'zum Teil geraten: etwas lief noch nie',
  steps: 'Was laufen würde', asset: 'Asset', when: 'Wann', takes: 'Dauert', why: 'Warum', critical: 'auf dem kritischen Pfad',
  from_to: (from, to) => `beginnt nach ${from}, fertig nach ${to}`, samples: n => `${n}-mal gesehen`,
  others: n => `… und ${counted(n, 'weiteres', 'weitere')}`, truncated: 'Nach sehr vielen Schritten kam es nicht zur Ruhe: Gezeigt ist der Anfang.',
});

export const dialog_words = words({
  run: 'Run', run_checks: 'Run checks', select: 'Which assets', partitions: 'Partitions', partitions_hint: '2026-01-31, 2026-01-01...2026-01-31, or *',
  only_it: 'Only it', with_up: 'With all upstream', with_down: 'With all downstream', scope: 'How far', newest: 'newest', all: 'all',
  reason_hint: 'Why, for the history', run_n: (n: number) => `Run ${counted(n, 'asset', 'assets')}`, planning: 'Planning …', open_plan: 'Share this plan',
  needs_partitions: 'Of these, some have partitions: say which.',
  checks_text: 'Only the checks of what is there are run; nothing is made.',
  in_order: 'The steps that it waits for are on the critical path: they are marked.',
  backfill: 'Backfill', only: 'Which of them', only_all: 'all of them', only_missing: 'only missing', only_failed: 'only failed', only_stale: 'only stale',
  order: 'Order', forward: 'oldest first', newest_first: 'newest first', per_run: 'Partitions in one run', per_run_hint: 'a number, or all; else as each asset says', concurrency: 'Runs at a time', as_policy: 'as each asset says',
  first: 'From', last: 'To', pick_range: 'A range', pick_text: 'As an expression',
  start_n: (n: number) => `Start ${counted(n, 'run', 'runs')}`,
  backfill_sentence: (partitions: number, runs: number, assets: number) =>
    `${counted(partitions, 'partition', 'partitions')} of ${counted(assets, 'asset', 'assets')}, in ${counted(runs, 'run', 'runs')}.`,
  backfill_nothing: 'No partition is wanted: none is in this range and state.',
  backfill_time: (time: string, at_a_time: number, is_assumed: boolean) =>
    `About ${time} with ${counted(at_a_time, 'run', 'runs')} at a time${is_assumed ? ', partly guessed: something never ran before' : ''}.`,
  backfill_unknown_time: 'How long it takes cannot be said.',
  nothing_else: 'What is downstream follows by its own automation.',
  started: 'The backfill has begun',
}, {
  run: 'Ausführen', run_checks: 'Prüfungen ausführen', select: 'Welche Assets', partitions: 'Partitionen', partitions_hint: '2026-01-31, 2026-01-01...2026-01-31 oder *',
  only_it: 'Nur dieses', with_up: 'Mit allem davor', with_down: 'Mit allem danach', scope: 'Wie weit', newest: 'neueste', all: 'alle',
  reason_hint: 'Warum, für den Verlauf', run_n: n => `${counted(n, 'Asset', 'Assets')} ausführen`, planning: 'Wird geplant …', open_plan: 'Diesen Plan teilen',
  needs_partitions: 'Einige davon haben Partitionen: Sagen Sie, welche.',
  checks_text: 'Nur die Prüfungen dessen, was da ist, laufen; es wird nichts gemacht.',
  in_order: 'Worauf es am längsten wartet, liegt auf dem kritischen Pfad: Es ist markiert.',
  backfill: 'Backfill', only: 'Welche davon', only_all: 'alle', only_missing: 'nur fehlende', only_failed: 'nur fehlgeschlagene', only_stale: 'nur veraltete',
  order: 'Reihenfolge', forward: 'älteste zuerst', newest_first: 'neueste zuerst', per_run: 'Partitionen je Lauf', per_run_hint: 'eine Zahl oder all; sonst wie es jedes Asset sagt', concurrency: 'Läufe zugleich', as_policy: 'wie es jedes Asset sagt',
  first: 'Von', last: 'Bis', pick_range: 'Ein Bereich', pick_text: 'Als Ausdruck',
  start_n: n => `${counted(n, 'Lauf', 'Läufe')} starten`,
  backfill_sentence: (partitions, runs, assets) =>
    `${counted(partitions, 'Partition', 'Partitionen')} von ${counted(assets, 'Asset', 'Assets')}, in ${counted(runs, 'Lauf', 'Läufen')}.`,
  backfill_nothing: 'Keine Partition ist gemeint: In diesem Bereich und Zustand ist keine.',
  backfill_time: (time, at_a_time, is_assumed) =>
    `Etwa ${time} mit ${counted(at_a_time, 'Lauf', 'Läufen')} zugleich${is_assumed ? ', zum Teil geraten: etwas lief noch nie' : ''}.`,
  backfill_unknown_time: 'Wie lange es dauert, lässt sich nicht sagen.',
  nothing_else: 'Was danach kommt, folgt seiner eigenen Automatik.',
  started: 'Das Backfill hat begonnen',
});
