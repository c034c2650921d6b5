// What the picture says, in words: first on the page.
import { useMemo } from 'preact/hooks';
import { catalog, type Catalog } from '../../store/catalog';
import { go, href, href_with } from '../../store/router';
import { key_text } from '../../store/selection';
import { status } from '../../store/status';
import { common } from '../../words/common';
import { list, number } from '../../words';
import { part_max, selection_of, type View } from './address';
import { code, code_of, slow_tick } from './codes';
import { Consequences } from './consequences';
import type { LayoutData, Reach } from './layout_data';
import { lineage_words } from './words';

const assets_href = (select: string): string => href('/assets', { select });

const late_expression = '(status:stale or status:partial or status:late or status:warning or status:provisional) and not status:failed';
/// How many of these are failed or late now, as a link each.
function Problems({ ranks, select }: { ranks: Iterable<number>; select: string }) {
  const now = status.value;
  const found = useMemo(() => {
    let failed = 0, late = 0;
    if (now) for (const rank of ranks) { const each = code_of(now, rank); if (each === code.failed) ++failed; else if (each === code.late) ++late; }
    return { failed, late };
  }, [ranks, now, slow_tick.value]);
  const w = lineage_words.value;
  const within = (expression: string) => assets_href(select ? `(${select}) and (${expression})` : expression);
  return (
    <>
      {found.failed > 0 && <> · <a class="is-failed" href={within('status:failed')}>{w.problems(found.failed, 0)}</a></>}
      {found.late > 0 && <> · <a class="is-late" href={within(late_expression)}>{w.problems(0, found.late)}</a></>}
    </>
  );
}

function Cut({ reach, side, view }: { reach: Reach; side: 'up' | 'down'; view: View }) {
  const w = lineage_words.value;
  if (reach.left_out === 0 || (view.kind !== 'around' && view.kind !== 'impact')) return null;
  const focus = key_text(view.focus), levels = reach.counts.length;
  const select = view.kind === 'impact' ? `${focus}+` : side === 'up' ? `${levels}+${focus}` : `${focus}+${levels}`;
  const total = reach.counts.reduce((sum, each) => sum + each, 0);
  return (
    <p class="lineage-cut" role="note">{(side === 'up' ? w.cut_up : w.cut_down)(reach.levels, levels, reach.left_out)}{' '}
      <a href={assets_href(select)}>{w.show_list}</a>
      {total < part_max && <> · <button class="lineage-link" onClick={() => go(href_with({ limit: part_max }))}>{w.show_all}</button></>}
    </p>
  );
}

export function Sentence({ view, data }: { view: View; data: LayoutData | null }) {
  const w = lineage_words.value;
  const known = catalog.value!;
  const select = selection_of(view);
  const cuts = data?.reach && <><Cut reach={data.reach.up} side="up" view={view} /><Cut reach={data.reach.down} side="down" view={view} /></>;
  switch (view.kind) {
    case 'around': return <Around focus={view.focus} known={known}>{cuts}</Around>;
    case 'impact': return <Impact focus={view.focus} known={known}>{cuts}</Impact>;
    case 'paths':
      return <div class="lineage-sentence"><h1>{w.paths}</h1><p>{!view.from || !view.to ? w.paths_ask : !data ? common.value.loading : data.nodes.asset.length === 0 ? w.paths_none : <><a href={assets_href(select)}>{w.paths_sentence(data.total)}</a><Problems ranks={data.nodes.asset} select={select} /></>}</p></div>;
    case 'select':
      if (view.select !== '*') return <div class="lineage-sentence"><h1 class="key is-expression" title={view.select}>{view.select}</h1><p>{data && <><a href={assets_href(select)}>{w.select_sentence(data.total)}</a><Problems ranks={data.nodes.asset} select={select} /></>}{' '}· <a href={href('/lineage', {})}>{w.show_whole}</a></p></div>;
  }
  return <Whole known={known}>{data && data.bundles_left_out > 0 && <p class="lineage-cut">{w.bundles_left(data.bundles_left_out)}</p>}</Whole>;
}

function Whole({ known, children }: { known: Catalog; children: preact.ComponentChildren }) {
  const w = lineage_words.value;
  const all = useMemo(() => [...known.columns.key.keys()], [known]);
  const groups = known.columns.groups.length;
  return <div class="lineage-sentence"><h1>{common.value.pages.lineage}</h1><p><a href={href('/assets')}>{groups > 0 ? w.whole_sentence(known.size, groups) : w.all_sentence(known.size)}</a><Problems ranks={all} select="" /></p>{children}</div>;
}
function Around({ focus, known, children }: { focus: string; known: Catalog; children: preact.ComponentChildren }) {
  const w = lineage_words.value, key = key_text(focus), rank = known.rank_of(focus)!;
  const reach = useMemo(() => ({ up: [...known.closure(rank, 'up').keys()], down: [...known.closure(rank, 'down').keys()] }), [known, rank]);
  return (
    <div class="lineage-sentence"><h1 class="key">{focus}</h1>
      <p>{w.made_from} <a href={assets_href(`+${key}`)}>{common.value.assets(reach.up.length)}</a><Problems ranks={reach.up} select={`+${key} and not ${key}`} />
        {' — '}{w.read_by} <a href={assets_href(`${key}+`)}>{common.value.assets(reach.down.length)}</a><Problems ranks={reach.down} select={`${key}+ and not ${key}`} /></p>
      {children}
    </div>
  );
}
function Impact({ focus, known, children }: { focus: string; known: Catalog; children: preact.ComponentChildren }) {
  const w = lineage_words.value, key = key_text(focus), rank = known.rank_of(focus)!;
  const found = useMemo(() => {
    const steps = known.closure(rank, 'down');
    const ranks = [...steps.keys()];
    const groups = new Set(ranks.map(each => known.columns.group[each]!).filter(each => each >= 0)).size;
    const owners = new Map<string, number>();
    for (const each of ranks) for (const owner of known.owners(each)) owners.set(owner, (owners.get(owner) ?? 0) + 1);
    return { ranks, groups, owners: [...owners].sort((a, b) => b[1] - a[1]).map(([owner]) => owner), farthest: Math.max(0, ...steps.values()), promises: ranks.filter(each => known.columns.has_freshness[each]).length };
  }, [known, rank]);
  const select = `${key}+ and not ${key}`;
  const names = found.owners.slice(0, 4);
  if (found.owners.length > names.length) names.push(`+${number(found.owners.length - names.length)}`);
  return (
    <div class="lineage-sentence"><h1 class="key">{focus}</h1>
      <p>{found.ranks.length === 0 ? w.impact_none : <>
        <a href={assets_href(select)}>{w.impact_of(found.ranks.length)}</a>{found.groups > 0 && ` ${w.impact_groups(found.groups)}`}, {w.impact_levels(found.farthest)}
        {found.promises > 0 && <>, {w.impact_promises(found.promises)}</>}{names.length > 0 && <>; {w.impact_owners(list(names))}</>}<Problems ranks={found.ranks} select={select} /></>}
        {' '}<a href={href_with({ mode: '' })}>{w.end_mode}</a></p>
      {found.ranks.length > 0 && <Consequences focus={focus} readers={found.ranks.length} />}
      {children}
    </div>
  );
}
