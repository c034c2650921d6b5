// The catalog: how fast it follows typing, and what happens.
import { Daemon } from '../daemon.mjs';
import { cold_page, load, visit } from './measure.mjs';
import { layered, report_most, with_company } from './projects.mjs';

const rows = '.catalog-rows', patience_ms = 2_000, pause_ms = 150;
/// The last two have a letter wrong, so that similar keys are looked for.
const texts = key => ['orders_', 'daily', key, 'team_0 marts 7', 'shipmants_', 'team_00 pryces'];

export async function filter_keystroke(browser, sizes, tell) {
  const { files, keys } = layered(sizes.assets || 100_000);
  const daemon = new Daemon({ files });
  try {
    await daemon.start();
    await report_most(daemon, keys);
    const page = await cold_page(browser, daemon);
    await load(page, `${daemon.url}/assets`, `${rows} .grid-row`);
    const press = async key => {
      const shown = page.evaluate(([selector, patience]) => new Promise(done => {
        addEventListener('keydown', event => {
          globalThis.bench.changed(document.querySelector(selector), patience).then(at => done(at === null ? null : at - event.timeStamp));
        }, { once: true, capture: true });
      }), [rows, patience_ms]);
      await page.evaluate(() => 0);  // what listens is there
      await page.keyboard.press(key);
      return { ms: await shown, key };
    };
    await page.getByRole('searchbox').first().focus();
    const took = { typing: [], deleting: [], similar: [] };
    for (const [number, text] of texts(keys[Math.floor(keys.length / 2)]).entries()) {
      let typed = '';
      for (const key of [...text, ...Array.from(text, () => 'Backspace')]) {
        typed = key === 'Backspace' ? typed.slice(0, -1) : typed + key;
        const { ms } = await press(key);
        const is_similar = number >= 4 && await page.locator('.filter [role=status]').textContent() !== '';
        if (ms !== null) took[is_similar ? 'similar' : key === 'Backspace' ? 'deleting' : 'typing'].push(ms);
        await page.waitForTimeout(pause_ms);  // as people type
      }
    }
    for (const [name, values] of Object.entries(took)) tell(name, { values, unit: 'ms', goal: 50 });
  } finally {
    await daemon.close();
  }
}

const events = 100, old_ms = 180_000;

/// Each time another source of which nothing was heard for some minutes: what its row says of its age changes for sure,
/// and only then.  Both clocks are the machine's.
export const event_to_pixel = (browser, sizes, tell) => with_company(sizes.assets || 5_000, async company => {
  const daemon = new Daemon(company);
  try {
    await daemon.start();
    const { items } = await daemon.get(`assets?limit=500&select=${encodeURIComponent('kind:source and partitions:none')}`);
    const page = await cold_page(browser, daemon);
    await load(page, `${daemon.url}/assets`, `${rows} .grid-row`);
    await page.locator('[data-connection=live]').waitFor();
    const answered = [], painted = [];
    const quiet = items.filter(each => each.latest && Date.now() - Date.parse(each.latest.at) > old_ms);
    for (const { key } of quiet.slice(0, events)) {
      await visit(page, `/assets?q=${encodeURIComponent(key)}`, `${rows} [title="${key}"]`);
      await page.waitForTimeout(pause_ms);
      const shown = page.evaluate(async ([name, patience]) => {
        const row = [...document.querySelectorAll('.catalog-rows .grid-row')].find(each => each.querySelector(`[title="${name}"]`));
        const at = await globalThis.bench.changed(row, patience);
        return at === null ? null : performance.timeOrigin + at;
      }, [key, patience_ms]);
      await page.evaluate(() => 0);
      const begin = performance.timeOrigin + performance.now();
      await daemon.report(key, `bench ${key}`);
      answered.push(performance.timeOrigin + performance.now() - begin);
      const at = await shown;
      if (at !== null) painted.push(at - begin);
    }
    tell('answered', { values: answered, unit: 'ms' });
    tell('painted', { values: painted, unit: 'ms', goal: 100 });
  } finally {
    await daemon.close();
  }
});
