// The whole graph: until it is seen, and while one moves in it.
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from '../daemon.mjs';
import { cold_page, held, load, megabytes, watched } from './measure.mjs';
import { layered, report_most } from './projects.mjs';

const samples = 5, move_ms = 2_000, report_ms = 8;
/// How far the wheel is turned from one place where one pans to the next, and how many of these there are.
const turn = 800, stops = 4;
/// The window of the small picture is placed once the large one was drawn.
const drawn = '.lineage-window[style*="width"]';

/// What was presented and what took long while `work` went on.
async function moved(browser, page, work) {
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline.frame'] });
  await page.evaluate(() => {
    const { bench } = globalThis;
    bench.deltas = [];
    bench.long = [];
    bench.watch = new PerformanceObserver(list => bench.long.push(...list.getEntries().map(each => each.duration)));
    bench.watch.observe({ type: 'longtask' });
    let last = performance.now();
    const step = at => { bench.deltas.push(at - last); last = at; bench.next = requestAnimationFrame(step); };
    bench.next = requestAnimationFrame(step);
  });
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  const { deltas, long } = await page.evaluate(() => {
    const { bench } = globalThis;
    cancelAnimationFrame(bench.next);
    bench.watch.disconnect();
    return { deltas: bench.deltas, long: bench.long };
  });
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const per_second = name => traceEvents.filter(each => each.name === name).length / seconds;
  return { presented: per_second('DrawFrame'), dropped: per_second('DroppedFrame'), deltas, long };
}

/// As a mouse does: a report each 8 ms, whether or not the page follows.
async function steered(report) {
  const sent = [], begin = performance.now();
  for (let at = 0; at < move_ms; at = performance.now() - begin) {
    sent.push(report(at / move_ms));
    await sleep(Math.max(0, sent.length * report_ms - at));
  }
  await Promise.all(sent);
}
/// What is drawn nearest to the middle: nothing else has a colour.
const find_place = page => page.evaluate(() => {
  const canvas = document.querySelector('.lineage-canvas canvas'), { left, top } = canvas.getBoundingClientRect();
  const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let best = { x: 0, y: 0, far: Infinity };
  for (let i = 0; i < width * height; ++i) {
    const [r, g, b] = data.subarray(4 * i), x = i % width, y = Math.floor(i / width), far = Math.hypot(x - width / 2, y - height / 2);
    if (Math.max(r, g, b) - Math.min(r, g, b) > 25 && far < best.far) best = { x, y, far };
  }
  return { x: left + best.x / devicePixelRatio, y: top + best.y / devicePixelRatio };
});
async function pan(page, { x, y }) {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await steered(share => page.mouse.move(x + 260 * Math.sin(share * 4 * Math.PI), y + 160 * Math.sin(share * 2 * Math.PI)));
  await page.mouse.up();
}
async function zoom(page, { x, y }, delta) {
  await page.mouse.move(x, y);
  await steered(() => page.mouse.wheel(0, delta * report_ms / move_ms));
}

export async function lineage_all(browser, sizes, tell) {
  const { files, keys } = layered(sizes.assets || 100_000);
  const daemon = new Daemon({ files });
  try {
    const begin = performance.now();
    await daemon.start();
    const seconds = (performance.now() - begin) / 1000;
    tell('daemon loads it', { values: [seconds], unit: 's', note: `${keys.length} assets, no store yet, files written too` });
    await report_most(daemon, keys);
    let page;
    for (const [name, path] of [['groups', '/lineage'], ['all', '/lineage?view=all']]) {
      const shown = [];
      for (let i = 0; i < samples; ++i) {
        await page?.context().close();
        page = await cold_page(browser, daemon);
        shown.push(await load(page, daemon.url + path, drawn));
      }
      tell(`${name} first picture`, { values: shown, unit: 'ms', goal: 1000, note: `the first ${shown[0].toFixed(0)}: laid out` });
    }
    const deltas = [], long = [];
    const move = async (name, work) => {
      const found = await moved(browser, page, work);
      deltas.push(...found.deltas);
      long.push(...found.long);
      const note = `${found.dropped.toFixed(1)} dropped, ${found.long.length} long tasks`;
      tell(name, { values: [found.presented], unit: 'fps', goal: 55, is_large: true, note });
    };
    let place = await find_place(page);
    for (let stop = 0; stop < stops; ++stop) {
      if (stop > 0) await move(`zoom in to ${stop}`, () => zoom(page, place, -turn));
      place = await find_place(page);
      await move(`pan at ${stop}`, () => pan(page, place));
    }
    for (let stop = stops - 2; stop >= 0; --stop) await move(`zoom out to ${stop}`, () => zoom(page, place, turn));
    tell('between frames', { values: deltas, unit: 'ms' });
    tell('long tasks', { values: long, unit: 'ms', note: 'over 50 ms' });
    const { objects, buffers } = await held(await watched(page));
    const note = `${megabytes(objects).toFixed(1)} in objects, ${megabytes(buffers).toFixed(1)} in arrays' buffers`;
    tell('heap', { values: [megabytes(objects + buffers)], unit: 'MB', goal: 60, note });
  } finally {
    await daemon.close();
  }
}
