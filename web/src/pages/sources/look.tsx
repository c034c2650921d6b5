// A look at a source: connects and says what it would tell; changes nothing.
import { signal, type ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { key_path, post, Problem } from '../../store/http';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Failed } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Table } from '../asset/table';
import { sources_words } from './words';

interface Found {
  asset: string; error: string | null; findings: { name: string; value: string }[];
  events: { partition: string | null; data_version: string | null; metadata: unknown; error: string | null }[];
}
export interface Looking { name: string; found: ReadonlySignal<Found | null>; problem: ReadonlySignal<Problem | null>; is_looking: ReadonlySignal<boolean>; begin: () => void }

export const useLook = (name: string): Looking => useMemo(() => {
  const found = signal<Found | null>(null), problem = signal<Problem | null>(null), is_looking = signal(false);
  const begin = () => {
    if (is_looking.peek()) return;
    is_looking.value = true;
    post<Found>(`sources/${key_path(name)}/test`, null).then(answer => { found.value = answer; problem.value = null; },
      (error: unknown) => { problem.value = error instanceof Problem ? error : new Problem(0, 'unknown', String(error)); }).finally(() => { is_looking.value = false; });
  };
  return { name, found, problem, is_looking, begin };
}, [name]);

const shown_max = 10;
export function Look({ look }: { look: Looking }) {
  const w = sources_words.value;
  const found = look.found.value;
  if (!found && !look.is_looking.value && !look.problem.value) return null;
  return (
    <div class="stack source-look" aria-live="polite" aria-busy={look.is_looking.value}>
      {look.is_looking.value ? <p role="status">{w.testing}</p> : look.problem.value ? <Failed problem={look.problem.value} on_retry={look.begin} />
        : found && <>
          {found.error ? <div class="note is-failed"><p><strong>{w.test_bad}</strong> {found.error}</p></div> : <p><StatusMark word="ok" text={w.test_fine} /></p>}
          {found.findings.length > 0 && <dl class="facts" aria-label={w.findings}>{found.findings.map(({ name, value }) => <><dt>{name}</dt><dd class="key">{value}</dd></>)}</dl>}
          {!found.error && (found.events.length === 0 ? <p class="quiet">{w.would_nothing}</p> : <>
            <h3>{w.would_tell}</h3>
            <Table label={w.would_tell} heads={[w.partition, w.version, w.details]}><tbody>{found.events.slice(0, shown_max).map((event, i) => (
              <tr key={i}><td class="key">{event.partition ?? '–'}</td><td class="key">{event.data_version ?? '–'}</td>
                <td>{event.error ? <StatusMark word="failed" text={event.error} /> : <code class="quiet">{event.metadata ? JSON.stringify(event.metadata) : ''}</code>}</td></tr>))}</tbody></Table>
          </>)}
        </>}
      <p class="quiet">{w.test_text}</p>
      <AsCommand cli={freshet('source', 'test', look.name)} call={curl('POST', `sources/${key_path(look.name)}/test`, null)} />
    </div>
  );
}
