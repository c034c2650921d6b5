// What there is to jump to and to do, from where the reader is.
import { pause, resume } from '../actions/post';
import { open_run_dialog } from '../actions/run_dialog';
import { has_letter_keys, is_compact, is_rail_wide, is_utc, language, recent, theme, type Theme } from '../store/prefs';
import { href, param, path } from '../store/router';
import { key_text } from '../store/selection';
import { copy } from '../ui/command';
import { show_keys } from '../ui/preferences';
import { common } from '../words/common';
import type { Entry } from './entries';
import { palette_words } from './words';

const paths = { overview: '', lineage: 'lineage', assets: 'assets', runs: 'runs', automation: 'automation', partitions: 'partitions', backfills: 'backfills', plan: 'plan', sources: 'sources', system: 'system' } as const;
export const pages = (): Entry[] =>
  Object.entries(paths).map(([name, first]) => ({ kind: 'page', id: name, text: common.value.pages[name as keyof typeof paths], address: href('/' + first) }));

/// What the page is about, as an expression; "" where it is about everything.
export const subject = (): string => path.value.startsWith('/assets/') ? key_text(path.value.slice('/assets/'.length)) : param('select');

export function commands(): Entry[] {
  const w = palette_words.value, c = common.value, about = subject();
  const command = (id: string, text: string, run: () => void): Entry => ({ kind: 'command', id, text, run });
  const line = document.querySelector('.as-command code')?.textContent;
  const themes: [Theme, string][] = [['light', c.light], ['dark', c.dark], ['system', c.system]];
  return [
    command('run', about ? w.run(about) : w.run_some, () => open_run_dialog({ select: about })),
    ...(about ? [
      command('pause', w.pause(about), () => void pause(about)),
      command('resume', w.resume(about), () => void resume(about)),
    ] : []),
    command('copy_link', w.copy_link, () => void copy(location.href)),
    ...(line ? [command('copy_command', w.copy_command, () => void copy(line))] : []),
    ...themes.filter(([name]) => name !== theme.value).map(([name, text]) => command(`theme_${name}`, w.theme(text), () => { theme.value = name; })),
    language.value === 'de' ? command('english', w.language('English'), () => { language.value = 'en'; }) : command('german', w.language('Deutsch'), () => { language.value = 'de'; }),
    command('times', w.times(is_utc.value ? c.local : c.utc), () => { is_utc.value = !is_utc.peek(); }),
    command('rows', w.rows(is_compact.value ? c.comfortable : c.compact), () => { is_compact.value = !is_compact.peek(); }),
    command('rail', w.rail, () => { is_rail_wide.value = !is_rail_wide.peek(); }),
    command('letter_keys', `${c.letter_keys}: ${has_letter_keys.value ? c.off : c.on}`, () => { has_letter_keys.value = !has_letter_keys.peek(); }),
    command('keys', w.keys, show_keys),
  ];
}

/// Where the reader was, the place where it is now left out.
export function visited(): Entry[] {
  const names = pages();
  return recent.value.slice(1).map(address => {
    const within = address.slice(href('').length).slice(1), [first = '', ...others] = within.split('/').map(decodeURIComponent);
    const page = names.find(each => each.address === address);
    return { kind: 'recent', id: address, text: page?.text ?? (others.length ? others.join('/') : first), address };
  });
}
