// Projects to measure with.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/// The same numbers each time: 0 up to, without, `below`.
export function dice(seed = 1) {
  let state = seed;
  return below => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ state >>> 13) >>> 0) % below;
  };
}

const words = ['orders', 'customers', 'invoices', 'shipments', 'sessions', 'payments', 'stock', 'campaigns', 'tickets', 'prices'];
const stages = ['raw', 'staged', 'cleaned', 'joined', 'daily', 'weekly', 'features', 'scores', 'marts', 'reports'];
const groups = 200, tiers = 8, per_file = 10_000;

/// A graph of 200 groups in eight tiers, each group in ten stages, with 1.7 dependencies an asset: its files, all its
/// keys, those that others write.  In one group of ten something runs by itself once such a one has changed.
/// `about` so many assets: each group has whole tens.
export function layered(about) {
  const rows = Math.max(1, Math.ceil(about / groups / stages.length)), members = rows * stages.length, size = groups * members;
  const group_of = i => Math.floor(i / members), stage_of = i => i % stages.length;
  const keys = Array.from({ length: size }, (_, i) =>
    `team_${String(group_of(i)).padStart(3, '0')}/${stages[stage_of(i)]}/${words[i * 7 % words.length]}_${i}`);
  const roll = dice();
  const member = (group, stage) => group * members + roll(rows) * stages.length + stage;
  /// Of the stage before, or what a group of the tier before publishes.
  const dep_of = i => {
    const group = group_of(i), stage = stage_of(i);
    if (group % tiers === 0 || stage > 3 || roll(3) > 0) return keys[member(group, stage - 1)];
    const column = (Math.floor(group / tiers) + roll(3)) % (groups / tiers);
    return keys[member(column * tiers + group % tiers - 1, stages.length - 2)];
  };
  const files = { 'freshet.yaml': 'project: bench\ninclude: [parts/*.yaml]\ndefaults: {command: ["true"]}\n' };
  for (let first = 0; first < size; first += per_file) {
    const sources = [], assets = [];
    for (let i = first; i < Math.min(size, first + per_file); ++i) {
      const what = `group: team_${group_of(i)}, owners: ["team:team_${group_of(i) % 40}"], kinds: [${words[i % 5]}]`;
      if (stage_of(i) === 0) sources.push(`  - {asset: ${keys[i]}, webhook: {}, ${what}}`);
      else {
        const deps = new Set(Array.from({ length: roll(10) < 7 ? 2 : 1 }, () => dep_of(i)));
        const automation = stage_of(i) === 1 && group_of(i) % 10 === 0 ? ', automation: eager' : '';
        assets.push(`  - {key: ${keys[i]}, deps: [${[...deps].join(', ')}], ${what}${automation}}`);
      }
    }
    files[`parts/${String(first).padStart(7, '0')}.yaml`] = `sources:\n${sources.join('\n')}\nassets:\n${assets.join('\n')}\n`;
  }
  return { files, keys, sources: keys.filter((_, i) => stage_of(i) === 0) };
}

/// Six of seven are told to have been made, upstream first; so some are fresh, some stale, some missing.  Waits for what
/// runs because of that.
export async function report_most(daemon, keys) {
  const made = keys.filter((_, i) => i % 7 !== 0), at_once = 100;
  made.sort((a, b) => stages.indexOf(a.split('/')[1]) - stages.indexOf(b.split('/')[1]));
  for (let first = 0; first < made.length; first += at_once)
    await daemon.post('events', made.slice(first, first + at_once).map(asset => ({ kind: 'materialization', asset, data_version: '1' })));
  const active = async () => (await daemon.get('runs?status=running,starting,queued&limit=1')).items[0];
  for (let run = await active(); run; run = await active()) await daemon.get(`runs/${run.id}?wait=60&until=terminal`);
}

/// The company of the examples with two days of history; its steps take no time.  `work` has it for as long as it takes.
export async function with_company(assets, work) {
  const run = promisify(execFile);
  const folder = await mkdtemp(join(tmpdir(), 'freshet-bench-'));
  try {
    const examples = new URL('../../../examples/company/', import.meta.url).pathname;
    await run('python3', [join(examples, 'generate.py'), folder, '--assets', String(assets), '--days', '2']);
    const project = join(folder, 'project'), state = join(folder, 'state');
    for (const name of (await readdir(project, { recursive: true })).filter(each => each.endsWith('.yaml'))) {
      const path = join(project, name), text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(/\["?python3[^\]]*\]/g, '["true"]'));
    }
    await run(join(process.env.FRESHET_BIN, 'freshet'), ['simulate', join(folder, 'history.yaml'), '--state', state], { maxBuffer: 2 ** 28 });
    return await work({ project, state });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
