// A resource of the API that a page shows: read at once, read again when the stream says that it
// changed, and never replaced by an older answer.
import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { get, Problem } from './http';
import { connection, on_messages, type Message } from './stream';

export interface Resource<T> {
  data: ReadonlySignal<T | null>;   ///< The last good answer; kept while a newer one is asked for.
  of: ReadonlySignal<string>;       ///< The path which that answered.
  error: ReadonlySignal<Problem | null>;
  is_loading: ReadonlySignal<boolean>;
  reload: () => void;
}

/// Which messages make a resource old.
export type Wakes = (message: Message) => boolean;
export const on_kinds = (...kinds: Message['kind'][]): Wakes => message => kinds.includes(message.kind);
export const on_asset = (key: string): Wakes => message => message.data.asset === key || message.kind === 'definitions';
export const on_run = (id: string): Wakes => message => message.data.run === id;

const pause_ms = 400;  ///< Between two readings of one resource.

/// Reads `path` ("" for nothing yet) as long as the view is there.
export function useResource<T>(path: string, wakes?: Wakes): Resource<T> {
  const resource = useMemo(() => {
    const data = signal<T | null>(null), of = signal(''), error = signal<Problem | null>(null), is_loading = signal(false);
    let shown = 0, wanted = '', abort: AbortController | null = null, last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const asked = wanted;
      if (!asked) return;
      abort?.abort();
      abort = new AbortController();
      const mine = abort;
      is_loading.value = true;
      last = Date.now();
      try {
        const answer = await get<T>(asked, mine.signal);
        if (mine !== abort || answer.sequence < shown) return;
        shown = answer.sequence;
        of.value = asked;
        data.value = answer.body;
        error.value = null;
      } catch (problem) {
        if (mine === abort && problem instanceof Problem) error.value = problem;
      } finally {
        if (mine === abort) is_loading.value = false;
      }
    };
    return {
      data, of, error, is_loading,
      reload: () => { void read(); },
      want(next: string) {
        if (next === wanted) return;
        // Another page of the same thing keeps what is shown until the new answer is there.
        if (next.split('?')[0] !== wanted.split('?')[0]) data.value = null;
        wanted = next;
        shown = 0;
        void read();
      },
      wake() {
        if (timer !== undefined) return;
        timer = setTimeout(() => { timer = undefined; void read(); }, Math.max(50, pause_ms - (Date.now() - last)));
      },
      stop() { abort?.abort(); abort = null; wanted = ''; clearTimeout(timer); timer = undefined; },
    };
  }, []);
  useEffect(() => { resource.want(path); }, [path]);
  useEffect(() => {
    const stop = on_messages(messages => { if (wakes && messages.some(wakes)) resource.wake(); });
    let was = connection.peek().state;
    const off = connection.subscribe(({ state }) => {
      if (state === 'live' && was === 'lost') resource.wake();  // what it missed
      was = state;
    });
    return () => { stop(); off(); };
  }, [wakes]);
  useEffect(() => () => resource.stop(), []);
  return resource;
}
