// What is different from the last good run of the same: how long steps took, code, data, what the log says.
import { useMemo } from 'preact/hooks';
import { query_text } from '../../store/http';
import { useResource } from '../../store/resource';
import { set_params } from '../../store/router';
import { AssetLink, Empty, Failed, Loading, RunLink, Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { duration, now, Time } from '../../ui/time';
import { percent } from '../../words';
import { difference, folded, normal_line } from './log/diff';
import { log_path, type LinesAnswer } from './log/lines';
import { without_escapes } from './log/text';
import { useFacts } from './events';
import { inputs_of, useHeld, Version, Written } from './inputs';
import { consumed_by, last_good, seconds_of, step_name, type RunFact, type RunPage, type RunRow, type Step } from './run_data';
import { w } from './words';

const compared_max = 2_000;  ///< Lines of each log.
const history_limit = 30;
const inputs_max = 25;
/// The same thing in another run: of the same asset and check, whatever its partition.
const same_step = (run: RunRow, step: Step): Step | undefined =>
  run.steps.find(each => each.asset === step.asset && each.check === step.check && each.partition === step.partition) ?? run.steps.find(each => each.asset === step.asset && each.check === step.check);

function LogDifference({ run, step, good, good_step }: { run: RunRow; step: Step; good: RunRow; good_step: Step }) {
  const of = (id: string, number: number) => log_path({ run: id, step: number, attempt: 0, stream: 'both' }, 'lines', { limit: compared_max });
  const mine = useResource<LinesAnswer>(of(run.id, step.step)), theirs = useResource<LinesAnswer>(of(good.id, good_step.step));
  const a = theirs.data.value, b = mine.data.value;
  const hunks = useMemo(() => {
    if (!a || !b) return undefined;
    const steps = difference(a.items.map(line => normal_line(line.text)), b.items.map(line => normal_line(line.text)));
    return steps && (steps.every(each => each.kind === 'same') ? [] : folded(steps));
  }, [a, b]);
  const problem = mine.error.value ?? theirs.error.value;
  if (problem) return <Failed problem={problem} />;
  if (hunks === undefined || !a || !b) return <Loading />;
  if (hunks === null) return <p>{w.value.log_too_different}</p>;
  if (hunks.length === 0) return <p>{w.value.log_same}</p>;
  return (
    <>
      <p class="quiet">{w.value.log_difference_help} {Math.max(a.total, b.total) > compared_max && w.value.only_first(compared_max)}</p>
      <div class="run-diff" tabIndex={0} role="region" aria-label={w.value.log_difference}>
        {hunks.map((hunk, i) => hunk.kind === 'fold' ? <div key={i} class="quiet">⋯ {w.value.folded(hunk.count)}</div>
          : <div key={i} class={`diff-${hunk.kind}`}>
              <span class="sign" aria-hidden="true">{hunk.kind === 'new' ? '+' : hunk.kind === 'gone' ? '−' : ' '}</span>
              {hunk.kind !== 'same' && <span class="only-read">{hunk.kind === 'new' ? w.value.added : w.value.gone}: </span>}
              {without_escapes((hunk.kind === 'gone' ? a.items[hunk.a] : b.items[hunk.b])?.text ?? '')}
            </div>)}
      </div>
    </>
  );
}

const Differs = ({ is_other }: { is_other: boolean }) => is_other ? <span class="is-late">◐ {w.value.other}</span> : <span class="quiet">{w.value.same}</span>;

function InputRow({ name, mine, theirs }: { name: string; mine: number | null; theirs: number | null }) {
  const now_held = useHeld(name, mine), good_held = useHeld(name, theirs);
  return (
    <tr><td><AssetLink name={name} /></td>
      <td><Version held={now_held} /> <Written held={now_held} /></td><td><Version held={good_held} /> <Written held={good_held} /></td>
      <td>{now_held && good_held && <Differs is_other={now_held.id !== good_held.id && (!now_held.data_version || now_held.data_version !== good_held.data_version)} />}</td></tr>
  );
}
/// Which code a step ran and which data it read, in both runs.
function Versions({ facts, step, good, pair }: { facts: RunFact[]; step: Step; good: RunRow; pair: Step }) {
  const theirs = useFacts(good.id);
  if (theirs.error.value) return <Failed problem={theirs.error.value} />;
  if (!theirs.data.value) return <Loading />;
  const inputs = inputs_of(step.asset);
  const mine_at = consumed_by(facts, step), theirs_at = consumed_by(theirs.data.value.items, pair);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={w.value.versions}>
      <table class="list"><thead><tr><th>{w.value.versions}</th><th>{w.value.now}</th><th>{w.value.good}</th><th>{w.value.differs}</th></tr></thead>
        <tbody>
          <tr><td>{w.value.code}</td>{[step, pair].map((each, i) => <td key={i} class="key">{each.code_version ?? <span class="quiet">{w.value.no_version}</span>}</td>)}
            <td>{step.code_version && pair.code_version && <Differs is_other={step.code_version !== pair.code_version} />}</td></tr>
          {inputs.slice(0, inputs_max).map(name => <InputRow key={name} name={name} mine={mine_at} theirs={theirs_at} />)}
        </tbody></table>
      {inputs.length > inputs_max && <p class="quiet">{w.value.more_inputs(inputs.length - inputs_max)}</p>}
    </div>
  );
}

