// Is anything wrong, and what happens next?
import { open_run_dialog } from '../../actions/run_dialog';
import { catalog } from '../../store/catalog';
import { on_kinds, useResource } from '../../store/resource';
import { href, href_with, param } from '../../store/router';
import { status, status_tick } from '../../store/status';
import { AsCommand, curl, freshet } from '../../ui/command';
import { Failed, Meter, Section } from '../../ui/parts';
import { number } from '../../words';
import { SmallLineage } from '../lineage/mini';
import { FirstSteps, is_untouched, SendEvent } from './first_steps';
import { Next, Now, type Expected } from './now';
import './overview.css';
import { Problems, type Incident } from './problems';
import { Strip } from './strip';
import { overview_words } from './words';

interface Incidents {
  sentence: string;
  count: number;
  totals: Record<'assets' | 'fresh' | 'stale' | 'missing' | 'failed' | 'running' | 'waiting' | 'late', number>;
  items: Incident[];
  next: Expected[];
}
const wakes = on_kinds('asset', 'alert', 'definitions');
const watched_max = 60;  ///< So many assets can be watched as a graph at once.

/// How many freshness policies are kept; each number is the list of them.
function Promises() {
  const w = overview_words.value;
  void status_tick.value;
  const now = status.value;
  if (!now) return null;
  const counts = { pass: 0, warn: 0, fail: 0, unknown: 0 };
  for (let rank = 0; rank < now.freshness.length; ++rank) {
    const word = now.freshness_of(rank);
    if (word !== 'none') ++counts[word];
  }
  const total = counts.pass + counts.warn + counts.fail + counts.unknown;
  const part = (word: keyof typeof counts, text: string) => counts[word] > 0 &&
    <a class={word === 'fail' ? 'is-failed' : word === 'warn' ? 'is-late' : 'quiet'} href={href('/assets', { freshness: word })}>{number(counts[word])} {text}</a>;
  return (
    <Section title={w.promises} aside={<span class="quiet">{total > 0 && w.policy_of(total)}</span>}>
      {total === 0 ? <p class="quiet">{w.no_policy}</p> : <>
        <Meter total={total} label={w.promises} parts={[{ n: counts.fail, fill: 'failed' }, { n: counts.warn, fill: 'late' }, { n: counts.unknown, fill: 'never' }, { n: counts.pass, fill: 'ok' }]} />
        <p class="row wrap promises">{part('fail', w.late)}{part('warn', w.soon)}{part('pass', w.kept)}{part('unknown', w.unknown)}</p></>}
    </Section>
  );
}

const ranges = [6, 24, 72, 168];
export function Overview() {
  const w = overview_words.value;
  const { data, error, reload } = useResource<Incidents>('incidents', wakes);
  const hours = Number(param('hours')) || 24;
  const untouched = is_untouched();
  const is_small = (catalog.value?.size ?? 0) <= watched_max && (catalog.value?.size ?? 0) > 0;
  return (
    <>
      {error.value && <Failed problem={error.value} on_retry={reload} />}
      {untouched ? <FirstSteps on_make={() => open_run_dialog({ select: 'status:missing' })} />
        : data.value && <p class="sentence overview-sentence">{w.sentence(data.value.sentence, data.value.count, data.value.totals.fresh, data.value.totals.assets)}</p>}
      {is_small && <Section title={w.graph} aside={!untouched && <SendEvent />}><SmallLineage label={w.graph} /></Section>}
      {data.value && <Problems items={data.value.items} count={data.value.count} />}
      <div class="overview-columns"><Now /><Next items={data.value?.next ?? null} /></div>
      <Promises />
      <div class="stack">
        <nav class="row wrap" aria-label={w.range}>{ranges.map(each =>
          <a key={each} class="chip" href={href_with({ hours: each === 24 ? '' : each })} aria-current={each === hours ? 'true' : undefined}>{each < 48 ? w.hours(each) : w.days(each / 24)}</a>)}</nav>
        <Strip hours={hours} />
      </div>
      <AsCommand cli={freshet('readiness')} call={curl('GET', 'incidents')} />
    </>
  );
}
