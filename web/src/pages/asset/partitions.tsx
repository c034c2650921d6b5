// Which partitions are there, missing, stale or failed: a bar or a heat map, a range of it, the list.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { open_backfill_dialog } from '../../actions/backfill_dialog';
import { catalog } from '../../store/catalog';
import { on_asset, useResource } from '../../store/resource';
import { href_with, param, set_params } from '../../store/router';
import { key_text } from '../../store/selection';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Bars, BarsKey, counts_text, type Range } from '../../ui/bars';
import { Heat, type Area } from '../../ui/heat';
import { Icon, type IconName } from '../../ui/icon';
import { bars_path, columns_of, is_crossed, range_text, shape_of, shape_text, sum_of, type PartitionBars } from '../../ui/intervals';
import { Empty, Failed, Loading } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { number } from '../../words';
import type { TabProps } from './asset';
import { PartitionList } from './partition_list';
import { asset_words } from './words';

const px = (): number => Math.max(200, Math.min(1200, Math.round((innerWidth - 120) / 100) * 100));
const rows_step = 50, rows_max = 160;

export function Partitions(props: TabProps) {
  return props.detail.partitions === null ? <Empty><p class="sentence">{asset_words.value.no_partitions}</p></Empty> : <Cut {...props} />;
}

function Cut({ name, rank, detail }: TabProps) {
  const w = asset_words.value;
  const shape = shape_of(catalog.value!.partitions(rank));
  const crossed = is_crossed(shape);
  const wakes = useMemo(() => on_asset(name), [name]);
  const columns = useMemo(px, []);
  const rows = useSignal(rows_step);
  const [from, to, row_filter] = [param('from'), param('to'), param('row')];
  const read = useResource<PartitionBars>(bars_path(name, { px: columns, rows: rows.value, from, to, row_filter }), wakes);
  const whole = useResource<PartitionBars>(from || to ? bars_path(name, { px: 400, rows: crossed ? rows_step : 1 }) : '', wakes);
  const bars = read.data.value;
  if (read.error.value && !bars) return <Failed problem={read.error.value} on_retry={read.reload} />;
  if (!bars) return <Loading />;
  const [first, last] = [param('first'), param('last')];
  const area: Area | null = first || last ? { from: first, to: last, rows: param('rows') ? param('rows').split(',') : [] } : null;
  const chosen = area ? (area.rows.length ? area.rows : ['']).map(row => range_text(shape, area.from || bars.first[0]!, area.to || bars.last.at(-1)!, row)).join(',') : '';
  const select = (range: Range | Area | null) => set_params({ cursor: '', first: range?.from ?? '', last: range?.to ?? '', rows: range && 'rows' in range ? range.rows.join(',') : '' });
  const zoom = (range: Range | null) => set_params({ from: range?.from ?? '', to: range?.to ?? '' }, 'push');
  return (
    <div class="stack">
      <Counts bars={bars} what={shape_text(catalog.value!.partitions(rank))} />
      <div class="spread wrap">
        <Zoom bars={bars} whole={whole.data.value} area={area} is_zoomed={from !== '' || to !== ''} on_zoom={zoom} />
        {crossed && (
          <input class="field" type="search" value={row_filter} placeholder={w.row_filter} aria-label={w.row_filter}
            onInput={event => set_params({ row: event.currentTarget.value })} />)}
        <BarsKey />
      </div>
      {read.error.value && <Failed problem={read.error.value} on_retry={read.reload} />}
      {crossed ? <Heat bars={bars} selected={area} on_select={select} on_zoom={zoom} label={name} />
        : <Bars bars={bars} selected={area} on_select={select} on_zoom={zoom} label={name} />}
      {crossed && bars.rows_total > bars.rows.length && rows.value < rows_max && (
        <p><button class="button" onClick={() => { rows.value += rows_step; }}>{w.more_rows}</button></p>)}
      <Chosen name={name} bars={bars} area={area} partitions={chosen} on_select={select} is_external={detail.external} />
      <PartitionList name={name} detail={detail} partitions={chosen} />
      <AsCommand cli={freshet('backfill', key_text(name), '--only', 'missing')} call={curl('GET', bars_path(name, { px: columns }))} />
    </div>
  );
}

/// Every count is the list of those that it counts.
function Counts({ bars, what }: { bars: PartitionBars; what: string }) {
  const w = asset_words.value;
  const { counts } = bars;
  const now = param('state');
  const fresh = Math.max(0, counts.materialized - counts.stale);
  const all: [string, number][] = [['fresh', fresh], ['stale', counts.stale], ['failed', counts.failed], ['in_progress', counts.in_progress], ['missing', counts.missing]];
  return (
    <div class="row wrap">
      <a class="chip" href={href_with({ state: '', cursor: '' })} aria-current={now === '' ? 'true' : undefined}>{w.partitions_of(counts.existing, what)}</a>
      {all.filter(([state, n]) => n > 0 || state === now).map(([state, n]) => (
        <a key={state} class="chip" href={href_with({ state, cursor: '' })} aria-current={now === state ? 'true' : undefined}>
          <StatusMark word={state} text={`${number(n)} ${w.states[state as 'fresh']}`} /></a>))}
    </div>
  );
}

