// What comes over the stream, in every order that a network makes of it.
import { effect } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Catalog, catalog } from '../src/store/catalog';
import { Status, status, status_tick } from '../src/store/status';
import { connection, instance, is_loaded, load_all, meet, on_messages, sequence, take_in, type Message } from '../src/store/stream';
import { asset_state, columns_of, status_columns } from './made_up';

const keys = ['raw/orders', 'sales/daily'];
const asset = (at: number, revision: number, changes: Parameters<typeof asset_state>[0] = {}): Message =>
  ({ kind: 'asset', sequence: at, data: { ...asset_state({ asset: 'sales/daily', revision, ...changes }) } });

/// What the daemon answers, by path; an answer may wait.
let answers: Record<string, () => unknown>;
let asked: string[];
beforeEach(() => {
  catalog.value = new Catalog(columns_of(keys));
  status.value = new Status(status_columns(2));
  sequence.value = 10;
  asked = [];
  answers = { catalog: () => columns_of(keys), 'status?codes=1': () => status_columns(2) };
  vi.stubGlobal('fetch', async (url: string) => {
    const path = url.replace('/api/v1/', '');
    asked.push(path);
    const body = await answers[path]!();
    return body instanceof Response ? body : Response.json(body);
  });
});
afterEach(() => { vi.unstubAllGlobals(); });

const shown = () => ({ data: status.value!.data_of(1), work: status.value!.work_of(1), revision: status.value!.revision[1] });

test('a message changes the asset that it names, and nothing else', () => {
  const tick = status_tick.value;
  take_in([asset(11, 2, { data: 'stale', work: 'running' })]);
  expect(shown()).toEqual({ data: 'stale', work: 'running', revision: 2 });
  expect(status.value!.data_of(0)).toBe('fresh');
  expect(status_tick.value).toBe(tick + 1);
  expect(sequence.value).toBe(11);
});
test('many messages are one change to look at', () => {
  const tick = status_tick.value;
  take_in([asset(11, 2), asset(12, 3), asset(13, 4, { work: 'failed' })]);
  expect(status_tick.value).toBe(tick + 1);
  expect(shown().work).toBe('failed');
});
test('a duplicate changes nothing', () => {
  take_in([asset(11, 2, { work: 'running' })]);
  const tick = status_tick.value;
  take_in([asset(11, 2, { work: 'running' })]);
  expect(status_tick.value).toBe(tick);
});
test('what is late never brings back an older revision', () => {
  take_in([asset(14, 5, { work: 'idle' })]);
  take_in([asset(12, 3, { work: 'running' })]);
  expect(shown()).toMatchObject({ work: 'idle', revision: 5 });
  expect(sequence.value).toBe(14);
});
test('out of order within a batch, the newest revision holds', () => {
  take_in([asset(14, 5, { work: 'failed' }), asset(13, 4, { work: 'running' }), asset(12, 3, { work: 'waiting' })]);
  expect(shown()).toMatchObject({ work: 'failed', revision: 5 });
});
test('a gap loses nothing of an asset, as each message has all of it', () => {
  take_in([asset(11, 2, { work: 'running' }), asset(40, 9, { data: 'stale', work: 'failed', failed: true })]);
  expect(shown()).toEqual({ data: 'stale', work: 'failed', revision: 9 });
  expect(status.value!.has_failed(1)).toBe(true);
  expect(sequence.value).toBe(40);
});
test('an asset that the catalog does not know is left alone', () => {
  const tick = status_tick.value;
  take_in([asset(11, 2, { asset: 'new/one' })]);
  expect(status_tick.value).toBe(tick);
});
test('listeners hear all of a batch once, after the store has it', () => {
  const heard: [number, string][] = [];
  const stop = on_messages(messages => heard.push([messages.length, shown().work]));
  take_in([asset(11, 2, { work: 'running' }), { kind: 'run', sequence: 12, data: { run: 'x' } }]);
  stop();
  take_in([asset(13, 3)]);
  expect(heard).toEqual([[2, 'running']]);
});

