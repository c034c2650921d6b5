// Runs that made this asset, newest first.
import { useMemo } from 'preact/hooks';
import { on_asset } from '../../store/resource';
import { href, run_href } from '../../store/router';
import { AsCommand, curl } from '../../ui/command';
import { Empty, Failed, RunLink } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { duration, Time } from '../../ui/time';
import { number } from '../../words';
import { common } from '../../words/common';
import { said } from '../../words/sentences';
import type { TabProps } from './asset';
import type { Run } from './data';
import { More } from './more';
import { steps_of, worked_seconds, worst_status } from './model';
import { usePaged } from './paged';
import { Table } from './table';
import { asset_words } from './words';

export function Runs({ name, detail }: TabProps) {
  const w = asset_words.value;
  const wakes = useMemo(() => on_asset(name), [name]);
  const runs = usePaged<Run>(`runs?asset=${encodeURIComponent(name)}&limit=50`, wakes);
  if (runs.error.value && runs.items.value.length === 0) return <Failed problem={runs.error.value} on_retry={runs.reload} />;
  if (runs.is_empty.value) return <Empty><p>{detail.external ? w.never_runs : w.never_ran}</p></Empty>;
  return (
    <div class="stack">
      <More paged={runs} where="top" />
      <Table label={w.tabs.runs} heads={[w.state, w.run_id, w.partition, w.begun, `>${w.took}`, w.caused_by, w.note]} class="asset-nowrap">
        <tbody>{runs.items.value.map(run => <RunRow key={run.id} run={run} name={name} />)}</tbody>
      </Table>
      <More paged={runs} where="bottom" />
      <p><a href={href('/runs', { asset: name })}>{w.all_runs}</a></p>
      <AsCommand call={curl('GET', `runs?asset=${encodeURIComponent(name)}`)} />
    </div>
  );
}

function RunRow({ run, name }: { run: Run; name: string }) {
  const w = asset_words.value;
  const steps = steps_of(run, name);
  const seconds = worked_seconds(steps);
  const word = steps.length ? worst_status(steps, run.status) : run.status;
  const failed = steps.find(step => step.status === word) ?? steps[0];
  const cut = steps.filter(step => step.partition);
  const parts = cut.reduce((sum, step) => sum + step.partition_count, 0);
  const attempt = Math.max(...steps.map(step => step.attempt), 1);
  const notes = [
    attempt > 1 ? w.attempt(attempt) : '', said(failed?.reason) || run.reason || '',
    run.step_count > steps.length && !failed?.reason ? w.steps(number(run.step_count)) : '',
  ];
  return (
    <tr>
      <td><StatusMark word={word} /></td>
      <th scope="row"><RunLink id={run.id} /></th>
      <td class="mono">{cut.length === 1 ? cut[0]!.partition : cut.length > 1 && <a href={run_href(run.id)}>{common.value.partitions(parts)}</a>}</td>
      <td><Time at={run.created_at} as="both" /></td>
      <td class="end">{seconds === null ? '–' : duration(seconds)}</td>
      <td>{run.backfill ? <a href={href('/backfills/' + run.backfill)}>{w.causes.backfill}</a> : w.causes[run.cause as 'person'] ?? run.cause}
        {run.actor && <span class="quiet"> {run.actor}</span>}</td>
      <td class="quiet">{notes.filter(Boolean).join(', ')}{failed?.status === 'failed' && <> · <a href={run_href(run.id, { step: failed.step })}>{w.log}</a></>}</td>
    </tr>
  );
}
