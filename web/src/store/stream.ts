// What changes, as it changes: one connection per browser.  The tab that holds the lock listens to the
// daemon and tells the others; when it leaves, another takes over where it was.
import { batch, signal } from '@preact/signals';
import { catalog, read_catalog } from './catalog';
import { api_url, prefix, Problem } from './http';
import { pools, read_status, Status, status, status_tick, type AssetState } from './status';

export type Kind = 'asset' | 'run' | 'step' | 'backfill' | 'alert' | 'rejected' | 'definitions' | 'reset';
export interface Message {
  kind: Kind;
  sequence: number;
  data: Record<string, unknown>;
}
export interface Connection {
  state: 'connecting' | 'live' | 'lost' | 'signed_out' | 'left';
  since: number;          ///< Milliseconds since 1970: of the last sign of life.
  detail?: string;
}

export const connection = signal<Connection>({ state: 'connecting', since: Date.now() });
export const instance = signal('');
/// The greatest sequence that was seen.
export const sequence = signal(0);
/// The catalog and the status are there.
export const is_loaded = signal(false);

const kinds: Kind[] = ['asset', 'run', 'step', 'backfill', 'alert', 'rejected', 'definitions', 'reset'];
const hidden_max_ms = 5 * 60_000;  ///< After so long in the background a tab leaves.
const silence_max_ms = 40_000;     ///< The daemon says something every 15 s.

type Listener = (messages: Message[]) => void;
const listeners = new Set<Listener>();
/// Calls `listener` once per frame with what came; returns how to stop.
export function on_messages(listener: Listener): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/// While the store is read anew: what came, which the answers may not know yet.
let meanwhile: Message[] | null = null;

/// True where something is newer than what was known.
function apply(messages: Message[]): boolean {
  const now = status.peek(), what = catalog.peek();
  let is_changed = false;
  if (!now || !what) return false;
  for (const { kind, data } of messages) {
    const rank = kind === 'asset' ? what.rank_of(String(data.asset)) : undefined;
    if (rank !== undefined && now.apply(rank, data as unknown as AssetState)) is_changed = true;
  }
  return is_changed;
}

/// What a batch of messages does to the store; exported for its test.
export function take_in(messages: Message[]): void {
  const is_structure = messages.some(({ kind }) => kind === 'definitions' || kind === 'reset');
  batch(() => {
    // After a reset the daemon counts from where it says, which may be less.
    sequence.value = messages.reduce((at, message) => message.kind === 'reset' ? message.sequence : Math.max(at, message.sequence), sequence.peek());
    if (apply(messages)) status_tick.value++;
  });
  meanwhile?.push(...messages);
  for (const listener of listeners) listener(messages);
  if (is_structure) void load_all().catch(() => {});
}

let queue: Message[] = [];
let is_due = false;
function enqueue(message: Message): void {
  queue.push(message);
  if (is_due) return;
  is_due = true;
  const flush = () => { is_due = false; const now = queue; queue = []; take_in(now); };
  if (document.hidden) setTimeout(flush, 250);
  else requestAnimationFrame(flush);
}

let loading: Promise<void> | null = null, is_old = false;
/// Catalog and status, of one and the same definitions, put in place together.  Asked for while it
/// reads, it reads once more: the answer under way may be older.
export function load_all(): Promise<void> {
  is_old = true;
  loading ??= (async () => {
    try {
      while (is_old) {
        is_old = false;
        await read_all();
      }
    } catch (error) {
      note_problem(error);
      throw error;
    } finally {
      loading = null;
    }
  })();
  return loading;
}
async function read_all(): Promise<void> {
  const came: Message[] = [];
  meanwhile = came;
  try {
    for (let attempt = 0; attempt < 5; ++attempt) {
      const [what, how] = await Promise.all([read_catalog(), read_status()]);
      if (how.catalog !== what.columns.sequence) continue;  // the definitions changed in between
      batch(() => {
        catalog.value = what;
        status.value = new Status(how);
        pools.value = how.pools;
        sequence.value = Math.max(sequence.peek(), how.sequence);
        apply(came);
        status_tick.value++;
        is_loaded.value = true;
      });
      return;
    }
    throw new Problem(0, 'restless', 'the definitions change faster than they can be read');
  } finally {
    meanwhile = null;
  }
}

function note_problem(error: unknown): void {
  const is_signed_out = error instanceof Problem && error.status === 401;
  connection.value = {
    state: is_signed_out ? 'signed_out' : 'lost', since: connection.peek().since,
    detail: error instanceof Error ? error.message : String(error),
  };
}

