// What is selected: how it is, why, who owns it, what it is between, and what one can do.
import { open_run_dialog } from '../../actions/run_dialog';
import { open_event_dialog } from '../../actions/small_dialogs';
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { asset_href, href, href_with } from '../../store/router';
import { key_text, value_text } from '../../store/selection';
import { status, status_tick } from '../../store/status';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { AssetLink, Meter } from '../../ui/parts';
import { said_of, StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { common } from '../../words/common';
import { parts_of, sentence_of, type Said } from '../../words/sentences';
import { number } from '../../words';
import { useMemo } from 'preact/hooks';
import { no_question, part_max } from './address';
import { links_of } from './boxes';
import { code, code_of, drawings, slow_tick } from './codes';
import { Columns, LastRunFact } from './columns';
import type { Change } from './compare';
import type { Scene } from './scene';
import { box_name } from './texts';
import { lineage_words } from './words';

/// The neighbourhood of another asset, with as many levels as now.
export const focus_href = (key: string): string => href_with({ ...no_question, focus: key });

function Actions({ name, is_focus }: { name: string; is_focus: boolean }) {
  const w = lineage_words.value;
  const rank = catalog.value!.rank_of(name)!;
  return (
    <div class="row wrap">
      {catalog.value!.is_external(rank) ? <button class="button" onClick={() => open_event_dialog(name)}><Icon name="zap" />{w.event}</button>
        : <button class="button is-primary" onClick={() => open_run_dialog({ select: key_text(name) })}><Icon name="play" />{w.run}</button>}
      <a class="button" href={asset_href(name, { tab: 'automation' })}>{w.why}</a>
      <a class="button" href={asset_href(name)}>{w.open}</a>
      {!is_focus && <a class="button" href={focus_href(name)}>{w.focus}</a>}
      <a class="button" href={href_with({ ...no_question, mode: 'impact', focus: name })}>{w.impact}</a>
      <a class="button" href={href_with({ ...no_question, mode: 'paths', from: name })}>{w.paths_from}</a>
    </div>
  );
}

export function AssetPanel({ name, is_focus, scene, on_toggle_group, is_closed, change }: {
  name: string; is_focus: boolean; scene: Scene; on_toggle_group: (group: string) => void; is_closed: boolean; change: Change | undefined;
}) {
  const w = lineage_words.value;
  const known = catalog.value!, now = status.value, rank = known.rank_of(name)!;
  void status_tick.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const why = useResource<Said>(`assets/${key_path(name)}/why`, wakes).data.value;
  const [failed, then] = why ? parts_of(why) : [null, null];
  const is_late = now?.freshness_of(rank) === 'fail', checks_failed = now?.checks_failed[rank] ?? 0;
  const reach = useMemo(() => ({ up: known.closure(rank, 'up').size, down: known.closure(rank, 'down').size }), [known, rank]);
  const node = scene.catalog === known ? scene.node_of[rank]! : -1;
  const stack = node >= 0 && scene.group?.[node] === -1 || node >= 0 && !scene.group ? scene.stack?.[node] : null;
  const select = key_text(name), group = known.group(rank), counts = now?.counts.get(rank);
  const checks = known.columns.checks[rank]!;
  const owners = known.owners(rank);
  return (
    <div class="stack">
      <h2 class="lineage-name"><AssetLink name={name} /></h2>
      {now && <p class="row wrap">{said_of(now, rank).map(each => <StatusMark key={each.word + each.text} {...each} />)}</p>}
      {failed && <p class="lineage-why is-failed">{sentence_of(failed)}</p>}
      {is_late && <p class="lineage-why is-late">{w.is_late}</p>}
      {checks_failed > 0 && <p class="lineage-why is-failed">{common.value.checks_failed(checks_failed)}.</p>}
      {then && <p class={failed || is_late || checks_failed > 0 ? 'quiet' : 'lineage-why'}>{sentence_of(then)}</p>}
      {change && <p class="note">{w[change.kind]}{change.fields.length > 0 && `: ${w.fields(change.fields.join(', '))}`}
        {change.added_deps.map(each => <span key={each} class="key"> + {each}</span>)}{change.removed_deps.map(each => <span key={each} class="key"> − {each}</span>)}</p>}
      <Actions name={name} is_focus={is_focus} />
      {stack && <details class="stack"><summary>{w.stack_of(stack.length)}</summary>
        <ul class="lineage-stack">{stack.map(each => <li key={each}><a class="key" href={focus_href(known.key(each))}>{known.key(each)}</a></li>)}</ul>
        <a href={href_with({ fold: '0' })}>{w.unfold}</a></details>}
      <dl class="facts">
        <dt>{w.owner}</dt><dd>{owners.length ? owners.map((each, i) => <span key={each}>{i > 0 && ', '}<a href={href('/assets', { owner: each })}>{each}</a></span>) : <span class="quiet">{w.nobody}</span>}</dd>
        <dt>{w.made_from}</dt><dd>{known.is_external(rank) && known.up.count(rank) === 0 ? w.outside : <>
          <a href={href('/assets', { select: `1+${select}` })}>{w.direct(known.up.count(rank))}</a>, <a href={href('/assets', { select: `+${select}` })}>{w.all_of(reach.up)}</a></>}</dd>
        <dt>{w.read_by}</dt><dd><a href={href('/assets', { select: `${select}+1` })}>{w.direct(known.down.count(rank))}</a>, <a href={href('/assets', { select: `${select}+` })}>{w.all_of(reach.down)}</a></dd>
        <dt>{w.last_change}</dt><dd>{now && now.updated_at[rank]! > 0 ? <Time at={now.updated_at[rank]} as="both" /> : common.value.never}</dd>
        <LastRunFact name={name} />
        <dt>{w.checks}</dt><dd>{checks > 0 ? <a href={asset_href(name, { tab: 'checks' })}>{w.checks_of(now?.checks_passed[rank] ?? 0, checks)}</a> : w.no_checks}</dd>
        {counts && <><dt>{w.partitions}</dt><dd><a href={asset_href(name, { tab: 'partitions' })}>{number(counts.materialized)} / {number(counts.existing)}</a>
          <Meter label={w.partitions} total={counts.existing} parts={[{ n: Math.max(0, counts.materialized - counts.stale), fill: 'ok' }, { n: counts.stale, fill: 'late' }, { n: counts.failed, fill: 'failed' }]} /></dd></>}
        {group && <><dt>{w.group}</dt><dd><a href={href('/lineage', { select: `group:${value_text(group)}` })}>{group}</a>{scene.kind !== 'overview' &&
          <> <button class="chip" onClick={() => on_toggle_group(group)}>{is_closed ? w.expand : w.collapse}</button></>}</dd></>}
        {known.kinds(rank).length > 0 && <><dt>{w.kind}</dt><dd>{known.kinds(rank).join(', ')}</dd></>}
        {known.automation(rank) && <><dt>{w.automation}</dt><dd class="mono">{known.automation(rank)}</dd></>}
      </dl>
      <Columns name={name} />
      <AsCommand cli={freshet('graph', '--select', `+${select}+`)} call={curl('GET', `assets/${key_path(name)}`)} />
    </div>
  );
}

export function GroupPanel({ scene, box, is_closed, on_toggle_group }: { scene: Scene; box: number; is_closed: boolean; on_toggle_group: (group: string) => void }) {
  const w = lineage_words.value;
  const boxes = scene.boxes!, now = status.value, name = box_name(scene, box);
  const tally = useMemo(() => {
    const out = new Uint32Array(drawings.length);
    if (now) boxes.of_rank.forEach((each, rank) => { if (each === box) out[code_of(now, rank)]!++; });
    return out;
  }, [scene, box, now, slow_tick.value]);
  const links = useMemo(() => links_of(scene, box), [scene, box]);
  const count = boxes.count[box]!, select = `group:${value_text(name)}`;
  const n = (which: number) => tally[which]!;
  const side = (is_in: boolean) => links.filter(each => each.is_in === is_in).slice(0, 12);
  const other = (each: number) => boxes.asset[each]! >= 0 ? <a class="key" href={focus_href(scene.catalog.key(boxes.asset[each]!))}>{box_name(scene, each)}</a>
    : <a href={href_with({ group: box_name(scene, each), node: '' })}>{box_name(scene, each)}</a>;
  const words: [keyof typeof code, string, string][] = [['failed', 'failed', 'status:failed'], ['late', 'stale', 'status:stale'], ['running', 'running', 'status:running'], ['waiting', 'waiting', 'status:waiting'], ['never', 'missing', 'status:missing'], ['off', 'paused', 'status:paused'], ['ok', 'fresh', 'status:fresh']];
  return (
    <div class="stack">
      <h2 class="lineage-name">{w.group} {name}</h2>
      <p><a href={href('/assets', { select })}>{common.value.assets(count)}</a></p>
      <Meter label={w.state_counts} total={count} parts={[{ n: n(code.failed), fill: 'failed' }, { n: n(code.late), fill: 'late' }, { n: n(code.running) + n(code.waiting), fill: 'running' }, { n: n(code.ok), fill: 'ok' }, { n: n(code.never) + n(code.off), fill: 'never' }]} />
      <ul class="row wrap">{words.filter(([which]) => n(code[which]) > 0).map(([which, word, expression]) => (
        <li key={which}><a href={href('/assets', { select: `${select} and ${expression}` })}><StatusMark word={word} text={`${number(n(code[which]))} ${common.value.data[word as 'fresh'] ?? common.value.work[word as 'idle']}`} /></a></li>))}</ul>
      <div class="row wrap">
        {count <= part_max && <a class="button is-primary" href={href('/lineage', { select })}>{w.open_group}</a>}
        {scene.kind === 'overview' ? <a class="button" href={href('/lineage', { view: 'all', group: name })}>{w.zoom_group}</a>
          : <button class="button" onClick={() => on_toggle_group(name)}>{is_closed ? w.expand : w.collapse}</button>}
        <button class="button" onClick={() => open_run_dialog({ select })}><Icon name="play" />{w.run}</button>
      </div>
      {[true, false].map(is_in => side(is_in).length > 0 && (
        <section key={String(is_in)} class="section"><h3>{is_in ? w.made_from : w.read_by}</h3>
          <ul>{side(is_in).map(each => <li key={each.box} class="spread">{other(each.box)}<span class="quiet">{number(each.weight)}</span></li>)}</ul>
        </section>))}
      <AsCommand cli={freshet('graph', '--select', select)} call={curl('GET', 'catalog')} />
    </div>
  );
}
