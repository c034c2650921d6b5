// What ran, what is running, and where did it hurt?
import { asset_href, count, duration, el, status, time } from './dom.js';
import { call, changed, is_final, store, use } from './live.js';

const notes = new Map();          // run → what the last command came to
const cursors = [''];             // of the pages that are shown

async function command(run, work) {
  try {
    notes.set(run, await work());
  } catch (error) {
    notes.set(run, { text: error.message, is_error: true });
  }
  changed();
}
export const actions = {
  cancel: run => command(run, async () => {
    await call('POST', `runs/${run}/cancel`, {});
    return { text: 'Asked to stop.' };
  }),
  retry: run => command(run, async () => {
    const { value } = await call('POST', `runs/${run}/retry`, { from: 'failure' });
    return { text: 'Requested: ', run: value.id };
  }),
  more_runs(cursor) {
    if (!cursors.includes(cursor)) cursors.push(cursor);
    changed();
  },
};

const actors = { session: 'a person in the browser', token: 'a program with the token' };
const cause_of = run => (run.cause === 'automation' ? 'automation' : actors[run.actor] ?? run.actor ?? 'a person') +
  (run.cause === 'retry' ? ', as a retry' : '');
const heading = name => el('th', { scope: 'col', class: ['Step', 'Attempt', 'Took'].includes(name) && 'number' }, name);
const step_names = run => {
  const keys = [...new Set(run.steps.filter(Boolean).map(step => step.asset))];
  return keys.slice(0, 3).join(', ') + (keys.length > 3 ? ` and ${keys.length - 3} more` : '');
};

export function runs_page() {
  const pages = cursors.map(cursor => use('runs?limit=50' + (cursor && '&cursor=' + cursor)));
  const next = pages.at(-1).value?.next_cursor;
  const oldest = next ? pages.at(-1).value.items.at(-1)?.id : '';
  const runs = [...store.runs.values()].filter(run => run.cause && run.id >= oldest).sort((a, b) => a.id < b.id ? 1 : -1);
  const rows = runs.map(run => el('tr', { 'data-id': run.id },
    el('th', { scope: 'row' }, el('a', { href: '#/runs/' + run.id }, run.id)),
    el('td', {}, status(run.status)),
    el('td', {}, step_names(run)),
    el('td', {}, cause_of(run)),
    el('td', {}, time(run.created_at)),
    el('td', { class: 'number' }, duration(run.started_at, run.ended_at ?? null))));
  const going = runs.filter(run => !is_final(run.status)).length;
  const main = el('section', { class: 'page' },
    el('h1', {}, 'Runs'),
    el('p', { class: 'sentence' }, going ? `${count(going, 'run')} under way.` : pages[0].value && runs.length ? 'Nothing runs now.' : ''),
    pages.map(page => page.error && el('p', { class: 'error' }, page.error)),
    pages[0].value && runs.length === 0 && el('p', { class: 'note' }, 'Nothing has run yet. A run begins when something that an asset is made from changes, or when somebody asks: ',
      el('a', { href: '#/assets' }, 'choose an asset'), ' and press Materialize.'),
    runs.length > 0 && el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Runs' }, el('table', {},
      el('thead', {}, el('tr', {}, ['Run', 'Status', 'Assets', 'Asked by', 'Created', 'Took'].map(heading))),
      el('tbody', {}, rows))),
    next && el('button', { type: 'button', 'data-action': 'more_runs', 'data-value': next }, 'Older runs'));
  return { title: 'Runs', api: ['GET', 'runs'], main };
}

export function run_page({ id }) {
  const answer = use('runs/' + encodeURIComponent(id));
  const run = store.runs.get(id), note = notes.get(id);
  const api = ['GET', 'runs/' + encodeURIComponent(id)];
  if (!run?.cause) {
    return { title: 'Run ' + id, api, main: el('section', { class: 'page' }, el('h1', {}, 'Run ' + id), el('p', { class: answer.error && 'error' }, answer.error || '…')) };
  }
  const steps = run.steps.filter(Boolean);
  const is_over = is_final(run.status);
  const bad = steps.filter(step => ['failed', 'lost'].includes(step.status));
  const rows = steps.map(step => el('tr', { 'data-id': step.step },
    el('td', { class: 'number' }, step.step),
    el('th', { scope: 'row' }, step.asset ? el('a', { href: asset_href(step.asset) }, step.asset) : '–', step.check && ` check ${step.check}`),
    el('td', {}, status(step.status)),
    el('td', { class: 'number' }, step.attempt || '–'),
    el('td', { class: 'wide' }, [step.reason?.text, step.exit_code ? `(exit code ${step.exit_code})` : '', step.text].filter(Boolean).join(' ')),
    el('td', {}, time(step.started_at)),
    el('td', { class: 'number' }, duration(step.started_at, step.ended_at)),
    el('td', {}, step.attempt > 0 && el('a', { href: `#/runs/${id}/log/${step.step}` + (bad.includes(step) ? '?stream=stderr' : ''), 'aria-label': `Log of step ${step.step}` }, 'Log'))));
  const main = el('section', { class: 'page' },
    el('p', { class: 'path' }, el('a', { href: '#/runs' }, 'Runs'), ' ›'),
    el('h1', {}, 'Run ', el('code', {}, id)),
    el('p', { class: 'sentence' }, status(run.status), ' ',
      bad.length ? `${bad.map(step => step.asset).slice(0, 3).join(', ')} failed. ` : '',
      `Asked for by ${cause_of(run)}`, run.reason && `: ${run.reason}`, '. Created ', time(run.created_at),
      run.started_at && `, ${is_over ? 'took' : 'running for'} ${duration(run.started_at, run.ended_at)}`, '.',
      run.retry_of && [' A retry of ', el('a', { href: '#/runs/' + run.retry_of }, run.retry_of), '.']),
    el('div', { class: 'buttons' },
      !is_over && el('button', { type: 'button', 'data-action': 'cancel', 'data-value': id }, 'Cancel'),
      is_over && run.status !== 'succeeded' && el('button', { type: 'button', class: 'main', 'data-action': 'retry', 'data-value': id }, 'Retry from failure')),
    el('p', { role: 'status', class: note?.is_error ? 'error' : 'quiet' }, note && [note.text, note.run && el('a', { href: '#/runs/' + note.run }, 'run ' + note.run)]),
    answer.error && el('p', { class: 'error' }, answer.error),
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Steps' }, el('table', {},
      el('thead', {}, el('tr', {}, ['Step', 'Asset', 'Status', 'Attempt', 'Reason', 'Started', 'Took', 'Log'].map(heading))),
      el('tbody', {}, rows))));
  return { title: 'Run ' + id, api, main };
}
