// Head of the page: what it is, how it is, what one can do, and why it is as it is.
import { useMemo } from 'preact/hooks';
import { open_backfill_dialog } from '../../actions/backfill_dialog';
import { resume, unmute } from '../../actions/post';
import { open_run_dialog } from '../../actions/run_dialog';
import { open_event_dialog, open_mute_dialog, open_pause_dialog } from '../../actions/small_dialogs';
import { useKeys } from '../../keys';
import { catalog } from '../../store/catalog';
import { api_url, key_path } from '../../store/http';
import { language } from '../../store/prefs';
import { on_asset, useResource } from '../../store/resource';
import { asset_href, href, run_href } from '../../store/router';
import { key_text, value_text } from '../../store/selection';
import { status, status_tick } from '../../store/status';
import { copy, freshet } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { Failed, Menu } from '../../ui/parts';
import { said_of, StatusMark } from '../../ui/status';
import { Time, time_text } from '../../ui/time';
import { parts_of, said, sentence_of } from '../../words/sentences';
import type { AssetDetail, Explanation } from './data';
import { Failure, FailingCheck, Late } from './failure';
import { editor_href, failing_checks, tag_text } from './model';
import { asset_words } from './words';

/// A key as the way to it: each part leads to the assets below it.
export function KeyCrumbs({ name }: { name: string }) {
  const parts = name.split('/');
  return (
    <span class="asset-name">
      {parts.map((part, i) => i === parts.length - 1 ? <span key={i}>{part}</span>
        : <span key={i}><a class="quiet" href={href('/assets', { select: `"${parts.slice(0, i + 1).join('/')}/**"` })}>{part}</a><span class="quiet"> / </span></span>)}
    </span>
  );
}

/// Its states, each leading to what makes it so.
function StatusLinks({ rank, name }: { rank: number; name: string }) {
  void status_tick.value;
  const now = status.value;
  if (!now) return null;
  const counts = now.counts.get(rank), active = now.active.get(rank);
  const to = (word: string, text: string): string => {
    if ((word === 'running' || word === 'waiting') && active) return run_href(active.run);
    if (word === 'paused') return asset_href(name, { tab: 'automation' });
    if (word === 'provisional' || word === 'late') return asset_href(name);
    if (word === 'failed' && /\d/.test(text) && !counts?.failed) return asset_href(name, { tab: 'checks' });
    if (counts) return asset_href(name, { tab: 'partitions', state: word === 'failed' ? 'failed' : undefined });
    return asset_href(name, { tab: word === 'failed' ? 'runs' : 'history' });
  };
  return (
    <span class="row wrap">{said_of(now, rank).map(said => (
      <a key={said.word + said.text} class="asset-said" href={to(said.word, said.text)}><StatusMark {...said} /></a>))}</span>
  );
}

