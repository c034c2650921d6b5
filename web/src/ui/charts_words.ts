// Words of the charts.
import { counted, number, words } from '../words';

export const chart_words = words({
  states: { fresh: 'fresh', missing: 'missing', stale: 'stale', failed: 'failed', in_progress: 'in progress', partial: 'some missing' },
  partitions: (n: number) => counted(n, 'partition', 'partitions'),
  bar: 'Partitions by state', heat: 'Partitions by row and time',
  bar_help: 'Arrow keys move, with Shift they select; Enter looks closer; Escape lets go.',
  none: 'no partitions', row: 'Row', no_values: 'No values yet.', value_at: (value: string, at: string) => `${value}, ${at}`,
  from: 'From', to: 'To', selected: 'Selected', series: 'Values over time', least: 'least', most: 'most', latest: 'latest',
  rows_of: (shown: number, all: number) => `${number(shown)} of ${number(all)} rows`,
}, {
  states: { fresh: 'aktuell', missing: 'fehlt', stale: 'veraltet', failed: 'fehlgeschlagen', in_progress: 'in Arbeit', partial: 'fehlt zum Teil' },
  partitions: n => counted(n, 'Partition', 'Partitionen'),
  bar: 'Partitionen nach Zustand', heat: 'Partitionen nach Zeile und Zeit',
  bar_help: 'Pfeiltasten gehen weiter, mit Umschalt wählen sie aus; Eingabe zeigt mehr davon; Escape lässt los.',
  none: 'keine Partitionen', row: 'Zeile', no_values: 'Noch keine Werte.', value_at: (value, at) => `${value}, ${at}`,
  from: 'Von', to: 'Bis', selected: 'Ausgewählt', series: 'Werte im Lauf der Zeit', least: 'kleinster', most: 'größter', latest: 'letzter',
  rows_of: (shown, all) => `${number(shown)} von ${number(all)} Zeilen`,
});
