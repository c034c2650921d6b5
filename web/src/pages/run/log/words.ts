import { counted, number, words } from '../../../words';

export const w = words({
  log_of: (step: string, n: number) => `Log of ${step}, ${counted(n, 'line', 'lines')}. Arrow keys choose a line, W shows it whole.`,
  log_of_all: (n: number) => `Log of all steps, ${counted(n, 'line', 'lines')}. Arrow keys choose a line, W shows it whole.`, of_step: (step: string, line: number, attempt: number) => `${step}: line ${number(line)} of the log of attempt ${attempt}`,
  lines: (n: number) => counted(n, 'line', 'lines'), so_far: 'so far', matching: (n: number, more: string) => `${counted(n, 'line', 'lines')}${more} of this level`,
  attempt: 'Attempt', attempt_n: (n: number) => `attempt ${n}`, stream: 'Stream', both: 'stdout and stderr', stdout: 'stdout', stderr: 'stderr',
  level: 'Level', all_levels: 'all levels', from_level: (level: string) => `${level} and worse`,
  debug: 'debug', info: 'info', warning: 'warning', error: 'error',
  search: 'Search the log', search_hint: 'search, on the server', regex: 'Regular expression', case: 'Case counts',
  found: (at: string, all: string) => `${at} of ${all}`, found_none: 'nothing found', searching: (line: number) => `looked through ${number(line)} lines …`,
  next: 'Next', previous: 'Previous', next_error: 'Next error', looking: 'Looking …', no_error: 'No further line looks like an error.', first_again: 'From the top again.',
  follow: 'Follow', following: 'Following', 
  time: 'Time', clock: 'time of day', before: 'since the line before', start: 'since the start', no_time: 'no times',
  more: 'More of the log', whole_line: 'Whole line', choose_line: 'Choose a line to see it whole: click its number, or use the arrow keys.', copy_plain: 'Copy lines', copy_prefixed: 'Copy lines with number, time and level',
  copy_link: 'Copy a link to the line', raw: (stream: string) => `Download ${stream}`, plain: 'As plain pages', viewer: 'Back to the viewer',
  plain_hint: 'Plain text by pages of 500 lines, for screen readers and for printing.', page_of: (from: number, to: number, total: number) => `Lines ${number(from)} to ${number(to)} of ${number(total)}`,
  earlier: 'Earlier lines', later: 'Later lines', copy_too_many: (n: number) => `At most ${number(n)} lines are copied at once; download the log instead.`,
  line: (n: number) => `Line ${number(n)}`, collapsed: 'A progress bar: only its last state is shown', truncated: 'Only the first 64 KiB of this line are given', 
  wrote_nothing: 'The step wrote nothing.', run_wrote_nothing: 'None of the steps wrote anything.', run_wrote_nothing_yet: 'None of the steps has written anything yet.',
  wrote_nothing_yet: 'The step has written nothing yet.', not_begun: 'The step has not begun: there is no log yet.',
  ended_with: (code: string) => `It ended with exit code ${code}.`, ended_fine: 'It succeeded.',
  gone_help: 'What is on record about the run is kept: see its events.', no_level: 'No line of this level.', show_all: 'Show all levels',
  exit_137: 'killed; likely out of memory', exit_139: 'it crashed: a segmentation fault', exit_143: 'ended by a signal: it was asked to stop', exit_134: 'it aborted',
  exit_127: 'the command was not found', exit_126: 'the command cannot be executed', exit_130: 'interrupted', signal: (n: number) => `ended by signal ${n}`,
}, {
  log_of: (step, n) => `Protokoll von ${step}, ${counted(n, 'Zeile', 'Zeilen')}. Pfeiltasten wählen eine Zeile, W zeigt sie ganz.`,
  log_of_all: n => `Protokoll aller Schritte, ${counted(n, 'Zeile', 'Zeilen')}. Pfeiltasten wählen eine Zeile, W zeigt sie ganz.`, of_step: (step, line, attempt) => `${step}: Zeile ${number(line)} im Protokoll von Versuch ${attempt}`,
  lines: n => counted(n, 'Zeile', 'Zeilen'), so_far: 'bisher', matching: (n, more) => `${counted(n, 'Zeile', 'Zeilen')}${more} dieser Stufe`,
  attempt: 'Versuch', attempt_n: n => `Versuch ${n}`, stream: 'Ausgabe', both: 'stdout und stderr', stdout: 'stdout', stderr: 'stderr',
  level: 'Stufe', all_levels: 'alle Stufen', from_level: level => `${level} und schlimmer`,
  debug: 'Debug', info: 'Info', warning: 'Warnung', error: 'Fehler',
  search: 'Im Protokoll suchen', search_hint: 'suchen, auf dem Server', regex: 'Regulärer Ausdruck', case: 'Groß und klein zählt',
  found: (at, all) => `${at} von ${all}`, found_none: 'nichts gefunden', searching: line => `${number(line)} Zeilen durchsucht …`,
  next: 'Nächste Stelle', previous: 'Vorige Stelle', next_error: 'Nächster Fehler', looking: 'Wird gesucht …', no_error: 'Keine weitere Zeile sieht nach einem Fehler aus.', first_again: 'Noch einmal von oben.',
  follow: 'Mitlesen', following: 'Liest mit', 
  time: 'Zeit', clock: 'Uhrzeit', before: 'seit der Zeile davor', start: 'seit dem Beginn', no_time: 'ohne Zeiten',
  more: 'Mehr zum Protokoll', whole_line: 'Ganze Zeile', choose_line: 'Wählen Sie eine Zeile, um sie ganz zu sehen: ein Klick auf ihre Nummer, oder die Pfeiltasten.', copy_plain: 'Zeilen kopieren', copy_prefixed: 'Zeilen mit Nummer, Zeit und Stufe kopieren',
  copy_link: 'Link zur Zeile kopieren', raw: stream => `${stream} herunterladen`, plain: 'Als einfache Seiten', viewer: 'Zurück zur Ansicht',
  plain_hint: 'Reiner Text in Seiten zu 500 Zeilen, für Vorleseprogramme und zum Drucken.', page_of: (from, to, total) => `Zeilen ${number(from)} bis ${number(to)} von ${number(total)}`,
  earlier: 'Frühere Zeilen', later: 'Spätere Zeilen', copy_too_many: n => `Höchstens ${number(n)} Zeilen werden auf einmal kopiert; laden Sie das Protokoll sonst herunter.`,
  line: n => `Zeile ${number(n)}`, collapsed: 'Ein Fortschrittsbalken: nur sein letzter Stand wird gezeigt', truncated: 'Nur die ersten 64 KiB dieser Zeile', 
  wrote_nothing: 'Der Schritt hat nichts geschrieben.', run_wrote_nothing: 'Keiner der Schritte hat etwas geschrieben.', run_wrote_nothing_yet: 'Keiner der Schritte hat bisher etwas geschrieben.',
  wrote_nothing_yet: 'Der Schritt hat noch nichts geschrieben.', not_begun: 'Der Schritt hat nicht begonnen: es gibt noch kein Protokoll.',
  ended_with: code => `Er endete mit Exit-Code ${code}.`, ended_fine: 'Er ist gelungen.',
  gone_help: 'Was über den Lauf festgehalten ist, bleibt: siehe seine Ereignisse.', no_level: 'Keine Zeile dieser Stufe.', show_all: 'Alle Stufen zeigen',
  exit_137: 'abgeschossen; wahrscheinlich zu wenig Speicher', exit_139: 'abgestürzt: Speicherzugriffsfehler', exit_143: 'durch ein Signal beendet: er wurde gebeten aufzuhören', exit_134: 'er hat abgebrochen',
  exit_127: 'der Befehl wurde nicht gefunden', exit_126: 'der Befehl lässt sich nicht ausführen', exit_130: 'unterbrochen', signal: n => `durch Signal ${n} beendet`,
});

/// "137 (killed; likely out of memory)"; `code` is a signal's number where a signal ended it.
export function exit_text(code: number, reason: string | undefined): string {
  if (reason === 'signal') return `${128 + code} (${code === 9 ? w.value.exit_137 : code === 11 ? w.value.exit_139 : code === 15 ? w.value.exit_143 : w.value.signal(code)})`;
  const known: Record<number, string> = {
    126: w.value.exit_126, 127: w.value.exit_127, 130: w.value.exit_130, 134: w.value.exit_134, 137: w.value.exit_137, 139: w.value.exit_139, 143: w.value.exit_143,
  };
  return known[code] ? `${code} (${known[code]})` : String(code);
}
