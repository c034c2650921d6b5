// How news of an asset that others bring comes in: a line that works, and the source that watches.
import { useMemo } from 'preact/hooks';
import { on_kinds, useResource } from '../../store/resource';
import { href } from '../../store/router';
import { Command, curl } from '../../ui/command';
import { Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { number } from '../../words';
import type { Source } from '../sources/model';
import { watch_text } from '../sources/said';
import { sources_words } from '../sources/words';
import type { AssetDetail, Page } from './data';
import { asset_words } from './words';

export function Curl({ name, detail }: { name: string; detail: AssetDetail }) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_kinds('asset', 'definitions'), []);
  const sources = useResource<Page<Source>>('sources', wakes);
  const mine = sources.data.value?.items.find(source => source.asset === name);
  return (
    <Section title={w.source}>
      <p class="row wrap">{mine ? <><span>{w.source_text(mine.kind)}</span><a class="button" href={href('/sources', { source: name })}>{w.how_it_does}</a></> : w.no_source}</p>
      {mine && (
        <dl class="facts">
          <dt>{w.state}</dt><dd><StatusMark word={mine.state === 'error' ? 'failed' : mine.state === 'watching' ? 'ok' : mine.state} text={sources_words.value.states[mine.state] ?? mine.state} />{mine.state === 'error' && <> {mine.detail}</>}</dd>
          <dt>{w.where}</dt><dd>{watch_text(mine)}{mine.state !== 'error' && mine.state !== 'paused' && <div class="mono quiet">{mine.detail}</div>}</dd>
          <dt>{w.last_event}</dt><dd><Time at={mine.last_event} as="both" /></dd>
          {mine.events ? <><dt>{w.events}</dt><dd>{number(mine.events)}</dd></> : null}
        </dl>)}
      <p>{w.curl_text}</p>
      <Command text={curl('POST', 'events', {
        kind: 'observation', asset: name, data_version: '2026-01-31T06:00', partition: detail.partitions ? '2026-01-31' : undefined, metadata: { rows: 412 },
      })} />
    </Section>
  );
}
