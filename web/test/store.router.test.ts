// Addresses, where the page lives under a prefix and where it does not.
import { beforeEach, describe, expect, test, vi } from 'vitest';

type Router = typeof import('../src/store/router');
async function router_at(prefix: string, address: string): Promise<Router> {
  vi.resetModules();
  const place = (to: string) => { const url = new URL(to, 'http://daemon'); return { pathname: url.pathname, search: url.search, hash: url.hash, origin: url.origin, href: url.href }; };
  vi.stubGlobal('location', place(prefix + address));
  vi.stubGlobal('history', {
    pushState: vi.fn((_: unknown, __: string, to: string) => vi.stubGlobal('location', place(to))),
    replaceState: vi.fn((_: unknown, __: string, to: string) => vi.stubGlobal('location', place(to))),
  });
  vi.stubGlobal('scrollTo', vi.fn());
  vi.doMock('../src/store/http', async original => ({ ...await original<object>(), prefix }));
  return import('../src/store/router');
}

describe.each(['', '/some/prefix'])('under "%s"', prefix => {
  let router: Router;
  beforeEach(async () => { router = await router_at(prefix, '/runs?status=failed,lost&at=a%2Fb#L12'); });

  test('path, values and hash are read without the prefix', () => {
    expect([router.path.value, router.param('status'), router.param('at'), router.param('none'), router.hash.value]).toEqual(['/runs', 'failed,lost', 'a/b', '', 'L12']);
  });
  test('addresses have the prefix', () => {
    expect(router.href('/assets', { select: 'group:crm and not tag:pii', empty: '', no: undefined, n: 0 })).toBe(`${prefix}/assets?select=group%3Acrm+and+not+tag%3Apii&n=0`);
    expect(router.asset_href('raw/Bücher 1?', { tab: 'runs' })).toBe(`${prefix}/assets/raw/B%C3%BCcher%201%3F?tab=runs`);
    expect(router.run_href('9F3C')).toBe(`${prefix}/runs/9F3C`);
  });
  test('changes keep what they do not name, and "" takes away', () => {
    expect(router.href_with({ at: '', page: 2 })).toBe(`${prefix}/runs?status=failed%2Clost&page=2`);
    expect(router.href_with({ at: undefined, status: '' })).toBe(`${prefix}/runs`);
  });
  test('typing replaces, choosing pushes', () => {
    router.set_params({ status: 'failed' });
    expect(history.replaceState).toHaveBeenCalledOnce();
    expect(router.param('status')).toBe('failed');
    router.set_params({ at: 'x' }, 'push');
    expect(history.pushState).toHaveBeenCalledOnce();
    expect([router.param('at'), router.path.value]).toEqual(['x', '/runs']);
    expect(scrollTo).not.toHaveBeenCalled();
  });
  test('another page begins at its top', () => {
    router.go(router.href('/lineage', { focus: 'a/b' }));
    expect([router.path.value, router.param('focus')]).toEqual(['/lineage', 'a/b']);
    expect(scrollTo).toHaveBeenCalledOnce();
  });
  test.each(['raw/a b', 'raw/50%', 'raw/a?b', 'raw/a#b', 'raw/ü+&=', 'sales/daily'])('the key "%s" comes back from its address', key => {
    router.go(router.asset_href(key));
    expect(router.path.value).toBe('/assets/' + key);
    expect(router.href_with({})).toBe(router.asset_href(key));
  });
  test('an address with a bare % is taken as it is', () => {
    router.go(`${prefix}/assets/raw/50%`);
    expect(router.path.value).toBe('/assets/raw/50%');
  });
});
test('the prefix itself is the overview', async () => {
  expect((await router_at('/some/prefix', '')).path.value).toBe('/');
  expect((await router_at('', '/')).path.value).toBe('/');
});
