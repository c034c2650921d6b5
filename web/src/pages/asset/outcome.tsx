// What came of a decision: how the step that it led to ended, and why.
import { run_href } from '../../store/router';
import { StatusMark } from '../../ui/status';
import { said } from '../../words/sentences';
import type { Step } from './data';

export function Outcome({ run, step }: { run: string; step: Step }) {
  const reason = said(step.reason);
  return <> → <a href={run_href(run, { step: step.step })}><StatusMark word={step.status} /></a>{reason && <span class="quiet">: {reason}</span>}</>;
}
