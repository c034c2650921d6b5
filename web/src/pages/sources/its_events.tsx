// The last events of one source, and what each led to.
import { useMemo } from 'preact/hooks';
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { on_asset } from '../../store/resource';
import { asset_href } from '../../store/router';
import { Failed, Loading, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { full_text, Time } from '../../ui/time';
import { number } from '../../words';
import { value_text } from '../asset/model';
import { More } from '../asset/more';
import { usePaged } from '../asset/paged';
import { LedTo, Table } from '../asset/table';
import type { News } from './model';
import { sources_words } from './words';

const assets_shown = 2;
/// Runs and what they are of; or why there are none.
export function Effects({ of }: { of: News }) {
  const w = sources_words.value;
  if (of.changed === false) return <span class="quiet">{w.unchanged}</span>;
  if (!of.effects || of.effects.length === 0) {
    const what = catalog.value, rank = what?.rank_of(of.asset ?? '');
    return <span class="quiet">{rank !== undefined && what!.down.count(rank) === 0 ? w.no_reader : w.nothing_led}</span>;
  }
  return (
    <span class="row wrap">{of.effects.map((each, i) => (
      <span key={i} class="row">{each.withheld ? <StatusMark word="withheld" text={w.withheld(each.count)} /> : <>
        <LedTo run={each.run} backfill={each.backfill} />
        {each.assets.slice(0, assets_shown).map(key => <a key={key} class="key" href={asset_href(key)}>{key}</a>)}
        {each.count > assets_shown && <span class="quiet" title={each.assets.join('\n')}>{w.more(each.count - assets_shown)}</span>}
        {each.later && <span class="quiet">{w.later}</span>}
      </>}</span>))}</span>
  );
}
export const details_text = ({ metadata }: News): string =>
  Object.entries(metadata ?? {}).map(([name, value]) => `${name} ${value_text(value as never, number)}`).join(' · ');

export function ItsEvents({ name, is_cut }: { name: string; is_cut: boolean }) {
  const w = sources_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const events = usePaged<News>(`assets/${key_path(name)}/events?effects=1&limit=10`, wakes);
  const items = events.items.value;
  return (
    <Section title={w.events}>
      {events.error.value && items.length === 0 ? <Failed problem={events.error.value} on_retry={events.reload} />
        : events.is_empty.value ? <p class="quiet">{w.no_events}</p> : items.length === 0 ? <Loading /> : <>
          <More paged={events} where="top" />
          <Table label={w.events} class="news-table" heads={[w.when, ...is_cut ? [w.partition] : [], w.version, w.led_to, w.details]}>
            <tbody>{items.map(event => (
              <tr key={event.id}><td title={full_text(event.at)}><Time at={event.at} as="both" /></td>{is_cut && <td class="key">{event.partition ?? '–'}</td>}
                <td class="key clip" title={event.data_version}>{event.data_version || '–'}</td><td><Effects of={event} /></td><td class="quiet clip" title={details_text(event)}>{details_text(event)}</td></tr>))}</tbody>
          </Table>
          <More paged={events} where="bottom" />
        </>}
    </Section>
  );
}
