// All that is downstream, by distance: whom a change concerns.
import { useMemo } from 'preact/hooks';
import { catalog } from '../../store/catalog';
import { href } from '../../store/router';
import { key_text, value_text } from '../../store/selection';
import { status, status_tick } from '../../store/status';
import { AsCommand, curl, freshet } from '../../ui/command';
import { AssetLink, Empty } from '../../ui/parts';
import { AssetStatus, drawing_for } from '../../ui/status';
import { number } from '../../words';
import type { TabProps } from './asset';
import { worst_first } from './model';
import { Table } from './table';
import { asset_words } from './words';

const shown_max = 500;

export function Consumers({ name, rank }: TabProps) {
  const w = asset_words.value;
  const known = catalog.value!;
  const layers = useMemo(() => {
    const out: number[][] = [];
    for (const [other, distance] of known.closure(rank, 'down')) (out[distance - 1] ??= []).push(other);
    return out;
  }, [known, rank]);
  const all = layers.flat();
  const owners = useMemo(() => {
    const counts = new Map<string, number>();
    for (const other of all) for (const owner of known.owners(other)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }, [known, layers]);
  void status_tick.value;
  const now = status.value;
  if (all.length === 0) return <Empty><p>{w.no_consumers}</p></Empty>;
  const sorted = (ranks: number[]): number[] => !now ? ranks
    : [...ranks].sort((a, b) => worst_first(drawing_for(now, a), drawing_for(now, b)) || (known.key(a) < known.key(b) ? -1 : 1));
  const all_href = href('/assets', { select: `${key_text(name)}+` });
  let room = shown_max;
  return (
    <div class="stack">
      <p class="sentence asset-text">{w.consumers_text(all.length, layers.length)} <a href={href('/lineage', { focus: name, mode: 'impact' })}>{w.to_impact}</a></p>
      {owners.length > 0 && <div class="row wrap">{owners.map(([owner, n]) => (
        <a key={owner} class="chip" href={href('/assets', { select: `owner:${value_text(owner)} and ${key_text(name)}+` })}>
          {owner} <span class="quiet">{number(n)}</span></a>))}</div>}
      <Table label={w.tabs.consumers} heads={[w.asset, w.state, w.owners, w.group_title]}>
        {layers.map((ranks, i) => {
          const shown = sorted(ranks).slice(0, Math.max(0, room));
          room -= shown.length;
          return (
            <tbody key={i}>
              <tr class="asset-layer"><th scope="rowgroup" colSpan={4}><h2>{w.distance(i + 1, number(ranks.length))}</h2></th></tr>
              {shown.map(other => (
                <tr key={other}><th scope="row"><AssetLink name={known.key(other)} /></th><td>{now && <AssetStatus status={now} rank={other} />}</td>
                  <td class="quiet">{known.owners(other).join(', ')}</td><td class="quiet">{known.group(other)}</td></tr>))}
              {ranks.length > shown.length && <tr><td colSpan={4}><a href={all_href}>{w.others(ranks.length - shown.length)}</a></td></tr>}
            </tbody>
          );
        })}
      </Table>
      <AsCommand cli={freshet('plan', name)} call={curl('POST', 'plan', { changed: [name] })} />
    </div>
  );
}
