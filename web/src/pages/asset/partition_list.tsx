// The partitions one by one, a page at a time; one of them can be asked why it is as it is.
import { useMemo } from 'preact/hooks';
import { open_run_dialog } from '../../actions/run_dialog';
import { key_path, query_text } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { href_with, param } from '../../store/router';
import { key_text } from '../../store/selection';
import { Icon } from '../../ui/icon';
import { is_timed } from '../../ui/partitioning';
import { Empty, Failed, Loading, RunLink, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { common } from '../../words/common';
import { parts_of, said } from '../../words/sentences';
import type { AssetDetail, Explanation, Page, Partition } from './data';
import { Metadata, What } from './event';
import { Failure } from './failure';
import { Table } from './table';
import { asset_words } from './words';

const page_size = 50;
/// All of a state, or of the range that is chosen above; from either end.
export function PartitionList({ name, detail, partitions }: { name: string; detail: AssetDetail; partitions: string }) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const [state, cursor] = [param('state'), param('cursor')];
  // Of windows of time the newest come first.
  const usual = is_timed(detail.partitions) ? 'descending' : 'ascending';
  const order = param('order') || usual;
  const is_back = order === 'descending', other = is_back ? 'ascending' : 'descending';
  const page = useResource<Page<Partition>>(`assets/${key_path(name)}/partitions${query_text({ state, partitions, order, cursor, limit: page_size })}`, wakes);
  const items = page.data.value?.items;
  const asked = param('partition');
  if (page.error.value && !items) return <Failed problem={page.error.value} on_retry={page.reload} />;
  if (!items) return <Loading />;
  const total = page.data.value!.total ?? items.length;
  return (
    <Section title={(state ? `${w.states[state as 'fresh'] ?? state}: ${w.list_of(total)}` : w.list_of(total)) + (partitions && ` ${w.in_range}`)}
      aside={<span class="row">
        <a class="button" href={href_with({ order: other === usual ? '' : other, cursor: '' })}><Icon name={is_back ? 'arrow_up' : 'arrow_down'} />{is_back ? w.first_first : w.last_first}</a>
        {cursor && <a class="button" href={href_with({ cursor: '' })}>{w.to_first}</a>}
        {page.data.value!.next_cursor && <a class="button" href={href_with({ cursor: page.data.value!.next_cursor })}>{w.next_page}</a>}
      </span>}>
      {asked && <One name={name} partition={asked} />}
      {items.length === 0 ? <Empty><p>{partitions ? w.none_in_range : w.none_in_state}</p></Empty> : (
        <Table label={w.tabs.partitions} heads={[w.partition, w.state, w.window, w.actions]} class="asset-nowrap">
          <tbody>{items.map(item => <PartitionRow key={item.key} name={name} item={item} is_asked={item.key === asked} can_run={!detail.external} />)}</tbody>
        </Table>)}
    </Section>
  );
}

function PartitionRow({ name, item, is_asked, can_run }: { name: string; item: Partition; is_asked: boolean; can_run: boolean }) {
  const w = asset_words.value;
  const causes = item.stale_causes.map(cause => common.value.cause[cause]).join(', ');
  const run = () => open_run_dialog({ select: key_text(name), partitions: item.key });
  return (
    <tr aria-selected={is_asked}>
      <th scope="row"><a class="key" href={href_with({ partition: is_asked ? '' : item.key })}>{item.key}</a></th>
      <td><span class="row wrap"><StatusMark word={item.data} text={causes ? `${common.value.data[item.data]}: ${causes}` : undefined} />
        {item.failed && <StatusMark word="failed" />}{item.in_progress && <StatusMark word="running" />}</span></td>
      <td class="quiet">{item.begin && <><Time at={item.begin} /> – <Time at={item.end} /></>}</td>
      <td><span class="row">
        {can_run && <button class="button is-plain" aria-label={`${w.run} ${item.key}`} onClick={run}>{w.run}</button>}
        <a class="button is-plain" href={href_with({ partition: item.key })} aria-label={`${w.why} ${item.key}`}>{w.why}</a></span></td>
    </tr>
  );
}

/// What failed of one partition, why it is as it is in the daemon's words, and its latest news.
function One({ name, partition }: { name: string; partition: string }) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const why = useResource<Explanation>(`assets/${key_path(name)}/why${query_text({ partition })}`, wakes);
  const now = why.data.value;
  const { failed, latest } = now ?? {};
  return (
    <div class="stack" aria-live="polite">
      {failed && <Failure step={failed} is_named />}
      <div class="note">
        <p><span class="key">{partition}</span>{': '}{why.error.value ? why.error.value.message : now ? said(failed ? parts_of(now)[1] : now) : common.value.loading}</p>
        {latest && <p class="row wrap"><What event={latest} /> <Time at={latest.at} as="both" />
          {latest.run ? <span>{w.by_run} <RunLink id={latest.run} /></span> : <span class="quiet">{latest.source}</span>}
          {latest.data_version && <span class="quiet">{w.version} <span class="key">{latest.data_version}</span></span>}</p>}
        {latest && <Metadata of={latest.metadata} />}
        <p><a href={href_with({ partition: '' })}>{w.let_go}</a></p>
      </div>
    </div>
  );
}
