// How elements are made and changed, and how states and times are written.
const svg_tags = new Set(['svg', 'g', 'path', 'rect', 'circle', 'text', 'title', 'use']);

/// Makes an element ("svg:a" is SVG's link); attributes that are null, undefined or false are left out.
export function el(tag, attributes = {}, ...children) {
  const is_svg = svg_tags.has(tag) || tag === 'svg:a';
  const out = is_svg ? document.createElementNS('http://www.w3.org/2000/svg', tag.replace('svg:', ''))
                     : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    out.setAttribute(name, value === true ? '' : value);
  }
  out.append(...children.flat(3).filter(child => child != null && child !== false && child !== ''));
  return out;
}

/// Makes `old` look like `now` and touches only what differs: focus, scrolling, open <details> stay.
/// Elements with the same data-id are the same thing; one with data-keep looks after its own content.
export function morph(old, now) {
  if (old.nodeName !== now.nodeName || old.dataset?.id !== now.dataset?.id ||
      old.dataset?.keep !== now.dataset?.keep) {
    return old.replaceWith(now);
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== now.data) old.data = now.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.dataset.keep !== undefined) return;
  const wanted = new Set([...now.children].map(child => child.dataset.id));
  const known = new Map();
  for (const child of [...old.children]) {
    if (!child.dataset.id) continue;
    if (wanted.has(child.dataset.id)) known.set(child.dataset.id, child);
    else child.remove();
  }
  let at = old.firstChild;
  for (const child of [...now.childNodes]) {
    const match = known.get(child.dataset?.id);
    while (match && at && !at.dataset?.id) at = drop(at);
    if (match && match !== at) at = old.insertBefore(match, at);
    if (!at || (at.dataset?.id && !match) || (child.dataset?.id && !match)) {
      old.insertBefore(child, at);
      continue;
    }
    const next = at.nextSibling;
    morph(at, child);
    at = next;
  }
  while (at) at = drop(at);
}
function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

const drawings = {
  fresh: 'ok', succeeded: 'ok', pass: 'ok', passed: 'ok',
  failed: 'failed', lost: 'failed',
  stale: 'late', partial: 'late', late: 'late', warning: 'late',
  running: 'running', starting: 'running',
  waiting: 'waiting', queued: 'waiting',
  missing: 'never', unknown: 'never',
  idle: 'off', paused: 'off', skipped: 'off', canceled: 'off', withheld: 'off',
};
export const drawing = word => drawings[word] ?? 'never';
export const icon = name => el('svg', { class: 'icon', 'aria-hidden': 'true' }, el('use', { href: '#i-' + name }));
/// Icon, word and colour, never one of them alone.
export const status = (word, text = word) =>
  el('span', { class: 'status is-' + drawing(word) }, icon(drawing(word)), text);

/// What is to be said of an asset, as [word, text, short text]: its data, then what is not quiet about its work.
export function words_of(state) {
  if (!state) return [['unknown', 'unknown']];
  const out = [[state.data, state.data]];
  if (['warn', 'fail'].includes(state.freshness)) out.push(['late', 'too old']);
  if (state.checks_failed) out.push(['failed', state.checks_failed + ' failed check' + (state.checks_failed > 1 ? 's' : '')]);
  if (state.work === 'failed') out.push(['failed', 'last attempt failed', 'failed']);
  else if (!['idle', 'paused'].includes(state.work)) out.push([state.work, state.work]);
  if (state.paused) out.push(['paused', state.withheld ? 'paused, request withheld' : 'paused', 'paused']);
  return out;
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
export function time_text(instant) {
  const at = new Date(instant);
  return (at.toDateString() === new Date().toDateString() ? '' : day.format(at) + ' ') + clock.format(at);
}
export const time = instant =>
  instant ? el('time', { datetime: instant, title: instant }, time_text(instant)) : '–';

export function duration(from, to) {
  if (!from) return '–';
  const s = Math.max(0, (to ? new Date(to) : new Date()) - new Date(from)) / 1000;
  if (s < 1) return Math.round(s * 1000) + ' ms';
  if (s < 60) return s.toFixed(1) + ' s';
  return s < 3600 ? `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`
                  : `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
}

export const encode_key = key => key.split('/').map(encodeURIComponent).join('/');
/// To an asset, with the view and the filter as they are.
export function asset_href(key) {
  const query = location.hash.startsWith('#/assets') ? location.hash.split('?')[1] : '';
  return '#/assets/' + encode_key(key) + (query ? '?' + query : '');
}
export const count = (n, noun) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
