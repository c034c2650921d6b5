// A list of the newest first, that grows at both ends: older ones when asked for, newer ones by the
// stream.  What is read further down does not move under the reader: newer ones wait to be let in.
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { get } from '../../store/http';
import { useResource, type Wakes } from '../../store/resource';
import type { Problem } from '../../store/http';
import { attempt } from '../../ui/toast';
import type { Page } from './data';

export interface Paged<T> {
  items: ReadonlySignal<T[]>;
  waiting: ReadonlySignal<number>;   ///< Newer ones that are not shown yet.
  has_more: ReadonlySignal<boolean>;
  is_empty: ReadonlySignal<boolean>; ///< It was read, and nothing is there.
  error: ReadonlySignal<Problem | null>;
  let_in: () => void;
  more: () => void;
  reload: () => void;
}

/// What is shown of the newest page: all, or as it was, brought up to date but without the newer ones.
export function merged<T extends { id: string }>(shown: T[], newest: T[], is_held: boolean): T[] {
  const known = new Set(shown.map(item => item.id));
  const now = new Map(newest.map(item => [item.id, item]));
  if (shown.length === 0 || !newest.some(item => known.has(item.id))) return shown.length > 0 && is_held ? shown : newest;
  const kept = shown.map(item => now.get(item.id) ?? item);
  return is_held ? kept : [...newest.filter(item => !known.has(item.id)), ...kept];
}

/// So many at most grow at the top: a list that is left open all day is the newest page again then.
export const grown_max = 400;
const far_px = 200;  ///< Scrolled further down than this, one is reading.
export function usePaged<T extends { id: string }>(path: string, wakes?: Wakes): Paged<T> {
  const newest = useResource<Page<T>>(path, wakes);
  const state = useMemo(() => {
    const items = signal<T[]>([]), cursor = signal<string | null>(null);
    return { items, cursor, is_asking: false };
  }, [path]);
  useEffect(() => {
    const page = newest.data.value;
    if (!page || newest.of.peek() !== path) return;  // the answer to another question, shown meanwhile
    const shown = state.items.peek();
    const is_held = scrollY > far_px, now = merged(shown, page.items, is_held);
    const is_anew = now === page.items || (!is_held && now.length > grown_max);
    if (is_anew) state.cursor.value = page.next_cursor;
    state.items.value = is_anew ? page.items : now;
  }, [state, newest.data.value]);
  return useMemo(() => ({
    items: state.items,
    waiting: computed(() => {
      const known = new Set(state.items.value.map(item => item.id));
      return (newest.data.value?.items ?? []).filter(item => !known.has(item.id)).length;
    }),
    has_more: computed(() => state.cursor.value !== null),
    is_empty: computed(() => newest.data.value !== null && newest.data.value.items.length === 0 && state.items.value.length === 0),
    error: newest.error,
    let_in: () => { state.items.value = merged(state.items.peek(), newest.data.peek()?.items ?? [], false); },
    more: () => {
      const cursor = state.cursor.peek();
      if (!cursor || state.is_asking) return;
      state.is_asking = true;
      void attempt(async () => {
        const { body } = await get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`);
        const known = new Set(state.items.peek().map(item => item.id));
        state.items.value = [...state.items.peek(), ...body.items.filter(item => !known.has(item.id))];
        state.cursor.value = body.next_cursor;
      }).finally(() => { state.is_asking = false; });
    },
    reload: newest.reload,
  }), [state, newest]);
}
