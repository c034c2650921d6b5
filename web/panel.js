// One asset: is it right, why is it in this state, and what can be done?
import { asset_href, count, el, encode_key, status, time, time_text, words_of } from './dom.js';
import { call, changed, store, use } from './live.js';

const notes = new Map();  // key → what the last command came to
const plans = new Map();  // key → what would run
const busy = new Set();   // keys with a command under way

/// The same as a command line.
export function curl(method, path, body) {
  const url = new URL('api/v1/' + path, document.baseURI.split('#')[0]).href;
  const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;
  const simple = /^[\w:/.%?=&-]+$/.test(url) && !/[?&]/.test(url) ? url : quoted(url);
  return `curl -H "Authorization: Bearer $FRESHET_TOKEN" ` +
    (method === 'GET' ? '' : body ? `--json ${quoted(JSON.stringify(body))} ` : `-X ${method} `) + simple;
}

async function command(key, work) {
  if (busy.has(key)) return;
  busy.add(key);
  changed();
  try {
    notes.set(key, await work());
  } catch (error) {
    notes.set(key, { text: error.message, is_error: true });
  }
  busy.delete(key);
  changed();
}

export const actions = {
  materialize: key => command(key, async () => {
    const { value } = await call('POST', 'runs', { assets: [key] });
    return { text: 'Requested: ', run: value.id };
  }),
  plan: key => command(key, async () => {
    plans.set(key, (await call('POST', 'plan', { changed: [key] })).value.items);
    return { text: '' };
  }),
  report: key => command(key, async () => {
    await call('POST', 'events', { asset: key, kind: 'observation' });
    return { text: 'Reported: it has changed.' };
  }),
  pause: key => command(key, async () => {
    await call('POST', 'automation/pause', { assets: [key], reason: '' });
    return { text: 'Automation is paused.' };
  }),
  resume: key => command(key, async () => {
    await call('POST', 'automation/resume', { assets: [key] });
    return { text: 'Automation goes on.' };
  }),
};

const causes = { data: 'something that it is made from has changed', code: 'its code has changed',
                 dependencies: 'what it is made from is no longer the same' };

function tree(node) {
  return el('li', {},
    status(node.held ? 'passed' : 'missing', node.held ? 'holds' : 'does not hold'), ' ',
    el('code', {}, node.label), node.asset && [' ', el('a', { href: asset_href(node.asset) }, node.asset)],
    node.detail && el('span', { class: 'quiet' }, ' ' + node.detail),
    node.children.length > 0 && el('ul', {}, node.children.map(tree)));
}

/// A value is given as it is, or with its type beside it.
const metadata_text = given => {
  const value = given?.type && 'value' in given ? given.value : given;
  return typeof value === 'string' ? value : JSON.stringify(value);
};
const run_link = run => el('a', { href: '#/runs/' + run }, 'run ' + run);

function event_line(event) {
  const words = event.kind === 'check'
    ? [status(event.passed ? 'passed' : event.severity === 'warn' ? 'warning' : 'failed', event.passed ? 'passed' : 'failed'), ' check ' + event.name]
    : [event.kind, event.data_version && [' ', el('code', {}, event.data_version)], event.changed === false && ' unchanged'];
  return el('li', { 'data-id': event.id }, time(event.at), ' ', words,
    event.run ? [' by ', run_link(event.run)] : event.source && el('span', { class: 'quiet' }, ' from ' + event.source));
}

function checks(asset) {
  if (!asset.checks?.length) return null;
  return [el('h3', {}, 'Checks'), el('ul', { class: 'plain' }, asset.checks.map(check => {
    const result = asset.check_results[check.name];
    const word = !result ? 'unknown' : result.passed ? 'passed' : check.severity === 'warn' ? 'warning' : 'failed';
    return el('li', { 'data-id': check.name }, status(word, !result ? 'no result yet' : result.passed ? 'passed' : 'failed'), ' ',
      el('code', {}, check.name), check.blocking && ' blocking', result && [' ', time(result.at)],
      check.description && el('div', { class: 'quiet' }, check.description));
  }))];
}

function plan_of(key) {
  const items = plans.get(key);
  if (!items) return null;
  return [el('h3', {}, `If it changed, ${items.length ? count(items.length, 'asset') : 'nothing'} would run`),
    el('ol', {}, items.map(item => el('li', {}, el('a', { href: asset_href(item.asset) }, item.asset),
      el('span', { class: 'quiet' }, ' ' + item.reason))))];
}

