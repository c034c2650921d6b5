import { counted, number, words } from '../../words';

const en = {
  intro: (n: number, paused: number) => `${counted(n, 'asset is', 'assets are')} made by automation${paused > 0 ? `; ${number(paused)} of them ${paused === 1 ? 'is' : 'are'} paused` : ''}.`,
  pick: 'Why did it run, or did not?', asset: 'Asset', rules: 'Rules', paused_title: 'Paused', nobody: 'Nothing is paused.', held: 'held back', resume_all: 'Resume all',
  rule: 'Condition', count: 'Assets', none: 'No asset has an automation: nothing runs by itself.',
  no_rule: (key: string) => `${key} has no automation: it runs when somebody asks for it.`,
  expected: 'Expected', run_anyway: 'Run anyway …', what_if: 'What if …', pause: 'Pause', resume: 'Resume', reason: 'Reason for pausing',
  decisions: 'Decisions', decision_at: (at: string) => `As of ${at}`, requested: 'requested', held_back: 'held', withheld: 'withheld (paused)', previous: 'Earlier decision', next: 'Later decision',
  no_decisions: 'Nothing has been decided about it yet.', changed: 'Changed since the decision before', unchanged: 'The same parts held as before.', turned: (label: string, now: boolean) => `${label}: ${now ? '✕ → ✓' : '✓ → ✕'}`,
  true: 'holds', false: 'does not hold', since: 'since', of: (n: number, total: number) => `${number(n)} of ${number(total)}`,
  tree: 'The condition, part by part', checks: 'Checks with a condition of their own',
  what_if_intro: 'Another condition, evaluated for this asset as things are now. Nothing is changed.', evaluate: 'Evaluate', expression: 'Condition', without: 'without',
  would: 'With it:', timeline: 'Decisions, oldest first', open_run: 'its run', sentence_now: 'As things are now',
};
const de: typeof en = {
  intro: (n, paused) => `${counted(n, 'Asset wird', 'Assets werden')} automatisch erzeugt${paused > 0 ? `; ${number(paused)} davon ${paused === 1 ? 'ist' : 'sind'} angehalten` : ''}.`,
  pick: 'Warum lief es, oder warum nicht?', asset: 'Asset', rules: 'Regeln', paused_title: 'Angehalten', nobody: 'Nichts ist angehalten.', held: 'zurückgehalten', resume_all: 'Alles fortsetzen',
  rule: 'Bedingung', count: 'Assets', none: 'Kein Asset hat eine Automatik: Nichts läuft von selbst.',
  no_rule: key => `${key} hat keine Automatik: Es läuft, wenn jemand es anfordert.`,
  expected: 'Erwartet', run_anyway: 'Trotzdem ausführen …', what_if: 'Was wäre, wenn …', pause: 'Anhalten', resume: 'Fortsetzen', reason: 'Grund für das Anhalten',
  decisions: 'Entscheidungen', decision_at: at => `Stand ${at}`, requested: 'angefordert', held_back: 'nicht angefordert', withheld: 'zurückgehalten (angehalten)', previous: 'Frühere Entscheidung', next: 'Spätere Entscheidung',
  no_decisions: 'Darüber wurde noch nichts entschieden.', changed: 'Geändert seit der Entscheidung davor', unchanged: 'Es galten dieselben Teile wie davor.', turned: (label, now) => `${label}: ${now ? '✕ → ✓' : '✓ → ✕'}`,
  true: 'gilt', false: 'gilt nicht', since: 'seit', of: (n, total) => `${number(n)} von ${number(total)}`,
  tree: 'Die Bedingung, Teil für Teil', checks: 'Prüfungen mit eigener Bedingung',
  what_if_intro: 'Eine andere Bedingung, ausgewertet für dieses Asset, wie jetzt alles steht. Geändert wird nichts.', evaluate: 'Auswerten', expression: 'Bedingung', without: 'ohne',
  would: 'Damit:', timeline: 'Entscheidungen, die älteste zuerst', open_run: 'der Lauf', sentence_now: 'Wie jetzt alles steht',
};
export const automation_words = words(en, de);
