// What became known of it: materializations, observations, check results; numbers over time.
import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { key_path } from '../../store/http';
import { on_asset } from '../../store/resource';
import { href_with, param, set_params } from '../../store/router';
import { AsCommand, curl } from '../../ui/command';
import { Empty, Failed, Loading, RunLink, Section } from '../../ui/parts';
import { Series } from '../../ui/series';
import { full_text, Time } from '../../ui/time';
import { number } from '../../words';
import { common } from '../../words/common';
import type { TabProps } from './asset';
import type { AssetEvent } from './data';
import { Metadata, What } from './event';
import { main_series, number_series, type NumberSeries } from './model';
import { More } from './more';
import { usePaged } from './paged';
import { Table } from './table';
import { asset_words } from './words';

const kinds = ['materialization', 'observation', 'check'] as const;
export function History({ name }: TabProps) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const path = `assets/${key_path(name)}/events?limit=100`;
  const events = usePaged<AssetEvent>(path, wakes);
  const all = useComputed(() => number_series(events.items.value));
  const items = events.items.value;
  if (events.error.value && items.length === 0) return <Failed problem={events.error.value} on_retry={events.reload} />;
  if (events.is_empty.value) return <Empty><p>{w.nothing_yet}</p></Empty>;
  if (items.length === 0) return <Loading />;
  const series = all.value.find(each => each.name === param('name')) ?? main_series(all.value);
  const kind = param('kind');
  const shown = kind ? items.filter(event => event.kind === kind) : items;
  return (
    <div class="stack">
      {series && <Scrub all={all.value} series={series} />}
      <Section title={w.news} aside={<span class="row wrap">
        <a class="chip" href={href_with({ kind: '' })} aria-current={kind === '' ? 'true' : undefined}>{common.value.all}</a>
        {kinds.map(each => <a key={each} class="chip" href={href_with({ kind: each })} aria-current={kind === each ? 'true' : undefined}>{w.kinds[each]}</a>)}
      </span>}>
        <More paged={events} where="top" />
        <Table label={w.news} heads={[w.when, w.what, w.partition, w.by, w.version, w.metadata]} class="asset-events">
          <tbody>{shown.map(event => <EventRow key={event.id} event={event} is_marked={event.id === param('event')} />)}</tbody>
        </Table>
        <More paged={events} where="bottom" />
      </Section>
      <AsCommand call={curl('GET', path)} />
    </div>
  );
}

/// A number over time; the slider goes from one value to the next, and says whose it was.
function Scrub({ all, series }: { all: NumberSeries[]; series: NumberSeries }) {
  const w = asset_words.value;
  const found = series.events.findIndex(event => event.id === param('event'));
  const index = found < 0 ? series.events.length - 1 : found;
  const event = series.events[index]!;
  const go_to = (next: number) => { const to = series.events[next]; if (to) set_params({ event: to.id }); };
  return (
    <Section title={w.numbers} aside={(
      <select class="field" aria-label={w.which_number} value={series.name} onChange={change => set_params({ name: change.currentTarget.value, event: '' })}>
        {all.map(each => <option key={each.name} value={each.name}>{each.name} ({number(each.at.length)})</option>)}
      </select>)}>
      <Series at={series.at} values={series.values} label={series.name} marked={index} on_point={go_to} />
      <input class="asset-scrub" type="range" min={0} max={series.events.length - 1} value={index} aria-label={w.scrub(series.name)}
        aria-valuetext={`${number(series.values[index] ?? 0)}, ${full_text(event.at).split('\n')[0]}`} onInput={input => go_to(Number(input.currentTarget.value))} />
      <p class="row wrap" aria-live="polite"><strong>{series.name} = {number(series.values[index] ?? 0)}</strong>
        <Time at={event.at} as="both" />{event.partition && <span class="key">{event.partition}</span>}
        {event.run ? <span>{w.by_run} <RunLink id={event.run} /></span> : <span class="quiet">{event.source}</span>}
        {event.data_version && <span class="quiet">{w.version} <span class="key">{event.data_version}</span></span>}
        {found >= 0 && <a href={href_with({ event: '' })}>{w.to_latest}</a>}</p>
    </Section>
  );
}

function EventRow({ event, is_marked }: { event: AssetEvent; is_marked: boolean }) {
  return (
    <tr aria-selected={is_marked}>
      <td><Time at={event.at} as="both" /></td>
      <th scope="row"><What event={event} /></th>
      <td class="mono">{event.partition}</td>
      <td>{event.run ? <RunLink id={event.run} /> : <span class="quiet">{event.source}</span>}</td>
      <td class="key">{event.data_version}</td>
      <td><Metadata of={event.metadata} /></td>
    </tr>
  );
}
