// Why did this run, why did that not?  A sentence first, a tree second.
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { pause, resume } from '../../actions/post';
import { open_run_dialog } from '../../actions/run_dialog';
import { catalog } from '../../store/catalog';
import { key_path, query_text } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { href, param, set_params } from '../../store/router';
import { status, status_tick } from '../../store/status';
import { AsCommand, curl, freshet, quoted } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { AssetLink, Failed, Loading, Section } from '../../ui/parts';
import { SelectionBox } from '../../ui/selection';
import { AssetStatus } from '../../ui/status';
import { number } from '../../words';
import { common } from '../../words/common';
import { said, type Said } from '../../words/sentences';
import './automation.css';
import { Decisions } from './decisions';
import { TreeView } from './tree_view';
import type { Tree } from './tree';
import { WhatIf } from './what_if';
import { automation_words } from './words';

interface Why extends Said { tree: Tree | null; expected: Said | null; checks: (Said & { name: string; tree: Tree | null })[] }

/// Which conditions there are, how many assets have each, and who is paused.
function Rules() {
  const w = automation_words.value;
  void status_tick.value;
  const what = catalog.value, now = status.value;
  if (!what || !now) return null;
  const counts = new Map<string, number>(), paused: number[] = [];
  let total = 0;
  for (let rank = 0; rank < what.size; ++rank) {
    const rule = what.automation(rank);
    if (rule) { ++total; counts.set(rule, (counts.get(rule) ?? 0) + 1); }
    if (now.is_paused(rank)) paused.push(rank);
  }
  const rules = [...counts].sort((a, b) => b[1] - a[1]);
  return (
    <>
      <p class="sentence">{total === 0 ? w.none : w.intro(total, paused.length)}</p>
      <Section title={w.pick}><SelectionBox label={w.asset} value="" on_select={text => {
        const key = text.trim().replace(/^"(.*)"$/, '$1');
        if (what.rank_of(key) !== undefined) set_params({ asset: key }, 'push');
      }} /></Section>
      <Section title={w.paused_title} aside={paused.length > 0 && <button class="button" onClick={() => void resume('automation:paused')}>{w.resume_all}</button>}>
        {paused.length === 0 ? <p class="quiet">{w.nobody}</p> : <ul>{paused.slice(0, 50).map(rank => (
          <li key={rank} class="row paused-row"><a class="key" href={href('/automation', { asset: what.key(rank) })}>{what.key(rank)}</a>
            {now.is_withheld(rank) && <span class="is-late">{w.held}</span>}<button class="button is-plain" onClick={() => void resume(what.key(rank))}>{w.resume}</button></li>))}</ul>}
      </Section>
      {rules.length > 0 && <Section title={w.rules}>
        <table class="list"><thead><tr><th scope="col">{w.rule}</th><th scope="col" class="end">{w.count}</th></tr></thead>
          <tbody>{rules.slice(0, 100).map(([rule, count]) => (
            <tr key={rule}><th scope="row"><code>{rule}</code></th><td class="end"><a href={href('/assets', { automation: rule })}>{number(count)}</a></td></tr>))}</tbody></table>
      </Section>}
      <AsCommand cli={freshet('why') + ' ASSET'} call={curl('GET', 'assets/KEY/why')} />
    </>
  );
}

function Pausing({ asset, is_paused }: { asset: string; is_paused: boolean }) {
  const w = automation_words.value;
  const reason = useMemo(() => signal(''), [asset]);
  if (is_paused) return <button class="button" onClick={() => void resume(asset)}><Icon name="play" />{w.resume}</button>;
  return (
    <form class="row wrap" onSubmit={event => { event.preventDefault(); void pause(asset, reason.value); }}>
      <input class="field" aria-label={w.reason} placeholder={w.reason} value={reason.value} onInput={event => { reason.value = event.currentTarget.value; }} />
      <button class="button"><Icon name="pause" />{w.pause}</button>
    </form>
  );
}

function OfAsset({ asset }: { asset: string }) {
  const w = automation_words.value;
  const wakes = useMemo(() => on_asset(asset), [asset]);
  const partition = param('partition');
  const { data, error, reload } = useResource<Why>(`assets/${key_path(asset)}/why` + query_text({ partition }), wakes);
  const what = catalog.value, rank = what?.rank_of(asset);
  void status_tick.value;
  const automation = rank === undefined ? '' : what!.automation(rank);
  const why = data.value;
  return (
    <>
      <div class="spread wrap">
        <h1 class="row wrap"><AssetLink name={asset} /> {rank !== undefined && status.value && <AssetStatus status={status.value} rank={rank} />}</h1>
        <div class="row wrap">
          <button class="button is-primary" onClick={() => open_run_dialog({ select: asset, ...(partition ? { partitions: partition } : {}) })}>{w.run_anyway}</button>
          {automation && rank !== undefined && <Pausing asset={asset} is_paused={status.value?.is_paused(rank) ?? false} />}
        </div>
      </div>
      {error.value && <Failed problem={error.value} on_retry={reload} />}
      {!why && !error.value && <Loading />}
      {why && <>
        <p class="sentence automation-sentence">{automation ? said(why) : w.no_rule(asset)}</p>
        {why.expected && <p><strong>{w.expected}:</strong> {said(why.expected)}</p>}
        {automation && <p class="quiet"><code>{automation}</code></p>}
        {why.tree && <Section title={w.sentence_now}><TreeView key={asset} tree={why.tree} label={w.tree} /></Section>}
        {why.checks.length > 0 && <Section title={w.checks}>{why.checks.map(check => (
          <details key={check.name}><summary><strong>{check.name}</strong> {said(check)}</summary>{check.tree && <TreeView tree={check.tree} label={w.tree} />}</details>))}</Section>}
      </>}
      {automation && <Decisions asset={asset} chosen={param('decision')} />}
      {automation && <WhatIf asset={asset} automation={automation} partition={partition} />}
      <AsCommand cli={freshet('why', asset) + (partition ? ` --partition ${quoted(partition)}` : '')} call={curl('GET', `assets/${key_path(asset)}/why`)} />
      <p><a href={href('/automation')}>{common.value.pages.automation}</a></p>
    </>
  );
}

export function Automation() {
  const asset = param('asset');
  return asset ? <OfAsset key={asset} asset={asset} /> : <Rules />;
}
