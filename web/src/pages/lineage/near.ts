// What the nearest zoom shows of an asset beyond the catalog: its last run and its columns.  Asked for when nodes
// have come close and the picture rests, few at a time; kept, and asked for again when a state has changed.
import { get, key_path, query_text } from '../../store/http';
import { word_text } from '../../ui/status';
import { clock_text, duration } from '../../ui/time';
import { lineage_words } from './words';

export interface Column { name: string; type: string | null; from: { asset: string; column: string }[] }
export interface LastRun { id: string; status: string; started_at: string | null; ended_at: string | null }
export interface Near { columns: Column[]; run: LastRun | null }

const rest_ms = 150, at_once = 4, kept_max = 500;
/// Most nodes that are asked for together; so near, hardly more have room.
export const near_max = 30;

export async function ask_near(key: string): Promise<Near> {
  const [asset, runs] = await Promise.all([
    get<{ columns: Column[] }>(`assets/${key_path(key)}`),
    get<{ items: LastRun[] }>('runs' + query_text({ asset: key, limit: 1 })),
  ]);
  return { columns: asset.body.columns, run: runs.body.items[0] ?? null };
}

export class NearCache {
  private readonly kept = new Map<string, { near: Near; mark: string }>();
  private readonly asking = new Set<string>();
  private wanted: { key: string; mark: string }[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  constructor(private readonly on_news: (key: string) => void, private readonly ask: (key: string) => Promise<Near> = ask_near, private readonly pause_ms = rest_ms) {}

  get(key: string): Near | undefined { return this.kept.get(key)?.near; }
  /// These are close now, and nothing else is; a mark changes when what is known of one has grown old.
  want(all: { key: string; mark: string }[]): void {
    this.wanted = all.slice(0, near_max).filter(({ key, mark }) => this.kept.get(key)?.mark !== mark);
    clearTimeout(this.timer);
    if (this.wanted.length > 0) this.timer = setTimeout(() => this.next(), this.pause_ms);
  }
  stop(): void { this.wanted = []; clearTimeout(this.timer); }

  private next(): void {
    while (this.asking.size < at_once) {
      const at = this.wanted.findIndex(({ key }) => !this.asking.has(key));
      if (at < 0) return;
      const [{ key, mark }] = this.wanted.splice(at, 1) as [{ key: string; mark: string }];
      this.asking.add(key);
      this.ask(key).then(near => {
        if (this.kept.size >= kept_max) this.kept.clear();
        this.kept.set(key, { near, mark });
        this.on_news(key);
      }, () => { /* it stays without; asked for again with the next change */ }).finally(() => { this.asking.delete(key); this.next(); });
    }
  }
}

/// "Last run failed 13:58:02, 2 min 40 s"
export function run_text(run: LastRun): string {
  const seconds = run.started_at && run.ended_at ? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000 : null;
  return [`${lineage_words.value.last_run} ${word_text(run.status)}`, clock_text(run.ended_at ?? run.started_at), seconds === null ? '' : duration(seconds)].filter(Boolean).join(' ');
}
/// At most `rows` lines of about `fits` characters: the last run, then as many columns as have room.
export function near_lines(near: Near, rows: number, fits: number): string[] {
  const out = near.run && rows > 0 ? [run_text(near.run)] : [];
  const { columns } = near;
  if (columns.length === 0 || out.length >= rows) return out;
  let line = `${lineage_words.value.columns}: `, shown = 0;
  for (const { name } of columns) {
    const is_last_row = out.length === rows - 1, left = columns.length - shown;
    const word = name + (left > 1 ? ', ' : '');
    // The last row keeps room for how many are left out.
    const room = fits - (is_last_row && left > 1 ? ` +${left}`.length : 0);
    if (line.length + word.trimEnd().length > room && shown > 0) {
      if (is_last_row) { line = `${line.replace(/, $/, '')} +${left}`; break; }
      out.push(line.trimEnd());
      line = '';
    }
    line += word;
    ++shown;
  }
  out.push(line.trimEnd());
  return out;
}
