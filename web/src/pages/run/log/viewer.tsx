// The log of one step, or of all steps by time: any length, live, searched on the server.
import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { on_messages } from '../../../store/stream';
import { language } from '../../../store/prefs';
import { href_with, param } from '../../../store/router';
import { copy } from '../../../ui/command';
import { Empty, Failed, Loading } from '../../../ui/parts';
import { Time } from '../../../ui/time';
import { attempt, tell } from '../../../ui/toast';
import { number } from '../../../words';
import { said } from '../../../words/sentences';
import { is_over, step_name, type Attempt, type RunRow, type Step } from '../run_data';
import { go_to_lines, lines_now } from './address';
import { beside, finder, next_error } from './finder';
import { ask_lines, filtered_lines, line_at, paged_lines, type LineSource, type LogLine, type Which } from './lines';
import { PlainLog, read_lines } from './plain';
import { LevelMark, LineText, type OriginOf, type TimeMode } from './row';
import { Screen } from './screen';
import { copied_line, fold_json, pattern_of } from './text';
import { Toolbar } from './toolbar';
import { exit_text, w } from './words';
import './log.css';

const look_ms = 600;        ///< Between two looks at a log that is being written.
const copied_max = 5_000;   ///< Lines at once.

/// A point in time that the log of a step is to show: milliseconds since 1970.
export interface Jump { step: number; at: number }

function Nothing({ run, step, which }: { run: RunRow; step: Step | null; which: Which }) {
  if (!step) return <Empty><p>{is_over(run.status) ? w.value.run_wrote_nothing : w.value.run_wrote_nothing_yet}</p></Empty>;
  const code = step.exit_code;
  if (!step.started_at) return <Empty><p>{w.value.not_begun}</p></Empty>;
  if (!is_over(step.status)) return <Empty><p>{w.value.wrote_nothing_yet}</p></Empty>;
  return (
    <Empty><p>{w.value.wrote_nothing} {code === null || (which.attempt && which.attempt !== step.attempt) ? said(step.reason)
      : code === 0 && step.reason?.code !== 'signal' ? w.value.ended_fine : w.value.ended_with(exit_text(code, step.reason?.code))}</p></Empty>
  );
}
function Whole({ line, origin_of }: { line: LogLine | undefined; origin_of: OriginOf | null }) {
  if (!line) return <p class="quiet">{w.value.choose_line}</p>;
  const folded = fold_json(line.text);
  return (
    <section class="log-whole" aria-label={w.value.whole_line}>
      <p class="row quiet"><strong>{w.value.line(line.line)}</strong><LevelMark line={line} /><Time at={line.at} as="clock" />{line.stream === 'err' ? 'stderr' : 'stdout'}
        {origin_of && <a href={origin_of(line).href}>{origin_of(line).title}</a>}</p>
      {folded ? <><p class="log-wrapped">{folded.message}</p><dl class="facts">{folded.fields.map(([name, value]) => <><dt>{name}</dt><dd class="mono">{value}</dd></>)}</dl></>
        : <p class="log-wrapped"><LineText line={line} pattern={null} /></p>}
    </section>
  );
}

/// Looks for more as long as the attempt goes on and the page is looked at.
function useLooking(source: LineSource, run: string): void {
  useEffect(() => {
    const look = () => { if (!source.is_complete.peek() && source.is_known.peek() && !source.problem.peek() && !document.hidden) source.look_again(); };
    const timer = setInterval(look, look_ms);
    const stop = on_messages(messages => { if (messages.some(message => message.data.run === run)) look(); });
    return () => { clearInterval(timer); stop(); };
  }, [source, run]);
}

const no_name = { asset: null, partition: null, check: null };
function origin_in(run: RunRow): OriginOf {
  return line => {
    const step = run.steps[line.step ?? -1] ?? no_name, attempt = line.attempt ?? 1;
    const name = step_name(step);
    const href = href_with({ step: line.step, attempt: attempt < ((step as Partial<Step>).attempt ?? 0) ? attempt : '', plain: '', line: '' });
    return { name: step_name({ ...step, asset: step.asset?.split('/').at(-1) ?? null }), title: w.value.of_step(name, line.step_line ?? 0, attempt), href: `${href}#L${line.step_line}` };
  };
}

