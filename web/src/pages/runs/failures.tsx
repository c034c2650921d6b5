// Failed steps by what went wrong, and what sets them apart.
import { useSignal } from '@preact/signals';
import { query_text } from '../../store/http';
import { on_kinds, useResource } from '../../store/resource';
import { href_with, run_href } from '../../store/router';
import { AssetLink, Empty, Failed, Loading, RunLink } from '../../ui/parts';
import { StatusIcon, StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { list } from '../../words';
import { common } from '../../words/common';
import type { RunPage } from '../run/run_data';
import { failure_text, telling, type FailuresAnswer, type Failure } from './groups';
import { Took } from './table';
import { attribute_text, range_text, value_text, w } from './words';

const runs_shown = 10;
const wakes = on_kinds('run');

function RunsOf({ failure, from, to }: { failure: Failure; from: string; to: string }) {
  const page = useResource<RunPage>('runs' + query_text({ error: failure.fingerprint, from, to, limit: runs_shown }));
  if (page.error.value) return <Failed problem={page.error.value} />;
  if (!page.data.value) return <Loading />;
  return (
    <table class="list"><tbody>{page.data.value.items.map(run => {
      const step = run.steps.find(each => each.status === 'failed');
      return <tr key={run.id}><td><StatusMark word={run.status} /></td><td><RunLink id={run.id} /></td><td>{step?.asset && <AssetLink name={step.asset} partition={step.partition} />}</td>
        <td><Time at={run.created_at} /></td><td class="end"><Took run={run} /></td><td class="end">{step && <a href={run_href(run.id, { step: step.step })}>{w.value.open_log}</a>}</td></tr>;
    })}</tbody></table>
  );
}
function Kind({ failure, from, to, is_first }: { failure: Failure; from: string; to: string; is_first: boolean }) {
  const is_open = useSignal(is_first);
  const differences = telling(failure.differences);
  return (
    <details class="failure" open={is_open.value} onToggle={event => { is_open.value = event.currentTarget.open; }}>
      <summary>
        <span class="status is-failed"><StatusIcon drawing="failed" /></span> <strong>{failure_text(failure)}</strong>
        <span class="quiet failure-facts">{w.value.error_line(`${w.value.failed_steps(failure.count)} · ${common.value.runs(failure.runs)}`, common.value.assets(failure.asset_count))}
          {' · '}{w.value.first} <Time at={failure.first_at} /> · {w.value.last} <Time at={failure.last_at} />{failure.owners.length > 0 && <> · {w.value.owner} {list(failure.owners)}</>}</span>
      </summary>
      {is_open.value && <div class="stack failure-body" tabIndex={0} role="region" aria-label={failure_text(failure)}>
        <div><h2>{w.value.different}</h2>
          {differences.length === 0 ? <p class="quiet">{w.value.nothing_telling}</p>
            : <ul>{differences.map(each => <li key={each.attribute + each.value}>{w.value.differs(`${attribute_text(each.attribute)} ${value_text(each.value)}`, each.share, each.others)}</li>)}</ul>}</div>
        <RunsOf failure={failure} from={from} to={to} />
        <p class="row wrap"><a href={run_href(failure.latest.run, { step: failure.latest.step })}>{w.value.latest}: {w.value.open_log}</a><a href={href_with({ group: '', error: failure.fingerprint, status: '' })}>{w.value.all_runs}</a></p>
      </div>}
    </details>
  );
}

export function Failures({ from, to, select, range }: { from: string; to: string; select: string; range: string }) {
  const answer = useResource<FailuresAnswer>('failures' + query_text({ from, to, select }), wakes);
  const body = answer.data.value;
  if (answer.error.value && !body) return <Failed problem={answer.error.value} on_retry={answer.reload} />;
  if (!body) return <Loading />;
  if (body.items.length === 0) return <Empty><p>{w.value.no_errors(range_text(range))}</p><a class="button" href={href_with({ group: '' })}>{w.value.runs}</a></Empty>;
  return (
    <div class="scroll failures" tabIndex={0} role="region" aria-label={w.value.group_error}>
      {body.items.map((failure, i) => <Kind key={failure.fingerprint} failure={failure} from={from} to={to} is_first={i === 0} />)}
      {body.truncated && <p class="quiet">{w.value.more_errors}</p>}
    </div>
  );
}
