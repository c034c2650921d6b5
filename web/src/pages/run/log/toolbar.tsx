// What of a log is shown, and what is looked for in it.  All of it is in the address.
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useKeys } from '../../../keys';
import { language } from '../../../store/prefs';
import { api_url } from '../../../store/http';
import { href_with, param } from '../../../store/router';
import { Icon } from '../../../ui/icon';
import { Menu } from '../../../ui/parts';
import { number } from '../../../words';
import { set_log_params, type LineRange } from './address';
import type { Finder } from './finder';
import { levels, raw_path, type Which } from './lines';
import type { TimeMode } from './row';
import { w } from './words';

const typing_ms = 250;

function Find({ find, at, on_move, on_level }: { find: Finder | null; at: number; on_move: (where: 1 | -1) => void; on_level: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useKeys([
    { keys: '/', text: w.value.search, run: () => field.current?.focus() },
    { keys: 'n', text: w.value.next, run: () => on_move(1) },
    { keys: 'm', text: w.value.previous, run: () => on_move(-1) },
    { keys: 'e', text: w.value.next_error, run: on_level },
  ], [find, on_move, on_level, language.value]);
  const lines = find?.lines.value ?? [], total = find?.total.value;
  const place = lines.indexOf(at) + 1;
  const all = total ? number(total.value) + (total.is_exact ? '' : '+') : '';
  return (
    <div class="row log-find" role="search">
      <input ref={field} class="field" type="search" aria-label={w.value.search} placeholder={w.value.search_hint} maxLength={1000} defaultValue={param('q')}
        onInput={event => {
          const text = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => set_log_params({ q: text }), typing_ms);
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') { event.preventDefault(); on_move(event.shiftKey ? -1 : 1); }
          if (event.key === 'Escape') event.currentTarget.blur();
        }} />
      <button class="button is-icon" aria-pressed={param('regex') === '1'} title={w.value.regex} aria-label={w.value.regex}
        onClick={() => set_log_params({ regex: param('regex') ? '' : '1' })}><span aria-hidden="true" class="mono">.*</span></button>
      <button class="button is-icon" aria-pressed={param('case') === '1'} title={w.value.case} aria-label={w.value.case}
        onClick={() => set_log_params({ case: param('case') ? '' : '1' })}><span aria-hidden="true">Aa</span></button>
      {find && <>
        <span class="quiet log-count" role="status">
          {find.problem.value ? <span class="is-failed">{find.problem.value.message}</span>
            : lines.length > 0 ? w.value.found(place ? number(place) : '–', all)
            : find.is_busy.value ? w.value.searching(find.looked_to.value) : w.value.found_none}
        </span>
        <button class="button is-plain is-icon" title={`${w.value.previous} (m)`} aria-label={w.value.previous} onClick={() => on_move(-1)}><Icon name="arrow_up" /></button>
        <button class="button is-plain is-icon" title={`${w.value.next} (n)`} aria-label={w.value.next} onClick={() => on_move(1)}><Icon name="arrow_down" /></button>
      </>}
    </div>
  );
}

export function Toolbar(props: {
  head?: ComponentChildren; which: Which; attempts: number; is_open: boolean; is_following: Signal<boolean>; is_whole: Signal<boolean>; is_looking: boolean; find: Finder | null; range: LineRange | null;
  on_move: (where: 1 | -1) => void; on_error: () => void; on_copy: (with_prefix: boolean) => void; on_link: () => void;
}) {
  const { which, is_following, is_whole } = props;
  const toggle_follow = () => { is_following.value = !is_following.peek(); };
  const attempt = which.attempt || props.attempts;
  useKeys([
    { keys: 'f', text: w.value.follow, run: toggle_follow },
    { keys: 'w', text: w.value.whole_line, run: () => { is_whole.value = !is_whole.peek(); } },
    { keys: 'y', text: w.value.copy_link, run: props.on_link },
    { keys: '[', text: `${w.value.previous}: ${w.value.attempt}`, run: () => { if (attempt > 1) set_log_params({ attempt: String(attempt - 1) }, false); } },
    { keys: ']', text: `${w.value.next}: ${w.value.attempt}`, run: () => { if (attempt < props.attempts) set_log_params({ attempt: String(attempt + 1) }, false); } },
  ], [props.on_link, attempt, props.attempts, language.value]);
  const time = (param('time') || 'clock') as TimeMode;
  return (
    <div class="row wrap log-tools">
      {props.head}
      {props.attempts > 1 && <select class="field" aria-label={w.value.attempt} value={String(attempt)} onChange={event => set_log_params({ attempt: event.currentTarget.value }, false)}>
        {Array.from({ length: props.attempts }, (_, i) => <option key={i} value={i + 1}>{w.value.attempt_n(i + 1)}</option>)}
      </select>}
      <select class="field" aria-label={w.value.stream} value={which.stream} onChange={event => set_log_params({ stream: event.currentTarget.value === 'both' ? '' : event.currentTarget.value }, false)}>
        {(['both', 'stdout', 'stderr'] as const).map(each => <option key={each} value={each}>{w.value[each]}</option>)}
      </select>
      <select class="field" aria-label={w.value.level} value={param('level')} onChange={event => set_log_params({ level: event.currentTarget.value })}>
        <option value="">{w.value.all_levels}</option>
        {levels.map(each => <option key={each} value={each}>{w.value.from_level(w.value[each])}</option>)}
      </select>
      <select class="field" aria-label={w.value.time} value={time} onChange={event => set_log_params({ time: event.currentTarget.value === 'clock' ? '' : event.currentTarget.value })}>
        <option value="clock">{w.value.clock}</option><option value="start">{w.value.start}</option><option value="before">{w.value.before}</option><option value="none">{w.value.no_time}</option>
      </select>
      <Find find={props.find} at={props.range?.from ?? 0} on_move={props.on_move} on_level={props.on_error} />
      <button class="button" title={`${w.value.next_error} (e)`} aria-disabled={props.is_looking} onClick={props.on_error}>{props.is_looking ? w.value.looking : w.value.next_error}</button>
      {props.is_open && <button class="button" aria-pressed={is_following.value} title={`${w.value.follow} (f)`} onClick={toggle_follow}>
        <Icon name="arrow_down" />{is_following.value ? w.value.following : w.value.follow}</button>}
      <Menu id="log-more" class="is-icon" label={<><Icon name="ellipsis" /><span class="only-read">{w.value.more}</span></>}>
        <button onClick={() => { is_whole.value = !is_whole.peek(); }}>{w.value.whole_line} <kbd>w</kbd></button>
        <button onClick={() => props.on_copy(false)}><Icon name="copy" />{w.value.copy_plain}</button>
        <button onClick={() => props.on_copy(true)}><Icon name="copy" />{w.value.copy_prefixed}</button>
        <button onClick={props.on_link}><Icon name="copy" />{w.value.copy_link} <kbd>y</kbd></button>
        {which.step !== 'all' && (['stdout', 'stderr'] as const).map(each =>
          <a key={each} href={api_url(raw_path(which, each))} download={`${which.run}-${which.step}.${each === 'stdout' ? 'out' : 'err'}.txt`}><Icon name="download" />{w.value.raw(each)}</a>)}
        <a href={href_with({ plain: '1', line: props.range?.from ?? '' })}>{w.value.plain}</a>
      </Menu>
    </div>
  );
}
