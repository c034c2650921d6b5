// How fast the page is, on a real daemon and in a real browser without a graphics card.
//   web/run node e2e/bench.mjs [--only NAME,...] [--assets N] [--lines N] [--minutes N] [BIN_FOLDER]
// BIN_FOLDER is seen from the repository: build/release/bin by default.  Figures, not tests: it ends with 0 however slow it was.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const number = { type: 'string' };
const { values: wanted, positionals } = parseArgs({
  options: { only: number, assets: number, lines: number, minutes: number }, allowPositionals: true,
});
const root = new URL('../..', import.meta.url).pathname;
process.env.FRESHET_BIN = resolve(root, positionals[0] ?? 'build/release/bin');  // read where daemons are started
const [{ launch }, { line }, { event_to_pixel, filter_keystroke }, { first_paint }, { lineage_all }, { log_jump }, { soak }] =
  await Promise.all(['browser', 'bench/measure', 'bench/catalog', 'bench/first_paint', 'bench/lineage', 'bench/log', 'bench/soak']
    .map(name => import(`./${name}.mjs`)));

const benches = { first_paint, lineage_all, filter_keystroke, log_jump, event_to_pixel, soak };
const names = wanted.only?.split(',') ?? Object.keys(benches);
const unknown = names.find(name => !(name in benches));
if (unknown) {
  console.error(`bench.mjs: there is no "${unknown}"; want one of ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const sizes = { assets: Number(wanted.assets) || 0, lines: Number(wanted.lines) || 0, minutes: Number(wanted.minutes) || 0 };
process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'freshet-bench-'));  // all that is written, by Chromium, too
process.once('exit', () => rmSync(process.env.TMPDIR, { recursive: true, force: true }));
const processor = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
const commit = spawnSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout?.trim();
console.log(`# ${cpus().length} x ${processor}, ${process.env.FRESHET_BIN}, commit ${commit || 'unknown'}`);
for (const name of names) {
  const browser = await launch();
  console.log(`# ${name}: load average ${loadavg().map(each => each.toFixed(1)).join(' ')}`);
  try {
    await benches[name](browser, sizes, (part, figure) => console.log(line(`${name} ${part}`, figure)));
  } catch (error) {
    console.log(`${name}: not measured: ${error.stack.slice(0, 1000)}`);
  } finally {
    await browser.close();
  }
}
