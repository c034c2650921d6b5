// Over the picture: finding, how far it reaches, which question it answers, what is to be done with it.
import type { ComponentChildren } from 'preact';
import { catalog } from '../../store/catalog';
import { go, href, href_with, param } from '../../store/router';
import { Icon } from '../../ui/icon';
import { Menu } from '../../ui/parts';
import { common } from '../../words/common';
import { number } from '../../words';
import { no_question, type View } from './address';
import { AssetField } from './asset_field';
import { lineage_words } from './words';

export const levels_max = 20;

function Stepper({ side, value }: { side: 'up' | 'down'; value: number }) {
  const w = lineage_words.value;
  const [less, one] = side === 'up' ? [w.less_up, w.one_up] : [w.less_down, w.one_down];
  const to = (levels: number) => href_with({ [side]: levels === 2 ? '' : levels });
  return (
    <span class="lineage-stepper" role="group" aria-label={w[side]}>
      <span class="quiet">{w[side]}</span>
      <button class="button is-icon is-plain" aria-label={less} title={less} disabled={value === 0} onClick={() => go(to(value - 1))}><Icon name="minus" /></button>
      <output aria-label={w.levels(value)}>{number(value)}</output>
      <button class="button is-icon is-plain" aria-label={one} title={one} disabled={value >= levels_max} onClick={() => go(to(value + 1))}><Icon name="plus" /></button>
    </span>
  );
}

export interface ToolbarActions {
  found: (rank: number) => void;
  matches: (ranks: number[] | null) => void;
  is_shown: (rank: number) => boolean;
  save: (what: 'svg' | 'png' | 'mermaid' | 'csv') => void;
  compare: () => void;
}
/// `children` stand at its end.
export function Toolbar({ view, selected, is_list, has_groups, actions, children }: {
  view: View; selected: string; is_list: boolean; has_groups: boolean; actions: ToolbarActions; children?: ComponentChildren;
}) {
  const w = lineage_words.value;
  const focus = view.kind === 'around' || view.kind === 'impact' ? view.focus : selected;
  const is_whole = view.kind === 'all' || (view.kind === 'select' && view.select === '*');
  return (
    <div class="lineage-bar row wrap">
      <AssetField id="lineage-find" class="lineage-find" label={w.find} placeholder={w.find_hint} on_pick={actions.found} on_matches={actions.matches} is_shown={actions.is_shown} />
      {view.kind === 'around' && <><Stepper side="up" value={view.up} /><Stepper side="down" value={view.down} /></>}
      <nav class="row wrap lineage-views" aria-label={w.view}>
        {has_groups && <a class="chip" aria-current={view.kind === 'overview' ? 'true' : undefined} href={href('/lineage', { view: 'overview', list: is_list ? 1 : '' })}>{w.overview}</a>}
        <a class="chip" aria-current={is_whole ? 'true' : undefined} href={href('/lineage', { view: 'all', list: is_list ? 1 : '' })}>{w.whole}</a>
        {focus && <a class="chip" aria-current={view.kind === 'around' ? 'true' : undefined} href={href_with({ ...no_question, focus })}>{w.around}</a>}
        {focus && <a class="chip" aria-current={view.kind === 'impact' ? 'true' : undefined} href={href_with({ ...no_question, mode: 'impact', focus })} title={`${w.k_impact} (i)`}>{w.impact}</a>}
        <a class="chip" aria-current={view.kind === 'paths' ? 'true' : undefined} href={href_with({ ...no_question, mode: 'paths', from: focus })}>{w.paths}</a>
      </nav>
      <button class="chip" aria-pressed={is_list} title={`${w.k_list} (v)`} onClick={() => go(href_with({ list: is_list ? '' : 1 }))}>{w.list}</button>
      <Menu id="lineage-more" class="is-plain is-icon" label={<><Icon name="ellipsis" /><span class="only-read">{common.value.more}</span></>}>
        <p class="quiet">{w.save}</p>
        {(['svg', 'png', 'mermaid', 'csv'] as const).map(each => <button key={each} onClick={() => actions.save(each)}>{{ svg: w.as_svg, png: w.as_png, mermaid: w.as_mermaid, csv: w.as_csv }[each]}</button>)}
        <hr />
        <button onClick={actions.compare}>{w.compare}…</button>
      </Menu>
      {children}
    </div>
  );
}

/// Two ends, each a field.
export function PathFields({ from, to }: { from: string; to: string }) {
  const w = lineage_words.value;
  const pick = (name: 'from' | 'to') => (rank: number) => go(href_with({ [name]: catalog.peek()!.key(rank), mode: 'paths' }));
  return (
    <div class="lineage-bar row wrap">
      <label class="row">{w.from}<AssetField label={w.from} value={from} on_pick={pick('from')} /></label>
      <label class="row">{w.to}<AssetField label={w.to} value={to} on_pick={pick('to')} /></label>
      {from && to && <button class="button" onClick={() => go(href_with({ from: to, to: from }))}>{w.swap_keys}</button>}
      <a class="button is-plain" href={href_with({ ...no_question, focus: from || to || param('node') })}>{w.end_mode}</a>
    </div>
  );
}
