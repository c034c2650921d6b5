// Which runs are listed, and how they are put together.  All of it is in the address.
import { useEffect, useRef } from 'preact/hooks';
import { catalog } from '../../store/catalog';
import { useKeys } from '../../keys';
import { language } from '../../store/prefs';
import { href_with, set_params } from '../../store/router';
import { Icon } from '../../ui/icon';
import { word_text } from '../../ui/status';
import { common } from '../../words/common';
import { is_narrowed, narrowing, toggled, type Filters } from './filters';
import type { GroupBy } from './groups';
import { w } from './words';

const statuses = ['failed', 'running', 'queued', 'succeeded', 'canceled'];
const causes = ['automation', 'person', 'retry'] as const;
const suggested_max = 200;
const typing_ms = 300;

/// A field whose value goes to the address when typing pauses.
function Field({ name, value, label, list, hint, keys, is_whole }: {
  name: string; value: string; label: string; list?: string; hint?: string; keys?: boolean;
  is_whole?: (text: string) => boolean;  ///< What may be taken before Enter is pressed.
}) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useKeys(keys ? [{ keys: '/', text: w.value.filters, run: () => field.current?.focus() }] : [], [language.value]);
  // The address may change elsewhere: back, a chip's ✕.
  useEffect(() => { if (field.current && document.activeElement !== field.current) field.current.value = value; }, [value]);
  const set = (text: string) => set_params({ [name]: text.trim() });
  return <input ref={field} class="field" type="search" size={18} aria-label={label} placeholder={hint ?? label} list={list} defaultValue={value}
    onInput={event => { const text = event.currentTarget.value; clearTimeout(timer.current); if (!text || !is_whole || is_whole(text)) timer.current = setTimeout(() => set(text), typing_ms); }}
    onKeyDown={event => {
      if (event.key === 'Enter') { clearTimeout(timer.current); set(event.currentTarget.value); }
      if (event.key === 'Escape') event.currentTarget.blur();
    }} />;
}

/// `rolled`: whether backfills are one row each; null where that is no question.
export function FilterBar({ filters, group, rolled }: { filters: Filters; group: GroupBy; rolled: boolean | null }) {
  const keys = catalog.value?.columns.key ?? [];
  const known = filters.asset ? keys.filter(key => key.includes(filters.asset)) : keys;
  const chosen = filters.status.split(',').filter(Boolean);
  return (
    <div class="row wrap filters">
      <fieldset class="row wrap"><legend class="only-read">{w.value.status}</legend>
        {statuses.map(each => <button key={each} class="chip" aria-pressed={chosen.includes(each)} onClick={() => set_params({ status: toggled(filters.status, each) }, 'push')}>{word_text(each)}</button>)}
      </fieldset>
      <Field name="asset" value={filters.asset} label={w.value.asset} list="runs-assets" keys is_whole={text => catalog.peek()?.rank_of(text) !== undefined} />
      <datalist id="runs-assets">{known.slice(0, suggested_max).map(key => <option key={key} value={key} />)}</datalist>
      <Field name="select" value={filters.select} label={w.value.select} hint={w.value.selection_hint} />
      <label class="row quiet">{w.value.cause}<select class="field" value={filters.cause} onChange={event => set_params({ cause: event.currentTarget.value }, 'push')}>
        <option value="">{w.value.any}</option>{causes.map(each => <option key={each} value={each}>{common.value.run_cause[each]}</option>)}</select></label>
      <label class="row quiet">{w.value.group}<select class="field" value={group} onChange={event => set_params({ group: event.currentTarget.value }, 'push')}>
        <option value="">{w.value.group_none}</option><option value="asset">{w.value.group_asset}</option><option value="cause">{w.value.group_cause}</option><option value="error">{w.value.group_error}</option></select></label>
      {rolled !== null && <button class="chip" aria-pressed={!rolled} onClick={() => set_params({ backfills: rolled ? 'runs' : '' }, 'push')}>{w.value.unroll}</button>}
      {(['error', 'backfill'] as const).filter(name => filters[name]).map(name => (
        <a key={name} class="chip" aria-label={w.value.remove(w.value[name])} href={href_with({ [name]: '' })}>{w.value[name]} {filters[name].slice(-8)} <Icon name="x" /></a>))}
      {is_narrowed(filters) && <a class="button is-plain" href={href_with(Object.fromEntries([...narrowing(filters), 'range'].map(name => [name, ''])))}>{w.value.clear}</a>}
    </div>
  );
}
