// One line of a log, in a row of fixed height.
import { clock_text, duration, full_text } from '../../../ui/time';
import { StatusIcon } from '../../../ui/status';
import { go_to_lines, lines_href, type LineRange } from './address';
import type { LogLine } from './lines';
import { fold_json, marked, spans_of, type Folded, type Span } from './text';
import { w } from './words';

export type TimeMode = 'clock' | 'before' | 'start' | 'none';
const pad = (n: number) => String(n).padStart(3, '0');

/// When a line was written, as asked for.
export function time_of(line: LogLine, before: LogLine | undefined, mode: TimeMode, started_ms: number | null): string {
  if (!line.at || mode === 'none') return '';
  const at = Date.parse(line.at);
  if (mode === 'clock') return `${clock_text(at)}.${pad(at % 1000)}`;
  const since = mode === 'start' ? started_ms : before?.at ? Date.parse(before.at) : null;
  return since === null ? '' : `+${duration(Math.max(0, (at - since) / 1000))}`;
}

const Spans = ({ spans }: { spans: Span[] }) => <>{spans.map((span, i) => span.class || span.color || span.background
  ? <span key={i} class={span.class} style={span.color || span.background ? { color: span.color, backgroundColor: span.background } : undefined}>{span.text}</span>
  : span.text)}</>;

function Json({ folded, pattern }: { folded: Folded; pattern: RegExp | null }) {
  return (
    <>
      <Spans spans={marked(spans_of(folded.message), pattern)} />
      {folded.fields.map(([name, value]) => <span key={name} class="field-of"> <span class="name">{name}=</span><Spans spans={marked([{ text: value, class: '' }], pattern)} /></span>)}
    </>
  );
}
/// What a line says; JSON as its message and fields.
export function LineText({ line, pattern }: { line: LogLine; pattern: RegExp | null }) {
  const folded = fold_json(line.text);
  return folded ? <Json folded={folded} pattern={pattern} /> : <Spans spans={marked(spans_of(line.text), pattern)} />;
}

export function LevelMark({ line }: { line: LogLine }) {
  const drawing = line.level === 'error' ? 'failed' : line.level === 'warning' ? 'late' : null;
  const word = line.level ? w.value[line.level] : '';
  return <span class={`log-level ${drawing ? `is-${drawing}` : ''}`} title={word}>{drawing ? <><StatusIcon drawing={drawing} /><span class="only-read">{word}</span></> : null}</span>;
}

/// Whose line it is, in the log of a run: a short name, all of it, and where that is in its own log.
export type OriginOf = (line: LogLine) => { name: string; title: string; href: string };

export function Row(props: {
  line: LogLine | undefined; number: number; before: LogLine | undefined; top: number; range: LineRange | null;
  mode: TimeMode; started_ms: number | null; pattern: RegExp | null; shows_stream: boolean; is_found: boolean; origin_of: OriginOf | null;
}) {
  const { line, number, range } = props;
  const is_chosen = range !== null && number >= range.from && number <= range.to;
  const origin = line && props.origin_of?.(line);
  const choose = (event: MouseEvent) => {
    if ((event.target as Element).closest('.log-step')) return;
    if (event.ctrlKey || event.metaKey || (event.target as Element).closest('a') === null && getSelection()?.toString()) return;
    event.preventDefault();
    go_to_lines(event.shiftKey && range ? { from: Math.min(range.from, number), to: Math.max(range.to, number) } : { from: number, to: number });
  };
  return (
    <div class={`log-row ${is_chosen ? 'is-chosen' : ''} ${props.is_found ? 'is-found' : ''} ${line?.level ? `at-${line.level}` : ''}`} style={{ top: `${props.top}px` }} onClick={choose}>
      <span class="log-fixed">
        <a class="log-no" href={lines_href({ from: number, to: number })} tabIndex={-1}>{number}</a>
        {props.mode !== 'none' && <time class="log-at" title={line?.at ? full_text(line.at) : undefined}>{line ? time_of(line, props.before, props.mode, props.started_ms) : ''}</time>}
        {line ? <LevelMark line={line} /> : <span class="log-level" />}
        {props.origin_of && <a class="log-step clip" href={origin?.href} title={origin?.title} tabIndex={-1}>{origin?.name}</a>}
        {props.shows_stream && <span class="log-stream">{line?.stream === 'err' ? 'err' : ''}</span>}
      </span>
      {line ? <span class="log-text"><LineText line={line} pattern={props.pattern} />
        {line.collapsed && <span class="log-note" title={w.value.collapsed}> ⟲</span>}{line.truncated && <span class="log-note" title={w.value.truncated}> …</span>}</span>
        : <span class="log-text quiet">…</span>}
    </div>
  );
}
