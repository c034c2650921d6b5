// Events of all sources as they come.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { catalog, type Catalog } from '../../store/catalog';
import { query_text } from '../../store/http';
import type { Wakes } from '../../store/resource';
import { href_with, param, set_params } from '../../store/router';
import { Icon } from '../../ui/icon';
import { AssetLink, Failed, Loading, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { full_text, Time } from '../../ui/time';
import { More } from '../asset/more';
import { usePaged } from '../asset/paged';
import { Table } from '../asset/table';
import { Refused, ReplayState, useReplay } from './dead';
import { Effects } from './its_events';
import { shown_news, type News } from './model';
import { sources_words } from './words';

const page_size = 50;
const clock_only_ms = 12 * 3_600_000;  ///< What is older is said with its day.
const keys_max = 20;
/// Assets of others whose keys hold what is typed.  None where there is none, or too many: then what was
/// read is looked through, which may be of no asset.
function asked_keys(what: Catalog | null, text: string): string[] {
  if (!what || text === '') return [];
  const wanted = text.toLowerCase(), found = new Set<string>();
  for (let rank = 0; rank < what.size && found.size <= keys_max; ++rank) if (what.is_source(rank) && what.key(rank).toLowerCase().includes(wanted)) found.add(what.key(rank));
  return found.size > keys_max || text.includes(',') ? [] : [...found];
}
const never: Wakes = () => false;
const is_news: Wakes = ({ kind, data }) => {
  if (kind === 'rejected') return true;
  const rank = kind === 'asset' ? catalog.peek()?.rank_of(String(data.asset)) : undefined;
  return rank !== undefined && catalog.peek()!.is_source(rank);
};

export function EventStream() {
  const w = sources_words.value;
  const is_held = useSignal(false);
  const text = param('of'), show = param('show');
  const asset = asked_keys(catalog.value, text).join(',');
  const path = useMemo(() => 'events' + query_text({ kind: show === 'refused' ? 'rejected' : show === 'taken' ? 'observation' : 'observation,rejected', asset, effects: true, limit: page_size }), [asset, show]);
  const events = usePaged<News>(path, is_held.value ? never : is_news);
  const replay = useReplay();
  const read = events.items.value, items = shown_news(read, text, show);
  const toggle = () => { is_held.value = !is_held.peek(); if (!is_held.peek()) { events.reload(); events.let_in(); } };
  return (
    <Section title={w.stream} aside={<div class="row wrap">
      <input class="field" type="search" aria-label={w.of} placeholder={w.of} value={text} onInput={event => set_params({ of: event.currentTarget.value })} />
      {(['all', 'taken', 'refused'] as const).map(each => { const value = each === 'all' ? '' : each; return <a key={each} class="chip" href={href_with({ show: value })} aria-current={show === value ? 'true' : undefined}>{w.show[each]}</a>; })}
      <button class="button" aria-pressed={is_held.value} onClick={toggle}><Icon name={is_held.value ? 'play' : 'pause'} />{is_held.value ? w.go_on : w.hold}</button>
    </div>}>
      {is_held.value && <p class="quiet" role="status">{w.holds}</p>}
      {events.error.value && read.length === 0 ? <Failed problem={events.error.value} on_retry={events.reload} />
        : events.is_empty.value ? <p class="quiet">{text || show ? w.none_so : w.no_stream}</p> : read.length === 0 ? <Loading /> : <>
          {!is_held.value && <More paged={events} where="top" />}
          {items.length === 0 ? <p class="quiet">{w.none_so}</p> : (
            <Table label={w.stream} class="news-table" heads={[w.when, w.asset, w.what_event, w.led_to]}>
              <tbody>{items.map(event => <NewsRow key={event.id} event={event} replay={replay} />)}</tbody>
            </Table>)}
          <More paged={events} where="bottom" />
        </>}
    </Section>
  );
}

/// A source leads to what is said of it here, another asset to its page.
function About({ name }: { name: string | null }) {
  const what = catalog.value, rank = name === null ? undefined : what?.rank_of(name);
  if (!name || rank === undefined) return <span class="key">{name || '–'}</span>;
  return what!.source(rank) ? <a class="key" href={href_with({ source: name })}>{name}</a> : <AssetLink name={name} />;
}

function NewsRow({ event, replay }: { event: News; replay: ReturnType<typeof useReplay> }) {
  const w = sources_words.value;
  const is_refused = event.kind === 'rejected';
  return (
    <tr>
      <td title={full_text(event.at)}><Time at={event.at} as={Date.now() - Date.parse(event.at) < clock_only_ms ? 'clock' : 'time'} /></td>
      <td><About name={event.asset} />{event.partition && <span class="key quiet"> [{event.partition}]</span>}</td>
      <td>{is_refused ? <Refused event={event} /> : <span class="row"><StatusMark word={event.changed === false ? 'idle' : 'ok'} text={event.changed === false ? w.unchanged : w.taken} /><span class="key clip" title={event.data_version}>{event.data_version}</span></span>}</td>
      <td>{is_refused ? <ReplayState event={event} replay={replay} /> : <Effects of={event} />}</td>
    </tr>
  );
}