/// Without a step: of all of them.  `head` stands first among its tools, such as a choice of steps.
export function LogViewer({ run, step, attempts, jump, head }: { run: RunRow; step: Step | null; attempts: Attempt[]; jump: Signal<Jump | null>; head?: ComponentChildren }) {
  const stream = param('stream') === 'stdout' || param('stream') === 'stderr' ? param('stream') as 'stdout' : 'both';
  const wanted = Number(param('attempt')) || 0;
  const chosen = step && wanted > 0 && wanted < step.attempt ? wanted : 0;
  const status = (step ?? run).status;
  const level = param('level');
  const which = useMemo<Which>(() => ({ run: run.id, step: step?.step ?? 'all', attempt: chosen, stream }), [run.id, step?.step, chosen, stream]);
  const origin_of = useMemo(() => step ? null : origin_in(run), [run, step === null, language.value]);
  // A new attempt is a new log.
  const source = useMemo(() => level ? filtered_lines(ask_lines(which, level)) : paged_lines(ask_lines(which)), [which, level, step?.attempt]);
  useEffect(() => { source.want(0, 1); return () => source.stop(); }, [source]);
  useLooking(source, run.id);

  const query = param('q'), is_regex = param('regex') === '1', case_counts = param('case') === '1';
  const find = useMemo(() => query ? finder(which, { text: query, is_regex, case_counts, level }) : null, [which, query, is_regex, case_counts, level]);
  useEffect(() => () => find?.stop(), [find]);
  const pattern = useMemo(() => pattern_of(query, is_regex, case_counts), [query, is_regex, case_counts]);
  const range = lines_now();
  const is_following = useSignal(!is_over(status) && !range);
  const is_whole = useSignal(false);

  const found = find?.lines.value;
  const found_set = useMemo(() => new Set(found), [found]);
  // The first place that is found is shown as soon as it is known; an address that names a line keeps it.
  const opened = useRef(range ? find : null);
  useEffect(() => {
    if (!found?.length || opened.current === find || found.includes(range?.from ?? 0)) return;
    const next = beside(found, (range?.from ?? 1) - 1, 1);
    if (next) go_to_lines({ from: next, to: next });
  }, [find, found?.[0]]);
  useEffect(() => {
    const want = jump.value;
    if (!want || want.step !== step?.step) return;
    jump.value = null;
    const ask = ask_lines(which);
    void attempt(async () => {
      const stop = new AbortController().signal;
      const { total } = await ask(1, 1, stop);
      if (total > 0) {
        const line = await line_at(total, want.at, async at => (await ask(at, 1, stop)).items[0]);
        go_to_lines({ from: line, to: line });
      }
    });
  }, [jump.value, which]);

  const on_move = useCallback(async (where: 1 | -1) => {
    const next = await find?.beside(lines_now()?.from ?? 0, where);
    if (next) go_to_lines({ from: next, to: next });
  }, [find]);
  const is_looking = useSignal(false);
  const on_error = useCallback(() => is_looking.peek() ? undefined : void attempt(async () => {
    is_looking.value = true;
    const from = lines_now()?.from ?? 0;
    let next = await next_error(which, from + 1);
    if (next === null && from > 0) {
      next = await next_error(which, 1);
      if (next !== null) tell(w.value.first_again);
    }
    if (next === null) tell(w.value.no_error);
    else go_to_lines({ from: next, to: next });
  }).finally(() => { is_looking.value = false; }), [which]);
  const on_copy = (with_prefix: boolean) => void attempt(async () => {
    const lines = lines_now() ?? { from: 1, to: source.count.peek() };
    if (lines.to - lines.from >= copied_max) return tell(w.value.copy_too_many(copied_max), { is_bad: true });
    const out: string[] = [];
    for (let from = lines.from; from <= lines.to;) {
      const answer = await read_lines(which, from, lines.to - from + 1);
      out.push(...answer.items.map(line => copied_line(line, with_prefix, origin_of?.(line).name)));
      if (answer.items.length === 0) break;
      from = answer.items.at(-1)!.line + 1;
    }
    await copy(out.join('\n') + '\n');
  });
  const on_link = useCallback(() => void copy(location.href), []);

  const label = step ? w.value.log_of(step_name(step), source.count.value) : w.value.log_of_all(source.count.value);
  void source.version.value;
  if (param('plain')) return <PlainLog which={which} label={label} step_of={origin_of && (line => origin_of(line).name)} />;
  const problem = source.problem.value;
  const started = step ? attempts.find(each => each.attempt === (chosen || step.attempt))?.started_at ?? step.started_at : run.started_at;
  const is_open = !source.is_complete.value && !is_over(status);
  const line = range && source.is_known.value ? source.at(source.row_of(range.from)) : undefined;
  const body = problem ? <div class="stack"><Failed problem={problem} on_retry={problem.status === 410 ? undefined : source.look_again} />{problem.status === 410 && <p class="quiet">{w.value.gone_help}</p>}</div>
    : !source.is_known.value ? <Loading />
    : source.count.value === 0 ? level ? <Empty><p>{w.value.no_level}</p><a class="button" href={href_with({ level: '' })}>{w.value.show_all}</a></Empty> : <Nothing run={run} step={step} which={which} />
    : <Screen key={`${which.step} ${which.attempt} ${which.stream} ${level}`} source={source} label={label} is_following={is_following} mode={(param('time') || 'clock') as TimeMode}
        started_ms={started ? Date.parse(started) : null} pattern={pattern} shows_stream={stream === 'both'} found={found_set} origin_of={origin_of} />;
  return (
    <div class="log">
      <Toolbar head={head} which={which} attempts={step?.attempt ?? 0} is_open={is_open} is_following={is_following} is_whole={is_whole} is_looking={is_looking.value} find={find} range={range}
        on_move={on_move} on_error={on_error} on_copy={on_copy} on_link={on_link} />
      {body}
      {is_whole.value && <Whole line={line} origin_of={origin_of} />}
      {source.count.value > 0 && <p class="log-foot quiet row wrap">
        <span>{level ? w.value.matching(source.count.value, source.is_complete.value ? '' : '+') : w.value.lines(source.count.value)}{is_open ? ` ${w.value.so_far}` : ''}</span>
        {range && <span>{w.value.line(range.from)}{range.to > range.from ? ` – ${number(range.to)}` : ''}</span>}
      </p>}
      <p class="only-read" aria-live="polite">{line ? `${w.value.line(line.line)}${line.level ? `, ${w.value[line.level]}` : ''}: ${line.text.slice(0, 300)}` : ''}</p>
    </div>
  );
}
