// One run beside the list: enough to know whether to open it.
import { useMemo } from 'preact/hooks';
import { key_path } from '../../store/http';
import { on_run, useResource } from '../../store/resource';
import { run_href, set_params } from '../../store/router';
import { Icon } from '../../ui/icon';
import { Failed, Loading } from '../../ui/parts';
import { StatusMark, word_text } from '../../ui/status';
import { duration, now, Time } from '../../ui/time';
import { Cause, outcome_text } from '../run/cause';
import { offer_cancel, offer_retry } from '../run/actions';
import { log_path, type LinesAnswer } from '../run/log/lines';
import { without_escapes } from '../run/log/text';
import { is_over, seconds_of, step_name, telling_step, type RunRow, type Step } from '../run/run_data';
import { w as run_words } from '../run/words';
import { Took } from './table';
import { w } from './words';

const lines_shown = 12, steps_shown = 30;

function LastLines({ run, step }: { run: string; step: Step }) {
  const wakes = useMemo(() => on_run(run), [run]);
  const page = useResource<LinesAnswer>(log_path({ run, step: step.step, attempt: 0, stream: 'both' }, 'lines', { from_line: -lines_shown, limit: lines_shown }), wakes);
  const answer = page.data.value;
  if (page.error.value) return <p class="quiet">{page.error.value.message}</p>;
  if (!answer) return <Loading />;
  return answer.items.length === 0 ? <p class="quiet">{w.value.wrote_nothing}</p>
    : <pre class="block" tabIndex={0} aria-label={w.value.last_lines(step_name(step))}>{answer.items.map(line => without_escapes(line.text)).join('\n')}</pre>;
}

export function Preview({ id }: { id: string }) {
  const wakes = useMemo(() => on_run(id), [id]);
  const resource = useResource<RunRow>(id ? `runs/${key_path(id)}` : '', wakes);
  const run = resource.data.value;
  const step = run && telling_step(run.steps, Date.now());
  return (
    <aside class="preview" aria-label={w.value.preview}>
      <div class="spread"><h2>{id ? <>{w.value.run} <a class="key" href={run_href(id)}>{id}</a></> : w.value.preview}</h2>
        <button class="button is-plain is-icon" aria-label={w.value.close_preview} title={w.value.close_preview} onClick={() => set_params({ preview: '' })}><Icon name="x" /></button></div>
      {!id ? <p class="quiet">{w.value.no_choice}</p> : resource.error.value ? <Failed problem={resource.error.value} /> : !run || run.id !== id ? <Loading /> : <>
        <p class="row wrap"><StatusMark word={run.status} /> <Took run={run} /> <Time at={run.created_at} as="both" /></p>
        <p>{outcome_text(run, null)} <Cause run={run} /></p>
        <div class="row wrap">
          <a class="button" href={run_href(run.id)}>{w.value.open_run} <kbd>↵</kbd></a>
          {!is_over(run.status) ? <button class="button" onClick={() => offer_cancel(run)}>{run_words.value.cancel}</button>
            : run.status !== 'succeeded' && <button class="button" onClick={() => void offer_retry(run, 'failure')}>{run_words.value.retry_failed}</button>}
        </div>
        <ul class="preview-steps">{run.steps.slice(0, steps_shown).map(each => {
          const seconds = seconds_of(each, now.value);
          return <li key={each.step} class="spread"><span class="row"><StatusMark word={each.status} text="" title={word_text(each.status)} /><span class="only-read">{word_text(each.status)}</span><a class="key" href={run_href(run.id, { step: each.step })}>{step_name(each)}</a></span><span class="quiet">{seconds === null ? '–' : duration(seconds)}</span></li>;
        })}{run.steps.length > steps_shown && <li><a href={run_href(run.id, { tab: 'steps' })}>{w.value.more_assets(run.steps.length - steps_shown)}</a></li>}</ul>
        {step && step.started_at && <><h3>{w.value.last_lines(step_name(step))}</h3><LastLines key={`${id} ${step.step}`} run={id} step={step} /></>}
      </>}
    </aside>
  );
}
