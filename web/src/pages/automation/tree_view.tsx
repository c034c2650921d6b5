// A condition as a tree: each part with what it came to, for what, and since when.
import { AssetLink } from '../../ui/parts';
import { Time } from '../../ui/time';
import { said } from '../../words/sentences';
import './tree.css';
import { deciding, label_of, mark_of, merged, type Members, type Tree } from './tree';
import { automation_words } from './words';

const keys_text = ({ count, keys }: Members): string => keys.join(', ') + (count > keys.length ? ', …' : '');
const marks = { held: ['is-ok', '✓'], open: ['is-never', '○'], failed: ['is-failed', '✕'] } as const;

/// `is_link` only where it stands alone: a link in a summary is a control in a control.
function Line({ tree, is_against, is_link }: { tree: Tree; is_against: boolean; is_link: boolean }) {
  const w = automation_words.value;
  const { candidates, holding } = tree;
  const [color, sign] = marks[mark_of(tree, is_against)];
  return (
    <span class="tree-line">
      <span class={color} role="img" aria-label={tree.held ? w.true : w.false}>{sign}</span>
      <code>{label_of(tree)}</code>
      {tree.asset && (is_link ? <AssetLink name={tree.asset} /> : <span class="key quiet">{tree.asset}</span>)}
      {tree.said && <span class="quiet">{said(tree.said)}</span>}
      {candidates && holding && candidates.count > 1 && <span class="quiet" title={keys_text(holding)}>{w.of(holding.count, candidates.count)}</span>}
      {tree.since && <span class="quiet">{w.since} <Time at={tree.since} /></span>}
    </span>
  );
}
/// `is_way`: it lies on the way to what decides, which alone is open at first.
function Part({ tree: part, is_against, is_way }: { tree: Tree; is_against: boolean; is_way: boolean }) {
  const tree = merged(part);
  if (tree.children.length === 0) return <li class="tree-leaf"><Line tree={tree} is_against={is_against} is_link /></li>;
  const way = deciding(tree);
  return (
    <li>
      <details open={is_way}><summary><Line tree={tree} is_against={is_against} is_link={false} /></summary>
        <ul>{tree.children.map((child, i) => (
          <Part key={`${child.label}${child.asset}${i}`} tree={child} is_against={is_against !== (tree.is_negated ?? false)} is_way={is_way && i === way} />))}</ul>
      </details>
    </li>
  );
}
export const TreeView = ({ tree, label }: { tree: Tree; label: string }) =>
  <ul class="tree" aria-label={label}><Part tree={tree} is_against={false} is_way /></ul>;