function buttons(key, asset, state) {
  const button = (action, text, is_main) => el('button',
    { type: 'button', class: is_main && 'main', 'data-action': action, 'data-value': key, 'aria-disabled': busy.has(key) && 'true' }, text);
  return el('div', { class: 'buttons', 'data-id': 'buttons' },
    asset.command?.length ? button('materialize', 'Materialize', true) : button('report', 'Report a change', true),
    button('plan', 'What would run?'),
    asset.automation && (state?.paused ? button('resume', 'Resume automation') : button('pause', 'Pause automation')));
}

const assets_line = (title, keys) => keys?.length > 0 && [el('h3', {}, `${title} ${keys.length}`),
  el('ul', { class: 'plain' }, keys.slice(0, 50).map(key => el('li', { 'data-id': key }, el('a', { href: asset_href(key) }, key), ' ',
    words_of(store.states.get(key)).map(([word, text]) => [status(word, text), ' ']))),
    keys.length > 50 && el('li', { class: 'quiet' }, `and ${keys.length - 50} more`))];

export function panel(key, query) {
  const path = 'assets/' + encode_key(key);
  const known = store.assets.get(key);
  const close = '#/assets' + (`${query}` && '?' + query);
  const frame = (...content) => el('aside', { class: 'panel', 'aria-label': 'Asset ' + key, 'data-id': 'panel ' + key },
    el('header', {}, el('h2', {}, key), el('a', { class: 'close', href: close, 'aria-label': 'Close' }, '✕')), content);
  if (!known) return frame(el('p', {}, 'No such asset is defined.'));
  const detail = use(path), why = use(path + '/why'), events = use(path + '/events?limit=10');
  const runs = known.external ? null : use('runs?limit=3&asset=' + encodeURIComponent(key)).value?.items;
  const asset = detail.value ?? known, state = store.states.get(key), note = notes.get(key);
  const latest = asset.latest;
  return frame(
    el('p', { class: 'states' }, words_of(state).map(([word, text]) => [status(word, text), ' ']),
      state?.updated_at && el('span', { class: 'quiet' }, 'as of ', time(state.updated_at))),
    state?.data === 'stale' && el('p', {}, 'Stale, because ', (state.stale_causes ?? []).map(cause => causes[cause] ?? cause).join(', and '), '.'),
    asset.pause && el('p', {}, `Paused since ${time_text(asset.pause.at)}`, asset.pause.actor && ` by ${asset.pause.actor}`,
      asset.pause.reason && `: ${asset.pause.reason}`, '.'),
    asset.description && el('p', {}, asset.description),
    detail.value && buttons(key, asset, state),
    el('p', { role: 'status', 'data-id': 'note', class: note?.is_error ? 'error' : 'quiet' }, note && [note.text, note.run && run_link(note.run)]),
    detail.error && el('p', { class: 'error' }, detail.error),
    state?.active && el('p', {}, 'Now: ', run_link(state.active.run), ' · ',
      el('a', { href: `#/runs/${state.active.run}/log/${state.active.step}` }, 'its log')),
    plan_of(key),
    el('h3', {}, 'Why'),
    el('p', {}, why.error || why.value?.text || '…'),
    why.value?.tree && el('details', { 'data-id': 'condition' }, el('summary', {}, 'Its condition'), el('ul', { class: 'tree' }, tree(why.value.tree))),
    runs?.length > 0 && [el('h3', {}, 'Latest runs'), el('ul', { class: 'plain' }, runs.map(run => el('li', { 'data-id': run.id },
      status(store.runs.get(run.id)?.status ?? run.status), ' ', run_link(run.id), ' ', time(run.created_at))))],
    checks(asset),
    latest?.kind && [el('h3', {}, 'Latest update'), el('ul', { class: 'plain' }, event_line(latest)),
      latest.metadata && Object.keys(latest.metadata).length > 0 && el('dl', {}, Object.entries(latest.metadata).map(
        ([name, value]) => [el('dt', {}, name), el('dd', {}, metadata_text(value))]))],
    events.value?.items.length > 0
      ? [el('h3', {}, 'Recent events'), el('ul', { class: 'plain' }, events.value.items.map(event_line))]
      : events.value && el('section', { class: 'note' },
          el('p', {}, asset.command?.length ? 'It has never been made. Materialize it, or, if something else has made it, say so:'
            : 'Nothing is known of it yet. Whoever changes it says so:'),
          el('pre', { tabindex: '0', 'aria-label': 'Command' }, curl('POST', 'events', { asset: key }))),
    assets_line('Made from', asset.deps),
    assets_line('Read by', asset.dependents),
    detail.value && el('dl', {},
      [['Owner', asset.owners?.join(', ')], ['Group', asset.group], ['Kind', asset.kinds?.join(', ')],
       ['Automation', asset.automation], ['Command', asset.command?.join(' ')], ['Source', asset.source],
       ['Defined in', asset.place && `${asset.place.file}:${asset.place.line}`]]
        .filter(([, value]) => value).map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])));
}
