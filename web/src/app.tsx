// The frame around every page: rail, top bar, the page itself.
import { signal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { useKeys } from './keys';
import { Problem } from './store/http';
import { is_compact, is_rail_wide, language, recent, theme } from './store/prefs';
import { go, href, path, path_href } from './store/router';
import { connection, is_loaded } from './store/stream';
import { DialogHost } from './ui/dialog';
import { Icon, type IconName } from './ui/icon';
import { Failed, Loading, short_id } from './ui/parts';
import { rough_duration, now, clock_text } from './ui/time';
import { Toasts } from './ui/toast';
import { common } from './words/common';
import { open_palette, Palette } from './palette/palette';
import { Preferences } from './ui/preferences';

/// A page gets what its path says after its own name, decoded: "/assets/a/b" is rest "a/b".
export interface PageProps { rest: string }
interface Page {
  name: keyof typeof common.value.pages;
  path: string;                       ///< The first segment.
  load: () => Promise<ComponentType<PageProps>>;
  is_bleed?: boolean;                 ///< Fills the window and scrolls by itself.
}
const pages: Page[] = [
  { name: 'overview', path: '', load: async () => (await import('./pages/overview/overview')).Overview },
  { name: 'lineage', path: 'lineage', load: async () => (await import('./pages/lineage/lineage')).Lineage, is_bleed: true },
  { name: 'assets', path: 'assets', load: async () => (await import('./pages/catalog/catalog')).Catalog, is_bleed: true },
  { name: 'runs', path: 'runs', load: async () => (await import('./pages/runs/runs')).Runs, is_bleed: true },
  { name: 'automation', path: 'automation', load: async () => (await import('./pages/automation/automation')).Automation },
  { name: 'partitions', path: 'partitions', load: async () => (await import('./pages/partitions/partitions')).Partitions },
  { name: 'backfills', path: 'backfills', load: async () => (await import('./pages/backfills/backfills')).Backfills },
  { name: 'plan', path: 'plan', load: async () => (await import('./pages/plan/plan')).Plan },
  { name: 'sources', path: 'sources', load: async () => (await import('./pages/sources/sources')).Sources },
  { name: 'system', path: 'system', load: async () => (await import('./pages/system/system')).System },
];
const asset_page: Page = { name: 'asset', path: 'assets', load: async () => (await import('./pages/asset/asset')).Asset };
const run_page: Page = { name: 'run', path: 'runs', load: async () => (await import('./pages/run/run')).Run };

const rail: { page: Page; icon: IconName; key: string }[] = [
  { page: pages[0]!, icon: 'home', key: 'o' }, { page: pages[1]!, icon: 'network', key: 'l' }, { page: pages[2]!, icon: 'boxes', key: 'a' },
  { page: pages[3]!, icon: 'play', key: 'r' }, { page: pages[4]!, icon: 'workflow', key: 'u' }, { page: pages[5]!, icon: 'grid', key: 'p' },
  { page: pages[6]!, icon: 'layers', key: 'b' }, { page: pages[8]!, icon: 'inbox', key: 's' },
  { page: pages[9]!, icon: 'health', key: 'h' },
];

function found(): { page: Page; rest: string } | null {
  const [first = '', ...others] = path.value.slice(1).split('/');
  const rest = others.join('/');
  if (first === 'assets' && rest) return { page: asset_page, rest };
  if (first === 'runs' && rest) return { page: run_page, rest };
  const page = pages.find(each => each.path === first);
  return page ? { page, rest } : null;
}

/// What the title bar says before " – Freshet"; a page may say more than its name.
export const page_title = signal('');
export function useTitle(text: string): void {
  useEffect(() => { page_title.value = text; return () => { page_title.value = ''; }; }, [text]);
}

const loaded = signal<Map<Page, ComponentType<PageProps>>>(new Map());
const load_error = signal<Problem | null>(null);
function fetch_page(page: Page): void {
  page.load().then(view => {
    load_error.value = null;
    loaded.value = new Map(loaded.peek()).set(page, view);
  }, error => { load_error.value = new Problem(0, 'load', String(error)); });
}

/// The code of the page that is asked for comes while everything else begins.
export const fetch_first = (): void => { const where = found(); if (where) fetch_page(where.page); };

function Main() {
  const where = found();
  const view = where && loaded.value.get(where.page);
  useEffect(() => { if (where && !loaded.peek().has(where.page)) fetch_page(where.page); }, [where?.page]);
  if (!where) return <main id="main" class="main" tabIndex={-1}><h1>{common.value.not_found}</h1><p><a href={href('/')}>{common.value.to_overview}</a></p></main>;
  const View = view;
  return (
    <main id="main" class={`main page-${where.page.name} ${where.page.is_bleed ? 'is-bleed' : ''}`} tabIndex={-1}>
      {load_error.value && !view ? <Failed problem={load_error.value} on_retry={() => fetch_page(where.page)} />
        : !is_loaded.value || !View ? <Loading /> : <View key={where.page.name} rest={where.rest} />}
    </main>
  );
}

function Rail() {
  const w = common.value;
  const now_page = found()?.page;
  const is_current = (page: Page) => now_page === page || (page.path !== '' && now_page?.path === page.path);
  return (
    <nav class="rail" aria-label="Freshet">
      <a class="mark" href={href('/')} tabIndex={-1} aria-hidden="true"><Icon name="zap" /><span class="label">Freshet</span></a>
      {rail.map(({ page, icon, key }) => (
        <a key={page.name} href={href('/' + page.path)} title={`${w.pages[page.name]} (g ${key})`} aria-label={w.pages[page.name]} aria-current={is_current(page) ? 'page' : undefined}>
          <Icon name={icon} /><span class="label">{w.pages[page.name]}</span>
        </a>))}
      <button class="last" aria-pressed={is_rail_wide.value} title={`${w.wide} (\\)`} aria-label={w.wide} onClick={() => { is_rail_wide.value = !is_rail_wide.value; }}>
        <Icon name={is_rail_wide.value ? 'chevron_left' : 'chevron_right'} /><span class="label">{w.less}</span>
      </button>
    </nav>
  );
}

function Live() {
  const w = common.value;
  const { state, since } = connection.value;
  const word = state === 'live' ? 'ok' : state === 'connecting' || state === 'left' ? 'off' : 'failed';
  return <span class={`status is-${word}`} role="status" title={clock_text(since)} data-connection={state}>{state === 'live' ? '●' : '○'} {w[state]}</span>;
}

function OfflineBar() {
  const { state, since, detail } = connection.value;
  const w = common.value;
  if (state === 'lost' && now.value - since > 2000) return <p class="offline" role="status">{w.lost_text(rough_duration((now.value - since) / 1000))}{detail ? ` (${detail})` : ''}</p>;
  if (state === 'signed_out') return <p class="offline is-failed" role="alert">{w.signed_out_text}</p>;
  return null;
}

function Top() {
  const w = common.value;
  const where = found();
  const name = where ? w.pages[where.page.name] : '';
  const is_below = where && (where.page === asset_page || where.page === run_page);
  return (
    <header class="top">
      <div class="crumbs clip">
        {is_below ? <><a href={href('/' + where.page.path)}>{w.pages[where.page === run_page ? 'runs' : 'assets']}</a><span class="quiet"> › {where.page === run_page ? short_id(where.rest) : where.rest}</span></> : name}
      </div>
      <Live />
      <button class="search-button" onClick={() => open_palette()} aria-keyshortcuts="Control+K"><Icon name="search" /><span class="label">{w.search}</span><kbd aria-hidden="true">Ctrl K</kbd></button>
      <Preferences />
    </header>
  );
}

export function App() {
  useKeys([
    { keys: 'ctrl+k', text: common.value.search, run: () => open_palette() },
    { keys: '\\', text: common.value.wide, run: () => { is_rail_wide.value = !is_rail_wide.value; } },
    ...rail.map(({ page, key }) => ({ keys: `g ${key}`, text: common.value.pages[page.name], run: () => go(href('/' + page.path)) })),
  ], [language.value]);
  useSignalEffect(() => {
    const root = document.documentElement;
    root.lang = language.value === 'de' ? 'de' : 'en';
    if (theme.value === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    root.dataset.rows = is_compact.value ? 'compact' : 'comfortable';
    root.dataset.rail = is_rail_wide.value ? 'wide' : 'narrow';
  });
  const where = found();
  const title = page_title.value || (where ? common.value.pages[where.page.name] : common.value.not_found);
  useEffect(() => { document.title = `${title} – Freshet`; }, [title]);
  useEffect(() => {
    const address = path_href(path.value);
    if (path.value !== '/') recent.value = [address, ...recent.peek().filter(each => each !== address)].slice(0, 12);
  }, [path.value]);
  return (
    <>
      <a class="skip" href="#main" onClick={event => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{common.value.skip}</a>
      <div class="frame">
        <Rail />
        <div><Top /><OfflineBar /></div>
        <Main />
      </div>
      <Palette /><DialogHost /><Toasts />
    </>
  );
}
