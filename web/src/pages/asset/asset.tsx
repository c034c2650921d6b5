// One asset: is it right, and why is it in this state?
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useTitle, type PageProps } from '../../app';
import { useKeys } from '../../keys';
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { language } from '../../store/prefs';
import { on_asset, useResource } from '../../store/resource';
import { go, href_with, param } from '../../store/router';
import { status, status_tick } from '../../store/status';
import { Failed, Loading, Tabs } from '../../ui/parts';
import { number } from '../../words';
import { Automation } from './automation';
import { Checks } from './checks';
import { Consumers } from './consumers';
import type { AssetDetail } from './data';
import { Definition } from './definition';
import { Header } from './header';
import { History } from './history';
import { Overview } from './overview';
import { Partitions } from './partitions';
import { Runs } from './runs';
import { Schema } from './schema';
import { Unknown } from './unknown';
import { asset_words } from './words';
import './asset.css';

/// What a tab is given: what is known without a request, and the rest once it is there.
export interface TabProps { name: string; rank: number; detail: AssetDetail }
type TabName = keyof typeof asset_words.value.tabs;
const views: Record<TabName, (props: TabProps) => JSX.Element> = {
  overview: Overview, partitions: Partitions, runs: Runs, history: History, checks: Checks,
  automation: Automation, schema: Schema, definition: Definition, consumers: Consumers,
};
const names = Object.keys(views) as TabName[];

export function Asset({ rest }: PageProps) {
  useTitle(rest);
  const rank = catalog.value?.rank_of(rest);
  return rank === undefined ? <Unknown name={rest} /> : <Known key={rest} name={rest} rank={rank} />;
}

/// How many there are of what a tab shows, where it is worth a number.
function tab_text(name: TabName, rank: number): string {
  const w = asset_words.value.tabs, known = catalog.value!, now = status.value;
  void status_tick.value;
  if (name === 'partitions' && now?.counts.has(rank)) return `${w.partitions} ${number(now.counts.get(rank)!.existing)}`;
  if (name === 'checks' && known.columns.checks[rank]! > 0) return `${w.checks} ${number(known.columns.checks[rank]!)}`;
  return w[name];
}

function Known({ name, rank }: { name: string; rank: number }) {
  const wakes = useMemo(() => on_asset(name), [name]);
  const read = useResource<AssetDetail>(`assets/${key_path(name)}`, wakes);
  const detail = read.data.value;
  const asked = param('tab') as TabName;
  const tab = names.includes(asked) ? asked : 'overview';
  const w = asset_words.value;
  const turn = (by: number) => {
    const next = names[(names.indexOf(tab) + by + names.length) % names.length]!;
    go(href_with({ tab: next === 'overview' ? '' : next, hash: '' }));
  };
  useKeys([
    { keys: ']', text: w.next_tab, run: () => turn(1) },
    { keys: '[', text: w.previous_tab, run: () => turn(-1) },
  ], [tab, language.value]);
  const View = views[tab];
  return (
    <>
      <Header name={name} rank={rank} detail={detail} />
      <Tabs label={w.sections} tabs={names.map(each => ({ name: each, text: tab_text(each, rank) }))} />
      {read.error.value && <Failed problem={read.error.value} on_retry={read.reload} />}
      {detail ? <View name={name} rank={rank} detail={detail} /> : !read.error.value && <Loading />}
    </>
  );
}
