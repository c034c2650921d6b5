// One source: what it watches, how it is, why, and what one can do.
import { useMemo } from 'preact/hooks';
import { resume } from '../../actions/post';
import { open_event_dialog, open_pause_dialog } from '../../actions/small_dialogs';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { asset_href } from '../../store/router';
import { key_text } from '../../store/selection';
import { Icon } from '../../ui/icon';
import { duration, ms_of, now, Time } from '../../ui/time';
import type { AssetDetail } from '../asset/data';
import { editor_href } from '../asset/model';
import { policy_text } from '../asset/overview';
import { CopyButton } from '../asset/table';
import { Dead } from './dead';
import { ItsEvents } from './its_events';
import { Look, useLook } from './look';
import { further_fields, silence_of, type Row } from './model';
import { behind_text, waits_text, watch_text } from './said';
import { Pace, StateMark } from './table';
import { sources_words } from './words';

/// What is wrong, if anything is; the daemon's own words where it has some.
function Trouble({ row, detail }: { row: Row; detail: AssetDetail | null }) {
  const w = sources_words.value;
  const { source, condition } = row;
  if (condition === 'error') return <div class="note is-failed"><p><strong>{w.error_text}</strong> {source.detail}</p></div>;
  if (condition === 'held') return <div class="note"><p>{w.held_text}</p></div>;
  if (condition === 'paused') {
    const pause = detail?.pause;
    return <div class="note"><p>{w.paused_text} {pause && <>{w.paused_by(pause.actor || w.somebody)} <Time at={pause.at} as="both" />{pause.reason && `: ${pause.reason}`}.</>}</p></div>;
  }
  const silence = silence_of(row);
  if (!silence) return null;
  const why = silence === 'behind' ? waits_text(source) : silence === 'refused' ? w.were_refused : w.silent[source.kind] ?? w.silent.other;
  return <div class="note is-late"><p>{source.expected_by && <strong>{w.overdue} <Time at={source.expected_by} as="both" />. </strong>}{why}</p></div>;
}

function Facts({ row, detail }: { row: Row; detail: AssetDetail | null }) {
  const w = sources_words.value;
  const { source } = row;
  const expected = ms_of(source.expected_by), is_past = expected !== null && expected < now.value;
  const place = detail?.place ?? null, editor = editor_href(place), policy = detail?.freshness_policy ?? null;
  const fields = further_fields(source.watches, duration);
  return (
    <dl class="facts">
      <dt>{w.what}</dt><dd>{watch_text(source)}</dd>
      {source.detail && row.condition !== 'error' && row.condition !== 'paused' && <><dt>{w.says}</dt><dd class="mono">{source.detail}</dd></>}
      <dt>{w.expected}</dt><dd>{policy ? <>{policy_text(policy)}{expected !== null && <>; {is_past ? w.was_expected : w.expected_by} <Time at={expected} as="both" /></>}</> : <span class="quiet">{w.no_expectation}</span>}</dd>
      <dt>{w.last_event}</dt><dd><Time at={row.last} as="both" /></dd>
      <dt>{w.rate}</dt><dd><Pace rate={source.rate} /></dd>
      {source.position && <><dt>{w.position}</dt><dd class="mono">{source.position}{source.lag ? <span class="quiet"> · {behind_text(source)}</span> : null}</dd></>}
      <dt>{w.counts}</dt><dd>{w.events_n(source.events, source.unchanged)}{source.messages > 0 && <><br />{w.messages_n(source.messages, source.ignored, source.dead)}</>}</dd>
      {(detail?.owners.length ?? 0) > 0 && <><dt>{w.owners}</dt><dd>{detail!.owners.join(', ')}</dd></>}
      {place && <><dt>{w.place}</dt><dd class="row wrap">{editor && <a class="key" href={editor}>{place.file}:{place.line}</a>}<CopyButton text={`${place.file}:${place.line}`} /></dd></>}
      {fields.length > 0 && <><dt>{w.fields}</dt><dd>{fields.map(([name, value]) => <div key={name}><span class="mono quiet">{name}</span> <span class="key">{value}</span></div>)}</dd></>}
    </dl>
  );
}

export function Panel({ row, on_change, on_close }: { row: Row; on_change: () => void; on_close: () => void }) {
  const w = sources_words.value;
  const name = row.source.asset;
  const wakes = useMemo(() => on_asset(name), [name]);
  const { data } = useResource<AssetDetail>(`assets/${key_path(name)}`, wakes);
  const detail = data.value?.key === name ? data.value : null;
  const look = useLook(name);
  return (
    <section class="source-panel stack" aria-label={name}>
      <div class="spread wrap">
        <h2 class="row wrap"><a class="key" href={asset_href(name)} title={w.open_asset}>{name}</a> <StateMark row={row} /></h2>
        <div class="row wrap">
          <button class="button" title={w.test_text} disabled={look.is_looking.value} onClick={look.begin}><Icon name="search" />{w.test}</button>
          {row.condition === 'paused' ? <button class="button is-primary" onClick={() => void resume(key_text(name)).then(on_change)}><Icon name="play" />{w.resume}</button>
            : <button class="button" onClick={() => open_pause_dialog(key_text(name), { title: w.pause_title, text: w.pause_text })}><Icon name="pause" />{w.pause}</button>}
          <button class="button" onClick={() => open_event_dialog(name)}><Icon name="zap" />{w.send}</button>
          <button class="button is-plain is-icon" aria-label={w.close} title={w.close} onClick={on_close}><Icon name="x" /></button>
        </div>
      </div>
      {detail?.description && <p>{detail.description}</p>}
      <Trouble row={row} detail={detail} />
      <div class="source-columns"><Facts row={row} detail={detail} /><Look look={look} /></div>
      <ItsEvents name={name} is_cut={detail?.partitions != null} />
      <Dead name={name} />
    </section>
  );
}
