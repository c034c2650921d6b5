// A working day in minutes: what the page holds after each round, and how that grows.
import { readFile } from 'node:fs/promises';
import { Daemon } from '../daemon.mjs';
import { cold_page, held, load, megabytes, visit, watched } from './measure.mjs';
import { dice, layered } from './projects.mjs';

/// A minute of a normal day: an event a second, of which some lead to runs, and another page.
const events_a_minute = 60, warm_up = 0.2;

async function resident(daemon) {
  const status = await readFile(`/proc/${daemon.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+)/.exec(status)[1]) / 1024;
}
/// The slope of the line that fits best.
function slope(points) {
  const mean = which => points.reduce((sum, each) => sum + each[which], 0) / points.length;
  const x = mean(0), y = mean(1);
  return points.reduce((sum, each) => sum + (each[0] - x) * (each[1] - y), 0) / points.reduce((sum, each) => sum + (each[0] - x) ** 2, 0);
}

export async function soak(browser, sizes, tell) {
  const minutes = sizes.minutes || 5, { files, sources } = layered(sizes.assets || 5_000);
  const daemon = new Daemon({ files });
  try {
    await daemon.start();
    const roll = dice(3), pick = list => list[roll(list.length)];
    const send = async count => {
      for (let i = 0; i < count; ++i) await daemon.report(pick(sources), `${Date.now()} ${i}`);
    };
    await send(sources.length / 2);
    const page = await cold_page(browser, daemon);
    await load(page, daemon.url, '.overview-sentence');
    const session = await watched(page);
    const round = [
      () => ['/lineage', '.page-lineage .lineage-window[style*="width"]'],
      () => [`/lineage?focus=${encodeURIComponent(pick(sources))}`, '.page-lineage canvas'],
      () => ['/assets', '.page-assets .grid-row'],
      () => [`/assets?q=${pick(sources).split('/').at(-1)}`, '.page-assets .grid-row'],
      () => [`/assets/${pick(sources)}`, '.page-asset h1'],
      () => ['/runs', '.page-runs .grid-row'],
      ({ items }) => [`/runs/${items[0].id}`, '.page-run h1'],
      () => ['/automation', '.page-automation h1, .page-automation .sentence, .page-automation .grid-row'],
      () => ['/', '.page-overview .overview-sentence'],
    ];
    const samples = [], end = performance.now() + minutes * 60_000;
    let pages = 0;
    while (performance.now() < end) {
      for (const place of round) {
        const [path, selector] = place(await daemon.get('runs?limit=1'));
        await Promise.all([send(events_a_minute), visit(page, path, selector)]);
        ++pages;
      }
      samples.push({ hours: pages / 60, ...await held(session), resident: await resident(daemon) });
    }
    const settled = samples.slice(Math.floor(samples.length * warm_up));
    const growth = of => slope(settled.map(each => [each.hours, of(each)]));
    const from_to = of => `${of(settled[0])} to ${of(settled.at(-1))}`;
    const note = `${pages} pages and ${pages * events_a_minute} events: ${(pages / 60).toFixed(1)} h of one page a minute and one event a second`;
    const size = each => megabytes(each.objects + each.buffers).toFixed(2);
    tell('heap grows', { values: [growth(each => megabytes(each.objects + each.buffers))], unit: 'MB/h', goal: 1, note });
    tell('heap', { values: settled.map(each => Number(size(each))), unit: 'MB', note: from_to(size) });
    tell('nodes grow', { values: [growth(each => each.nodes)], unit: '1/h', note: from_to(each => each.nodes) });
    tell('listeners grow', { values: [growth(each => each.listeners)], unit: '1/h', note: from_to(each => each.listeners) });
    tell('daemon grows', { values: [growth(each => each.resident)], unit: 'MB/h', note: `${from_to(each => each.resident.toFixed(0))} MB resident` });
  } finally {
    await daemon.close();
  }
}
