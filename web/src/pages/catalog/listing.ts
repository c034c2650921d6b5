// Which assets are shown in which order, for what the address asks.  While somebody reads, rows change in
// place, but none comes, goes or moves before that is asked for.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { catalog, type Catalog } from '../../store/catalog';
import { param } from '../../store/router';
import { finder_of } from '../../store/search';
import { status, status_tick, type Status } from '../../store/status';
import { useSelection } from '../../ui/selection';
import { query_text, type Problem } from '../../store/http';
import { count, facet_names, narrowed, state_facets, structure_facets, type Counts, type Facet } from './facets';
import { intersection, loosening, query_of, type Narrowing, type Query } from './query';
import { in_order, is_steady, order_of } from './sorting';

export interface Listing {
  catalog: Catalog;
  status: Status;
  query: Query;
  facets: Facet[];
  counts: Counts;           ///< With 100,000 assets a moment behind the list.
  ranks: Uint32Array;       ///< As shown.
  changed: number;          ///< Assets for which the list would be another one now.
  update: () => void;
  is_similar: boolean;
  is_settling: boolean;     ///< The daemon has not said yet what the expression means.
  problem: Problem | null;
  loosening: () => Narrowing | null;
}

const calm_ms = 500;
/// Follows the status, but not faster than counts can be read.
function useCalmTick(): number {
  const tick = useSignal(status_tick.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = status_tick.subscribe(now => {
      if (now !== tick.peek()) timer ??= setTimeout(() => { timer = undefined; tick.value = status_tick.peek(); }, calm_ms);
    });
    return () => { stop(); clearTimeout(timer); };
  }, []);
  return tick.value;
}

const at_once_max = 20_000, idle_max_ms = 400;
function when_idle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(work, 60);
    return () => clearTimeout(timer);
  }
  const id = requestIdleCallback(work, { timeout: idle_max_ms });
  return () => cancelIdleCallback(id);
}
/// Counts of so many as can be counted at once; of more, when there is time, the last ones until then.
function useCounts(facets: Facet[], query: Query, size: number, base: Uint32Array | null): Counts {
  const is_small = (base?.length ?? size) <= at_once_max;
  const later = useSignal<Counts | null>(null);
  const counts = useMemo(() => is_small || !later.peek() ? count(facets, query.chosen, size, base) : null, [facets, query.chosen, base]);
  if (counts && later.peek() !== counts) later.value = counts;
  useEffect(() => {
    if (counts) return undefined;
    return when_idle(() => { later.value = count(facets, query.chosen, size, base); });
  }, [facets, query.chosen, base]);
  return counts ?? later.value!;
}

/// `text` is what is typed, ahead of the address; `is_free` says that rows may move by themselves.
export function useListing(text: string, is_free: () => boolean): Listing {
  const known = catalog.value!, now = status.value!;
  const tick = useCalmTick();
  const params = facet_names.map(param).join('&') + '&' + param('sort');
  const asked = useMemo(() => query_of(param), [params, param('select')]);
  const query = useMemo(() => ({ ...asked, text }), [asked, text]);
  const meaning = useSelection(query.select, true);
  const path = 'selection' + query_text({ text: query.select, ranks: true });
  const is_selecting = query.select.trim() !== '', select = meaning.data.value, of = is_selecting ? meaning.of.value : '';
  const found = useMemo(() => query.text.trim() ? finder_of(known).all(query.text) : null, [known, query.text]);
  // What is not known yet, or means nothing, selects nothing.
  const selected = useMemo(() => is_selecting ? Uint32Array.from(select?.catalog === known.columns.sequence ? select.ranks ?? [] : []) : null, [is_selecting, select, known]);
  const base = useMemo(() => intersection(found?.ranks ?? null, selected), [found, selected]);
  const structure = useMemo(() => structure_facets(known), [known]);
  const state = useMemo(() => state_facets(now, known.size), [known, now, tick]);
  const facets = useMemo(() => [...state, ...structure], [state, structure]);
  const left = useMemo(() => narrowed(facets, query.chosen, known.size, base), [facets, query.chosen, base]);
  const { column, is_down } = query.sort;
  const order = useMemo(() => order_of(known, now, query.sort), [known, column, is_down, is_steady(column) ? null : now, is_steady(column) ? 0 : tick]);
  const fresh = useMemo(() => in_order(order, left), [order, left]);
  const counts = useCounts(facets, query, known.size, base);

  const subject = `${query.text}\n${params}\n${of}`;
  const shown = useRef<Shown | null>(null);
  const redraw = useSignal(0);
  void redraw.value;
  const show = () => { shown.current = { subject, known, ranks: fresh, revisions: now.revision.slice() }; };
  if (shown.current?.subject !== subject || shown.current.known !== known || (shown.current.ranks !== fresh && is_free())) show();
  const { ranks, revisions } = shown.current!;
  const changed = useMemo(() => changes(ranks, fresh, revisions, now.revision), [ranks, fresh]);
  return {
    catalog: known, status: now, query, facets, counts, ranks, changed,
    update: () => { show(); redraw.value++; },
    is_similar: found?.is_similar ?? false,
    is_settling: is_selecting && of !== path && !meaning.error.value,
    problem: is_selecting ? meaning.error.value : null,
    loosening: () => loosening(query, facets, known.size, { text: found?.ranks ?? null, select: selected }),
  };
}

interface Shown {
  subject: string;
  known: Catalog;
  ranks: Uint32Array;
  revisions: Float64Array;  ///< Of all assets, when the list was made.
}
/// How many assets are why the list would be another one now; 0 where it would not.
function changes(shown: Uint32Array, fresh: Uint32Array, before: Float64Array, after: Float64Array): number {
  if (shown === fresh || (shown.length === fresh.length && shown.every((rank, i) => rank === fresh[i]))) return 0;
  const either = new Set([...shown, ...fresh]);
  let n = 0;
  for (const rank of either) if (before[rank] !== after[rank]) ++n;
  return Math.max(1, n);
}
