// The sources as rows, problems first.
import { href_with } from '../../store/router';
import { Cell, row_height, Rows, type Column } from '../../ui/rows';
import { StatusMark } from '../../ui/status';
import { full_text, Time } from '../../ui/time';
import { number } from '../../words';
import { drawn_as, pace, type Row } from './model';
import { lag_text } from './said';
import { sources_words } from './words';

const rows_max = 16, beside_panel = 7;

export function StateMark({ row: { source, condition } }: { row: Row }) {
  const w = sources_words.value;
  const word = condition === 'well' ? source.state : condition;
  return <StatusMark word={drawn_as[condition]} text={w.states[word] ?? word} />;
}
export function Pace({ rate }: { rate: number }) {
  const w = sources_words.value;
  const found = pace(rate);
  return found ? <>{(found.per === 'second' ? w.a_second : w.a_minute)(number(found.n))}</> : <span class="quiet">0</span>;
}

export function SourceTable({ rows, selected, is_short, on_choose }: { rows: Row[]; selected: number; is_short: boolean; on_choose: (row: number, how?: 'push' | 'replace') => void }) {
  const w = sources_words.value;
  const columns: Column[] = [
    { name: 'source', label: w.source, width: 'minmax(220px, 2fr)' }, { name: 'state', label: w.state, width: '120px' }, { name: 'kind', label: w.kind, width: '76px' },
    { name: 'rate', label: w.rate, width: '72px', is_end: true }, { name: 'lag', label: w.lag, width: '76px', is_end: true }, { name: 'last', label: w.last_event, width: '150px' },
    { name: 'position', label: w.position, width: 'minmax(90px, 1fr)' }, { name: 'dead', label: w.dead, width: '96px', is_end: true },
  ];
  const height = (Math.min(Math.max(rows.length, 2), is_short ? beside_panel : rows_max) + 1) * row_height() + 3;
  return (
    <div class="sources-table" style={{ blockSize: `${height}px` }}>
      <Rows label={w.sources(rows.length)} columns={columns} count={rows.length} selected={selected} on_select={on_choose} on_press={i => on_choose(i, 'push')} on_open={i => on_choose(i, 'push')}
        id={i => rows[i]!.source.asset} empty={<p class="row none">{w.none_match} <a class="button" href={href_with({ q: '', kind: '', state: '' })}>{w.all_sources}</a></p>}
        row={i => {
          const row = rows[i]!, { source } = row;
          return (
            <>
              <Cell title={source.asset}><a class="key" href={href_with({ source: source.asset })}>{source.asset}</a></Cell>
              <Cell title={source.detail}><StateMark row={row} /></Cell>
              <Cell class="quiet">{w.kinds[source.kind] ?? source.kind}</Cell>
              <Cell is_end><Pace rate={source.rate} /></Cell>
              <Cell is_end class={source.lag === null ? 'quiet' : undefined}>{lag_text(source)}</Cell>
              <Cell title={full_text(row.last)}><Time at={row.last} as="both" /></Cell>
              <Cell class="mono quiet" title={source.position ?? ''}>{source.position ?? '–'}</Cell>
              <Cell is_end>{source.dead > 0 ? <StatusMark word="failed" text={number(source.dead)} title={w.refused(source.dead)} /> : <span class="quiet">0</span>}</Cell>
            </>);
        }} />
    </div>
  );
}
