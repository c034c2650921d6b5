// The list of runs: pages by cursor as one scrolls, news on top of it that never moves what is read.
import { signal } from '@preact/signals';
import { get, Problem, query_text } from '../../store/http';
import type { Backfill } from '../backfills/progress';
import { is_over, type RunPage, type RunRow } from '../run/run_data';

export interface Merged { shown: RunRow[]; news: RunRow[] }

/// Takes the first page in again: what is known is brought up to date where it stands, what is newer than
/// all that is shown waits among the news.
export function merged(shown: RunRow[], news: RunRow[], head: RunRow[]): Merged {
  const fresh = new Map(head.map(run => [run.id, run]));
  const newer = (run: RunRow) => { const known = fresh.get(run.id); return known && known.revision > run.revision ? known : run; };
  const top = shown[0]?.id ?? '';
  const known = new Set(shown.map(run => run.id));
  const added = head.filter(run => !known.has(run.id) && run.id > top);
  const waiting = new Map(news.map(run => [run.id, newer(run)]));
  for (const run of added) waiting.set(run.id, run);
  return { shown: shown.map(newer), news: [...waiting.values()].toSorted((a, b) => a.id < b.id ? 1 : -1) };
}

/// One run anew, where it is shown.
export const replaced = (runs: RunRow[], run: RunRow): RunRow[] =>
  runs.map(each => each.id === run.id && each.revision <= run.revision ? { ...run, steps: run.steps.slice(0, 50) } : each);

const page_limit = 100;

export function run_list(query: Record<string, string>) {
  const runs = signal<RunRow[]>([]), news = signal<RunRow[]>([]);
  const is_known = signal(false), has_more = signal(false), problem = signal<Problem | null>(null);
  let cursor: string | null = null, asked: AbortController | null = null, is_stopped = false;
  const read = async (after: string | null) => {
    if (asked) return;
    const stop = asked = new AbortController();
    try {
      let { body } = await get<RunPage>('runs' + query_text({ ...query, limit: page_limit, cursor: after }), stop.signal);
      // A page may be short: the daemon looks through so many runs at a time.
      while (body.items.length === 0 && body.next_cursor) body = (await get<RunPage>('runs' + query_text({ ...query, limit: page_limit, cursor: body.next_cursor }), stop.signal)).body;
      const known = new Set(after ? runs.peek().map(run => run.id) : []);
      runs.value = [...after ? runs.peek() : [], ...body.items.filter(run => !known.has(run.id))];
      cursor = body.next_cursor;
      has_more.value = cursor !== null;
      problem.value = null;
      is_known.value = true;
    } catch (error) {
      if (error instanceof Problem) { problem.value = error; is_known.value = true; }
    } finally {
      asked = null;
    }
  };
  const refresh = async (changed: Set<string>, is_at_top: () => boolean) => {
    if (!is_known.peek() || is_stopped) return;
    try {
      const { body } = await get<RunPage>('runs' + query_text({ ...query, limit: 50 }));
      if (is_stopped) return;
      const next = merged(runs.peek(), news.peek(), body.items);
      const is_taken = is_at_top() && next.news.length > 0;
      runs.value = is_taken ? [...next.news, ...next.shown] : next.shown;
      news.value = is_taken ? [] : next.news;
      const seen = new Set(body.items.map(run => run.id));
      const open = runs.peek().filter(run => changed.has(run.id) && !seen.has(run.id) && !is_over(run.status)).slice(0, 10);
      for (const run of open) {
        const answer = await get<RunRow>(`runs/${run.id}`);
        if (!is_stopped) runs.value = replaced(runs.peek(), answer.body);
      }
    } catch { /* the next message asks again */ }
  };
  void read(null);
  return {
    runs, news, is_known, has_more, problem, refresh,
    more() { if (cursor) void read(cursor); },
    again() { cursor = null; void read(null); },
    show_news() {
      runs.value = [...news.peek(), ...runs.peek()];
      news.value = [];
    },
    stop() { is_stopped = true; asked?.abort(); },
  };
}
export type RunList = ReturnType<typeof run_list>;

const backfill_limit = 200;
/// Backfills, newest first, as far back as runs are read.
export function backfill_list() {
  const items = signal<Backfill[]>([]);
  const stop = new AbortController();
  let cursor: string | null = null, is_read = false, wanted = '', is_busy = false;
  const page = async (after: string | null) => (await get<{ items: Backfill[]; next_cursor: string | null }>('backfills' + query_text({ limit: backfill_limit, cursor: after }), stop.signal)).body;
  const has_all = () => is_read && (cursor === null || (wanted !== '' && (items.peek().at(-1)?.id ?? '') <= wanted));
  const read = async () => {
    if (is_busy) return;
    is_busy = true;
    try {
      while (!has_all()) {
        const body: { items: Backfill[]; next_cursor: string | null } = await page(cursor);
        is_read = true;
        cursor = body.next_cursor;
        items.value = [...items.peek(), ...body.items];
      }
    } catch { /* the next change asks again */ } finally {
      is_busy = false;
    }
  };
  return {
    items,
    /// Those from the run `oldest` on; "": all.
    reach(oldest: string) { wanted = oldest; void read(); },
    async refresh() {
      if (!is_read) return read();
      try {
        const { items: head } = await page(null);
        const known = new Set(head.map(each => each.id));
        items.value = [...head, ...items.peek().filter(each => !known.has(each.id))];
      } catch { /* the next message asks again */ }
    },
    stop() { stop.abort(); },
  };
}