/// Learns which daemon it is; another one counts by itself, and what it has is read anew.  Exported for its test.
export function meet(name: string): void {
  const known = instance.peek();
  if (!name || name === known) return;
  instance.value = name;
  if (!known) return;
  sequence.value = 0;
  void load_all().catch(() => {});
}

type Told = { message: Message } | { connection: Connection; instance: string } | { who: 'leads' };

/// Listens to the daemon, as leader; ends when `signal` aborts.
function listen(channel: BroadcastChannel | null, signal: AbortSignal): Promise<void> {
  return new Promise(done => {
    let source: EventSource | null = null;
    let watch: ReturnType<typeof setInterval> | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let pause_ms = 1000;
    const say = (state: Connection) => {
      connection.value = state;
      channel?.postMessage({ connection: state, instance: instance.peek() } satisfies Told);
    };
    const open = () => {
      const from = sequence.peek();
      source = new EventSource(api_url('stream' + (from > 0 ? `?from=${from}` : '')), { withCredentials: true });
      source.addEventListener('hello', event => {
        const data = JSON.parse((event as MessageEvent<string>).data) as { instance: string };
        meet(data.instance);
        pause_ms = 1000;
        say({ state: 'live', since: Date.now() });
      });
      for (const kind of kinds) {
        source.addEventListener(kind, event => {
          const { data: text, lastEventId } = event as MessageEvent<string>;
          const message: Message = { kind, sequence: Number(lastEventId) || 0, data: JSON.parse(text) as Message['data'] };
          enqueue(message);
          channel?.postMessage({ message } satisfies Told);
          if (connection.peek().state !== 'live' || Date.now() - connection.peek().since > 1000) say({ state: 'live', since: Date.now() });
        });
      }
      source.addEventListener('beat', () => say({ state: 'live', since: Date.now() }));
      source.onerror = () => { if (source?.readyState === EventSource.CLOSED || connection.peek().state === 'live') fail(); };
    };
    const fail = () => {
      source?.close();
      source = null;
      if (signal.aborted || retry !== undefined) return;
      say({ ...connection.peek(), state: 'lost' });
      retry = setTimeout(() => {
        retry = undefined;
        if (signal.aborted) return;
        // An EventSource does not say why it failed; a request does.
        fetch(api_url('openapi.json'), { method: 'HEAD' }).then(response => {
          if (response.status === 401) say({ ...connection.peek(), state: 'signed_out' });
        }, () => {}).finally(() => { if (!signal.aborted) open(); });
      }, pause_ms * (0.75 + Math.random() / 2));
      pause_ms = Math.min(pause_ms * 2, 15_000);
    };
    watch = setInterval(() => {
      if (source && connection.peek().state === 'live' && Date.now() - connection.peek().since > silence_max_ms) {
        // Heartbeats are comments, which EventSource swallows: ask whether the daemon is there.
        fetch(`${prefix}/healthz`).then(answer => { if (answer.ok) say({ state: 'live', since: Date.now() }); else fail(); }, fail);
      }
    }, 10_000);
    signal.addEventListener('abort', () => {
      source?.close();
      clearInterval(watch);
      clearTimeout(retry);
      done();
    });
    open();
  });
}

let leaving: AbortController | null = null;

/// Joins the browser's stream; the store is loaded first, so that nothing falls between.
function join(): void {
  leaving = new AbortController();
  const { signal } = leaving;
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('freshet' + prefix);
  if (channel) {
    channel.onmessage = event => {
      const told = event.data as Told;
      if ('message' in told) enqueue(told.message);
      else if ('connection' in told) { connection.value = told.connection; meet(told.instance); }
      else if (is_leader) channel.postMessage({ connection: connection.peek(), instance: instance.peek() } satisfies Told);
    };
    signal.addEventListener('abort', () => channel.close());
  }
  let is_leader = false;
  const begin = async () => {
    while (!signal.aborted) {
      try { await load_all(); break; } catch {
        await new Promise(go_on => setTimeout(go_on, 2000));
      }
    }
    if (signal.aborted) return;
    if (!navigator.locks || !channel) return void listen(channel, signal);  // no secure context: each tab for itself
    channel.postMessage({ who: 'leads' } satisfies Told);
    navigator.locks.request('freshet-stream' + prefix, { signal }, () => {
      is_leader = true;
      return listen(channel, signal);
    }).catch(() => {});  // aborted while waiting
  };
  void begin();
}

/// Starts; a tab that stays in the background leaves, and comes back when it is looked at.
export function start_stream(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => {
        leaving?.abort();
        leaving = null;
        connection.value = { state: 'left', since: connection.peek().since };
      }, hidden_max_ms);
    } else if (!leaving) {
      connection.value = { state: 'connecting', since: connection.peek().since };
      join();
    }
  });
  join();
}
