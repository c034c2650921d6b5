// What did a step write?  Followed while it runs; shown as text, never as markup.
import { asset_href, el, status } from './dom.js';
import { changed, store, use } from './live.js';

const lines_max = 5000;             // kept on the page; the whole is one link away
const follow_max = 16 << 20;        // bytes; of a longer log only the end is shown
const tail_bytes = 256 << 10;

/// Without colours and other control sequences; of what was overwritten by \r, the last.
export function plain(line) {
  return line
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g, '')
    .replace(/\r+$/, '').replace(/^[^]*\r/, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '');
}

let shown = null;  // {url, stream, list, count, note}

function show(url) {
  if (shown?.url === url) return;
  close_log();
  shown = { url, source: null, box: el('ol', { class: 'log', tabindex: '0', 'aria-label': 'Lines' }), count: 0, note: 'reading …', is_following: true };
  shown.box.addEventListener('scroll', () => {
    const { scrollTop, clientHeight, scrollHeight } = log.box;
    log.is_following = scrollTop + clientHeight > scrollHeight - 30;
  });
  const log = shown;
  const say = note => { log.note = note; changed(); };
  fetch(url, { method: 'HEAD' }).then(answer => {
    const bytes = Number(answer.headers.get('Content-Length') ?? 0);
    if (log !== shown) return;
    if (bytes > follow_max) {
      return fetch(url, { headers: { Range: `bytes=-${tail_bytes}` } }).then(part => part.text()).then(text => {
        log.box.classList.add('unnumbered');
        add(log, text.trimEnd().split('\n').slice(1), 1);
        say(`the last ${tail_bytes >> 10} KiB of ${(bytes / 1048576).toFixed(0)} MiB, not followed`);
      });
    }
    follow(log, say);
  }).catch(error => say(error.message));
}

function follow(log, say) {
  log.source = new EventSource(log.url + '&follow=1');
  log.source.addEventListener('lines', event => {
    const { from_line, lines } = JSON.parse(event.data);
    add(log, lines, from_line);
    if (log.note) say('following');
  });
  log.source.addEventListener('end', () => {
    log.source.close();
    say(log.count ? '' : 'The step wrote nothing here.');
  });
  log.source.onopen = () => say('following');
  log.source.onerror = () => say(log.source.readyState === EventSource.CLOSED ? 'The log cannot be read; it may be gone, since logs are kept for 14 days.' : 'connection lost, trying again');
}

function add(log, lines, from) {
  const rows = lines.slice(-lines_max).map((line, i) =>
    el('li', { value: from + Math.max(0, lines.length - lines_max) + i }, plain(line)));
  log.box.append(...rows);
  log.count += lines.length;
  while (log.box.childElementCount > lines_max) log.box.firstChild.remove();
  if (log.is_following) log.box.scrollTop = log.box.scrollHeight;
}

export function close_log() {
  shown?.source?.close();
  shown = null;
}
export function after() {
  const place = document.querySelector('[data-keep^=log]');
  if (!place || !shown || shown.box.parentNode === place) return;
  place.replaceChildren(shown.box);
  shown.box.scrollTop = shown.box.scrollHeight;
}

export function log_page({ id, step, query }) {
  const answer = use('runs/' + encodeURIComponent(id));
  const row = store.runs.get(id)?.steps[step];
  const stream = query.get('stream') === 'stderr' ? 'stderr' : 'stdout';
  const attempt = Number(query.get('attempt')) || row?.attempt || 0;
  const path = `runs/${encodeURIComponent(id)}/logs/${step}?stream=${stream}` + (attempt ? '&attempt=' + attempt : '');
  const link = (name, value, text) => {
    const now = new URLSearchParams({ stream, ...attempt && { attempt }, [name]: value });
    const is_this = `${value}` === `${{ stream, attempt }[name]}`;
    return el('a', { href: `#/runs/${id}/log/${step}?${now}`, 'aria-current': is_this && 'true' }, text);
  };
  if (row?.attempt) show('api/v1/' + path);
  const main = el('section', { class: 'page full' },
    el('p', { class: 'path' }, el('a', { href: '#/runs' }, 'Runs'), ' › ', el('a', { href: '#/runs/' + id }, id), ' ›'),
    el('h1', {}, 'Log of ', row?.asset ? el('a', { href: asset_href(row.asset) }, row.asset) : `step ${step}`, row?.check && ` check ${row.check}`),
    el('div', { class: 'toolbar' }, row && status(row.status),
      el('span', { class: 'switch', role: 'group', 'aria-label': 'Stream' }, link('stream', 'stdout', 'stdout'), link('stream', 'stderr', 'stderr')),
      row?.attempt > 1 && el('span', { class: 'switch', role: 'group', 'aria-label': 'Attempt' },
        Array.from({ length: Math.min(row.attempt, 20) }, (_, i) => link('attempt', i + 1, `attempt ${i + 1}`))),
      el('a', { href: 'api/v1/' + path, target: '_blank', rel: 'noopener' }, 'Whole log'),
      el('span', { role: 'status', class: 'quiet' }, answer.error || (row && !row.attempt ? 'The step has not started yet.' : shown?.note))),
    row?.attempt > 0 && el('div', { class: 'log-place', 'data-keep': 'log ' + path }));
  return { title: 'Log', api: ['GET', path], main };
}
