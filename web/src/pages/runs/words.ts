import { counted, number, percent, words } from '../../words';

export const w = words({
  runs: 'Runs', in_time: (range: string) => `In ${range}`, range: { '1h': 'the last hour', '6h': 'the last 6 hours', '24h': 'the last 24 hours', '7d': 'the last 7 days', '30d': 'the last 30 days' },
  chosen_time: 'the chosen time', succeeded: (n: number) => `${number(n)} succeeded`, failed: (n: number) => `${number(n)} failed`, canceled: (n: number) => `${number(n)} canceled`, running: (n: number) => `${number(n)} running`, nothing: 'nothing ran',
  timeline: 'Timeline of runs', timeline_text: (n: number, from: string, to: string) => `${counted(n, 'run', 'runs')} from ${from} to ${to}. Drag to zoom, or use the two fields.`,
  from: 'From', to: 'To', zoom_out: 'Zoom out', time_range: 'Time', column: (time: string, what: string) => `${time}: ${what}`,
  status: 'Status', asset: 'Asset', cause: 'Cause', select: 'Selection', error: 'Error', backfill: 'Backfill', any: 'any', filters: 'Filters', clear: 'Remove filters', remove: (name: string) => `Remove filter: ${name}`,
  group: 'Group by', group_none: 'nothing', group_asset: 'asset', group_cause: 'cause', group_error: 'error',
  run: 'Run', what: 'Assets', started: 'Asked for', duration: 'Duration', steps: 'Steps', choose: (id: string) => `Choose run ${id}`, choose_all: 'Choose all that are shown',
  more_assets: (n: number) => `+${number(n)}`, count: (n: number, more: string) => `${number(n)}${more} ${n === 1 && !more ? 'run' : 'runs'}`, show_news: (n: number) => `Show ${counted(n, 'new run', 'new runs')}`,
  chosen: (n: number) => `${counted(n, 'run', 'runs')} chosen`, retry_chosen: (n: number) => `Retry what failed (${number(n)})`, cancel_chosen: (n: number) => `Stop (${number(n)})`, unchoose: 'Choose none',
  bulk_retry_text: (n: number) => `${counted(n, 'new run', 'new runs')} of the steps that failed, and of what they left unstarted.`, bulk_cancel_text: (n: number) => `${counted(n, 'run', 'runs')} that ${n === 1 ? 'has' : 'have'} not ended. What is written stays.`, do_it: 'Do it', done: (n: number, of: number) => `${number(n)} of ${number(of)} done`,
  preview: 'Preview', close_preview: 'Close the preview', open_run: 'Open', last_lines: (step: string) => `Last lines of ${step}`, wrote_nothing: 'It wrote nothing.', no_choice: 'Choose a run: j and k move, Enter opens it.', space: 'Show or hide the preview', next: 'Next run', previous: 'Previous run', mark: 'Choose for several', open_log: 'Log',
  none_ever: 'Nothing has run yet.', none_since: (time: string) => `Nothing has run since the daemon started at ${time}.`, next_expected: 'Next expected:', run_first: 'Runs appear as soon as something is delivered or asked for:',
  none_match: 'No run matches.', without: (name: string) => `Without “${name}”`, none_in_time: 'There may be older ones.', any_time: 'Any time',
  unroll: 'show runs of backfills', backfills: (n: number) => counted(n, 'backfill', 'backfills'), its_runs: (n: number) => counted(n, 'run', 'runs'), of: (n: number, total: number) => `${number(n)} of ${number(total)}`,
  group_note: (n: number) => `Of the ${number(n)} runs that are read so far.`, group_runs: (n: number, failed: number) => `${counted(n, 'run', 'runs')}${failed ? `, ${number(failed)} failed` : ''}`, open_group: (name: string) => `Show the runs of ${name}`, close_group: (name: string) => `Hide the runs of ${name}`,
  error_line: (count: string, assets: string) => `${count} · ${assets}`, failed_steps: (n: number) => counted(n, 'failed step', 'failed steps'), first: 'first', last: 'last', owner: 'owner', latest: 'Latest', all_runs: 'All runs of it',
  different: 'What is different', no_errors: (range: string) => `Nothing failed in ${range}.`, more_errors: 'There are more kinds of errors than are shown; choose a shorter time.', nothing_telling: 'Nothing sets these failures apart from the other steps of this time.',
  differs: (what: string, share: number, others: number) => `${what}: ${percent(share)} of these, ${percent(others)} of the others`,
  attribute: { code_version: 'code version', asset: 'asset', partition: 'partition', cause: 'cause', hour: 'hour', attempt: 'attempt', definitions: 'definitions' },
  selection_hint: 'group:sales', bad_time: 'The first time must be before the second.', zone_utc: 'UTC',
}, {
  runs: 'Läufe', in_time: range => `In ${range}`, range: { '1h': 'der letzten Stunde', '6h': 'den letzten 6 Stunden', '24h': 'den letzten 24 Stunden', '7d': 'den letzten 7 Tagen', '30d': 'den letzten 30 Tagen' },
  chosen_time: 'der gewählten Zeit', succeeded: n => `${number(n)} gelungen`, failed: n => `${number(n)} fehlgeschlagen`, canceled: n => `${number(n)} abgebrochen`, running: n => `${number(n)} laufen`, nothing: 'lief nichts',
  timeline: 'Zeitleiste der Läufe', timeline_text: (n, from, to) => `${counted(n, 'Lauf', 'Läufe')} von ${from} bis ${to}. Ziehen vergrößert, oder die beiden Felder.`,
  from: 'Von', to: 'Bis', zoom_out: 'Herauszoomen', time_range: 'Zeit', column: (time, what) => `${time}: ${what}`,
  status: 'Zustand', asset: 'Asset', cause: 'Ursache', select: 'Auswahl', error: 'Fehler', backfill: 'Backfill', any: 'jeder', filters: 'Filter', clear: 'Filter entfernen', remove: name => `Filter entfernen: ${name}`,
  group: 'Gruppieren', group_none: 'nicht', group_asset: 'nach Asset', group_cause: 'nach Ursache', group_error: 'nach Fehler',
  run: 'Lauf', what: 'Assets', started: 'Angefordert', duration: 'Dauer', steps: 'Schritte', choose: id => `Lauf ${id} wählen`, choose_all: 'Alle gezeigten wählen',
  more_assets: n => `+${number(n)}`, count: (n, more) => `${number(n)}${more} ${n === 1 && !more ? 'Lauf' : 'Läufe'}`, show_news: n => `${counted(n, 'neuen Lauf', 'neue Läufe')} zeigen`,
  chosen: n => `${counted(n, 'Lauf', 'Läufe')} gewählt`, retry_chosen: n => `Fehlgeschlagenes wiederholen (${number(n)})`, cancel_chosen: n => `Anhalten (${number(n)})`, unchoose: 'Keinen wählen',
  bulk_retry_text: n => `${counted(n, 'neuer Lauf', 'neue Läufe')} der Schritte, die fehlschlugen, und derer, die deshalb nicht begannen.`, bulk_cancel_text: n => `${counted(n, 'Lauf, der', 'Läufe, die')} nicht zu Ende ${n === 1 ? 'ist' : 'sind'}. Was geschrieben ist, bleibt.`, do_it: 'Ausführen', done: (n, of) => `${number(n)} von ${number(of)} erledigt`,
  preview: 'Vorschau', close_preview: 'Vorschau schließen', open_run: 'Öffnen', last_lines: step => `Letzte Zeilen von ${step}`, wrote_nothing: 'Er hat nichts geschrieben.', no_choice: 'Wählen Sie einen Lauf: j und k bewegen, Enter öffnet ihn.', space: 'Vorschau zeigen oder verbergen', next: 'Nächster Lauf', previous: 'Voriger Lauf', mark: 'Für mehrere wählen', open_log: 'Protokoll',
  none_ever: 'Noch ist nichts gelaufen.', none_since: time => `Seit der Daemon um ${time} begann, ist nichts gelaufen.`, next_expected: 'Als Nächstes erwartet:', run_first: 'Läufe erscheinen, sobald etwas geliefert oder angefordert wird:',
  none_match: 'Kein Lauf passt.', without: name => `Ohne „${name}“`, none_in_time: 'Vielleicht gibt es ältere.', any_time: 'Jede Zeit',
  unroll: 'Läufe von Backfills zeigen', backfills: n => counted(n, 'Backfill', 'Backfills'), its_runs: n => counted(n, 'Lauf', 'Läufe'), of: (n, total) => `${number(n)} von ${number(total)}`,
  group_note: n => `Von den ${number(n)} Läufen, die bisher gelesen sind.`, group_runs: (n, failed) => `${counted(n, 'Lauf', 'Läufe')}${failed ? `, ${number(failed)} fehlgeschlagen` : ''}`, open_group: name => `Läufe von ${name} zeigen`, close_group: name => `Läufe von ${name} verbergen`,
  error_line: (count, assets) => `${count} · ${assets}`, failed_steps: n => counted(n, 'fehlgeschlagener Schritt', 'fehlgeschlagene Schritte'), first: 'zuerst', last: 'zuletzt', owner: 'zuständig', latest: 'Letzter', all_runs: 'Alle Läufe damit',
  different: 'Was anders ist', no_errors: range => `Nichts ist fehlgeschlagen in ${range}.`, more_errors: 'Es gibt mehr Arten von Fehlern, als gezeigt werden; wählen Sie eine kürzere Zeit.', nothing_telling: 'Nichts unterscheidet diese Fehlschläge von den anderen Schritten dieser Zeit.',
  differs: (what, share, others) => `${what}: ${percent(share)} von diesen, ${percent(others)} von den anderen`,
  attribute: { code_version: 'Code-Version', asset: 'Asset', partition: 'Partition', cause: 'Ursache', hour: 'Stunde', attempt: 'Versuch', definitions: 'Definitionen' },
  selection_hint: 'group:sales', bad_time: 'Die erste Zeit muss vor der zweiten liegen.', zone_utc: 'UTC',
});
export const range_text = (range: string): string => (w.value.range as Record<string, string>)[range] ?? w.value.chosen_time;
/// A hash is told apart by its end.
export const value_text = (value: string): string => /^\d{9,}$/.test(value) ? `…${value.slice(-6)}` : value;
export const attribute_text = (name: string): string => (w.value.attribute as Record<string, string>)[name] ?? name.replace(/^tag:/, '');