export function Header({ name, rank, detail }: { name: string; rank: number; detail: AssetDetail | null }) {
  const w = asset_words.value;
  const known = catalog.value!;
  const select = key_text(name);
  void status_tick.value;
  const is_paused = status.value?.is_paused(rank) ?? false, is_muted = status.value?.is_muted(rank) ?? false;
  const is_external = known.is_external(rank), is_cut = known.columns.partitions[rank]! >= 0;
  const has_automation = known.columns.automation[rank]! >= 0;
  const run = () => open_run_dialog({ select });
  useKeys([
    ...(is_external ? [] : [{ keys: 'x', text: w.run, run }]),
    { keys: 'y', text: w.copy_link, run: () => void copy(location.href) },
    { keys: 'c', text: w.copy_command, run: () => void copy(freshet('why', name)) },
  ], [name, language.value]);
  const editor = editor_href(detail?.place ?? null);
  return (
    <header class="asset-head">
      <div class="spread wrap">
        <div class="asset-title"><h1><KeyCrumbs name={name} /></h1><StatusLinks rank={rank} name={name} /></div>
        <div class="row wrap asset-actions">
          {!is_external && <button class="button is-primary" onClick={run}><Icon name="play" />{w.run}</button>}
          {known.is_source(rank) && (
            <button class={`button ${is_external ? 'is-primary' : ''}`} onClick={() => open_event_dialog(name)}><Icon name="zap" />{w.send_event}</button>)}
          {is_cut && !is_external && <button class="button" onClick={() => open_backfill_dialog({ select })}><Icon name="layers" />{w.backfill}</button>}
          {has_automation && (is_paused
            ? <button class="button" onClick={() => void resume(select)}><Icon name="play" />{w.resume}</button>
            : <button class="button" onClick={() => open_pause_dialog(select)}><Icon name="pause" />{w.pause}</button>)}
          <Menu id="asset-more" class="is-icon" label={<><Icon name="ellipsis" /><span class="only-read">{w.more}</span></>}>
            <a href={href('/lineage', { focus: name })}><Icon name="network" />{w.to_lineage}</a>
            <a href={href('/lineage', { focus: name, mode: 'impact' })}><Icon name="network" />{w.to_impact}</a>
            <a href={href('/plan', { select })}><Icon name="workflow" />{w.to_plan}</a>
            {is_muted ? <button onClick={() => void unmute(select)}><Icon name="zap" />{w.unmute}</button>
              : <button onClick={() => open_mute_dialog(select)}><Icon name="minus" />{w.mute}</button>}
            <button onClick={() => void copy(name)}><Icon name="copy" />{w.copy_key}</button>
            <button onClick={() => void copy(location.href)}><Icon name="copy" />{w.copy_link}</button>
            {editor && <a href={editor}><Icon name="external" />{w.open_definition}</a>}
            <a href={api_url(`assets/${key_path(name)}`)} target="_blank" rel="noreferrer"><Icon name="terminal" />{w.as_json}</a>
          </Menu>
        </div>
      </div>
      <State name={name} is_external={is_external} detail={detail} />
      <div class="row wrap asset-marks">
        {known.owners(rank).map(owner => <a key={owner} class="chip" href={href('/assets', { select: `owner:${value_text(owner)}` })}>{owner}</a>)}
        {known.group(rank) && <a class="chip" href={href('/assets', { select: `group:${value_text(known.group(rank))}` })}>{w.group} {known.group(rank)}</a>}
        {known.kinds(rank).map(kind => <a key={kind} class="chip" href={href('/assets', { select: `kind:${value_text(kind)}` })}>{kind}</a>)}
        {known.tags(rank).map(tag => <a key={tag} class="chip" href={href('/assets', { select: `tag:${tag_text(tag)}` })}>{tag}</a>)}
        {is_external && <span class="chip">{w.external}</span>}
        {is_muted && <StatusMark word="muted" />}
      </div>
      {detail?.pause && (
        <p class="note is-late">{w.paused_by(detail.pause.actor ?? '?')} <Time at={detail.pause.at} as="both" />{detail.pause.reason && `: ${detail.pause.reason}`}</p>)}
    </header>
  );
}

/// First what is wrong with the data, then what is said of its automation, and when it is expected.
function State({ name, is_external, detail }: { name: string; is_external: boolean; detail: AssetDetail | null }) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const why = useResource<Explanation>(`assets/${key_path(name)}/why`, wakes);
  const now = why.data.value;
  if (why.error.value && !now) return <Failed problem={why.error.value} on_retry={why.reload} />;
  const expected = now?.expected;
  const late = detail?.open_alerts.find(alert => alert.kind === 'freshness');
  const checks = failing_checks(detail?.open_alerts ?? []);
  const is_wrong = now?.failed || late || checks.length > 0;
  return (
    <div class="asset-why" aria-live="polite">
      {now?.failed && <Failure step={now.failed} />}
      {late && <Late alert={late} />}
      {checks.map(each => <FailingCheck key={each.check} name={name} {...each} />)}
      <p class={is_wrong ? 'quiet' : 'sentence'}>{now ? sentence_of(now.failed ? parts_of(now)[1] : now) : <span class="quiet">…</span>}</p>
      {expected?.p50 && <p class="quiet">{is_external ? w.expected_seen : w.expected} <Time at={expected.p50} as="both" />
        {time_text(expected.p10) !== time_text(expected.p90) && <span title={said(expected)}> ({w.between} <Time at={expected.p10} />–<Time at={expected.p90} />)</span>}</p>}
    </div>
  );
}
