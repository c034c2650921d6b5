// Which data an asset's inputs held when a step read them.
import type { Signal } from '@preact/signals';
import { catalog } from '../../store/catalog';
import { key_path, query_text } from '../../store/http';
import { useResource } from '../../store/resource';
import { RunLink } from '../../ui/parts';
import { Time } from '../../ui/time';
import { w } from './words';

export interface AssetEvent { id: string; at: string; kind: string; data_version?: string; run?: string | null; partition?: string | null }
const looked_at = 50;  ///< Events, since checks stand among them.

/// Keys of what an asset reads.
export function inputs_of(asset: string | null): string[] {
  const now = catalog.value;
  const rank = asset ? now?.rank_of(asset) : undefined;
  return rank === undefined || !now ? [] : [...now.up.of(rank)].map(each => now.key(each));
}

/// What an asset held when an event had come: its newest up to then; undefined until that is known, null for nothing.
export function useHeld(name: string, upto: number | null): AssetEvent | null | undefined {
  const events: { data: Signal<{ items: AssetEvent[] } | null> } = useResource<{ items: AssetEvent[] }>(upto === null ? '' : `assets/${key_path(name)}/events${query_text({ limit: looked_at, upto })}`);
  if (upto === null) return null;
  return events.data.value ? events.data.value.items.find(each => each.kind !== 'check' && each.kind !== 'rejected') ?? null : undefined;
}

export function Version({ held }: { held: AssetEvent | null | undefined }) {
  if (!held) return <span class="quiet">{held === null ? w.value.before_history : '…'}</span>;
  return held.data_version ? <span class="key">{held.data_version}</span> : <span class="quiet">{w.value.no_version}</span>;
}
/// When that was written, and by which run.
export const Written = ({ held }: { held: AssetEvent | null | undefined }) => held
  ? <span class="row"><Time at={held.at} />{held.run && <RunLink id={held.run} />}</span> : null;
