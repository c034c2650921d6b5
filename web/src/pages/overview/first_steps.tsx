// The first minute: nothing has happened yet, and one click shows what the product does.
import { send_event } from '../../actions/post';
import { catalog } from '../../store/catalog';
import { status, status_tick } from '../../store/status';
import { Command } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { overview_words } from './words';

/// Sources, those that most depends on first.
export function sources_of(limit: number): string[] {
  const what = catalog.value;
  if (!what) return [];
  const ranks = [];
  for (let rank = 0; rank < what.size; ++rank) if (what.is_source(rank) && what.down.count(rank) > 0) ranks.push(rank);
  return ranks.sort((a, b) => what.down.count(b) - what.down.count(a)).slice(0, limit).map(rank => what.key(rank));
}
/// Whether no asset was ever made or seen.
export function is_untouched(): boolean {
  void status_tick.value;
  return status.value !== null && status.value.updated_at.every(at => at === 0);
}

const shown_max = 6;
export function FirstSteps({ on_make }: { on_make: () => void }) {
  const w = overview_words.value;
  const count = catalog.value?.size ?? 0;
  if (count === 0) {
    return <section class="note stack"><h1>{w.no_assets}</h1><p>{w.no_assets_text}</p><Command text="freshet init shop && freshet serve shop" /></section>;
  }
  const sources = sources_of(shown_max);
  return (
    <section class="note stack">
      <h1>{w.first(count)}</h1><p>{w.first_text}</p>
      <div class="row wrap">
        {sources.map((name, i) => <button key={name} class={`button ${i === 0 ? 'is-primary' : ''}`} onClick={() => void send_event(name)}><Icon name="zap" />{w.send(name)}</button>)}
        <button class="button" onClick={on_make}>{w.make_all}</button>
      </div>
    </section>
  );
}
/// The same in one line, for a graph that is small enough to watch.
export function SendEvent() {
  const w = overview_words.value;
  const sources = sources_of(shown_max);
  if (sources.length === 0) return null;
  return (
    <div class="row wrap"><span class="quiet">{w.send_any}</span>
      {sources.map(name => <button key={name} class="button" onClick={() => void send_event(name)} aria-label={w.send(name)}><Icon name="zap" />{name}</button>)}
    </div>
  );
}
