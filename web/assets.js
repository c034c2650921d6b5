// The page of all assets: is anything wrong, and how does it hang together?
import { GraphView } from './draw.js';
import { asset_href, count, el, status, time, words_of } from './dom.js';
import { neighbourhood } from './graph.js';
import { store } from './live.js';
import { curl, panel } from './panel.js';

const graph_max = 600;  // with more, only the neighbourhood of the chosen one is drawn
const rows_max = 200;
const view = new GraphView();

export const actions = {
  graph(name) {
    const step = 120;
    const pans = { left: [step, 0], right: [-step, 0], up: [0, step], down: [0, -step] };
    if (name === 'fit') view.fit();
    else if (name in pans) view.pan(...pans[name]);
    else view.zoom(name === 'in' ? 1.25 : 0.8);
  },
};

const href_of = (query, changes) => {
  const now = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) value ? now.set(name, value) : now.delete(name);
  const [path] = location.hash.split('?');
  return (path.startsWith('#/assets') ? path : '#/assets') + (`${now}` && '?' + now);
};

const has_news = () => [...store.states.values()].some(state => state.updated_at || state.work !== 'idle');

/// How many are what; each number leads to the list that makes it.
function sentence(query) {
  const tally = {};
  for (const key of store.assets.keys()) {
    const state = store.states.get(key);
    const add = word => { tally[word] = (tally[word] ?? 0) + 1; };
    if (!state) continue;
    add(state.data);
    if (state.work === 'failed' || state.checks_failed) add('failed');
    else if (state.work !== 'idle') add(state.work);
  }
  const part = (word, text = word) => tally[word] && el('a',
    { href: href_of(query, { view: 'list', q: word }) }, status(word, `${tally[word].toLocaleString('en')} ${text}`));
  return el('p', { class: 'sentence' },
    has_news() && el('strong', {}, tally.failed ? `${count(tally.failed, 'problem')}. ` : 'Nothing needs you. '),
    el('a', { href: href_of(query, { view: 'list', q: '' }) }, count(store.assets.size, 'asset')), ' ',
    ['failed', 'stale', 'missing', 'fresh', 'running', 'waiting', 'paused'].map(word => [part(word), ' ']));
}

function first_steps() {
  const external = [...store.assets.values()].find(asset => asset.external) ?? [...store.assets.values()][0];
  return el('section', { class: 'note' },
    el('p', {}, el('strong', {}, 'Nothing has happened yet. '),
      'An asset is made as soon as something that it is made from changes. Tell about a change of ',
      el('a', { href: asset_href(external.key) }, external.key), ', or choose an asset and materialize it.'),
    el('pre', { tabindex: '0', 'aria-label': 'Command' }, curl('POST', 'events', { asset: external.key })));
}

function table(assets, chosen) {
  const has_groups = assets.some(asset => asset.group);
  const names = ['Asset', 'State', 'Last change', has_groups && 'Group', 'Made from'].filter(Boolean);
  const rows = assets.slice(0, rows_max).map(asset => {
    const state = store.states.get(asset.key);
    return el('tr', { 'data-id': asset.key, class: asset.key === chosen && 'chosen' },
      el('th', { scope: 'row' }, el('a', { href: asset_href(asset.key) }, asset.key), asset.external && el('small', {}, ' external')),
      el('td', {}, words_of(state).map(([word, text]) => [status(word, text), ' '])),
      el('td', {}, time(state?.updated_at)),
      has_groups && el('td', {}, asset.group),
      el('td', {}, asset.deps.join(', ')));
  });
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Assets' },
    el('table', {},
      el('thead', {}, el('tr', {}, names.map(name => el('th', { scope: 'col' }, name)))),
      el('tbody', {}, rows)),
    assets.length > rows_max && el('p', { class: 'quiet' }, `${rows_max} of ${assets.length.toLocaleString('en')}; filter for the others.`));
}

function matches(asset, words) {
  const state = store.states.get(asset.key);
  const text = [asset.key, asset.group, state?.data, state?.work, state?.paused && 'paused',
                state?.checks_failed && 'failed', asset.external && 'external'].join(' ').toLowerCase();
  return words.every(word => text.includes(word));
}

function toolbar(query, is_list, is_large, has_graph, shown) {
  const button = (name, label, sign) =>
    el('button', { type: 'button', 'data-action': 'graph', 'data-value': name, title: label, 'aria-label': label }, sign);
  return el('div', { class: 'toolbar' },
    el('label', {}, 'Filter ', el('input', { type: 'search', name: 'q', value: query.get('q'), 'data-input': 'filter',
                                           placeholder: 'key, group or state', autocomplete: 'off' })),
    !is_large && el('span', { class: 'switch', role: 'group', 'aria-label': 'View' },
      el('a', { href: href_of(query, { view: '' }), 'aria-current': !is_list && 'true' }, 'Graph'),
      el('a', { href: href_of(query, { view: 'list' }), 'aria-current': is_list && 'true' }, 'List')),
    el('span', { class: 'quiet' }, shown),
    has_graph && el('span', { class: 'buttons', role: 'group', 'aria-label': 'Move the graph' },
      button('left', 'Move left', '←'), button('up', 'Move up', '↑'), button('down', 'Move down', '↓'), button('right', 'Move right', '→'),
      button('out', 'Zoom out', '−'), button('in', 'Zoom in', '+'), button('fit', 'Show all', 'Fit')));
}

export function assets_page({ key, query }) {
  const all = [...store.assets.values()];
  if (all.length === 0) {
    return { title: 'Assets', api: ['GET', 'graph'], main: el('section', { class: 'page' }, el('h1', {}, 'Assets'),
      el('p', {}, 'No assets yet. Define some in freshet.yaml, then read it anew:'),
      el('pre', { tabindex: '0' }, curl('POST', 'reload', {}))) };
  }
  const is_large = all.length > graph_max;
  const is_list = is_large || query.get('view') === 'list';
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? all.filter(asset => matches(asset, words)) : all;
  const chosen = store.assets.has(key) ? key : '';
  const drawn = is_large ? (chosen ? neighbourhood(store.assets, chosen) : []) : is_list ? [] : found;
  if (drawn.length) view.update(drawn, store.states, store.version, chosen);
  const shown = words.length ? `${found.length.toLocaleString('en')} of ${count(all.length, 'asset')}` : '';
  const place = drawn.length > 0 && el('div', { class: 'canvas', 'data-keep': 'graph' });
  const main = el('div', { class: key ? 'split' : 'page' },
    el('section', { class: 'body', 'aria-label': 'Assets' },
      el('h1', { class: 'hidden' }, 'Assets'),
      sentence(query),
      !has_news() && first_steps(),
      toolbar(query, is_list, is_large, drawn.length > 0, shown),
      place,
      found.length === 0 && el('p', {}, `Nothing matches “${query.get('q')}”. `, el('a', { href: href_of(query, { q: '' }) }, 'Show all')),
      is_list && found.length > 0 && table(found, chosen)),
    key && panel(key, query));
  return { title: key || 'Assets', api: key ? ['GET', 'assets', key] : ['GET', 'status'], main };
}
/// The graph looks after itself; it only needs its place on the page.
export function after() {
  const place = document.querySelector('[data-keep=graph]');
  if (place && view.svg.parentNode !== place) place.replaceChildren(view.svg);
}
