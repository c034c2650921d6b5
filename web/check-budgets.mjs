// node check-budgets.mjs DIST: what a browser reads before the page and each of its routes can be used, as
// JavaScript and styles in gzipped kB.  Ends with 1 where a limit of budgets.json is passed, with 2 where
// DIST is no build of the page.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = process.argv[2];
const fail = text => { console.error(text); process.exit(2); };
if (!dist) fail('usage: node check-budgets.mjs DIST');
const budgets = JSON.parse(readFileSync(new URL('budgets.json', import.meta.url), 'utf8'));
const text_of = name => { try { return readFileSync(join(dist, name), 'utf8'); } catch (error) { return fail(`${join(dist, name)}: ${error.message}; build the page first`); } };
const chunk = name => text_of(join('static', name));
const sizes = new Map();
const size_of = name => {
  if (!sizes.has(name)) sizes.set(name, gzipSync(chunk(name), { level: 9 }).length);
  return sizes.get(name);
};
const total = names => [...names].reduce((sum, name) => sum + size_of(name), 0) / 1000;

/// What a chunk imports at once, and what those import.
function closure(names, seen = new Set()) {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (name.endsWith('.js')) closure(Array.from(chunk(name).matchAll(/(?:from|import)\s*[`"']\.\/([\w.-]+\.js)[`"']/g), match => match[1]), seen);
  }
  return seen;
}

const html = text_of('index.html');
const named = Array.from(html.matchAll(/(?:src|href)="[^"]*static\/([\w.-]+\.(?:js|css))"/g), match => match[1]);
const entry = named.find(name => name.startsWith('index') && name.endsWith('.js'));
if (!entry) fail(`${join(dist, 'index.html')} names no script`);
const first = closure(named), source = chunk(entry);
const files = Array.from((/m\.f=\[([^\]]*)\]/.exec(source)?.[1] ?? '').matchAll(/[`"']\.\/([\w.-]+)[`"']/g), match => match[1]);
const rows = [{ name: 'first load', kb: total(first), budget: budgets.first_load_kb }];
for (const [, name, deps] of source.matchAll(/import\([`"']\.\/([\w.-]+\.js)[`"']\)(?:[^;]{0,200}?;?[^;]{0,80}?__vite__mapDeps\(\[([\d,]*)\])?/g)) {
  const all = closure([name, ...(deps ? deps.split(',').map(i => files[Number(i)]) : [])], new Set(first));
  rows.push({ name: basename(name).replace(/-[\w-]{8}\.js$/, ''), kb: total(all), budget: budgets.route_kb });
}
if (rows.length < 2) fail('no route was found: has the form of the build changed?');

let is_over = false;
console.log(`${'kB gzipped'.padEnd(16)} ${'size'.padStart(7)} ${'want'.padStart(5)} ${'limit'.padStart(5)}`);
for (const { name, kb, budget } of rows) {
  const word = kb > budget.limit ? 'over the limit' : kb > budget.want ? 'more than wanted' : '';
  is_over ||= kb > budget.limit;
  console.log(`${name.padEnd(16)} ${kb.toFixed(1).padStart(7)} ${String(budget.want).padStart(5)} ${String(budget.limit).padStart(5)} ${word}`.trimEnd());
}
process.exit(is_over ? 1 : 0);
