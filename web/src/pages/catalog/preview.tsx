// One asset beside the list: enough to know whether to open it.
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { asset_href, href } from '../../store/router';
import { key_text } from '../../store/selection';
import { status, status_tick } from '../../store/status';
import { open_run_dialog } from '../../actions/run_dialog';
import { Command, freshet } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { Failed } from '../../ui/parts';
import { AssetStatus } from '../../ui/status';
import { Time } from '../../ui/time';
import { number } from '../../words';
import { said, type Said } from '../../words/sentences';
import { Checks, FreshnessMark, Partitions } from './table';
import { catalog_words } from './words';

interface Detail { description: string }

export function Preview({ rank, on_close }: { rank: number; on_close: () => void }) {
  void status_tick.value;
  const w = catalog_words.value;
  const what = catalog.value!, now = status.value!, key = what.key(rank), path = `assets/${key_path(key)}`;
  const detail = useResource<Detail>(path, on_asset(key)), why = useResource<Said>(`${path}/why`, on_asset(key));
  const counts = now.counts.get(rank), at = now.updated_at[rank]!;
  const tags = what.tags(rank), owners = what.owners(rank), kinds = what.kinds(rank);
  return (
    <aside class="preview scroll" tabIndex={0} aria-label={`${w.preview}: ${key}`}>
      <div class="spread"><h2>{w.preview}</h2>
        <button class="button is-plain is-icon" aria-label={w.close_preview} title={w.close_preview} onClick={on_close}><Icon name="x" /></button></div>
      <h1 class="key"><a href={asset_href(key)}>{key}</a></h1>
      <div class="row wrap"><AssetStatus status={now} rank={rank} /><FreshnessMark status={now} rank={rank} /></div>
      {why.data.value ? <p>{said(why.data.value)}</p> : why.error.value ? <Failed problem={why.error.value} on_retry={why.reload} /> : <p class="quiet">{w.reading}</p>}
      {detail.data.value?.description && <p class="quiet">{detail.data.value.description}</p>}
      <dl class="facts">
        {at > 0 && <><dt>{w.last_change}</dt><dd><Time at={at} as="both" /></dd></>}
        {owners.length > 0 && <><dt>{w.owners}</dt><dd>{owners.map(owner => <a key={owner} class="chip" href={href('/assets', { owner })}>{owner}</a>)}</dd></>}
        {what.group(rank) && <><dt>{w.group}</dt><dd><a href={href('/assets', { group: what.group(rank) })}>{what.group(rank)}</a></dd></>}
        {kinds.length > 0 && <><dt>{w.kinds}</dt><dd>{kinds.join(', ')}</dd></>}
        {tags.length > 0 && <><dt>{w.tags}</dt><dd class="row wrap">{tags.map(tag => <a key={tag} class="chip" href={href('/assets', { tag })}>{tag}</a>)}</dd></>}
        {what.columns.checks[rank]! > 0 && <><dt>{w.checks}</dt><dd><Checks catalog={what} status={now} rank={rank} /></dd></>}
        {counts && counts.existing > 0 && <><dt>{w.partitions}</dt><dd><Partitions status={now} rank={rank} />
          <a href={asset_href(key, { tab: 'partitions' })}>{w.partitions_text(number(Math.max(0, counts.materialized - counts.stale)), number(counts.existing))}</a></dd></>}
        <dt>{w.automation}</dt><dd>{what.automation(rank) ? <code>{what.automation(rank)}</code> : <span class="quiet">{w.without_automation}</span>}</dd>
        <dt>{w.depends}</dt><dd><a href={href('/assets', { select: `+${key_text(key)}` })}>{w.upstream(what.closure(rank, 'up').size)}</a>
          {' · '}<a href={href('/assets', { select: `${key_text(key)}+` })}>{w.downstream(what.closure(rank, 'down').size)}</a></dd>
      </dl>
      <div class="row wrap">
        <a class="button" href={asset_href(key)}>{w.open}</a>
        {!what.is_external(rank) && <button class="button" onClick={() => open_run_dialog({ select: key_text(key) })}>{w.run}</button>}
        <a class="button" href={href('/lineage', { focus: key })}>{w.lineage}</a>
      </div>
      <Command text={freshet('why', key)} />
    </aside>
  );
}
