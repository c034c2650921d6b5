// How an asset is cut, in a few words.  The daemon's text is canonical JSON: equal texts, equal partitionings.
import { counted, words } from '../words';

const w = words({
  cadence: { hourly: 'hourly', daily: 'daily', weekly: 'weekly', monthly: 'monthly', cron: 'by cron' } as Record<string, string>,
  from: (start: string) => `from ${start}`, keys: (n: number) => counted(n, 'key', 'keys'), set: (name: string) => `keys of ${name}`,
}, {
  cadence: { hourly: 'stündlich', daily: 'täglich', weekly: 'wöchentlich', monthly: 'monatlich', cron: 'nach Cron' },
  from: start => `ab ${start}`, keys: n => counted(n, 'Schlüssel', 'Schlüssel'), set: name => `Schlüssel von ${name}`,
});

function said(cut: unknown): string {
  if (typeof cut !== 'object' || cut === null) return String(cut);
  const [kind, value] = Object.entries(cut)[0] ?? ['', null];
  if (kind === 'static' && Array.isArray(value)) return w.value.keys(value.length);
  if (kind === 'dynamic') return w.value.set(String(value));
  if (kind === 'multi' && Array.isArray(value)) {
    return (value as { name: string; of: unknown }[]).map(each => `${each.name} (${said(each.of)})`).join(' × ');
  }
  const { start, timezone, cron } = (typeof value === 'object' && value !== null ? value : {}) as { start?: string; timezone?: string; cron?: string };
  return [w.value.cadence[kind] ?? kind, cron, start && w.value.from(start.slice(0, 10)), timezone !== 'UTC' && timezone].filter(Boolean).join(', ');
}

/// Whether its partitions are windows of time, and nothing besides.
export const is_timed = (text: string | null): boolean => /^\{"(hourly|daily|weekly|monthly|cron)":/.test(text ?? '');

export function partitioning_text(text: string): string {
  try {
    return said(JSON.parse(text));
  } catch {
    return text;
  }
}
