// The lines of a log as they are needed: pages of it, kept for a while.
import { signal, type ReadonlySignal } from '@preact/signals';
import { get, key_path, Problem, query_text } from '../../../store/http';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export const levels: Level[] = ['debug', 'info', 'warning', 'error'];
export interface LogLine {
  line: number;
  at: string | null;
  stream: 'out' | 'err';
  level: Level | null;
  text: string;
  collapsed?: boolean;
  truncated?: boolean;
  partial?: boolean;
  // In the log of a run: of which step, and which line of its own log.
  step?: number;
  attempt?: number;
  step_line?: number;
}
/// As `…/lines` answers.
export interface LinesAnswer { from: number; next: number; total: number; complete: boolean; attempt: number | null; items: LogLine[] }

/// Which log: of a step's attempt (0: the latest) or of all steps of the run, and which of its streams.
export interface Which { run: string; step: number | 'all'; attempt: number; stream: 'both' | 'stdout' | 'stderr' }
export const log_path = (which: Which, kind: 'lines' | 'search', query: Record<string, string | number | boolean | undefined>): string =>
  `runs/${key_path(which.run)}/logs/${which.step}/${kind}` +
  query_text({ ...query, stream: which.stream, attempt: which.attempt || undefined });
export const raw_path = (which: Which, stream: 'stdout' | 'stderr'): string =>
  `runs/${key_path(which.run)}/logs/${which.step}` + query_text({ stream, attempt: which.attempt || undefined });

export type AskLines = (from: number, limit: number, stop: AbortSignal) => Promise<LinesAnswer>;
export const ask_lines = (which: Which, level = ''): AskLines => async (from, limit, stop) =>
  (await get<LinesAnswer>(log_path(which, 'lines', { from_line: from, limit, level }), stop)).body;

/// What a view of a log draws from; rows count from 0.
export interface LineSource {
  count: ReadonlySignal<number>;
  version: ReadonlySignal<number>;         ///< Moves with everything that a view shows.
  is_known: ReadonlySignal<boolean>;       ///< The first answer is there.
  is_complete: ReadonlySignal<boolean>;    ///< Nothing will be added.
  problem: ReadonlySignal<Problem | null>;
  at: (row: number) => LogLine | undefined;
  want: (first: number, last: number) => void;
  row_of: (line: number) => number;        ///< The row of a line, or the next one that there is.
  look_again: () => void;                  ///< More may have been written.
  stop: () => void;
}

export const page_size = 500;
const pages_max = 60;
const retry_ms = 2_000;  ///< After the daemon did not answer.

interface Page { lines: LogLine[]; is_final: boolean }

/// Any line of a log, by pages of 500.
export function paged_lines(ask: AskLines, pause_ms = retry_ms): LineSource {
  const count = signal(0), version = signal(0), is_known = signal(false), is_complete = signal(false);
  const problem = signal<Problem | null>(null);
  const pages = new Map<number, Page>();
  const asked = new Map<number, AbortController>();
  let seen = { first: 0, last: 1 };
  let retry: ReturnType<typeof setTimeout> | undefined;

  const keep = (number: number, page: Page) => {
    pages.delete(number);
    pages.set(number, page);
    for (const oldest of pages.keys()) {
      if (pages.size <= pages_max) break;
      pages.delete(oldest);
    }
  };
  const take_totals = (answer: LinesAnswer) => {
    count.value = Math.max(count.peek(), answer.total);
    is_complete.value = answer.complete;
    is_known.value = true;
    problem.value = null;
  };
  const load = async (number: number) => {
    const stop = new AbortController();
    asked.set(number, stop);
    const begin = number * page_size + 1, end = begin + page_size;
    const lines: LogLine[] = [];
    let is_final = false;
    try {
      // A page of long lines comes in parts.
      for (let from = begin; from < end;) {
        const answer = await ask(from, end - from, stop.signal);
        take_totals(answer);
        lines.push(...answer.items);
        is_final = answer.complete || answer.next >= end;
        if (answer.next <= from || answer.items.some(line => line.partial) || answer.next > answer.total) break;
        from = answer.next;
      }
      keep(number, { lines, is_final });
    } catch (error) {
      if (!(error instanceof Problem)) return;
      if (error.status === 0 && is_known.peek()) {
        clearTimeout(retry);
        retry = setTimeout(() => source.want(seen.first, seen.last), pause_ms);
      } else {
        problem.value = error;
        is_known.value = true;
      }
    } finally {
      if (asked.get(number) === stop) asked.delete(number);
      version.value++;
    }
  };
  const page_of = (row: number) => Math.floor(row / page_size);
  const source: LineSource = {
    count, version, is_known, is_complete, problem,
    at(row) { return pages.get(page_of(row))?.lines[row % page_size]; },
    want(first, last) {
      seen = { first, last };
      const from = page_of(first), to = page_of(Math.max(first, last - 1));
      for (const [number, stop] of asked) {
        if (number >= from && number <= to) continue;
        stop.abort();  // scrolled past
        asked.delete(number);
      }
      for (let number = from; number <= to; ++number) {
        const page = pages.get(number);
        if (page) keep(number, page);
        const is_short = page && !page.is_final && count.peek() > number * page_size + page.lines.length;
        if ((!page || is_short) && !asked.has(number)) void load(number);
      }
    },
    row_of(line) { return Math.max(0, Math.min(count.peek() - 1, line - 1)); },
    look_again() {
      const last = page_of(Math.max(0, count.peek() - 1));
      if (!asked.has(last)) void load(last);
    },
    stop() {
      clearTimeout(retry);
      for (const stop of asked.values()) stop.abort();
      asked.clear();
    },
  };
  return source;
}

/// Only the lines of a level, in the order of the log: read on as one scrolls.
export function filtered_lines(ask: AskLines): LineSource {
  const count = signal(0), version = signal(0), is_known = signal(false), is_complete = signal(false);
  const problem = signal<Problem | null>(null);
  let lines: LogLine[] = [];
  let next = 1, total = 1, is_over = false;
  let asked: AbortController | null = null;
  const more = async () => {
    if (asked) return;
    const stop = asked = new AbortController();
    try {
      const answer = await ask(next, page_size, stop.signal);
      lines = [...lines.filter(line => line.line < answer.from && !line.partial), ...answer.items];
      is_over = answer.complete;
      next = answer.next;
      total = answer.total;
      is_complete.value = is_over && next > total;
      problem.value = null;
    } catch (error) {
      if (error instanceof Problem) problem.value = error;
      return;
    } finally {
      asked = null;
      is_known.value = true;
      count.value = lines.length;
      version.value++;
    }
  };
  return {
    count, version, is_known, is_complete, problem,
    at: row => lines[row],
    want(_first, last) { if (last + page_size / 5 >= lines.length && next <= total) void more(); },
    row_of(line) {
      const row = lines.findIndex(each => each.line >= line);
      return row < 0 ? Math.max(0, lines.length - 1) : row;
    },
    look_again() { void more(); },
    stop() { asked?.abort(); },
  };
}

/// The first line written at `at` (milliseconds since 1970) or later, by asking for few of `total`;
/// lines come in the order of time.
export async function line_at(total: number, at: number, ask: (line: number) => Promise<LogLine | undefined>): Promise<number> {
  let low = 1, high = Math.max(1, total);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const line = await ask(middle);
    if (line?.at && Date.parse(line.at) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
