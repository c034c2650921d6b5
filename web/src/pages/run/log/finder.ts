// What is looked for in a log, on the server: a large log is looked through by several requests.
import { signal } from '@preact/signals';
import { get, Problem } from '../../../store/http';
import { log_path, type LogLine, type Which } from './lines';

export interface Query { text: string; is_regex: boolean; case_counts: boolean; level: string }
interface Found { items: LogLine[]; next_line: number | null; total: { value: number; relation: 'eq' | 'gte' } }

const limit = 1_000;

export function finder(which: Which, query: Query) {
  const lines = signal<number[]>([]);
  const total = signal({ value: 0, is_exact: false });
  const is_busy = signal(true), looked_to = signal(0), problem = signal<Problem | null>(null);
  const stop = new AbortController();
  let next: number | null = 1, counted: number[] = [];
  const ask = async (from: number, how: { limit: number; count?: '0' }): Promise<Found> => (await get<Found>(log_path(which, 'search', {
    q: query.text, regex: query.is_regex, case: query.case_counts ? '1' : '0', level: query.level, from_line: from, ...how,
  }), stop.signal)).body;
  const busily = async (work: () => Promise<void>) => {
    is_busy.value = true;
    try {
      await work();
    } catch (error) {
      if (error instanceof Problem) problem.value = error;
    } finally {
      is_busy.value = false;
    }
  };
  /// Until `wanted` lines are found or the log is through.
  const read = (wanted: number) => busily(async () => {
    while (next !== null && counted.length < wanted) {
      const body: Found = await ask(next, { limit });
      total.value = { value: counted.length + body.total.value, is_exact: body.total.relation === 'eq' };
      lines.value = counted = [...counted, ...body.items.map(item => item.line)];
      next = body.next_line;
      looked_to.value = next ?? looked_to.peek();
    }
  });
  /// The first is wanted at once; how many there are takes longer.
  void busily(async () => {
    const { items, next_line } = await ask(1, { limit: 1, count: '0' });
    lines.value = items.map(item => item.line);
    next = items[0]?.line ?? next_line;
    total.value = { value: items.length, is_exact: next === null };
    await read(1);
  });
  return {
    lines, total, is_busy, looked_to, problem,
    stop() { stop.abort(); },
    /// The found line after (or before) `line`, going round; null where there is none.
    async beside(line: number, where: 1 | -1): Promise<number | null> {
      if (where === 1 && next !== null && !lines.peek().some(each => each > line)) await read(lines.peek().length + 1);
      return beside(lines.peek(), line, where);
    },
  };
}
export type Finder = ReturnType<typeof finder>;

/// The number after (or before) `line` in an ascending list, going round.
export function beside(lines: number[], line: number, where: 1 | -1): number | null {
  if (lines.length === 0) return null;
  if (where === 1) return lines.find(each => each > line) ?? lines[0]!;
  return lines.findLast(each => each < line) ?? lines.at(-1)!;
}
/// The first line from `from` on that looks like an error; null where there is none.
export async function next_error(which: Which, from: number): Promise<number | null> {
  for (let next: number | null = from; next !== null;) {
    const { body }: { body: Found } = await get<Found>(log_path(which, 'search', { level: 'error', limit: 1, count: '0', from_line: next }));
    if (body.items[0]) return body.items[0].line;
    next = body.next_line;
  }
  return null;
}
