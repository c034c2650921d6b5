// What the palette offers for what was typed.  Pure.
import type { Finder } from '../store/search';

export type EntryKind = 'asset' | 'run' | 'page' | 'command' | 'recent';
export interface Entry {
  kind: EntryKind;
  id: string;         ///< Unique within its kind: a key, a run's id, an address, a command's name.
  text: string;
  rank?: number;      ///< Of an asset.
  address?: string;   ///< Where it leads, or
  run?: () => void;   ///< what it does.
}
export interface Offers {
  finder: Finder;
  asset_address: (key: string) => string;
  run_address: (id: string) => string;
  run_ids: string[];  ///< Newest first.
  pages: Entry[];
  commands: Entry[];
  recent: Entry[];
  more: (text: string) => Entry;  ///< The list of all assets that match.
}

const assets_max = 12, runs_max = 5, idle_max = 8;
/// A run's id: 13 characters of Crockford's base32.
const run_id = /^[0-9A-HJKMNP-TV-Z]{13}$/i;

const holds = (entry: Entry, words: string[]): boolean => {
  const text = entry.text.toLowerCase();
  return words.every(word => text.includes(word));
};

/// `typed` with a leading ">" means commands only.
export function entries_for(typed: string, offers: Offers): Entry[] {
  const is_command = typed.trimStart().startsWith('>');
  const text = typed.trim().replace(/^>\s*/, ''), words = text.toLowerCase().split(/\s+/).filter(word => word !== '');
  if (is_command) return offers.commands.filter(entry => holds(entry, words));
  if (words.length === 0) return [...offers.recent.slice(0, idle_max), ...offers.pages, ...offers.commands.slice(0, idle_max)];
  const named = [...offers.pages, ...offers.commands].filter(entry => holds(entry, words));
  const begins = (entry: Entry) => entry.text.toLowerCase().startsWith(text.toLowerCase());
  const ranks = offers.finder.best(text, assets_max + 1);
  const assets = ranks.slice(0, assets_max).map((rank): Entry => {
    const key = offers.finder.keys[rank]!;
    return { kind: 'asset', id: key, text: key, rank, address: offers.asset_address(key) };
  });
  if (ranks.length > assets_max) assets.push(offers.more(text));
  return [...named.filter(entry => entry.kind === 'page' && begins(entry)), ...runs(text, offers), ...assets, ...named.filter(entry => entry.kind !== 'page' || !begins(entry))];
}

/// By any part of their ids; a whole id is taken also if nobody knows it here.
function runs(text: string, { run_ids, run_address }: Offers): Entry[] {
  const wanted = text.toUpperCase();
  if (wanted.length < 3) return [];
  const found = run_ids.filter(id => id.includes(wanted)).slice(0, runs_max);
  if (found.length === 0 && run_id.test(text)) found.push(wanted);
  return found.map(id => ({ kind: 'run', id, text: id, address: run_address(id) }));
}
