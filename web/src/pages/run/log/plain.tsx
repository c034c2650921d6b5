// A log as plain text, page by page: for screen readers, for printing, for browsers that find by themselves.
import { api_url } from '../../../store/http';
import { useResource } from '../../../store/resource';
import { href_with, param } from '../../../store/router';
import { Failed, Loading } from '../../../ui/parts';
import { ask_lines, log_path, page_size, type LinesAnswer, type LogLine, type Which } from './lines';
import { without_escapes } from './text';
import { w } from './words';

/// `step_of` says whose line it is where the log has several's.
export function PlainLog({ which, label, step_of }: { which: Which; label: string; step_of: ((line: LogLine) => string) | null }) {
  const asked = Math.max(1, Number(param('line')) || 1);
  const path = log_path(which, 'lines', { from_line: asked, limit: page_size });
  const page = useResource<LinesAnswer>(path);
  const answer = page.data.value;
  if (page.error.value) return <Failed problem={page.error.value} on_retry={page.reload} />;
  if (!answer) return <Loading />;
  const last = answer.from + answer.items.length - 1;
  return (
    <div class="stack log-plain">
      <p class="quiet">{w.value.plain_hint} <a href={href_with({ plain: '', line: '' })}>{w.value.viewer}</a></p>
      <p role="status">{w.value.page_of(Math.min(answer.from, answer.total), last, answer.total)}</p>
      <nav class="row" aria-label={w.value.plain}>
        {answer.from > 1 && <a class="button" href={href_with({ line: Math.max(1, answer.from - page_size) })}>{w.value.earlier}</a>}
        {last < answer.total && <a class="button" href={href_with({ line: last + 1 })}>{w.value.later}</a>}
        <a class="button is-plain" href={api_url(path)} target="_blank" rel="noreferrer">JSON</a>
      </nav>
      <pre class="block" tabIndex={0} aria-label={label}>{answer.items.map(line => (step_of ? `${step_of(line)}: ` : '') + without_escapes(line.text)).join('\n')}</pre>
    </div>
  );
}
/// Some lines, to be copied or compared; at most `most`.
export async function read_lines(which: Which, from: number, most: number): Promise<LinesAnswer> {
  return ask_lines(which)(from, most, new AbortController().signal);
}
