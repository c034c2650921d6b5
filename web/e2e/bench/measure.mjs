// What all benches share: a page that tells when something was painted, and figures as lines.
import { open } from '../browser.mjs';

const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const short = value => value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);

/// "name  median 1 ms  p95 2  worst 3  goal 4  samples 5"; of what should be large, the worst is the least.
export function line(name, { values, unit, goal, is_large = false, note = '' }) {
  const sorted = values.toSorted((a, b) => is_large ? b - a : a - b);
  const figures = sorted.length === 0 ? 'nothing' : `median ${short(share(sorted, 0.5))} ${unit}` +
    (sorted.length > 1 ? `  p95 ${short(share(sorted, 0.95))}  worst ${short(sorted.at(-1))}` : '');
  return `${name.padEnd(36)} ${figures}  ${goal === undefined ? '' : `goal ${goal}  `}samples ${values.length}${note && `  (${note})`}`;
}

/// Put into each page.  A frame was painted when a message that was sent during it arrives.
function probe() {
  const painted = () => new Promise(done => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  }));
  /// When `test` held first and was painted; null after `patience_ms`.  Asked after each change of the document.
  const when = (test, patience_ms = 60_000) => new Promise(done => {
    const end = at => { observer.disconnect(); clearTimeout(timer); done(at); };
    const look = () => { if (test()) { observer.disconnect(); painted().then(end); } };
    const observer = new MutationObserver(look);
    const timer = setTimeout(() => end(null), patience_ms);
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  });
  /// When something in `element` changed and that was painted.
  const changed = (element, patience_ms) => {
    let has_changed = false;
    const observer = new MutationObserver(() => { has_changed = true; });
    observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    return when(() => has_changed ||= observer.takeRecords().length > 0, patience_ms).finally(() => observer.disconnect());
  };
  const visit = to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); };
  globalThis.bench = { painted, when, changed, visit };
}

/// A page of its own context, so that nothing is cached; it begins with nothing.
export async function cold_page(browser, daemon, options) {
  const page = await open(browser, daemon, options);
  await page.context().addInitScript(probe);
  return page;
}
const shown = async (page, selector, begin) => {
  const at = await page.evaluate(wanted => globalThis.bench.when(() => document.querySelector(wanted)), selector);
  if (at === null) throw new Error(`${page.url()} did not show ${selector}`);
  return at - begin;
};
/// Goes there by loading it; milliseconds from then to when `selector` is painted.
export async function load(page, url, selector) {
  await page.goto(url, { waitUntil: 'commit' });
  return shown(page, selector, 0);
}
/// Goes there within the page; milliseconds to when `selector` is painted.
export async function visit(page, path, selector) {
  const begin = await page.evaluate(to => { const now = performance.now(); globalThis.bench.visit(to); return now; }, path);
  return shown(page, selector, begin);
}

/// What a page holds once all that it does not need is gone: bytes of objects and of arrays' buffers, numbers of nodes and listeners.
export async function held(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
  const of = name => metrics.find(each => each.name === name)?.value ?? 0;
  return { objects: usedSize, buffers: backingStorageSize, nodes: of('Nodes'), listeners: of('JSEventListeners') };
}
export async function watched(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await session.send('HeapProfiler.enable');
  return session;
}
export const megabytes = bytes => bytes / 2 ** 20;
