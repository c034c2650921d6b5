// What is wrong with the data, in the daemon's words, and what one can do about it.
import { retry_run } from '../../actions/post';
import { asset_href, run_href } from '../../store/router';
import { Icon } from '../../ui/icon';
import { Time } from '../../ui/time';
import { common } from '../../words/common';
import { said } from '../../words/sentences';
import type { FailedStep, OpenAlert } from './data';
import { asset_words } from './words';

/// A step that failed; of one partition where that is said elsewhere, `is_named`.
export function Failure({ step, is_named = false }: { step: FailedStep; is_named?: boolean }) {
  const w = asset_words.value;
  return (
    <div class="note is-failed asset-failure">
      <span class="grow">{w.latest_failed} <Time at={step.ended_at} as="both" />{step.partition && !is_named && <span class="key"> [{step.partition}]</span>}
        {': '}{said(step.reason) || common.value.run[step.status as 'failed']}{step.attempt > 1 && `, ${w.attempt(step.attempt)}`}{step.text && <> · <span class="mono">{step.text}</span></>}</span>
      <a href={run_href(step.run, { step: step.step })}>{w.log}</a>
      <button class="button" onClick={() => void retry_run(step.run, 'failed')}><Icon name="refresh" />{common.value.retry}</button>
    </div>
  );
}
/// A check that fails, for which partitions, and where it says why.
export function FailingCheck({ name, check, alerts }: { name: string; check: string; alerts: OpenAlert[] }) {
  const w = asset_words.value;
  const latest = alerts[0]!;
  const partitions = alerts.flatMap(alert => alert.partition ?? []);
  return (
    <div class="note is-failed asset-failure">
      <span class="grow">{w.check_fails} <a class="key" href={asset_href(name, { tab: 'checks' })}>{check}</a> <Time at={latest.at} as="both" />
        {partitions.length > 0 && <span class="key"> [{partitions.slice(0, 3).join(', ')}{partitions.length > 3 && ', …'}]</span>}</span>
      {latest.run && <a href={run_href(latest.run, { step: latest.step ?? undefined })}>{w.log}</a>}
    </div>
  );
}
/// It is older than was promised.
export function Late({ alert }: { alert: OpenAlert }) {
  const w = asset_words.value;
  return <p class="note is-late">{w.is_late} <Time at={alert.at} as="both" /></p>;
}
