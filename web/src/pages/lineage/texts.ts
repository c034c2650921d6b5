// What is written on nodes and boxes.
import type { Status } from '../../store/status';
import { age_text } from '../../ui/time';
import { said_of } from '../../ui/status';
import { common } from '../../words/common';
import { number } from '../../words';
import { code, code_of, drawings, worst_of } from './codes';
import { folder_of, leaf_of } from './names';
import { near_lines, type Near } from './near';
import type { Texts } from './paint';
import type { Scene } from './scene';
import { lineage_words } from './words';

/// What all of the names begin with, up to a character that parts words.
export function common_start(names: readonly string[]): string {
  let out = names[0] ?? '';
  for (const name of names) while (!name.startsWith(out)) out = out.slice(0, -1);
  if (names.every(name => name === out)) return out;
  return out.slice(0, Math.max(out.lastIndexOf('_'), out.lastIndexOf('-'), out.lastIndexOf('.')) + 1);
}

/// The name of a node: of a stack, how many and what their names share.
export function node_name(scene: Scene, node: number): string {
  const { catalog } = scene;
  const group = scene.group?.[node] ?? -1;
  const stack = scene.stack?.[node];
  if (group >= 0) return `▸ ${catalog.columns.groups[group]} ×${stack!.length}`;
  if (!stack) return leaf_of(catalog.key(scene.rank[node]!));
  return `×${stack.length} ${common_start(stack.map(rank => leaf_of(catalog.key(rank))))}*`;
}
export const box_name = (scene: Scene, box: number): string => {
  const { boxes, catalog } = scene;
  return boxes!.group[box]! >= 0 ? catalog.columns.groups[boxes!.group[box]!]! : boxes!.asset[box]! >= 0 ? leaf_of(catalog.key(boxes!.asset[box]!)) : '';
};
export const state_text = (status: Status | null, rank: number): string => status ? said_of(status, rank).map(said => said.text).join(' · ') : '';
/// "3 failed, 5 stale or late"
export const box_problems = (tally: Uint32Array, box: number): string =>
  lineage_words.value.problems(tally[box * drawings.length + code.failed]!, tally[box * drawings.length + code.late]!) || common.value.data.fresh;
/// "412 assets · 3 failed"
export const box_state = (scene: Scene, tally: Uint32Array, box: number): string => `${common.value.assets(scene.boxes!.count[box]!)} · ${box_problems(tally, box)}`;

/// Of many assets: how many are worst, in a word.
export function states_text(status: Status | null, ranks: readonly number[]): string {
  if (!status) return '';
  const w = common.value, tally = new Uint32Array(drawings.length);
  for (const rank of ranks) tally[code_of(status, rank)]!++;
  const problems = lineage_words.value.problems(tally[code.failed]!, tally[code.late]!);
  if (problems) return problems;
  const worst = worst_of(tally, 0), n = tally[worst]!;
  const word = [w.work.failed, w.data.stale, w.work.running, w.work.waiting, w.data.missing, w.work.paused, w.data.fresh][worst]!;
  return n === ranks.length ? word : `${number(n)} ${word}`;
}

/// Kept until `forget`, as a frame asks for the same again and again.
export class TextCache implements Texts {
  private names = new Map<number, string>();
  private states = new Map<number, string>();
  constructor(private readonly scene: Scene, private readonly status: () => Status | null, private readonly tally: () => Uint32Array,
    private readonly near_of: (key: string) => Near | undefined = () => undefined) {}
  forget(): void { this.states.clear(); this.names.clear(); }
  /// The state of one node is another.
  forget_state(node: number): void { this.states.delete(node); }

  name = (node: number): string => {
    let text = this.names.get(node);
    if (text === undefined) this.names.set(node, text = node_name(this.scene, node));
    return text;
  };
  state = (node: number): string => {
    let text = this.states.get(node);
    if (text === undefined) {
      const rank = this.scene.rank[node]!, status = this.status();
      const stack = this.scene.stack?.[node];
      text = stack ? states_text(status, stack) : state_text(status, rank);
      this.states.set(node, text);
    }
    return text;
  };
  folder = (node: number): string => {
    const folder = this.scene.stack?.[node] ? '' : folder_of(this.scene.catalog.key(this.scene.rank[node]!));
    return folder && folder + '/';
  };
  age = (node: number): string => {
    const at = this.status()?.updated_at[this.scene.rank[node]!] ?? 0;
    return at > 0 && !this.scene.stack?.[node] ? age_text(at) : '';
  };
  detail = (node: number): string => {
    const rank = this.scene.rank[node]!, { catalog } = this.scene, status = this.status();
    const checks = catalog.columns.checks[rank]!;
    const passed = status?.checks_passed[rank] ?? 0;
    return [catalog.owners(rank)[0] ?? '', checks > 0 ? `${lineage_words.value.checks} ${number(passed)}/${number(checks)}` : ''].filter(Boolean).join(' · ');
  };
  origin = (node: number): string => {
    const rank = this.scene.rank[node]!, { catalog } = this.scene;
    return [folder_of(catalog.key(rank)) || catalog.group(rank), ...catalog.kinds(rank)].filter(Boolean).join(' · ');
  };
  near: Texts['near'] = (node, rows, fits) => {
    const near = this.scene.stack?.[node] ? undefined : this.near_of(this.scene.catalog.key(this.scene.rank[node]!));
    return near ? near_lines(near, rows, fits) : [];
  };
  shares: Texts['shares'] = node => {
    const counts = this.status()?.counts.get(this.scene.rank[node]!);
    if (!counts || counts.existing === 0 || this.scene.stack?.[node]) return null;
    const late = Math.min(counts.stale, counts.materialized);
    const ok = Math.max(0, counts.materialized - late);
    return { ok, late, failed: counts.failed, rest: Math.max(0, counts.existing - ok - late - counts.failed) };
  };
  box_name = (box: number): string => box_name(this.scene, box);
  box_text = (box: number): string => box_state(this.scene, this.tally(), box);
}