export function Compare({ run, step, facts }: { run: RunRow; step: Step | undefined; facts: RunFact[] }) {
  const history = useResource<RunPage>(step?.asset ? 'runs' + query_text({ asset: step.asset, status: 'succeeded', limit: history_limit }) : '');
  if (history.error.value) return <Failed problem={history.error.value} />;
  if (step && !history.data.value) return <Loading />;
  const good = last_good(history.data.value?.items ?? [], run);
  if (!good) return <Empty><p>{w.value.compare_none}</p></Empty>;
  const pair = step && same_step(good, step);
  return (
    <div class="stack">
      <p>{w.value.compare_with} <RunLink id={good.id} /> (<Time at={good.ended_at} as="both" />). {run.definitions && good.definitions && (run.definitions === good.definitions ? w.value.same_definitions : w.value.other_definitions)}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={w.value.tab_compare}>
        <table class="list"><thead><tr><th>{w.value.step}</th><th>{w.value.status}</th><th class="end">{w.value.now}</th><th class="end">{w.value.good}</th><th class="end">{w.value.differs}</th></tr></thead>
          <tbody>{run.steps.slice(0, 200).map(each => {
            const other = same_step(good, each);
            const mine = seconds_of(each, now.value), theirs = other ? seconds_of(other, 0) : null;
            return <tr key={each.step}><td class="key">{step_name(each)}</td><td><StatusMark word={each.status} /></td><td class="end">{mine === null ? '–' : duration(mine)}</td>
              <td class="end">{theirs === null ? <span class="quiet">{w.value.not_there}</span> : duration(theirs)}</td>
              <td class="end">{mine !== null && theirs ? `${mine >= theirs ? '+' : '−'}${percent(Math.abs(mine / theirs - 1))}` : ''}</td></tr>;
          })}</tbody></table>
      </div>
      <Section title={w.value.ran_and_read} aside={run.steps.length > 1 && <select class="field" aria-label={w.value.step_choice} value={String(step?.step ?? '')} onChange={event => set_params({ step: event.currentTarget.value, attempt: '' })}>
        {run.steps.slice(0, 500).map(each => <option key={each.step} value={each.step}>{step_name(each)}</option>)}</select>}>
        {step && pair ? <Versions key={`${step.step} ${good.id}`} facts={facts} step={step} good={good} pair={pair} /> : <p class="quiet">{w.value.not_there}</p>}
      </Section>
      <Section title={step && run.steps.length > 1 ? `${w.value.log_difference}: ${step_name(step)}` : w.value.log_difference}>
        {step && pair && step.started_at && pair.started_at ? <LogDifference key={`${step.step} ${good.id}`} run={run} step={step} good={good} good_step={pair} /> : <p class="quiet">{w.value.not_there}</p>}
      </Section>
    </div>
  );
}
