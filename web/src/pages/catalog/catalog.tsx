// What exists, who owns it, in what state it is.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { open_run_dialog } from '../../actions/run_dialog';
import { useKeys } from '../../keys';
import { language, panel_width } from '../../store/prefs';
import { asset_href, go, param, set_params } from '../../store/router';
import { is_live } from '../../store/selection';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { Failed, Loading } from '../../ui/parts';
import { SelectionBox } from '../../ui/selection';
import { Splitter } from '../../ui/splitter';
import { Bulk, marked_expression } from './bulk';
import { FacetList } from './facet_list';
import { useListing } from './listing';
import { Preview } from './preview';
import { expression_of } from './query';
import { Nothing, Sentence } from './sentence';
import { columns_for, Table } from './table';
import { ExportButton, Views } from './views';
import { catalog_words } from './words';
import './catalog.css';

const wide = 900;  ///< Beside the list there is room for filters.
const address_pause_ms = 250;  ///< The address follows the typing, not each letter.

export function Catalog() {
  const w = catalog_words.value;
  const typed = useSignal<string | null>(null), marks = useSignal<ReadonlySet<string>>(new Set()), cursor_key = useSignal(param('at'));
  const width = useSignal(1200), has_facets = useSignal(innerWidth >= wide);
  const here = useRef({ is_top: true, last_mark: -1, timer: undefined as ReturnType<typeof setTimeout> | undefined });
  const list = useRef<HTMLDivElement>(null), filter = useRef<HTMLInputElement>(null);
  const listing = useListing(typed.value ?? param('q'), () => here.current.is_top && !cursor_key.peek() && marks.peek().size === 0);
  const { ranks, catalog } = listing;
  const at = param('at'), at_rank = at ? catalog.rank_of(at) : undefined;
  const cursor_rank = cursor_key.value ? catalog.rank_of(cursor_key.value) : undefined;
  const cursor = useMemo(() => cursor_rank === undefined ? -1 : ranks.indexOf(cursor_rank), [ranks, cursor_rank]);

  useEffect(() => {
    const observer = new ResizeObserver(entries => { width.value = entries[0]!.contentRect.width; });
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);

  const type = (text: string) => {
    typed.value = text;
    clearTimeout(here.current.timer);
    here.current.timer = setTimeout(() => { set_params({ q: text.trim() }); typed.value = null; }, address_pause_ms);
  };
  useEffect(() => () => clearTimeout(here.current.timer), []);
  const key_at = (index: number) => catalog.key(ranks[index]!);
  const move_to = (index: number, is_shown = param('at') !== '') => {
    if (ranks.length === 0) return;
    const key = key_at(Math.max(0, Math.min(ranks.length - 1, index)));
    cursor_key.value = key;
    if (is_shown) set_params({ at: key });
  };
  const open = (index: number) => { if (index >= 0 && index < ranks.length) go(asset_href(key_at(index))); };
  const close_preview = () => set_params({ at: '' });
  const mark = (index: number, is_range: boolean) => {
    const next = new Set(marks.peek()), last = here.current.last_mark;
    if (is_range && last >= 0) for (let i = Math.min(last, index); i <= Math.max(last, index); ++i) next.add(key_at(i));
    else if (!next.delete(key_at(index))) next.add(key_at(index));
    here.current.last_mark = index;
    marks.value = next;
  };
  const mark_all = () => {
    const are_all = ranks.every(rank => marks.peek().has(catalog.key(rank)));
    marks.value = are_all ? new Set() : new Set(Array.from(ranks, rank => catalog.key(rank)));
  };
  const preview = () => { if (at) close_preview(); else move_to(Math.max(0, cursor), true); };
  useKeys([
    { keys: '/', text: w.filter_here, run: () => filter.current?.focus() },
    { keys: 'j', text: w.next, run: () => move_to(cursor + 1) },
    { keys: 'k', text: w.before, run: () => move_to(cursor < 0 ? 0 : cursor - 1) },
    { keys: 'space', text: w.toggle_preview, run: preview },
    { keys: 'Enter', text: w.open_asset, run: () => open(cursor) },
    { keys: 'x', text: w.toggle_mark, run: () => { if (cursor >= 0) mark(cursor, false); } },
    { keys: '.', text: w.actions_here, run: () => {
      const select = marks.peek().size ? marked_expression(listing, marks.peek()) : cursor >= 0 ? marked_expression(listing, new Set([key_at(cursor)])) : null;
      if (select) open_run_dialog({ select });
    } },
    ...(at ? [{ keys: 'Escape', text: w.close_preview, run: close_preview }] : []),
  ], [listing, cursor, at, language.value]);

  const expression = expression_of(listing.query);
  return (
    <div class="catalog">
      <header class="tools">
        <Sentence listing={listing} />
        <div class="boxes">
          <div class="filter">
            <input ref={filter} class="field" type="search" aria-label={w.filter} placeholder={`${w.filter}  /`} value={typed.value ?? param('q')} spellcheck={false} autoComplete="off"
              onInput={event => type(event.currentTarget.value)}
              onKeyDown={event => {
                if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); list.current?.querySelector<HTMLElement>('.catalog-rows')?.focus(); move_to(Math.max(0, cursor)); }
              }} />
            <span class="selection-said quiet" role="status">{listing.is_similar && ranks.length > 0 ? w.similar : ''}</span>
          </div>
          <SelectionBox class="grow" label={w.select} value={param('select')} on_select={select => set_params({ select })} />
          <div class="row">
            <button class="button is-icon" aria-pressed={has_facets.value} aria-label={w.facets} title={w.facets} onClick={() => { has_facets.value = !has_facets.value; }}><Icon name="menu" /></button>
            <Views /><ExportButton listing={listing} />
          </div>
        </div>
      </header>
      <div class={`body ${has_facets.value ? 'has-facets' : ''}`} style={{ '--panel': `${panel_width.value}px` }}>
        {has_facets.value && <div class="facets scroll" role="region" aria-label={w.facets} tabIndex={0}><FacetList listing={listing} /></div>}
        <div ref={list} class="list">
          {listing.problem && <Failed problem={listing.problem} />}
          <Table listing={listing} columns={columns_for(width.value)} cursor={cursor} on_cursor={index => move_to(index)} on_press={index => move_to(index, true)} on_open={open} marks={marks} on_mark={mark} on_mark_all={mark_all}
            on_top={is_top => { here.current.is_top = is_top; }} empty={listing.is_settling ? <Loading /> : <Nothing listing={listing} />} />
          {listing.changed > 0 && <button class="news" onClick={listing.update}>{w.changed(listing.changed)} · {w.update}</button>}
          {marks.value.size > 0 ? <Bulk listing={listing} marks={marks.value} on_clear={() => { marks.value = new Set(); }} />
            : <footer class="foot"><AsCommand cli={is_live(expression) ? undefined : freshet('graph', '--select', expression)} call={curl('GET', `assets?select=${encodeURIComponent(expression)}`)} /></footer>}
        </div>
        {at_rank !== undefined && <><Splitter width={panel_width} /><Preview key={at} rank={at_rank} on_close={close_preview} /></>}
      </div>
    </div>
  );
}
