// The first minute with the page, in a real browser and on a real daemon.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch, open, settled, violations } from './browser.mjs';
import { Daemon } from './daemon.mjs';

const project = `
project: kitchen
sources:
  - {asset: eggs, webhook: {}}
  - {asset: flour, webhook: {}}
assets:
  - {key: dough, deps: [eggs, flour], automation: eager, owners: ["team:bakery"], command: [sh, -c, "printf '\\\\033[32mmixed\\\\033[0m <b>well</b>\\\\n'"]}
  - {key: cookies, deps: [dough], automation: eager, freshness: {within: 6h}, command: [sh, -c, "test ! -e burnt || { echo 'ERROR: the oven is too hot' >&2; exit 3; }"]}
`;

describe('the page', { concurrency: false, timeout: 600_000 }, () => {
  let daemon, browser;
  before(async () => {
    daemon = await new Daemon({ files: { 'freshet.yaml': project } }).start();
    browser = await launch();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();  // also of a test that failed
  });
  after(async () => {
    await browser?.close();
    await daemon?.close();
  });

  test('a ticket signs in, and an event sent by hand makes the whole chain fresh', async () => {
    const page = await open(browser, daemon, { token: false });
    await page.goto(daemon.ticket_url);
    await page.getByRole('heading', { name: /4 assets defined, nothing has happened yet/ }).waitFor();
    await page.getByRole('button', { name: 'Send an event of eggs' }).click();
    await page.getByText('The event is taken in').first().waitFor();
    await page.getByRole('button', { name: 'Send an event of flour' }).click();
    await page.goto(`${daemon.url}/assets`);
    await page.getByRole('row', { name: /cookies.*fresh/ }).waitFor();
    assert.deepEqual(page.complaints, []);
  });

  test('what a step wrote can be read, as text, with its colours', async () => {
    const page = await open(browser, daemon);
    const { items } = await daemon.get('runs?asset=dough');
    const { step } = items[0].steps.find(each => each.asset === 'dough');
    await page.goto(`${daemon.url}/runs/${items[0].id}?step=${step}`);
    await page.getByText('mixed', { exact: true }).first().waitFor();
    await page.getByText('<b>well</b>').first().waitFor();
    assert.deepEqual(page.complaints, []);
  });

  test('a failure is one line with what waits on it, is explained, and is gone once it is mended', async () => {
    const { writeFile, rm } = await import('node:fs/promises');
    await writeFile(`${daemon.project}/burnt`, '');
    const page = await open(browser, daemon);
    await page.goto(daemon.url);
    await settled(page);
    await daemon.report('eggs', 'more');
    await page.getByRole('listitem').filter({ hasText: 'cookies' }).filter({ hasText: 'failed' }).first().waitFor();
    await page.getByRole('link', { name: 'Log', exact: true }).first().click();
    await page.getByText('ERROR: the oven is too hot').first().waitFor();
    await rm(`${daemon.project}/burnt`);
    await page.goto(daemon.url);
    await daemon.report('flour', 'better');
    await page.getByText('cookies', { exact: true }).first().waitFor();
    await page.waitForFunction(() => !document.querySelector('.problem'));
    assert.deepEqual(page.complaints, []);
  });

  test('the daemon ends: the page stays, says so, and goes on by itself', async () => {
    const page = await open(browser, daemon);
    await page.goto(`${daemon.url}/assets`);
    await page.locator('[data-connection=live]').waitFor();
    await daemon.stop('SIGKILL');
    await page.locator('[data-connection=lost]').waitFor();
    await page.getByText('The connection to the daemon is lost').waitFor();
    await page.getByText('cookies').first().waitFor();
    await daemon.start();
    await page.locator('[data-connection=live]').waitFor();
  });

  test('two tabs share one stream, and when the first is closed the other goes on', async () => {
    const first = await open(browser, daemon);
    await first.goto(`${daemon.url}/assets`);
    await first.locator('[data-connection=live]').waitFor();
    const second = await first.context().newPage();
    await second.goto(`${daemon.url}/assets`);
    await second.locator('[data-connection=live]').waitFor();
    const clients = async () => (await daemon.get('system')).streams.clients;
    while (await clients() !== 1) await new Promise(go_on => setTimeout(go_on, 50));  // those of pages that are gone are noticed late
    await first.close();
    await daemon.report('eggs', 'for the other tab');
    await second.locator('[data-connection=live]').waitFor();
    while (await clients() !== 1) await new Promise(go_on => setTimeout(go_on, 50));
  });

  for (const path of ['/', '/lineage?focus=dough', '/assets', '/assets/dough', '/runs', '/automation', '/automation?asset=dough', '/partitions', '/backfills', '/plan', '/system']) {
    test(`axe finds nothing to mend on ${path}, light and dark`, async () => {
      for (const theme of ['light', 'dark']) {
        const page = await open(browser, daemon, { theme });
        await page.goto(daemon.url + path);
        await settled(page);
        assert.deepEqual(await violations(page), [], theme);
        assert.deepEqual(page.complaints, [], theme);
        await page.context().close();
      }
    });
  }
});

test('the page works under a prefix', async () => {
  const daemon = await new Daemon({ files: { 'freshet.yaml': project }, args: ['--prefix', '/data/freshet', '--behind-proxy'] }).start();
  const browser = await launch();
  try {
    const page = await open(browser, daemon);
    const base = `${new URL(daemon.url).origin}/data/freshet`;
    await page.goto(`${base}/assets/dough`);
    await settled(page);
    await page.getByRole('link', { name: 'Catalog' }).first().click();
    await page.getByRole('row', { name: /cookies/ }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/data/freshet/assets');
    await page.goBack();
    await page.waitForURL(`${base}/assets/dough`);
    assert.deepEqual(page.complaints, []);
  } finally {
    await browser.close();
    await daemon.close();
  }
});
