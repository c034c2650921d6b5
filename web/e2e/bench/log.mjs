// A log of a gigabyte: its first lines, any line, what is looked for.
import { Daemon } from '../daemon.mjs';
import { cold_page, load, visit } from './measure.mjs';
import { dice } from './projects.mjs';

const jumps = 40;
/// About 105 bytes a line, no two of them the same.
const program = lines => `BEGIN {
  for (i = 1; i <= ${lines}; ++i) {
    printf "2026-01-31T12:%02d:%02d INFO  batch %08d: %d rows of orders_enriched written to the warehouse, %d of them new\\n",
      int(i / 60) % 60, i % 60, i, i * 7919 % 100003, i * 104729 % 1009
  }
}`;

export async function log_jump(browser, sizes, tell) {
  const lines = sizes.lines || 10_000_000;
  const files = { 'write.awk': program(lines), 'freshet.yaml': 'project: bench\nassets:\n  - {key: big, command: [awk, -f, write.awk]}\n' };
  const daemon = new Daemon({ files });
  try {
    await daemon.start();
    const begin = performance.now();
    const { id } = await daemon.post('runs', { select: 'big' });
    let run;
    do run = await daemon.get(`runs/${id}?wait=60&until=terminal`); while (!['succeeded', 'failed', 'canceled'].includes(run.status));
    tell('written', { values: [(performance.now() - begin) / 1000], unit: 's', note: `${lines} lines, ${run.status}` });
    const page = await cold_page(browser, daemon);
    const row = number => `.log-row:has(.log-no[href$="#L${number}"]) .log-text:not(.quiet)`;
    tell('first lines', { values: [await load(page, `${daemon.url}/runs/${id}?step=0`, row(1))], unit: 'ms', note: 'page and all' });
    const roll = dice(7), far = [];
    for (let i = 0; i < jumps; ++i) {
      const number = i === 0 ? lines - 5 : 1 + roll(lines);
      far.push(await visit(page, `/runs/${id}?step=0#L${number}`, row(number)));
    }
    tell('jump', { values: far, unit: 'ms', goal: 150 });
    const hits = [];
    for (const part of [0.001, 0.25, 0.5, 0.75, 0.999]) {
      const number = Math.floor(lines * part);
      const query = new URLSearchParams({ step: 0, q: `batch ${String(number).padStart(8, '0')}` });
      hits.push(await visit(page, `/runs/${id}?${query}`, `.is-found:has(.log-no[href$="#L${number}"])`));
    }
    tell('search first hit', { values: hits, unit: 'ms', note: `at 0.1, 25, 50, 75, 99.9 %: ${hits.map(each => each.toFixed(0)).join(', ')}` });
  } finally {
    await daemon.close();
  }
}
