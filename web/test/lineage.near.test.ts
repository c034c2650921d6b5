import { describe, expect, it, vi } from 'vitest';
import type { Plan } from '../src/actions/plan_view';
import { by_risk, followers, is_late, type Promised } from '../src/pages/lineage/consequences';
import { near_lines, near_max, NearCache, type Near } from '../src/pages/lineage/near';
import { is_near } from '../src/pages/lineage/paint_nodes';

const near = (names: string[], more: Partial<Near> = {}): Near => ({ columns: names.map(name => ({ name, type: null, from: [] })), run: null, ...more });
const until = (holds: () => void) => vi.waitFor(holds, { interval: 1 });

describe('what a card says when it is near', () => {
  const run = { id: '1', status: 'failed', started_at: '2026-11-20T10:00:00Z', ended_at: '2026-11-20T10:00:40Z' };
  it('is its last run, then its columns, as far as there is room', () => {
    expect(near_lines(near(['id', 'name'], { run }), 2, 40)).toEqual([expect.stringMatching(/^Last run failed .* 40 s$/), 'Columns: id, name']);
    expect(near_lines(near(['id', 'name'], { run }), 1, 40)).toHaveLength(1);
    expect(near_lines(near([]), 3, 40)).toEqual([]);
  });
  it('says how many columns have no room', () => {
    const names = Array.from({ length: 30 }, (_, i) => `column_${i}`);
    const lines = near_lines(near(names), 2, 40);
    expect(lines).toHaveLength(2);
    expect(lines.every(line => line.length <= 40), lines.join('\n')).toBe(true);
    const named = lines.join(' ').match(/column_\d+/g)!.length;
    expect(lines[1]).toMatch(new RegExp(`\\+${30 - named}$`));
    expect(near_lines(near(names), 99, 40).join(' ')).not.toContain('+');
  });
  it('is asked for only where a card is high enough', () => {
    expect([48, 90, 96, 97, 144].map(is_near)).toEqual([false, false, false, true, true]);
  });
});

describe('what is known of near ones', () => {
  const marked = (keys: string[], mark = '1') => keys.map(key => ({ key, mark }));
  it('is asked for once, and anew when its mark changes', async () => {
    const ask = vi.fn((key: string) => Promise.resolve(near([key]))), news = vi.fn();
    const cache = new NearCache(news, ask, 0);
    cache.want(marked(['a', 'b']));
    cache.want(marked(['a', 'b']));
    await until(() => expect(news).toHaveBeenCalledTimes(2));
    expect(cache.get('a')?.columns[0]?.name).toBe('a');
    cache.want(marked(['a', 'b']));
    cache.want([...marked(['a']), ...marked(['b'], '2')]);
    await until(() => expect(ask.mock.calls.map(([key]) => key)).toEqual(['a', 'b', 'b']));
    cache.stop();
  });
  it('is asked for few at a time, and no more of what has gone out of sight', async () => {
    const open: ((near: Near) => void)[] = [];
    const ask = vi.fn((_key: string) => new Promise<Near>(resolve => { open.push(resolve); }));
    const cache = new NearCache(() => {}, ask, 0);
    cache.want(marked(Array.from({ length: 3 * near_max }, (_, i) => `k${i}`)));
    await until(() => expect(ask).toHaveBeenCalledTimes(4));
    cache.want(marked(['x']));
    open.forEach(resolve => resolve(near([])));
    await until(() => expect(ask.mock.calls.at(-1)?.[0]).toBe('x'));
    expect(ask).toHaveBeenCalledTimes(5);
    cache.stop();
  });
});

describe('what a change leads to', () => {
  it('is the readers that the plan makes, by when they are ready', () => {
    const item = (asset: string, ready_after: number) => ({ asset, ready_after });
    const plan = { items: [item('raw', 0), item('b', 90), item('a', 40), item('b', 60)] } as unknown as Plan;
    expect(followers(plan, 'raw')).toEqual([{ asset: 'a', ready_after: 40 }, { asset: 'b', ready_after: 90 }]);
  });
  it('puts promises first that will not be kept', () => {
    const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, '0')}:00:00Z`, now = Date.parse(at(7));
    const promise = (asset: string, deadline: number | null, p50: number | null, state = 'waiting'): Promised => ({ asset, state, deadline: deadline === null ? null : at(deadline), forecast: p50 === null ? null : { p50: at(p50) } });
    expect(is_late(promise('a', 8, 9), now)).toBe(true);
    expect(is_late(promise('a', 9, 8), now)).toBe(false);
    expect(is_late(promise('a', 6, null), now), 'missed already').toBe(true);
    expect(is_late(promise('a', 6, null, 'ready'), now), 'it was kept').toBe(false);
    expect(by_risk([promise('fine', 8, 7), promise('none', null, 9), promise('late', 12, 13), promise('missed', 6, null)], now).map(each => each.asset)).toEqual(['missed', 'late', 'fine']);
  });
});
