// Trees of conditions, without a view: what differs between two of them, and what decides.
import { label_text, type Said } from '../../words/sentences';

/// As `GET assets/{key}/why` and `GET decisions/{id}` answer: the former has `said`, the latter the rest.
export interface Tree {
  label: string;
  asset: string | null;
  held: boolean;
  said?: Said | null;
  is_negated?: boolean;  ///< It says the contrary of its label: of `merged` only.
  since?: string | null;
  candidates?: Members | null;
  holding?: Members | null;
  children: Tree[];
}
export interface Members { count: number; keys: string[] }

/// A part's place: the labels on the way to it, and the asset that it is about.
const name_of = (tree: Tree): string => tree.label + (tree.asset ? ` ${tree.asset}` : '');
function each_part(tree: Tree, visit: (path: string, tree: Tree) => void, above = ''): void {
  const path = `${above}/${name_of(tree)}`;
  visit(path, tree);
  for (const child of tree.children) each_part(child, visit, path);
}

/// Its label as people read it.
export const label_of = (tree: Tree): string => (tree.is_negated ? `${label_text('not')} ` : '') + label_text(tree.label);

/// "not" and its one operand as one part: "not missing" holds where missing does not.
export function merged(tree: Tree): Tree {
  const [operand, ...others] = tree.children;
  if (tree.label !== 'not' || !operand || others.length > 0) return tree;
  return { ...operand, is_negated: true, held: tree.held, since: tree.since, candidates: tree.candidates, holding: tree.holding };
}

export interface Turn { label: string; asset: string | null; held: boolean }
/// Parts that say otherwise than before, the innermost only: what contains them turned because of them.
export function turned(before: Tree | null, now: Tree | null): Turn[] {
  if (!before || !now) return [];
  const was = new Map<string, boolean>();
  each_part(before, (path, part) => was.set(path, part.held));
  const out: Turn[] = [];
  const look = (tree: Tree, above: string): boolean => {
    const path = `${above}/${name_of(tree)}`;
    const is_below = tree.children.map(child => look(child, path)).includes(true);
    const is_turned = was.has(path) && was.get(path) !== tree.held;
    if (is_turned && !is_below) out.push({ label: tree.label, asset: tree.asset, held: tree.held });
    return is_turned || is_below;
  };
  look(now, '');
  return out;
}

/// The operand that decides, as the daemon's sentence has it: the first that keeps a conjunction from
/// holding, or makes a disjunction hold; -1 where no single one does.
export function deciding(tree: Tree): number {
  const held = tree.is_negated ? !tree.held : tree.held;
  const is_disjunction = tree.label === 'any of' || tree.label.startsWith('any_');
  if (tree.label.endsWith('since_last_handled') || (held && !is_disjunction)) return -1;
  return tree.children.findIndex(child => child.held === held);
}

/// How a part is drawn: "failed" only where a failure decides against the whole.  `is_against`: it
/// stands under a negation.
export function mark_of(tree: Tree, is_against: boolean): 'held' | 'open' | 'failed' {
  const is_failure = /(execution|check)_failed$/.test(tree.label), is_against_now = is_against !== (tree.is_negated ?? false);
  if (is_failure && is_against_now && tree.held !== (tree.is_negated ?? false)) return 'failed';
  return tree.held ? 'held' : 'open';
}
