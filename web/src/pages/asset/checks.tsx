// What is checked, what came of it, and what came of it before.
import { useMemo } from 'preact/hooks';
import { open_run_dialog } from '../../actions/run_dialog';
import { key_path } from '../../store/http';
import { on_asset, useResource } from '../../store/resource';
import { run_href } from '../../store/router';
import { key_text } from '../../store/selection';
import { AsCommand, curl, freshet, quoted } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { Empty, Section, short_id } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Spark, Strip } from '../../ui/strip';
import { full_text, Time } from '../../ui/time';
import { number } from '../../words';
import { said, type Said } from '../../words/sentences';
import type { TabProps } from './asset';
import type { AssetDetail, AssetEvent, CheckDefinition, Explanation, Page, Run } from './data';
import { Metadata } from './event';
import { failing_checks, main_series, number_series, shown_result, value_text } from './model';
import { asset_words } from './words';

const word_of = (result: AssetEvent | undefined): string => !result ? 'never' : result.passed ? 'passed' : result.severity === 'warn' ? 'warn' : 'failed';
/// A check of an asset that is cut may fail for an older partition than the one that it passed for last.
function Result({ detail, check }: { detail: AssetDetail; check: CheckDefinition }) {
  const w = asset_words.value;
  const result = detail.check_results[check.name];
  const partitions = failing_checks(detail.open_alerts).find(each => each.check === check.name)?.alerts.filter(alert => alert.partition !== null) ?? [];
  if (partitions.length > 0) return <StatusMark word={check.severity === 'warn' ? 'warn' : 'failed'} text={w.fails_for(partitions.length, partitions[0]!.partition!)} />;
  return <StatusMark word={word_of(result)} text={!result ? w.never_checked : result.passed ? w.passed : w.failed} />;
}

/// The latest result of each check.
export function CheckResults({ detail }: { detail: AssetDetail }) {
  return (
    <ul class="asset-neighbours">
      {detail.checks.map(check => {
        const result = detail.check_results[check.name];
        return (
          <li key={check.name}><Result detail={detail} check={check} /> <span class="key">{check.name}</span>
            {result && <Time at={result.at} as="age" />}</li>
        );
      })}
    </ul>
  );
}

export function Checks({ name, detail }: TabProps) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const events = useResource<Page<AssetEvent>>(`assets/${key_path(name)}/events?limit=500`, wakes);
  const why = useResource<Explanation>(detail.checks.some(check => check.automation) ? `assets/${key_path(name)}/why` : '', wakes);
  if (detail.checks.length === 0) return <Empty><p class="sentence">{w.no_checks}</p><p class="quiet">{w.add_check}</p></Empty>;
  const failing = new Set(failing_checks(detail.open_alerts).map(each => each.check));
  const failed = detail.checks.filter(check => failing.has(check.name) || detail.check_results[check.name]?.passed === false);
  const never = detail.checks.filter(check => !detail.check_results[check.name]);
  const can_run = !detail.external && detail.checks.some(check => check.command.length > 0);
  const run_checks = () => open_run_dialog({ select: key_text(name), checks_only: true, partitions: detail.latest?.partition ?? undefined });
  const results = (events.data.value?.items ?? []).filter(event => event.kind === 'check').toReversed();
  return (
    <div class="stack">
      <div class="spread wrap"><p class="sentence">{w.checks_text(detail.checks.length, failed.length, never.length)}</p>
        {can_run && <button class="button" onClick={run_checks}><Icon name="check" />{w.run_checks}</button>}</div>
      <ul class="asset-checks">
        {detail.checks.map(check => (
          <li key={check.name}><Check check={check} detail={detail} before={results.filter(event => event.name === check.name).slice(-60)}
            why={why.data.value?.checks.find(each => each.name === check.name)} /></li>))}
      </ul>
      <AsCommand cli={freshet('materialize', key_text(name), '--checks')} call={curl('POST', 'runs', { select: key_text(name), checks_only: true })} />
    </div>
  );
}

function Check({ check, detail, before, why }: { check: CheckDefinition; detail: AssetDetail; before: AssetEvent[]; why: Said | undefined }) {
  const w = asset_words.value;
  const result = shown_result(check.name, detail.open_alerts, before.toReversed()) ?? detail.check_results[check.name];
  const numbers = useMemo(() => main_series(number_series(before.toReversed())), [before.at(-1)?.id, before.length]);
  const shown = numbers?.events.slice(-60) ?? [];
  return (
    <Section title={<span class="key asset-check-name">{check.name}</span>} aside={<Result detail={detail} check={check} />}>
      {check.description && <p>{check.description}</p>}
      {why && <p>{said(why)}</p>}
      {before.length > 0 && <Strip label={w.results(check.name)} items={before.map(event => ({
        word: word_of(event), text: `${event.passed ? w.passed : w.failed}, ${full_text(event.at).split('\n')[0]}${event.partition ? `, ${event.partition}` : ''}`,
        href: event.run ? run_href(event.run, { step: event.step ?? undefined }) : undefined }))} />}
      {result?.metadata && <Metadata of={result.metadata} />}
      {result?.run && !result.passed && <Told run={result.run} step={result.step} />}
      {numbers && <Spark label={numbers.name} items={shown.map((event, i) => {
        const value = numbers.values.slice(-60)[i] ?? 0;
        return { value, is_failed: !event.passed, text: `${numbers.name} ${number(value)}, ${event.passed ? w.passed : w.failed}, ${full_text(event.at).split('\n')[0]}` };
      })}>{numbers.name} {value_text(numbers.values.at(-1), number)}</Spark>}
      <p class="row wrap quiet asset-check-facts">
        <span>{check.severity === 'error' ? w.is_error : w.is_warning}</span>
        {check.blocking && <span>{w.blocks}</span>}
        {result && <Time at={result.at} as="both" />}
        {result?.partition && <span class="key">{result.partition}</span>}
        {result?.run && <a class="key" href={run_href(result.run, { step: result.step ?? undefined })} title={result.run}>{short_id(result.run)}</a>}
        {check.automation && <span>{w.automation} <span class="mono">{check.automation}</span></span>}
        {check.command.length > 0 && <span class="key">$ {check.command.map(quoted).join(' ')}</span>}
      </p>
    </Section>
  );
}

/// What its process said last.
function Told({ run, step }: { run: string; step: number | null }) {
  const read = useResource<Run>(`runs/${run}`);
  const text = read.data.value?.steps.find(each => each.step === step)?.text;
  return text ? <p class="mono is-failed asset-check-text">{text}</p> : null;
}
