// What the daemon says: its answers, and one stream that keeps them true.
import { encode_key } from './dom.js';

export const store = {
  assets: new Map(),       // key → definition, upstream first
  states: new Map(),       // key → state
  runs: new Map(),         // id → run, its steps by number
  version: 0,              // of the definitions
  loaded: false,
  connection: { state: 'connecting', at: null, detail: '' },
};
const final = new Set(['succeeded', 'failed', 'canceled', 'skipped', 'lost']);
export const is_final = status => final.has(status);

const listeners = [];
let is_due = false;
export const on_change = listener => listeners.push(listener);
/// Tells the listeners once per frame, however much has changed.
export function changed() {
  if (is_due) return;
  is_due = true;
  requestAnimationFrame(() => {
    is_due = false;
    for (const each of listeners) each();
  });
}

const random_key = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');

/// One call of the API; an Error carries the daemon's own words.
export async function call(method, path, body) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Idempotency-Key': random_key() };
  const ask = () => fetch('api/v1/' + path, { method, headers, body: body && JSON.stringify(body) });
  // A second try with the same key is safe: the daemon does it once.
  const answer = await ask().catch(() => new Promise(done => setTimeout(done, 1000)).then(ask));
  const value = await answer.json().catch(() => null);
  if (!answer.ok) {
    throw Object.assign(new Error(value?.detail ?? `${answer.status} ${answer.statusText}`), { status: answer.status });
  }
  return { value, sequence: Number(answer.headers.get('Freshet-Sequence') ?? 0) };
}

// Answers by path.  `use` asks again whenever something has happened that concerns the path.
const answers = new Map();
export function use(path) {
  let entry = answers.get(path);
  if (!entry) {
    if (answers.size > 200) answers.delete(answers.keys().next().value);
    answers.set(path, entry = { value: undefined, error: '', is_due: true, is_busy: false });
  }
  if (entry.is_due && !entry.is_busy) refresh(path, entry);
  return entry;
}
async function refresh(path, entry) {
  entry.is_busy = true;
  entry.is_due = false;
  try {
    const { value, sequence } = await call('GET', path);
    if (path.startsWith('runs')) for (const run of value.items ?? [value]) take_run(run, sequence);
    entry.value = value;
    entry.error = '';
  } catch (error) {
    entry.error = error.message;
  }
  changed();
  setTimeout(() => {  // so that a busy stream does not ask without a pause
    entry.is_busy = false;
    if (entry.is_due) changed();
  }, path.startsWith('runs?') ? 1000 : 300);
}
function outdate(concerns) {
  for (const [path, entry] of answers) if (concerns(path)) entry.is_due = true;
}

/// The newer of two, by sequence; what is final stays so, whatever comes later.
function advance(old, now, sequence) {
  if (old && sequence < old.seen) return old;
  const out = { ...old, ...now, seen: sequence };
  if (old && is_final(old.status) && !is_final(out.status)) out.status = old.status;
  return out;
}
function take_run(run, sequence) {
  const old = store.runs.get(run.id);
  const steps = old?.steps.slice() ?? [];
  for (const step of run.steps ?? []) steps[step.step] = advance(steps[step.step], step, sequence);
  store.runs.set(run.id, { ...advance(old, run, sequence), steps });
  if (store.runs.size > 2000) store.runs.delete([...store.runs.keys()].sort()[0]);
}
function take_state(key, state, revision) {
  const old = store.states.get(key);
  if (!old || revision >= old.revision) store.states.set(key, { ...old, ...state, revision });
}

async function load() {
  try {
    const [graph, status] = await Promise.all([call('GET', 'graph'), call('GET', 'status')]);
    store.assets = new Map(graph.value.assets.map(asset => [asset.key, asset]));
    store.version++;
    const { key, revision, ...columns } = status.value;
    const names = ['data', 'work', 'stale_causes', 'freshness', 'updated_at', 'paused', 'checks_failed'];
    key.forEach((name, i) => {
      take_state(name, Object.fromEntries(names.map(n => [n, columns[n][i]])), revision[i]);
    });
    store.loaded = true;
    if (stream.readyState === EventSource.OPEN) Object.assign(store.connection, { state: 'live', at: null, detail: '' });
    outdate(() => true);
    changed();
  } catch (error) {
    look_after(error, load);
  }
}

let stream = null;
let last_id = '';
let instance = '';
/// Nothing that was known counts any more.
function restart() {
  store.states.clear();
  store.runs.clear();
  load();
}
const handlers = {
  hello(data) {
    Object.assign(store.connection, { state: 'live', at: null, detail: '' });
    if (data.instance !== instance) restart();
    else outdate(() => true);
    instance = data.instance;
  },
  reset: restart,
  definitions: load,
  asset(data) {
    const { asset, revision, ...state } = data;
    take_state(asset, { ...state, updated_at: state.latest?.at ?? null }, revision);
    const path = 'assets/' + encode_key(asset);
    outdate(each => each === path || each.startsWith(path + '/') || each.endsWith('/why'));
  },
  run(data) {
    const { run, revision, ...rest } = data;
    take_run({ id: run, ...rest }, revision);
    outdate(each => each.startsWith('runs?') || each.startsWith('runs/' + run));
  },
  step(data) {
    const { run, revision, ...step } = data;
    const known = store.runs.get(run);
    take_run({ id: run, steps: [step] }, Math.max(revision, known?.seen ?? 0));
  },
};

/// Opens the stream; the browser resumes it by itself, unless the daemon refuses.
export function connect() {
  stream = new EventSource('api/v1/stream' + (last_id ? '?from=' + last_id : ''));
  for (const [name, handle] of Object.entries(handlers)) {
    stream.addEventListener(name, event => {
      if (event.lastEventId) last_id = event.lastEventId;
      handle(JSON.parse(event.data));
      changed();
    });
  }
  stream.onerror = () => {
    if (store.connection.state === 'live') Object.assign(store.connection, { state: 'lost', at: new Date() });
    changed();
    if (stream.readyState !== EventSource.CLOSED) return;
    call('GET', 'status').then(() => setTimeout(connect, 2000), error => look_after(error, connect));
  };
}
/// Says what is wrong, and tries again unless that is no use.
function look_after(error, again) {
  const { connection } = store;
  connection.state = error.status === 401 ? 'signed out' : 'lost';
  connection.detail = error.message;
  connection.at ??= new Date();
  if (error.status !== 401) setTimeout(again, 2000);
  else addEventListener('focus', connect, { once: true });  // perhaps signed in elsewhere meanwhile
  changed();
}
