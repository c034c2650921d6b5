// How long somebody waits who opens a page for the first time.
import { Daemon } from '../daemon.mjs';
import { cold_page, load } from './measure.mjs';
import { with_company } from './projects.mjs';

const samples = 10;
const pages = [['/', '.overview-sentence'], ['/assets', '.catalog-rows .grid-row']];

export const first_paint = (browser, sizes, tell) => with_company(sizes.assets || 10_000, async company => {
  const daemon = new Daemon(company);
  try {
    await daemon.start();
    for (const [path, selector] of pages) {
      const first = [], rows = [];
      for (let i = 0; i < samples; ++i) {
        const page = await cold_page(browser, daemon);
        rows.push(await load(page, daemon.url + path, selector));
        first.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime));
        await page.context().close();
      }
      tell(`${path} first paint`, { values: first, unit: 'ms', goal: 500 });
      tell(`${path} rows shown`, { values: rows, unit: 'ms', goal: 500 });
    }
  } finally {
    await daemon.close();
  }
});
