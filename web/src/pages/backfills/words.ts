import { counted, number, words } from '../../words';

const en = {
  none: 'No backfill was ever started.', none_text: 'A backfill makes many partitions, run by run: after a repair, a change of code, or for a new asset. It shows how many runs that is, and how long they take, before it begins.',
  start: 'New backfill …', select: 'Assets', running: (n: number) => counted(n, 'backfill is under way', 'backfills are under way'), quiet: 'No backfill is under way.',
  progress: 'Progress', of: (n: number, total: number) => `${number(n)} of ${number(total)}`, failed: (n: number) => `${number(n)} failed`, in_progress: (n: number) => `${number(n)} in progress`, pending: (n: number) => `${number(n)} to go`,
  rate: (n: string) => `${n} a minute`, ends: 'ends about', ended: 'ended', began: 'began', pause: 'Pause', resume: 'Resume', cancel: 'Cancel …', retry: 'Again, what is left',
  cancel_text: (n: number) => `Its runs are stopped and no more are made; ${counted(n, 'partition', 'partitions')} stay as they are.`, cancel_now: 'Cancel the backfill', reason: 'Reason',
  backfill: 'Backfill', assets: 'Assets', by: 'by', order: { forward: 'oldest first', newest_first: 'newest first' }, at_a_time: (n: number) => `${number(n)} at a time`, per_run: (n: number | 'all') => n === 'all' ? 'all partitions in one run' : `${counted(n, 'partition', 'partitions')} a run`,
  as_policy: 'runs as the policies say', runs: 'Its runs', failures: 'Failed steps, by error', newest_failures: (n: number) => `of the newest ${number(n)} failed runs`, changed: 'The backfill is told', gone: 'There is no such backfill.', all: 'All backfills', first_last: (a: string, b: string) => `${a} … ${b}`,
  retry_of: 'what was left of',
};
const de: typeof en = {
  none: 'Noch nie wurde ein Backfill gestartet.', none_text: 'Ein Backfill erzeugt viele Partitionen, Lauf für Lauf: nach einer Reparatur, einer Änderung am Code oder für ein neues Asset. Wie viele Läufe das sind und wie lange sie dauern, zeigt er, bevor er beginnt.',
  start: 'Neuer Backfill …', select: 'Assets', running: n => counted(n, 'Backfill ist im Gang', 'Backfills sind im Gang'), quiet: 'Kein Backfill ist im Gang.',
  progress: 'Fortschritt', of: (n, total) => `${number(n)} von ${number(total)}`, failed: n => `${number(n)} fehlgeschlagen`, in_progress: n => `${number(n)} in Arbeit`, pending: n => `${number(n)} noch`,
  rate: n => `${n} je Minute`, ends: 'endet etwa', ended: 'endete', began: 'begann', pause: 'Anhalten', resume: 'Fortsetzen', cancel: 'Abbrechen …', retry: 'Noch einmal, was fehlt',
  cancel_text: n => `Seine Läufe werden angehalten und keine weiteren gemacht; ${counted(n, 'Partition bleibt', 'Partitionen bleiben')}, wie sie sind.`, cancel_now: 'Backfill abbrechen', reason: 'Grund',
  backfill: 'Backfill', assets: 'Assets', by: 'von', order: { forward: 'die älteste zuerst', newest_first: 'die neueste zuerst' }, at_a_time: n => `${number(n)} zugleich`, per_run: n => n === 'all' ? 'alle Partitionen in einem Lauf' : `${counted(n, 'Partition', 'Partitionen')} je Lauf`,
  as_policy: 'Läufe nach den Richtlinien', runs: 'Seine Läufe', failures: 'Fehlgeschlagene Schritte, nach Fehler', newest_failures: n => `der neuesten ${number(n)} fehlgeschlagenen Läufe`, changed: 'Dem Backfill ist es gesagt', gone: 'Diesen Backfill gibt es nicht.', all: 'Alle Backfills', first_last: (a, b) => `${a} … ${b}`,
  retry_of: 'was übrig war von',
};
export const backfills_words = words(en, de);
