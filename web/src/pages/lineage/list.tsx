// The picture as a table: exactly the same assets, or groups.
import { useMemo } from 'preact/hooks';
import { go, href } from '../../store/router';
import { key_text, value_text } from '../../store/selection';
import { status, status_tick } from '../../store/status';
import { AssetLink, Meter } from '../../ui/parts';
import { Cell, Rows, type Column } from '../../ui/rows';
import { AssetStatus } from '../../ui/status';
import { number } from '../../words';
import { code, code_of, drawings, slow_tick } from './codes';
import type { Change } from './compare';
import { asset_rows, box_rows } from './list_rows';
import { focus_href } from './panel';
import type { Scene } from './scene';
import { box_name } from './texts';
import { lineage_words } from './words';

export function LineageList({ scene, has_levels, selected, on_select, changes }: {
  scene: Scene; has_levels: boolean; selected: string; on_select: (address: { key?: string; group?: string }) => void; changes: ReadonlyMap<string, Change> | null;
}) {
  return scene.kind === 'overview' ? <Groups scene={scene} selected={selected} on_select={on_select} />
    : <Assets scene={scene} has_levels={has_levels} selected={selected} on_select={on_select} changes={changes} />;
}

function Assets({ scene, has_levels, selected, on_select, changes }: Parameters<typeof LineageList>[0]) {
  void status_tick.value;
  const w = lineage_words.value;
  const rows = useMemo(() => asset_rows(scene, has_levels), [scene, has_levels]);
  const { catalog } = scene;
  const now = status.value;
  const at = rows.findIndex(row => catalog.key(row.rank) === selected);
  const columns: Column[] = [
    ...(has_levels ? [{ name: 'level', label: w.level, width: '64px' }] : []),
    { name: 'key', label: w.asset, width: 'minmax(220px, 2fr)' }, { name: 'status', label: w.status, width: 'minmax(180px, 1fr)' },
    { name: 'group', label: w.group, width: 'minmax(100px, 1fr)' }, { name: 'edges', label: w.up_down, width: '110px', is_end: true },
    ...(changes ? [{ name: 'change', label: w.change, width: 'minmax(110px, 1fr)' }] : []),
    { name: 'focus', label: '', width: '110px' },
  ];
  const row = (index: number) => {
    const { rank, level, is_stacked } = rows[index]!;
    const key = catalog.key(rank), group = catalog.group(rank), change = changes?.get(key);
    return (
      <>
        {has_levels && <Cell>{level === 0 ? w.here : level! > 0 ? `+${level}` : `−${-level!}`}</Cell>}
        <Cell title={key}><AssetLink name={key} />{is_stacked && <span class="quiet"> · {w.in_stack}</span>}</Cell>
        <Cell>{now && <AssetStatus status={now} rank={rank} />}</Cell>
        <Cell title={group}>{group && <a href={href('/lineage', { select: `group:${value_text(group)}` })}>{group}</a>}</Cell>
        <Cell is_end>
          <a href={href('/assets', { select: `1+${key_text(key)}` })} aria-label={w.upstream(catalog.up.count(rank))}>{number(catalog.up.count(rank))}</a>
          {' · '}<a href={href('/assets', { select: `${key_text(key)}+1` })} aria-label={w.downstream(catalog.down.count(rank))}>{number(catalog.down.count(rank))}</a>
        </Cell>
        {changes && <Cell>{change ? w[change.kind] : ''}</Cell>}
        <Cell><a href={focus_href(key)}>{w.focus}</a></Cell>
      </>);
  };
  return <Rows label={w.graph} columns={columns} count={rows.length} row={row} id={index => String(rows[index]!.rank)} selected={at}
    on_select={index => on_select({ key: catalog.key(rows[index]!.rank) })} on_open={index => go(focus_href(catalog.key(rows[index]!.rank)))} />;
}

function Groups({ scene, selected, on_select }: Pick<Parameters<typeof LineageList>[0], 'scene' | 'selected' | 'on_select'>) {
  const w = lineage_words.value;
  const boxes = scene.boxes!;
  const rows = useMemo(() => box_rows(scene), [scene]);
  const now = status.value;
  const tally = useMemo(() => {
    const out = new Uint32Array(boxes.size * drawings.length);
    if (now) boxes.of_rank.forEach((box, rank) => { if (box >= 0) out[box * drawings.length + code_of(now, rank)]!++; });
    return out;
  }, [scene, now, slow_tick.value]);
  const key_of = (box: number) => boxes.asset[box]! >= 0 ? scene.catalog.key(boxes.asset[box]!) : '';
  const at = rows.findIndex(box => (key_of(box) || box_name(scene, box)) === selected);
  const columns: Column[] = [
    { name: 'group', label: w.group, width: 'minmax(200px, 2fr)' }, { name: 'count', label: w.count, width: '90px', is_end: true },
    { name: 'problems', label: w.status, width: 'minmax(180px, 2fr)' }, { name: 'states', label: w.state_counts, width: 'minmax(120px, 1fr)' },
  ];
  const row = (index: number) => {
    const box = rows[index]!, name = box_name(scene, box), key = key_of(box);
    const n = (which: number) => tally[box * drawings.length + which]!;
    const count = boxes.count[box]!;
    const bad = w.problems(n(code.failed), n(code.late));
    const select = `group:${value_text(name)}`;
    return (
      <>
        <Cell title={key || name}>{key ? <AssetLink name={key} /> : <a href={href('/lineage', { select })}>{name}</a>}</Cell>
        <Cell is_end>{key ? '1' : <a href={href('/assets', { select })}>{number(count)}</a>}</Cell>
        <Cell>{bad}</Cell>
        <Cell><Meter label={bad || w.all_sentence(count)} total={count} parts={[{ n: n(code.failed), fill: 'failed' }, { n: n(code.late), fill: 'late' }, { n: n(code.running) + n(code.waiting), fill: 'running' }, { n: n(code.ok), fill: 'ok' }, { n: n(code.never) + n(code.off), fill: 'never' }]} /></Cell>
      </>);
  };
  const address = (index: number) => { const key = key_of(rows[index]!); return key ? { key } : { group: box_name(scene, rows[index]!) }; };
  return <Rows label={w.graph} columns={columns} count={rows.length} row={row} id={index => String(rows[index]!)} selected={at} on_select={index => on_select(address(index))}
    on_open={index => { const { key, group } = address(index); go(key ? href('/lineage', { focus: key }) : href('/lineage', { select: `group:${value_text(group!)}` })); }} />;
}
