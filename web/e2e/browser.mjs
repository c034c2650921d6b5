// Debian's Chromium, signed in to a daemon; what a page complains of is collected.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/// Sections that are not shown where the daemon knows nothing of the kind.
const may_lack = /\/api\/v1\/(publications|lineage\/unmapped)$/;

/// A page that is signed in.  `language` "en", "de" or "pseudo"; `theme` "light" or "dark".
export async function open(browser, daemon, { width = 1440, height = 900, language = 'en', theme = 'light', time_zone = 'Europe/Vienna', token = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: theme, locale: 'en-GB', timezoneId: time_zone, reducedMotion: 'reduce',
    ...(token ? { extraHTTPHeaders: { authorization: `Bearer ${daemon.token}` } } : {}),
  });
  await context.addInitScript(([l]) => { localStorage.setItem('freshet.language', JSON.stringify(l)); }, [language]);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', message => { if (message.type() === 'error' && !may_lack.test(message.location().url)) page.complaints.push(message.text()); });
  page.on('pageerror', error => page.complaints.push(String(error)));
  page.setDefaultTimeout(30_000);
  return page;
}

/// Once nothing is being read any more.
export async function settled(page) {
  await page.waitForLoadState('networkidle').catch(() => {});  // the stream never ends; what matters follows
  await page.waitForFunction(() => document.querySelector('#main h1, #main .sentence, #main [role=table], #main canvas, #main .note, #main h2'));
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/// What axe finds, as sentences; none are wanted.
export async function violations(page) {
  // The page's policy forbids scripts from elsewhere; what the debugger evaluates is not subject to it.
  await page.evaluate(axe + ';undefined');
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  return found.violations.map(each => `${each.id}: ${each.help} (${each.nodes.slice(0, 3).map(node => node.target.join(' ')).join('; ')})`);
}
