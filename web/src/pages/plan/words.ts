import { number, words } from '../../words';

const en = {
  ask: 'What would run?', changed: 'if these changed', requested: 'if these were asked for', select: 'Assets', show: 'Show the plan',
  intro: 'Choose assets: a plan says what would run if they changed or were asked for, in which order, and for how long. Nothing is started.',
  truncated: 'The plan did not come to rest and is cut off.',
  working: 'working', waiting: 'waiting for places', work: 'all steps together', critical: 'critical path',
  only_critical: 'only the critical path', asset: 'Asset', reason: 'Reason', starts: 'Starts after', takes: 'Takes', ready: 'Ready after',
  copy: 'Copy as Markdown', run: 'Run …', gone: 'This plan is not kept any more: the last 100 are.', because_more: (n: number) => `+ ${number(n)}`,
  timeline: 'When each asset starts and is ready',
};
const de: typeof en = {
  ask: 'Was würde laufen?', changed: 'wenn sich diese ändern', requested: 'wenn diese angefordert werden', select: 'Assets', show: 'Plan zeigen',
  intro: 'Wählen Sie Assets: Ein Plan sagt, was liefe, wenn sie sich ändern oder angefordert werden, in welcher Reihenfolge und wie lange. Gestartet wird nichts.',
  truncated: 'Der Plan kam nicht zur Ruhe und ist abgeschnitten.',
  working: 'Arbeit', waiting: 'Warten auf Plätze', work: 'alle Schritte zusammen', critical: 'kritischer Pfad',
  only_critical: 'nur der kritische Pfad', asset: 'Asset', reason: 'Grund', starts: 'Beginnt nach', takes: 'Dauert', ready: 'Fertig nach',
  copy: 'Als Markdown kopieren', run: 'Ausführen …', gone: 'Dieser Plan wird nicht mehr aufbewahrt: nur die letzten 100.', because_more: n => `+ ${number(n)}`,
  timeline: 'Wann jedes Asset beginnt und fertig ist',
};
export const plan_words = words(en, de);
