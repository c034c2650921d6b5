// The steps and their attempts as a table: what the chart shows, in words and numbers.
import type { ComponentChildren } from 'preact';
import { href_with } from '../../store/router';
import { Cell, Rows } from '../../ui/rows';
import { StatusMark } from '../../ui/status';
import { duration, now, Time } from '../../ui/time';
import { said } from '../../words/sentences';
import { ready_at } from './gantt';
import { exit_text } from './log/words';
import { seconds_of, step_asset_href, type Attempt, type RunRow, type Step } from './run_data';
import { w } from './words';

interface Line { step: Step; attempt: Attempt | null }  ///< An earlier attempt, or the step itself.
function lines_of(run: RunRow, attempts: Map<number, Attempt[]>): Line[] {
  return run.steps.flatMap((step): Line[] => [
    ...(attempts.get(step.step) ?? []).filter(each => each.attempt < step.attempt).map(attempt => ({ step, attempt })), { step, attempt: null }]);
}

export function Steps({ run, attempts, waits }: { run: RunRow; attempts: Map<number, Attempt[]>; waits: Map<number, number[]> }) {
  const by_number = new Map(run.steps.map(step => [step.step, step]));
  const lines = lines_of(run, attempts);
  if (lines.length === 0) return <p class="quiet">{w.value.no_steps}</p>;
  const columns = [
    { name: 'step', label: w.value.step, width: 'minmax(180px, 2fr)' }, { name: 'status', label: w.value.status, width: '130px' },
    { name: 'attempt', label: w.value.attempt, width: '120px' }, { name: 'started', label: w.value.started, width: '110px' },
    { name: 'waited', label: w.value.waited, width: '90px', is_end: true }, { name: 'duration', label: w.value.duration, width: '100px', is_end: true },
    { name: 'reason', label: w.value.reason, width: 'minmax(220px, 3fr)' },
  ];
  return (
    <div class="run-table" style={{ blockSize: `calc((${Math.min(lines.length, 16)} + 1) * var(--row) + 18px)` }}>
      <Rows label={w.value.tab_steps} columns={columns} count={lines.length} row={i => {
        const { step, attempt } = lines[i]!;
        const shown: { started_at: string | null; ended_at: string | null } = attempt ?? step;
        const seconds = seconds_of(shown, now.value);
        const begun = attempt?.started_at ?? (step.attempt === 1 ? step.started_at : null);
        const waited = begun && (attempt?.attempt ?? 1) === 1 ? (Date.parse(begun) - ready_at(step, waits, by_number, Date.parse(run.created_at ?? begun))) / 1000 : null;
        const code = attempt ? attempt.exit_code : step.exit_code;
        const reason = attempt ? attempt.reason : step.reason;
        const log = href_with({ tab: '', step: step.step, attempt: attempt ? attempt.attempt : '' });
        const number: ComponentChildren = step.attempt === 0 ? '–' : <a href={log}>{w.value.attempt_of(attempt?.attempt ?? step.attempt, step.attempt)}</a>;
        return (
          <>
            <Cell><a class="key" href={step_asset_href(step)}>{step.asset}</a>{step.partition && <span class="key quiet"> [{step.partition}]</span>}{step.check && <span class="key quiet"> · {step.check}</span>}</Cell>
            <Cell><StatusMark word={attempt ? 'failed' : step.status} /></Cell>
            <Cell>{number}</Cell>
            <Cell><Time at={shown.started_at} as="clock" /></Cell>
            <Cell is_end>{waited === null || waited < 0.001 ? <span class="quiet">–</span> : duration(waited)}</Cell>
            <Cell is_end>{seconds === null ? <span class="quiet">–</span> : duration(seconds)}</Cell>
            <Cell title={[step.text, said(reason)].filter(Boolean).join('\n')}>{!attempt && step.text ? step.text : said(reason)}{code !== null && code !== 0 ? ` (${w.value.exit_code(exit_text(code, reason?.code))})` : ''}</Cell>
          </>
        );
      }} />
    </div>
  );
}
