// Finding keys as one types.  100,000 keys are looked through in a few milliseconds, so that no index
// and no worker is needed.
import uFuzzy from '@leeoniya/ufuzzy';
import type { Catalog } from './catalog';

export interface Found {
  ranks: Uint32Array;   ///< Ascending.
  is_similar: boolean;  ///< No key has the words themselves; these are one typing error away.
}

const ranked_max = 1000;  ///< So many are put in order by how well they match.

export class Finder {
  private readonly lower: string[];
  /// Of words themselves, and of words with one letter wrong.
  private readonly exact = new uFuzzy();
  private readonly similar = new uFuzzy({ intraMode: 1 });
  private last: { words: string[]; ranks: Uint32Array } | null = null;

  constructor(readonly keys: readonly string[]) {
    this.lower = keys.map(key => key.toLowerCase());
  }

  /// All that hold every word, in any order.
  all(text: string): Found {
    const words = words_of(text);
    const ranks = this.holding(words);
    if (ranks.length || !words.length) return { ranks, is_similar: false };
    return { ranks: this.near(words), is_similar: true };
  }

  /// The best matches first, at most `max`.
  best(text: string, max: number): number[] {
    const words = words_of(text);
    const { ranks, is_similar } = this.all(text);
    const likely = ranks.length <= ranked_max ? Array.from(ranks) : this.likely(ranks, words, ranked_max);
    const keys = likely.map(rank => this.lower[rank]!);
    const needle = words.join(' ');
    const [indices, info, order] = (is_similar ? this.similar : this.exact).search(keys, needle, words.length <= 3 ? words.length : 0, ranked_max);
    const sorted = order ? order.map(i => info.idx[i]!) : indices ?? [];
    const out = sorted.slice(0, max).map(i => likely[i]!);
    if (out.length < max && out.length < likely.length) {
      const have = new Set(out);
      for (const rank of likely) if (out.length < max && !have.has(rank)) out.push(rank);
    }
    return out;
  }

  private holding(words: string[]): Uint32Array {
    // A letter more can only leave fewer.
    const before = this.last && words.length >= this.last.words.length && this.last.words.every((word, i) => words[i]!.includes(word)) ? this.last.ranks : null;
    const { lower } = this, total = before ? before.length : lower.length;
    const out = new Uint32Array(total);
    let n = 0;
    for (let i = 0; i < total; ++i) {
      const rank = before ? before[i]! : i, key = lower[rank]!;
      let holds = true;
      for (const word of words) if (!key.includes(word)) { holds = false; break; }
      if (holds) out[n++] = rank;
    }
    const ranks = out.slice(0, n);
    this.last = { words, ranks };
    return ranks;
  }

  private near(words: string[]): Uint32Array {
    let left: number[] | undefined;
    for (const word of words) left = this.similar.filter(this.lower, word, left) ?? [];
    return Uint32Array.from(left ?? []).sort();
  }

  /// Those whose last segment, or a word of them, begins with what is looked for; short ones first.
  private likely(ranks: Uint32Array, words: string[], max: number): number[] {
    const first = words[0] ?? '';
    const costs = new Float64Array(ranks.length);
    for (let i = 0; i < ranks.length; ++i) {
      const key = this.lower[ranks[i]!]!, at = key.indexOf(first);
      const before = at > 0 ? key.charCodeAt(at - 1) : 47;
      const cost = before === 47 ? 0 : before === 95 || before === 45 || before === 46 ? 1 : 2;
      costs[i] = (cost * 4096 + Math.min(key.length, 4095)) * 2 ** 24 + i;
    }
    return Array.from(costs.sort().subarray(0, max), cost => ranks[cost % 2 ** 24]!);
  }
}

const words_of = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(word => word !== '');

const finders = new WeakMap<Catalog, Finder>();
/// The one of a catalog's keys; by rank.
export function finder_of(catalog: Catalog): Finder {
  let finder = finders.get(catalog);
  if (!finder) finders.set(catalog, finder = new Finder(catalog.columns.key));
  return finder;
}