test('a reset reads everything anew and counts from there, also backwards', async () => {
  answers['status?codes=1'] = () => status_columns(2, { sequence: 4, work: [0, 2] });
  take_in([{ kind: 'reset', sequence: 4, data: {} }]);
  await load_all();
  expect(asked).toContain('status?codes=1');
  expect(sequence.value).toBe(4);
  expect(shown().work).toBe('running');
});
test('changed definitions and their status are put in place together', async () => {
  const three = [...keys, 'sales/weekly'];
  answers.catalog = () => columns_of(three, { sequence: 20 });
  answers['status?codes=1'] = () => status_columns(3, { sequence: 21, catalog: 20 });
  const sizes: [number, number][] = [];
  const stop = effect(() => { sizes.push([catalog.value!.size, status.value!.data.length]); });
  take_in([{ kind: 'definitions', sequence: 20, data: {} }]);
  await vi.waitFor(() => expect(catalog.value!.size).toBe(3));
  stop();
  expect(sizes).toEqual([[2, 2], [3, 3]]);
  expect(is_loaded.value).toBe(true);
});
test('a catalog that is still the same is kept, so that nothing is worked out again', async () => {
  const before = catalog.value;
  await load_all();
  expect(catalog.value).toBe(before);
});
test('another instance is another catalog, also at the same sequence', async () => {
  const before = catalog.value;
  answers.catalog = () => columns_of(keys, { instance: 'two' });
  await load_all();
  expect(catalog.value).not.toBe(before);
});
test('a status of other definitions is not taken: both are read again', async () => {
  let turn = 0;
  answers.catalog = () => columns_of(keys, { sequence: turn++ ? 30 : 5 });
  answers['status?codes=1'] = () => status_columns(2, { catalog: 30, sequence: 31 });
  await load_all();
  expect(asked.filter(path => path === 'catalog')).toHaveLength(2);
  expect(catalog.value!.columns.sequence).toBe(30);
});
test('what comes while the status is read is not lost to an answer that is older', async () => {
  let answer: (body: unknown) => void = () => {};
  answers['status?codes=1'] = () => new Promise(done => { answer = done; });
  const loading = load_all();
  await vi.waitFor(() => expect(asked).toContain('status?codes=1'));
  take_in([asset(12, 7, { work: 'failed' })]);
  answer(status_columns(2, { sequence: 11, revision: [1, 6], work: [0, 2] }));
  await loading;
  expect(shown()).toMatchObject({ work: 'failed', revision: 7 });
  expect(sequence.value).toBe(12);
});
test('asked for while it reads, it reads once more', async () => {
  const loading = load_all();
  take_in([{ kind: 'definitions', sequence: 12, data: {} }]);
  await loading;
  expect(asked.filter(path => path === 'catalog')).toHaveLength(2);
});
test('what goes wrong is said, and what was known stays', async () => {
  answers.catalog = () => Response.json({ code: 'busy', detail: 'the daemon is starting' }, { status: 503 });
  await expect(load_all()).rejects.toThrow('the daemon is starting');
  expect(connection.value).toMatchObject({ state: 'lost', detail: 'the daemon is starting' });
  expect(catalog.value!.size).toBe(2);
  answers.catalog = () => Response.json({ code: 'unauthorized', detail: 'sign in' }, { status: 401 });
  await expect(load_all()).rejects.toThrow();
  expect(connection.value.state).toBe('signed_out');
});
test('another daemon counts by itself: what it has is read anew, and its numbers hold', async () => {
  meet('one');
  expect(asked).toEqual([]);
  meet('one');
  meet('');
  expect(instance.value).toBe('one');
  answers['status?codes=1'] = () => status_columns(2, { sequence: 3, work: [0, 1] });
  meet('two');
  await vi.waitFor(() => expect(shown().work).toBe('waiting'));
  expect(sequence.value).toBe(3);
});
