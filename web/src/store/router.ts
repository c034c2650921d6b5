// Which page the address means.  Paths and the values after "?" are signals; a page is an address.
import { computed, signal } from '@preact/signals';
import { prefix } from './http';

function decoded(segment: string): string {
  try { return decodeURIComponent(segment); } catch { return segment; }  // a bare "%" is what was typed
}
const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const here = () => ({
  path: location.pathname.slice(prefix.length).split('/').map(decoded).join('/') || '/',
  query: new URLSearchParams(location.search),
  hash: location.hash.slice(1),
});
const place = signal(typeof location === 'undefined'
  ? { path: '/', query: new URLSearchParams(), hash: '' } : here());

export const path = computed(() => place.value.path);
export const hash = computed(() => place.value.hash);

/// The value of `?name=`, "" where there is none.
export const param = (name: string): string => place.value.query.get(name) ?? '';

/// The address of a path as `path` has it, decoded.
export const path_href = (path: string): string => prefix + encoded(path);
/// An address within the page: href('/assets/a/b', {tab: 'runs'}).
export function href(to: string, query: Record<string, string | number | undefined> = {}): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') values.set(name, String(value));
  const text = values.toString();
  return prefix + to + (text && '?' + text);
}
/// The same page with other values; "" takes one away.
export function href_with(changes: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, String(value));
  }
  const text = query.toString();
  return path_href(path.value) + (text && '?' + text);
}

/// Goes to an address made by href().
export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
  const was = place.value.path;
  place.value = here();
  if (place.value.path !== was && how === 'push') scrollTo(0, 0);
}
/// Changes values of this page's address; typing replaces, choosing pushes.
export const set_params = (changes: Record<string, string | number | undefined>, how: 'push' | 'replace' = 'replace'): void =>
  go(href_with(changes), how);

/// Addresses of what there is.
export const asset_href = (key: string, query: Record<string, string | number | undefined> = {}): string =>
  href('/assets/' + encoded(key), query);
export const run_href = (id: string, query: Record<string, string | number | undefined> = {}): string => href('/runs/' + id, query);

/// Follows links within the page without loading it anew.
export function start_router(): void {
  addEventListener('popstate', () => { place.value = here(); });
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!link.pathname.startsWith(prefix + '/') || link.pathname.startsWith(prefix + '/api/')) return;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
