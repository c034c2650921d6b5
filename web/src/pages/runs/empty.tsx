// Why no run is listed, and what comes next.
import { useResource } from '../../store/resource';
import { href_with } from '../../store/router';
import { Command, freshet } from '../../ui/command';
import { AssetLink, Empty } from '../../ui/parts';
import { clock_text, Time } from '../../ui/time';
import { narrowing, type Filters } from './filters';
import { w } from './words';

interface Next { next: { asset: string; at: string; text: string }[] }
function Never() {
  const system = useResource<{ started_at: string }>('system'), incidents = useResource<Next>('incidents');
  const started = system.data.value?.started_at, next = incidents.data.value?.next[0];
  return (
    <Empty>
      <p>{started ? w.value.none_since(clock_text(started)) : w.value.none_ever} {next && <>{w.value.next_expected} <AssetLink name={next.asset} /> <Time at={next.at} />.</>}</p>
      <p class="quiet">{w.value.run_first}</p>
      <Command text={freshet('materialize', '*', '--wait')} />
    </Empty>
  );
}
export function NoRuns({ filters }: { filters: Filters }) {
  const names = narrowing(filters);
  if (names.length === 0 && !filters.range) return <Never />;
  return (
    <Empty>
      <p>{w.value.none_match} {(filters.range || filters.from || filters.to) && w.value.none_in_time}</p>
      <p class="row wrap">
        {names.filter(name => name !== 'from' && name !== 'to').map(name => <a key={name} class="button" href={href_with({ [name]: '' })}>{w.value.without(w.value[name as 'status'])}</a>)}
        {(filters.range || filters.from || filters.to) && <a class="button" href={href_with({ from: '', to: '', range: '' })}>{w.value.any_time}</a>}
      </p>
    </Empty>
  );
}
