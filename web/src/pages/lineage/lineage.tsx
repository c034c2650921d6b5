// Where does it come from, and what breaks if it changes?
import { signal, useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { useTitle } from '../../app';
import { useKeys } from '../../keys';
import { catalog, type Catalog } from '../../store/catalog';
import { on_kinds, useResource } from '../../store/resource';
import { asset_href, go, href, href_with, param } from '../../store/router';
import { language, panel_width } from '../../store/prefs';
import { value_text } from '../../store/selection';
import { AsCommand, curl } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { Empty, Failed, Loading } from '../../ui/parts';
import { Splitter } from '../../ui/splitter';
import { common } from '../../words/common';
import { command_of, layout_path, no_question, part_max, view_of, type View } from './address';
import { collapsed } from './collapse';
import { ChangesNote, open_compare_dialog, useChanges } from './compare_dialog';
import type { GraphView } from './graph_view';
import type { Pick } from './hit';
import type { LayoutData } from './layout_data';
import { LineageList } from './list';
import { box_of_group, over_of } from './over';
import { AssetPanel, focus_href, GroupPanel } from './panel';
import { usePicked } from './picked';
import { save } from './save';
import { scene_of, type Scene } from './scene';
import { Sentence } from './sentence';
import { Stage, type StageActions } from './stage';
import { box_name } from './texts';
import { levels_max, PathFields, Toolbar } from './toolbar';
import { lineage_words } from './words';
import './lineage.css';

const wakes = on_kinds('definitions');
// Where there is little room the picture comes first.
const is_panel_wanted = signal(matchMedia('(min-width: 901px)').matches);

const split = (text: string): string[] => text.split(',').filter(Boolean).map(decodeURIComponent);
const names_text = (names: string[]): string => names.map(encodeURIComponent).join(',');

/// The newest scene whose layout and catalog belong together; the one before until then.
function useScene(data: LayoutData | null, known: Catalog, closed: string): Scene | null {
  const last = useRef<Scene | null>(null);
  const made = useMemo(() => {
    if (!data) return null;
    if (data.catalog !== known.columns.sequence) return last.current;
    const groups = new Set(split(closed).map(name => known.columns.groups.indexOf(name)));
    const is_part = data.nodes.level.length > 0;
    return scene_of(is_part && groups.size > 0 ? collapsed(data, rank => known.columns.group[rank]!, groups) : data, known);
  }, [data, known, data && data.nodes.level.length > 0 ? closed : '']);
  last.current = made;
  return made;
}

export function Lineage() {
  const w = lineage_words.value;
  const known = catalog.value!;
  const view = view_of(param, known.size, known.columns.groups.length > 0);
  const ends = view.kind === 'around' || view.kind === 'impact' ? [view.focus] : view.kind === 'paths' ? [view.from, view.to] : [];
  const unknown = ends.find(key => key && known.rank_of(key) === undefined);
  const path = known.size === 0 || unknown !== undefined ? '' : layout_path(view);
  const read = useResource<LayoutData>(path, wakes);
  useTitle(ends[0] ? `${ends[0]} – ${common.value.pages.lineage}` : '');
  if (known.size === 0) return <Empty><h1>{common.value.pages.lineage}</h1><p>{w.no_assets}</p></Empty>;
  if (unknown !== undefined) return <Empty><h1>{common.value.pages.lineage}</h1><p>{w.not_known(unknown)}</p><a href={href('/lineage')}>{w.show_whole}</a></Empty>;
  return <Page view={view} known={known} data={path ? read.data.value : null} problem={read.error.value && <Failed problem={read.error.value} on_retry={read.reload} />} />;
}

function Page({ view, known, data, problem }: { view: View; known: Catalog; data: LayoutData | null; problem: preact.ComponentChildren }) {
  const w = lineage_words.value;
  const is_list = param('list') !== '';
  const closed_text = param('closed'), closed_names = split(closed_text);
  const scene = useScene(data, known, closed_text);
  const changes = useChanges(known);
  const found = useSignal<number[] | null>(null);
  const graph = useRef<GraphView | null>(null);
  const { now: picked, pick } = usePicked();
  const focus = view.kind === 'around' || view.kind === 'impact' ? view.focus : '';
  const key = picked.group ? '' : known.rank_of(picked.key) !== undefined ? picked.key : focus;
  const closed = useMemo(() => new Set(scene && scene.kind === 'all' ? closed_names.map(name => box_of_group(scene, name)).filter(box => box >= 0) : []), [scene, closed_text]);
  const over = useMemo(() => scene && over_of(scene, view, known, changes, found.value, closed), [scene, view.kind, focus, known, changes, found.value, closed]);
  const selected: Pick | null = useMemo(() => {
    if (!scene || scene.catalog !== known) return null;
    if (picked.group) { const box = box_of_group(scene, picked.group); return box >= 0 ? { kind: 'box', box } : null; }
    const rank = known.rank_of(key);
    if (rank === undefined) return null;
    if (scene.node_of[rank]! >= 0) return { kind: 'node', node: scene.node_of[rank]! };
    const box = scene.boxes?.of_rank[rank] ?? -1;
    return box >= 0 && scene.boxes!.asset[box] === rank ? { kind: 'box', box } : null;
  }, [scene, known, key, picked.group]);
  const into = scene?.kind === 'all' && picked.group ? box_of_group(scene, picked.group) : -1;

  const key_of = (each: Pick): string => each.kind === 'node' ? scene!.catalog.key(scene!.rank[each.node]!) : scene!.boxes!.asset[each.box]! >= 0 ? scene!.catalog.key(scene!.boxes!.asset[each.box]!) : '';
  const toggle_group = (name: string) => {
    if (!name) return;
    go(href_with({ closed: names_text(closed_names.includes(name) ? closed_names.filter(each => each !== name) : [...closed_names, name]) }), 'replace');
  };
  const group_of = (each: Pick | null): string => !each ? '' : each.kind === 'box' ? box_name(scene!, each.box) : known.group(scene!.rank[each.node]!);
  const open_box = (box: number) => {
    const name = box_name(scene!, box);
    go(href('/lineage', scene!.boxes!.count[box]! <= part_max ? { select: `group:${value_text(name)}`, list: param('list') } : { view: 'all', group: name, list: param('list') }));
  };
  const actions: StageActions = {
    select: (each, is_walked) => {
      if (each && is_walked) graph.current?.show(each);
      if (each && !is_walked) is_panel_wanted.value = true;
      if (!each) pick({});
      else if (key_of(each)) pick({ key: key_of(each) });
      else if (each.kind === 'box') pick({ group: box_name(scene!, each.box) });
    },
    open: each => {
      if (each.kind === 'node' && (scene!.group?.[each.node] ?? -1) >= 0) toggle_group(known.columns.groups[scene!.group![each.node]!]!);
      else if (key_of(each)) go(asset_href(key_of(each)));
      else if (each.kind === 'box') open_box(each.box);
    },
    focus: each => {
      if (each.kind === 'node' && (scene!.group?.[each.node] ?? -1) >= 0) toggle_group(known.columns.groups[scene!.group![each.node]!]!);
      else if (key_of(each)) go(focus_href(key_of(each)));
      else if (each.kind === 'box' && scene!.kind === 'overview') open_box(each.box);
      else graph.current?.show(each, true);
    },
    pair: each => {
      const to = key_of(each);
      if (to && key && to !== key) go(href_with({ ...no_question, mode: 'paths', from: key, to }));
      else actions.select(each, false);
    },
    deep: box => go(href('/lineage', { view: 'all', group: box_name(scene!, box) })),
    toggle_group: () => toggle_group(group_of(selected)),
  };
  const depth = (by: number) => {
    if (view.kind !== 'around') return;
    const at = (levels: number) => Math.max(0, Math.min(levels_max, levels + by));
    go(href_with({ up: at(view.up) === 2 ? '' : at(view.up), down: at(view.down) === 2 ? '' : at(view.down) }));
  };
  const find = () => document.getElementById('lineage-find')?.focus();
  // What the picture itself takes while it has the focus is only listed here.
  useKeys([
    { keys: '← →', text: w.k_walk, run: () => {} }, { keys: '↑ ↓', text: w.k_siblings, run: () => {} }, { keys: 'Enter ⏎', text: w.k_open, run: () => {} }, { keys: 'Shift G', text: w.k_group, run: () => {} },
    { keys: 'f', text: w.k_focus, run: () => { if (selected) actions.focus(selected); } },
    { keys: '[', text: w.k_depth, run: () => depth(-1) }, { keys: ']', text: w.k_depth, run: () => depth(1) },
    { keys: '0', text: w.k_fit, run: () => graph.current?.fit() }, { keys: '+', text: w.k_zoom, run: () => graph.current?.zoom(1.4) }, { keys: '-', text: w.k_zoom, run: () => graph.current?.zoom(1 / 1.4) },
    { keys: 'v', text: w.k_list, run: () => go(href_with({ list: is_list ? '' : 1 })) }, { keys: '/', text: w.k_find, run: find },
    { keys: 'i', text: w.k_impact, run: () => { if (key) go(href_with({ ...no_question, mode: view.kind === 'impact' ? '' : 'impact', focus: key })); } },
  ], [scene, view, selected, key, is_list, language.value]);

  const is_shown = (rank: number) => scene !== null && scene.catalog === known && (scene.node_of[rank]! >= 0);
  const is_open = is_panel_wanted.value && (key !== '' || picked.group !== '');
  return (
    <div class={`lineage ${is_open ? 'has-panel' : ''}`} style={{ '--panel': `${panel_width.value}px` }}>
      <div class="lineage-main">
        <div class="lineage-head">
          <div class="lineage-first"><Sentence view={view} data={data} />
            {layout_path(view) && <AsCommand cli={command_of(view)} call={curl('GET', layout_path(view))} />}</div>
          <Toolbar view={view} selected={key} is_list={is_list} has_groups={known.columns.groups.length > 0} actions={{
            found: rank => { if (is_shown(rank)) { const node = scene!.node_of[rank]!; pick({ key: known.key(rank) }); graph.current?.show({ kind: 'node', node }, true); } else go(focus_href(known.key(rank))); },
            matches: ranks => { found.value = ranks; }, is_shown,
            save: what => { if (scene) void save(what, scene, graph.current, key || 'lineage'); },
            compare: open_compare_dialog,
          }}>
            {!is_panel_wanted.value && (key || picked.group) && <button class="button is-icon" aria-label={w.open_panel} title={w.open_panel} onClick={() => { is_panel_wanted.value = true; }}><Icon name="chevron_left" /></button>}
          </Toolbar>
          {view.kind === 'paths' && <PathFields from={view.from} to={view.to} />}
          {changes && <ChangesNote changes={changes} />}
          {(closed_names.length > 0 || param('fold') === '0') && <p class="row wrap">
            {closed_names.length > 0 && <button class="chip" onClick={() => go(href_with({ closed: '' }), 'replace')}>{w.expand_all}</button>}
            {param('fold') === '0' && <button class="chip" onClick={() => go(href_with({ fold: '' }))}>{w.fold}</button>}
          </p>}
          {problem}
        </div>
        {!scene || !over ? (layout_path(view) && !problem ? <Loading /> : <div />)
          : data && data.nodes.asset.length === 0 && data.boxes.count.length === 0 ? <Empty>{view.kind === 'select' && <p>{w.nothing_selected} <a href={href('/lineage')}>{w.show_whole}</a></p>}</Empty>
          : is_list ? <LineageList scene={scene} has_levels={(view.kind === 'around' || view.kind === 'impact') && scene.level !== null} selected={key || picked.group} changes={changes} on_select={each => pick(each)} />
          : <Stage scene={scene} question={layout_path(view)} over={over} selected={selected} into={into} graph={graph} actions={actions} />}
      </div>
      {is_open && scene && (
        <><Splitter width={panel_width} /><aside class="lineage-panel" aria-label={w.panel}>
          <button class="button is-plain is-icon lineage-close" aria-label={w.close_panel} title={w.close_panel} onClick={() => { is_panel_wanted.value = false; }}><Icon name="x" /></button>
          {key ? <AssetPanel key={key} name={key} is_focus={key === focus && view.kind === 'around'} scene={scene} on_toggle_group={toggle_group} is_closed={closed_names.includes(known.group(known.rank_of(key)!))} change={changes?.get(key)} />
            : scene.boxes && box_of_group(scene, picked.group) >= 0 && <GroupPanel scene={scene} box={box_of_group(scene, picked.group)} is_closed={closed_names.includes(picked.group)} on_toggle_group={toggle_group} />}
        </aside></>)}
    </div>
  );
}
