// How it is defined, and where.
import { AssetLink, Section } from '../../ui/parts';
import { quoted } from '../../ui/command';
import { partitioning_text } from '../../ui/partitioning';
import { href } from '../../store/router';
import { duration } from '../../ui/time';
import { number } from '../../words';
import { common } from '../../words/common';
import type { TabProps } from './asset';
import type { Dependency } from './data';
import { editor_href } from './model';
import { policy_text } from './overview';
import { CopyButton, Table } from './table';
import { asset_words } from './words';

export function Definition({ name, detail }: TabProps) {
  const w = asset_words.value;
  const { place, retries, backfill_policy: backfill } = detail;
  const editor = editor_href(place);
  const per_run = backfill.per_run === 'all' ? common.value.all : number(backfill.per_run);
  const backfill_text = w.backfill_text(per_run, backfill.concurrency) + (backfill.range ? `, ${w.as_range}` : '');
  const command = detail.command.map(quoted).join(' ');
  return (
    <div class="stack">
      {place && (
        <Section title={w.place}>
          <p class="row wrap">{editor && <a class="key" href={editor} title={w.open_definition}>{place.file}:{place.line}</a>}
            <CopyButton text={`${place.file}:${place.line}`} /></p>
        </Section>)}
      <Section title={w.what_it_is}>
        <dl class="facts">
          <dt>{w.key}</dt><dd class="key">{name}</dd>
          <dt>{w.project}</dt><dd>{detail.project}</dd>
          {detail.description && <><dt>{w.description}</dt><dd>{detail.description}</dd></>}
          {detail.external && <><dt>{w.source}</dt><dd>{detail.source ?? w.no_source}</dd></>}
          {detail.code_version && <><dt>{w.code_version}</dt><dd class="mono">{detail.code_version}</dd></>}
          {detail.partitions && <><dt>{w.tabs.partitions}</dt><dd title={detail.partitions}>{partitioning_text(detail.partitions)}</dd></>}
          {detail.automation && <><dt>{w.automation}</dt><dd><a class="mono" href={href('/automation', { asset: name })}>{detail.automation}</a></dd></>}
          {detail.freshness_policy && <><dt>{w.freshness}</dt><dd>{policy_text(detail.freshness_policy)}</dd></>}
        </dl>
      </Section>
      {!detail.external && (
        <Section title={w.how_it_is_made}>
          <dl class="facts">
            {command && <><dt>{w.command}</dt><dd class="row"><code class="key">{command}</code><CopyButton text={command} /></dd></>}
            <dt>{w.executor}</dt><dd class="mono">{detail.executor}</dd>
            {detail.pool && <><dt>{w.pool}</dt><dd class="mono">{detail.pool}</dd></>}
            {detail.priority !== 0 && <><dt>{w.priority}</dt><dd>{number(detail.priority)}</dd></>}
            <dt>{w.timeout}</dt><dd>{detail.timeout === null ? common.value.none : duration(detail.timeout)}</dd>
            <dt>{w.retries}</dt><dd>{retries.max === 0 ? common.value.none : w.retries_text(retries.max, duration(retries.delay))}</dd>
            {detail.partitions && <><dt>{w.backfills}</dt><dd>{backfill_text}</dd></>}
          </dl>
        </Section>)}
      <Dependencies list={detail.dependencies} />
    </div>
  );
}

function Dependencies({ list }: { list: Dependency[] }) {
  const w = asset_words.value;
  if (list.length === 0) return <Section title={w.dependencies}><p class="quiet">{w.no_up}</p></Section>;
  const rule = (dep: Dependency): string => [
    dep.max_age !== null ? w.max_age(duration(dep.max_age)) : '', dep.wait_until ? w.wait_until(dep.wait_until) : '',
    dep.columns?.length ? w.only_columns(dep.columns.join(', ')) : '',
  ].filter(Boolean).join('; ');
  return (
    <Section title={`${w.dependencies} ${number(list.length)}`}>
      <Table label={w.dependencies} heads={[w.asset, w.rule, w.mapping]}>
        <tbody>{list.map(dep => (
          <tr key={dep.key}><th scope="row"><AssetLink name={dep.key} /></th><td>{rule(dep)}</td><td class="key">{dep.mapping}</td></tr>))}
        </tbody>
      </Table>
    </Section>
  );
}
