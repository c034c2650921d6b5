import { counted, words } from '../words';

export const palette_words = words({
  title: 'Jump to', placeholder: 'An asset, a run, a page; “>” for commands', results: (n: number) => counted(n, 'result', 'results'),
  nothing: 'Nothing is called that. Try a part of a key, the end of a run’s id, or “>” for commands.',
  kind: { asset: 'asset', run: 'run', page: 'page', command: 'command', recent: 'recent' },
  run_some: 'Run a selection…', run: (select: string) => `Run ${select}…`, pause: (select: string) => `Pause automation of ${select}`, resume: (select: string) => `Resume automation of ${select}`,
  theme: (name: string) => `Theme: ${name}`, language: (name: string) => `Language: ${name}`, times: (name: string) => `Times: ${name}`, rows: (name: string) => `Rows: ${name}`,
  copy_link: 'Copy the link to this page', copy_command: 'Copy this page as a command', keys: 'Show the keys', rail: 'Show or hide the names of pages',
  open_list: (text: string) => `All assets with “${text}”`, hint: '↑ ↓ choose · Enter open · Esc close',
}, {
  title: 'Springen zu', placeholder: 'Ein Asset, ein Lauf, eine Seite; „>“ für Befehle', results: n => counted(n, 'Treffer', 'Treffer'),
  nothing: 'So heißt nichts. Versuchen Sie einen Teil eines Schlüssels, das Ende einer Lauf-Nummer oder „>“ für Befehle.',
  kind: { asset: 'Asset', run: 'Lauf', page: 'Seite', command: 'Befehl', recent: 'zuletzt' },
  run_some: 'Eine Auswahl ausführen…', run: select => `${select} ausführen…`, pause: select => `Automatik von ${select} anhalten`, resume: select => `Automatik von ${select} fortsetzen`,
  theme: name => `Farben: ${name}`, language: name => `Sprache: ${name}`, times: name => `Zeiten: ${name}`, rows: name => `Zeilen: ${name}`,
  copy_link: 'Den Link dieser Seite kopieren', copy_command: 'Diese Seite als Befehl kopieren', keys: 'Die Tasten zeigen', rail: 'Namen der Seiten zeigen oder verbergen',
  open_list: text => `Alle Assets mit „${text}“`, hint: '↑ ↓ wählen · Enter öffnen · Esc schließen',
});
