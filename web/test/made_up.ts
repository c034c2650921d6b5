// Catalogs and statuses for tests, of any size and always the same.
import { Catalog, type CatalogColumns } from '../src/store/catalog';
import { Status, type AssetState, type StatusColumns } from '../src/store/status';

export function numbers(seed = 1): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}
const names = ['orders', 'customers', 'revenue', 'daily', 'raw', 'stage', 'crm', 'erp', 'billing', 'vat', 'stock', 'click', 'region', 'partner', 'feed', 'report'];

export function columns_of(keys: string[], changes: Partial<CatalogColumns> = {}): CatalogColumns {
  const each = <T>(value: T) => keys.map(() => value);
  return {
    sequence: 5, instance: 'one', projects: ['company'], groups: [], kinds: [], owners: [], tags: [], sources: [], partition_texts: [], automations: [],
    key: keys, project: each(0), group: each(-1), kind: keys.map(() => []), owner: keys.map(() => []), tag: keys.map(() => []), source: each(-1), external: each(0),
    partitions: each(-1), automation: each(-1), checks: each(0), has_freshness: each(0), deps: keys.map(() => []), ...changes,
  };
}
export function status_columns(size: number, changes: Partial<StatusColumns> = {}): StatusColumns {
  const each = (value: number) => Array.from({ length: size }, () => value);
  return {
    sequence: 10, at: '2026-11-20T14:02:11Z', catalog: 5,
    words: { data: ['missing', 'fresh', 'stale'], work: ['idle', 'waiting', 'running', 'failed', 'paused'], freshness: ['none', 'unknown', 'pass', 'warn', 'fail'] },
    data: each(1), work: each(0), freshness: each(0), stale_causes: each(0), updated_at: each(1000), revision: each(1), flags: each(0), alerts: each(0),
    checks_failed: each(0), checks_passed: each(0),
    partition_counts: { rank: [], existing: [], materialized: [], missing: [], stale: [], failed: [], in_progress: [] },
    active: { rank: [], run: [], step: [] }, pools: {}, runs_active: 0, ...changes,
  };
}
export const asset_state = (changes: Partial<AssetState> & { asset?: string } = {}): AssetState & { asset?: string } => ({
  data: 'fresh', work: 'idle', stale_causes: [], freshness: 'none', paused: false, withheld: false, provisional: false, alerts: 0, checks_failed: 0, checks_passed: 0,
  muted: false, latest: { id: '1', at: '2026-11-20T14:00:00Z', run: null }, active: null, revision: 2, ...changes,
});

/// A company of `size` assets, where few are not well.
export function company(size: number): { catalog: Catalog; status: Status } {
  const next = numbers(7), groups = names.slice(0, 12), owners = ['@sales', '@crm', '@erp', 'anna@example.com'];
  const keys = Array.from({ length: size }, (_, i) => `${names[next(12)]}/${names[next(16)]}_${names[next(16)]}_${i}`);
  const list = (of: (i: number) => number) => keys.map((_, i) => of(i));
  const catalog = new Catalog(columns_of(keys, {
    groups, owners, kinds: ['table', 'view', 'dbt'], tags: ['pii', 'domain:sales'], automations: ['eager()', "on_cron('0 6 * * *')"], partition_texts: ['daily'],
    group: keys.map(key => groups.indexOf(key.split('/')[0]!)), kind: keys.map(() => [next(2), 2]), owner: keys.map(() => next(9) ? [next(4)] : []), tag: keys.map(() => next(3) ? [] : [next(2)]),
    partitions: list(() => next(5) ? -1 : 0), automation: list(() => next(6) ? next(2) : -1), checks: list(() => next(3) ? 0 : 1 + next(6)),
    deps: keys.map((_, i) => i ? [...new Set([next(i), next(i)])] : []),
  }));
  const flags = list(() => next(1000) < 8 ? 8 : 0);
  const status = new Status(status_columns(size, {
    data: list(() => [1, 1, 1, 1, 1, 1, 1, 1, 2, 0][next(10)]!), work: flags.map(flag => flag ? 3 : 0), freshness: list(() => next(4) ? 0 : 2 + next(3)), flags,
    updated_at: list(() => 1_763_000_000_000 + next(86_400_000)),
  }));
  return { catalog, status };
}