/// Closer and farther by buttons; the picture does it by a double click or Enter.
function Zoom({ bars, whole, area, is_zoomed, on_zoom }: {
  bars: PartitionBars; whole: PartitionBars | null; area: Area | null; is_zoomed: boolean; on_zoom: (range: Range | null) => void;
}) {
  const w = asset_words.value;
  const end = bars.columns - 1;
  const closer = () => {
    const chosen = area && columns_of(bars, area.from, area.to);
    const [a, b] = chosen ? [chosen.first, chosen.last] : [Math.ceil(end / 2), end];
    on_zoom({ from: bars.first[a]!, to: bars.last[b]! });
  };
  // How far one can go the whole picture knows; twice as much, and a step to either side.
  const around = (by: number, width: number) => {
    const seen = whole && columns_of(whole, bars.first[0] ?? '', bars.last[end] ?? '');
    if (!whole || !seen) return on_zoom(null);
    const size = seen.last - seen.first + 1;
    const shift = by * Math.max(1, Math.round(size / 2)), more = Math.ceil(size * width / 2);
    const a = Math.max(0, Math.min(whole.columns - size, seen.first + shift) - more), b = Math.min(whole.columns - 1, Math.max(size - 1, seen.last + shift) + more);
    return on_zoom(a === 0 && b === whole.columns - 1 ? null : { from: whole.first[a]!, to: whole.last[b]! });
  };
  const button = (icon: IconName, label: string, act: () => void, is_off = !is_zoomed) =>
    <button class="button is-icon" title={label} aria-label={label} disabled={is_off} onClick={act}><Icon name={icon} /></button>;
  return (
    <div class="row wrap" role="group" aria-label={w.zoom}>
      {button('plus', w.closer, closer, bars.columns < 2 && bars.first[0] === bars.last[0])}
      {button('minus', w.farther, () => around(0, 1))}
      {button('chevron_left', w.earlier, () => around(-1, 0))}
      {button('chevron_right', w.later, () => around(1, 0))}
      <button class="button" disabled={!is_zoomed} onClick={() => on_zoom(null)}><Icon name="maximize" />{w.everything}</button>
    </div>
  );
}

/// The range as two fields, what is in it, and what can be done with it.
function Chosen({ name, bars, area, partitions, on_select, is_external }: {
  name: string; bars: PartitionBars; area: Area | null; partitions: string; on_select: (area: Area | null) => void; is_external: boolean;
}) {
  const w = asset_words.value;
  const is_day = /^\d{4}-\d\d-\d\d$/.test(bars.first[0] ?? '');
  const rows = area?.rows ?? [];
  const chosen = area && columns_of(bars, area.from, area.to);
  const sum = chosen && sum_of(bars, chosen.first, chosen.last, rows.length ? bars.rows.filter(row => rows.includes(row.name)) : bars.rows);
  const is_exact = !area || !chosen || ((!area.from || bars.first[chosen.first] === area.from) && (!area.to || bars.last[chosen.last] === area.to));
  const field = (value: string, label: string, change: (value: string) => Area) => (
    <label class="labelled">{label}<input class="field mono" type={is_day ? 'date' : 'text'} value={value} list={is_day ? undefined : 'partition-keys'}
      onChange={event => { const next = change(event.currentTarget.value); on_select(next.from || next.to ? next : null); }} /></label>);
  const materialize = (only?: 'missing' | 'failed' | 'stale') => open_backfill_dialog({ select: key_text(name), partitions, only });
  return (
    <section class="asset-chosen" aria-label={w.selected}>
      <div class="row wrap">
        {field(area?.from ?? '', w.from, value => ({ from: value, to: area?.to ?? '', rows }))}
        {field(area?.to ?? '', w.to, value => ({ from: area?.from ?? '', to: value, rows }))}
        {!is_day && <datalist id="partition-keys">{bars.first.slice(0, 1000).map(key => <option key={key} value={key} />)}</datalist>}
        {rows.length > 0 && <span class="mono">{rows.join(', ')}</span>}
        <span class="grow" aria-live="polite">
          {!area ? <span class="quiet">{w.choose_range}</span> : sum ? `${is_exact ? '' : '≈ '}${counts_text(sum)}` : <span class="is-failed">{w.range_empty}</span>}
        </span>
        {area && <button class="button is-plain" onClick={() => on_select(null)}>{w.let_go}</button>}
      </div>
      {area && sum && !is_external && (
        <div class="row wrap">
          <button class="button is-primary" onClick={() => materialize()}>{w.materialize}</button>
          {sum.missing > 0 && <button class="button" onClick={() => materialize('missing')}>{w.only_missing(sum.missing)}</button>}
          {sum.failed > 0 && <button class="button" onClick={() => materialize('failed')}>{w.only_failed(sum.failed)}</button>}
          {sum.stale > 0 && <button class="button" onClick={() => materialize('stale')}>{w.only_stale(sum.stale)}</button>}
        </div>)}
    </section>
  );
}
