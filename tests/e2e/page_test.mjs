// The page in a real browser: an event makes a node fresh, and the log of its run can be read.
//
//   FRESHET_PAGE_URL='http://127.0.0.1:4747/?ticket=…' node page_test.mjs
//
// FRESHET_PAGE_EVENTS: what to report, a JSON list of events; FRESHET_PAGE_ASSET: what then becomes fresh.
// The defaults are for examples/cookies.  CHROMIUM names the browser, SCREENSHOTS a folder for pictures.
import { strict as assert } from 'node:assert';
import { chromium } from 'playwright-core';

const url = process.env.FRESHET_PAGE_URL;
assert(url, 'FRESHET_PAGE_URL is not set');
const asset = process.env.FRESHET_PAGE_ASSET ?? 'cookie_dough';
const lot = 'page-' + process.pid;
const events = JSON.parse(process.env.FRESHET_PAGE_EVENTS ?? JSON.stringify([
  { kind: 'observation', asset: 'eggs', data_version: lot },
  { kind: 'check', asset: 'eggs', name: 'unbroken', passed: true },
  { kind: 'observation', asset: 'flour', data_version: lot },
]));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(60_000);
const faults = [];
page.on('console', message => { if (message.type() === 'error') faults.push(message.text()); });
page.on('pageerror', error => faults.push(error.stack));
const picture = async name => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
};

try {
  await page.goto(url);
  const node = page.locator(`.node[data-id="${asset}"]`);
  await node.waitFor();
  await page.getByText('● live').waitFor();
  await picture('1-graph');

  const before = await page.evaluate(async key => (await (await fetch('api/v1/assets/' + key)).json()).latest?.id ?? '', asset);
  const status = await page.evaluate(async body => (await fetch('api/v1/events', {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }, body,
  })).status, JSON.stringify(events));
  assert.equal(status, 202, 'POST events');

  // Made anew, not fresh from before: its latest update is another one.
  await node.click();
  const panel = page.getByRole('complementary', { name: 'Asset ' + asset });
  await panel.getByRole('heading', { name: 'Why' }).waitFor();
  await page.waitForFunction(async ([key, id]) => {
    const { latest, data } = await (await fetch('api/v1/assets/' + key)).json();
    return latest?.run && latest.id !== id && data === 'fresh';
  }, [asset, before], { polling: 200 });
  await page.waitForFunction(key => document.querySelector(`.node[data-id="${key}"]`).ariaLabel.startsWith(key + ', fresh'), asset);
  await picture('2-asset');

  await panel.getByRole('link', { name: /^run / }).first().click();
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: asset, exact: true }) }).first();
  await row.getByText('succeeded').waitFor();
  await picture('3-run');

  await row.getByRole('link', { name: /^Log/ }).click();
  await page.getByRole('heading', { name: 'Log of ' + asset }).waitFor();
  await page.locator('.log li').or(page.getByText('The step wrote nothing here.')).first().waitFor();
  await picture('4-log');
  assert.deepEqual(faults, [], 'the browser has something to complain about');
  console.log('page: ok');
} catch (error) {
  await picture('failed');
  console.error(error, faults);
  process.exitCode = 1;
} finally {
  await browser.close();
}
