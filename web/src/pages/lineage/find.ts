// Assets by parts of their keys.  Pure.
import type { Catalog } from '../../store/catalog';
import { leaf_of } from './names';

/// All whose key has every word, by rank.
export function matching(catalog: Catalog, text: string): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const out: number[] = [];
  const keys = catalog.columns.key;
  for (let rank = 0; rank < keys.length; ++rank) {
    const key = keys[rank]!.toLowerCase();
    if (words.every(word => key.includes(word))) out.push(rank);
  }
  return out;
}
/// The best of them: those that are shown, then those that begin so, then the shortest.
export function best(catalog: Catalog, found: readonly number[], text: string, is_shown: (rank: number) => boolean, most: number): number[] {
  const first = text.toLowerCase().split(/\s+/)[0] ?? '';
  const score = (rank: number) => {
    const key = catalog.key(rank).toLowerCase();
    return (is_shown(rank) ? 0 : 1e6) + (key === text.toLowerCase() ? 0 : leaf_of(key).startsWith(first) || key.startsWith(first) ? 1e3 : 2e3) + key.length;
  };
  const out: { rank: number; score: number }[] = [];
  for (const rank of found) {
    const mine = { rank, score: score(rank) };
    if (out.length === most && mine.score >= out[most - 1]!.score) continue;
    const at = out.findIndex(each => each.score > mine.score);
    out.splice(at < 0 ? out.length : at, 0, mine);
    if (out.length > most) out.pop();
  }
  return out.map(each => each.rank);
}
