// A condition as a tree: each part with what it came to, for what, and since when.
import { AssetLink } from '../../ui/parts';
import { Time } from '../../ui/time';
import { said } from '../../words/sentences';
import { decides, label_of, merged, type Members, type Tree } from './tree';
import { automation_words } from './words';

const keys_text = ({ count, keys }: Members): string => keys.join(', ') + (count > keys.length ? ', …' : '');

/// `is_link` only where it stands alone: a link in a summary is a control in a control.
function Line({ tree, is_link }: { tree: Tree; is_link: boolean }) {
  const w = automation_words.value;
  const { candidates, holding } = tree;
  return (
    <span class="tree-line">
      <span class={tree.held ? 'is-ok' : 'is-failed'} aria-label={tree.held ? w.true : w.false}>{tree.held ? '✓' : '✕'}</span>
      <code>{label_of(tree)}</code>
      {tree.asset && (is_link ? <AssetLink name={tree.asset} /> : <span class="key quiet">{tree.asset}</span>)}
      {tree.said && <span class="quiet">{said(tree.said)}</span>}
      {candidates && holding && candidates.count > 1 && <span class="quiet" title={keys_text(holding)}>{w.of(holding.count, candidates.count)}</span>}
      {tree.since && <span class="quiet">{w.since} <Time at={tree.since} /></span>}
    </span>
  );
}
function Part({ tree: part, parent, is_open }: { tree: Tree; parent: Tree | null; is_open: boolean }) {
  const tree = merged(part);
  if (tree.children.length === 0) return <li class="tree-leaf"><Line tree={tree} is_link /></li>;
  return (
    <li>
      <details open={is_open || decides(tree, parent)}><summary><Line tree={tree} is_link={false} /></summary>
        <ul>{tree.children.map((child, i) => <Part key={`${child.label}${child.asset}${i}`} tree={child} parent={tree} is_open={is_open} />)}</ul>
      </details>
    </li>
  );
}
export const TreeView = ({ tree, is_open = false, label }: { tree: Tree; is_open?: boolean; label: string }) =>
  <ul class="tree" aria-label={label}><Part tree={tree} parent={null} is_open={is_open} /></ul>;
