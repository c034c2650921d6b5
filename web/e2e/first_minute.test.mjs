// The first minute with the page, in a real browser and on a real daemon.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
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

  test('what comes from outside is seen with what it led to, what is refused with its reason, and a source can be paused', async () => {
    const page = await open(browser, daemon);
    await page.goto(daemon.url);
    await settled(page);
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByText('2 sources').first().waitFor();
    const table = page.getByRole('grid', { name: '2 sources' });
    await table.getByRole('link', { name: 'eggs' }).click();
    const panel = page.getByRole('region', { name: 'eggs', exact: true });
    await panel.getByText('What others send here over HTTP.').waitFor();

    await daemon.report('eggs', 'of-the-morning');
    const news = panel.getByRole('region', { name: 'Last events' }).getByRole('row', { name: /of-the-morning/ });
    await news.getByRole('link', { name: 'dough' }).waitFor();
    await page.getByRole('region', { name: 'Events as they come' }).getByRole('row', { name: /of-the-morning/ }).waitFor();

    await assert.rejects(daemon.post('events', { asset: 'eggs', partition: 'brown', data_version: '1' }), /422/);
    await panel.getByText(/eggs has no partitions/).click();
    await panel.getByText('"partition": "brown"').waitFor();
    await page.getByRole('link', { name: /1 report was refused/ }).waitFor();
    await panel.getByRole('button', { name: 'Replay' }).click();
    await panel.getByText(/refused again: /).waitFor();  // nothing was mended
    for (const each of page.complaints.splice(0)) assert.match(each, /status of 4/);

    await panel.getByRole('button', { name: 'Test now' }).click();
    await panel.getByText('It can be read.').waitFor();
    await panel.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel(/Reason/).fill('the hens are moving');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await panel.getByText(/paused it.*the hens are moving/).waitFor();
    await panel.getByRole('button', { name: 'Resume' }).click();
    await panel.getByRole('button', { name: 'Pause' }).waitFor();

    await page.goBack();
    await panel.waitFor({ state: 'detached' });
    await page.goForward();
    await panel.waitFor();
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

  for (const path of ['/', '/lineage?focus=dough', '/assets', '/assets/dough', '/runs', '/automation', '/automation?asset=dough', '/partitions', '/backfills', '/plan', '/sources', '/sources?source=eggs', '/system']) {
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

test('what was refused is taken in once the definitions fit, and says so', async () => {
  const daemon = await new Daemon({ files: { 'freshet.yaml': project } }).start();
  const browser = await launch();
  try {
    await assert.rejects(daemon.post('events', { asset: 'eggs', partition: 'brown', data_version: '1' }), /422/);
    await writeFile(`${daemon.project}/freshet.yaml`, project.replace('{asset: eggs, webhook: {}}', '{asset: eggs, webhook: {}, partitions: {static: [brown]}}'));
    await daemon.post('reload', {});
    const page = await open(browser, daemon);
    await page.goto(`${daemon.url}/sources?source=eggs`);
    const panel = page.getByRole('region', { name: 'eggs', exact: true });
    await panel.getByRole('button', { name: 'Replay' }).click();
    await panel.getByText(/taken in as event \d+/).waitFor();
    await page.reload();
    await panel.getByText(/eggs has no partitions/).waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Replay' }).count(), 0);
    assert.deepEqual(page.complaints, []);
  } finally {
    await browser.close();
    await daemon.close();
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
