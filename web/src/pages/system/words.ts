import { counted, number, words } from '../../words';

const en = {
  well: 'All is well.', not_well: 'Something is wrong with the daemon.', sentence: (version: string, up: string) => `freshet ${version}, up for ${up}.`,
  definitions: 'Definitions', loaded: 'loaded', valid: 'valid', rejected: 'rejected: its last good version is in force', never_valid: 'never had a good version',
  diagnostics: (n: number) => counted(n, 'message', 'messages'), reload: 'Read them again', reloaded: 'The definitions were read',
  engine: 'Engine', inputs: 'inputs', facts: 'facts', commits: 'commits', queue: 'waiting now', slow: 'longer than 5 ms', longest: 'longest',
  store: 'Store', size: 'size', free: 'to be used again', wal: 'write-ahead log', last: 'last fact', path: 'file',
  slots: 'Slots and pools', slots_name: 'slots of the daemon', waiting: 'waiting', streams: 'Streams', clients: (n: number) => counted(n, 'listener', 'listeners'), logs: (n: number) => counted(n, 'log is followed', 'logs are followed'),
  sources: 'Sources', sources_n: (n: number) => counted(n, 'source', 'sources'), in_error: (n: number) => `${number(n)} in error`, no_sources: 'Nothing tells Freshet about the outside yet.',
  routes: 'Alert routes', route: 'Route', to: 'To', told: 'Last told', failures: 'failures since', test: 'Send a test', tested: 'A test alert is on its way', no_routes: 'Nobody is told of failures: write a route under “alerts” in freshet.yaml.',
  config: 'Configuration', search: 'Search the configuration', name: 'Name', value: 'Value', origin: 'Origin', origins: { default: 'default', option: 'option of serve', environment: 'environment', file: 'file' },
  log: 'The daemon’s log', level: 'Level', levels: { all: 'all', info: 'info', warning: 'warnings', error: 'errors' }, follow: 'New lines', no_lines: 'It has said nothing yet.',
  telemetry: 'Telemetry: none, ever.', api: 'API', openapi: 'OpenAPI document', metrics: 'Metrics for Prometheus',
  first: 'First steps', dismiss: 'Do not show again',
  steps: { defined: 'Define assets', event: 'Send an event of a source', ran: 'Watch a run', explained: 'Ask why an asset is as it is', alerts: 'Have somebody told of failures' },
};
const de: typeof en = {
  well: 'Alles in Ordnung.', not_well: 'Mit dem Daemon stimmt etwas nicht.', sentence: (version, up) => `freshet ${version}, läuft seit ${up}.`,
  definitions: 'Definitionen', loaded: 'geladen', valid: 'gültig', rejected: 'abgelehnt: Es gilt die letzte gute Fassung', never_valid: 'hatte nie eine gute Fassung',
  diagnostics: n => counted(n, 'Meldung', 'Meldungen'), reload: 'Neu lesen', reloaded: 'Die Definitionen sind gelesen',
  engine: 'Kern', inputs: 'Eingaben', facts: 'Fakten', commits: 'Commits', queue: 'warten gerade', slow: 'länger als 5 ms', longest: 'längste',
  store: 'Speicher', size: 'Größe', free: 'wieder verwendbar', wal: 'Write-ahead-Log', last: 'letzter Fakt', path: 'Datei',
  slots: 'Plätze und Pools', slots_name: 'Plätze des Daemons', waiting: 'warten', streams: 'Streams', clients: n => counted(n, 'Zuhörer', 'Zuhörer'), logs: n => counted(n, 'Protokoll wird verfolgt', 'Protokolle werden verfolgt'),
  sources: 'Quellen', sources_n: n => counted(n, 'Quelle', 'Quellen'), in_error: n => `${number(n)} gestört`, no_sources: 'Noch erfährt Freshet nichts von außen.',
  routes: 'Meldewege', route: 'Weg', to: 'An', told: 'Zuletzt gemeldet', failures: 'Fehlschläge seither', test: 'Probe schicken', tested: 'Eine Probemeldung ist unterwegs', no_routes: 'Niemand erfährt von Fehlern: Schreiben Sie einen Weg unter „alerts“ in freshet.yaml.',
  config: 'Konfiguration', search: 'Konfiguration durchsuchen', name: 'Name', value: 'Wert', origin: 'Herkunft', origins: { default: 'Vorgabe', option: 'Option von serve', environment: 'Umgebung', file: 'Datei' },
  log: 'Protokoll des Daemons', level: 'Stufe', levels: { all: 'alle', info: 'Hinweise', warning: 'Warnungen', error: 'Fehler' }, follow: 'Neue Zeilen', no_lines: 'Er hat noch nichts gesagt.',
  telemetry: 'Telemetrie: keine, niemals.', api: 'API', openapi: 'OpenAPI-Dokument', metrics: 'Messwerte für Prometheus',
  first: 'Erste Schritte', dismiss: 'Nicht mehr zeigen',
  steps: { defined: 'Assets definieren', event: 'Ein Ereignis einer Quelle schicken', ran: 'Einem Lauf zusehen', explained: 'Fragen, warum ein Asset ist, wie es ist', alerts: 'Jemandem Fehler melden lassen' },
};
export const system_words = words(en, de);
