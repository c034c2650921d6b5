// Walks every page of a daemon and writes a picture of each: light and dark, English and German, wide and phone.
//   web/run node e2e/walk.mjs URL TOKEN_FILE FOLDER [--quick] [--against FOLDER]
// --against: says how much of each picture differs from that of an earlier walk, and draws where (NAME.diff.png).
// Exits with 1 when a page complains, is wider than a phone, or axe finds something.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { launch, open, settled, violations } from './browser.mjs';

const { values: { quick, against }, positionals: [url, token_file, folder] } =
  parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' }, against: { type: 'string' } } });
if (!folder) {
  console.error('usage: web/run node e2e/walk.mjs URL TOKEN_FILE FOLDER [--quick] [--against FOLDER]');
  process.exit(2);
}
const token = (await readFile(token_file, 'utf8')).trim();
const daemon = { url, token };
const get = async path => (await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })).json();

const first = async (path, pick = each => each.id) => { const { items } = await get(path); return items?.[0] ? pick(items[0]) : null; };
const key = path => path.split('/').map(encodeURIComponent).join('/');
const failed_run = await first('runs?status=failed&limit=1'), any_run = await first('runs?status=succeeded&limit=1');
const incident = await first('incidents', each => each.asset);
const { counts: cut } = await (async () => ({ counts: (await get('status?codes=1')).partition_counts.rank }))();
const catalog = await get('catalog');
const cut_by = kind => catalog.key[cut.find(rank => catalog.partition_texts[catalog.partitions[rank]]?.startsWith(`{"${kind}"`)) ?? -1];
const partitioned = cut_by('daily') ?? catalog.key[cut[0]], multi = cut_by('multi');
const hub = catalog.deps.flat().reduce((counts, rank) => counts.set(rank, (counts.get(rank) ?? 0) + 1), new Map());
const busiest = catalog.key[[...hub].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0];
const backfill = await first('backfills?limit=1');
const asset = incident ?? busiest;
const source = await first('sources', each => each.asset);
/// Automated, of an upstream whose name is the longest word a decision has to say.
const word_of = rank => catalog.key[rank].split('/').at(-1).length;
const wordy_of = rank => (catalog.automation[rank] < 0 ? 0 : Math.max(0, ...catalog.deps[rank].map(word_of)));
const wordiest = catalog.key[[...catalog.key.keys()].reduce((best, rank) => (wordy_of(rank) > wordy_of(best) ? rank : best), 0)];

/// [name, address]; what there is nothing to show for is left out.
const pages = [
  ['overview', '/'], ['lineage', '/lineage'], ['lineage-focus', `/lineage?focus=${encodeURIComponent(asset)}`], ['lineage-impact', `/lineage?focus=${encodeURIComponent(asset)}&mode=impact`],
  ['lineage-hub', `/lineage?focus=${encodeURIComponent(busiest)}`], ['lineage-list', `/lineage?focus=${encodeURIComponent(asset)}&list=1`],
  ['catalog', '/assets'], ['catalog-none', '/assets?q=nothing-is-called-so'],
  ...['', 'runs', 'history', 'checks', 'automation', 'schema', 'definition', 'consumers'].map(tab => [`asset${tab && '-' + tab}`, `/assets/${key(asset)}${tab && '?tab=' + tab}`]),
  ['asset-decided', `/assets/${key(wordiest)}?tab=automation`],
  partitioned && ['asset-partitions', `/assets/${key(partitioned)}?tab=partitions`], multi && ['asset-heat', `/assets/${key(multi)}?tab=partitions`],
  ['asset-unknown', '/assets/no/such/asset'],
  ['runs', '/runs'], ['runs-errors', '/runs?status=failed&group=error'], any_run && ['run', `/runs/${any_run}`], failed_run && ['run-failed', `/runs/${failed_run}`], ['run-unknown', '/runs/0000000000000'],
  ['automation', '/automation'], ['automation-asset', `/automation?asset=${encodeURIComponent(asset)}`],
  ['partitions', '/partitions'], ['backfills', '/backfills'], backfill && ['backfill', `/backfills/${backfill}`],
  ['plan', '/plan'], ['sources', '/sources'], source && ['source', `/sources?source=${encodeURIComponent(source)}`], ['system', '/system'], ['nowhere', '/nowhere'],
].filter(Boolean);

const looks = quick ? [{ name: 'light-en', theme: 'light', language: 'en' }, { name: 'phone', theme: 'dark', language: 'de', width: 390, height: 844 }] : [
  { name: 'light-en', theme: 'light', language: 'en' }, { name: 'dark-en', theme: 'dark', language: 'en' }, { name: 'light-de', theme: 'light', language: 'de' },
  { name: 'pseudo', theme: 'light', language: 'pseudo' }, { name: 'phone', theme: 'light', language: 'en', width: 390, height: 844 }, { name: 'phone-dark-de', theme: 'dark', language: 'de', width: 390, height: 844 },
];
let faults = 0;
const complain = text => { ++faults; console.log(text); };
await mkdir(folder, { recursive: true });
/// The share of pixels that differ from the same picture of an earlier walk; null where there is none.
async function changed(name, picture) {
  const before = await readFile(join(against, name)).then(PNG.sync.read, () => null);
  const now = PNG.sync.read(picture);
  if (!before || before.width !== now.width || before.height !== now.height) return null;
  const marks = new PNG({ width: now.width, height: now.height });
  const count = pixelmatch(before.data, now.data, marks.data, now.width, now.height, { threshold: 0.1 });
  if (count > 0) await writeFile(join(folder, name.replace('.png', '.diff.png')), PNG.sync.write(marks));
  return count / (now.width * now.height);
}

const browser = await launch();
for (const look of looks) {
  const page = await open(browser, daemon, look);
  for (const [name, path] of pages) {
    const is_missing = /unknown|nowhere/.test(name);
    await page.goto(url + path);
    await settled(page);
    await page.waitForTimeout(quick ? 100 : 400);  // pictures that follow the data: canvases
    const file = `${name}.${look.name}.png`;
    const picture = await page.screenshot();
    const share = against ? await changed(file, picture) : null;
    await writeFile(join(folder, file), picture);
    if (share !== null && share > 0.001) console.log(`${file}: ${(share * 100).toFixed(1)} % of it has changed`);
    const wide = await page.evaluate(() => {
      const over = document.documentElement.scrollWidth - innerWidth;
      if (over <= 1) return null;
      // A word can stick out of a part that does not.
      const right = part => { const range = document.createRange(); range.selectNodeContents(part); return Math.max(part.getBoundingClientRect().right, range.getBoundingClientRect().right); };
      const parts = [...document.querySelectorAll('#main *')].filter(part => right(part) > innerWidth + 1 && !part.closest('.scroll, .tabs, pre'));
      return `${over} px: ${parts.slice(-3).map(part => `${part.tagName} ${part.className} "${part.textContent.slice(0, 30)}"`).join(', ')}`;
    });
    if (wide) complain(`${name} ${look.name}: wider than the window by ${wide}`);
    for (const each of await violations(page)) complain(`${name} ${look.name}: ${each}`);
    for (const each of page.complaints.splice(0)) if (!(is_missing && each.includes('404'))) complain(`${name} ${look.name}: ${each}`);
  }
  await page.context().close();
}
await browser.close();
console.log(`${pages.length} pages, ${looks.length} looks, ${faults} faults`);
process.exit(faults ? 1 : 0);
