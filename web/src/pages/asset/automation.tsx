// What automation decided about it lately, and how its condition stands now; more is on its own page.
import { useMemo } from 'preact/hooks';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { href } from '../../store/router';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Empty, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { said } from '../../words/sentences';
import type { TabProps } from './asset';
import { TreeView } from '../automation/tree_view';
import type { Decision, Explanation } from './data';
import { More } from './more';
import { usePaged } from './paged';
import { LedTo } from './table';
import { asset_words } from './words';

export function Automation({ name, detail }: TabProps) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const why = useResource<Explanation>(`assets/${key_path(name)}/why`, wakes);
  const decisions = usePaged<Decision>(`assets/${key_path(name)}/decisions?limit=30`, wakes);
  if (!detail.automation && decisions.is_empty.value) {
    return <Empty><p class="sentence">{detail.external ? w.external_automation : w.no_automation}</p>{!detail.external && <p class="quiet">{w.add_automation}</p>}</Empty>;
  }
  const tree = why.data.value?.tree;
  return (
    <div class="stack">
      {detail.automation && <p class="asset-text">{w.condition} <code>{detail.automation}</code> <a href={href('/automation', { asset: name })}>{w.to_automation}</a></p>}
      {tree && <Section title={w.tree_now}><TreeView key={name} tree={tree} label={w.tree_now} /></Section>}
      <Section title={w.decisions}>
        <More paged={decisions} where="top" />
        {decisions.is_empty.value ? <p class="quiet">{w.no_decisions}</p> : (
          <ol class="asset-lately asset-decided">{decisions.items.value.map(decision => (
            <li key={decision.id}><Time at={decision.at} as="both" />
              <span><Came decision={decision} /> {said(decision)} <LedTo run={decision.run} backfill={decision.backfill} /></span></li>))}</ol>)}
        <More paged={decisions} where="bottom" />
      </Section>
      <AsCommand cli={freshet('why', name)} call={curl('GET', `assets/${key_path(name)}/why`)} />
    </div>
  );
}

function Came({ decision }: { decision: Decision }) {
  const w = asset_words.value;
  if (decision.withheld) return <StatusMark word="withheld" text={w.held_back} />;
  return decision.requested ? <StatusMark word="ok" text={w.requested} /> : <StatusMark word="off" text={w.not_requested} />;
}
