// Which page the address means, and when it is drawn again.
import * as assets from './assets.js';
import { el, encode_key, morph, time_text } from './dom.js';
import { changed, connect, on_change, store } from './live.js';
import * as log from './log.js';
import * as panel from './panel.js';
import * as runs from './runs.js';

const actions = { ...assets.actions, ...panel.actions, ...runs.actions };

function route() {
  const [path, text] = location.hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(text);
  const parts = path.split('/').map(part => { try { return decodeURIComponent(part); } catch { return part; } });
  if (parts[0] === 'runs' && parts[2] === 'log') return { page: 'runs', make: log.log_page, id: parts[1], step: Number(parts[3]), query };
  if (parts[0] === 'runs' && parts[1]) return { page: 'runs', make: runs.run_page, id: parts[1], query };
  if (parts[0] === 'runs') return { page: 'runs', make: runs.runs_page, query };
  return { page: 'assets', make: assets.assets_page, key: parts.slice(1).join('/'), query };
}

function connection() {
  const { state, at, detail } = store.connection;
  const data = store.loaded && at ? `, data of ${time_text(at)}` : '';
  if (state === 'live') return ['', '● live'];
  if (state === 'signed out') return ['bad', `signed out${data}: run “freshet open” where the daemon runs`];
  return state === 'lost' ? ['bad', `connection lost${data}${detail && !detail.includes('fetch') ? ': ' + detail : ''}`] : ['', 'connecting …'];
}

function draw() {
  const now = route();
  if (now.make !== log.log_page) log.close_log();
  const [mood, words] = connection();
  const bar = document.getElementById('connection');
  bar.className = mood;
  if (bar.textContent !== words) bar.textContent = words;
  document.querySelectorAll('header nav a').forEach(link => {
    if (link.dataset.page === now.page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  if (!store.loaded) return;
  const { title, api: [method, path, key], main } = now.make(now);
  document.title = title + ' – Freshet';
  document.getElementById('curl').textContent = panel.curl(method, key ? path + '/' + encode_key(key) : path);
  const place = document.getElementById('main');
  morph(place, el('main', { id: 'main', tabindex: '-1' }, main));
  assets.after();
  log.after();
}

document.addEventListener('click', event => {
  const button = event.target.closest('[data-action]');
  if (button && button.getAttribute('aria-disabled') !== 'true') actions[button.dataset.action](button.dataset.value);
});
document.addEventListener('input', event => {
  if (event.target.dataset.input !== 'filter') return;
  const [path, text] = location.hash.split('?');
  const query = new URLSearchParams(text);
  event.target.value ? query.set('q', event.target.value) : query.delete('q');
  history.replaceState(null, '', (path.startsWith('#/assets') ? path : '#/assets') + (`${query}` && '?' + query));
  changed();
});
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  document.getElementById('main').focus();
});
addEventListener('hashchange', () => {
  scrollTo(0, 0);
  changed();
});
setInterval(() => { if (location.hash.startsWith('#/runs')) changed(); }, 1000);  // durations
on_change(draw);
connect();
changed();
