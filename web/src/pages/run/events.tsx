// All that is on record about a run, oldest first, in words.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { get, key_path, query_text } from '../../store/http';
import { on_run, useResource } from '../../store/resource';
import { AssetLink, Failed, Loading } from '../../ui/parts';
import { clock_text, Time } from '../../ui/time';
import { attempt } from '../../ui/toast';
import { word_text } from '../../ui/status';
import { said } from '../../words/sentences';
import { exit_text } from './log/words';
import { step_name, type FactPage, type RunFact, type RunRow } from './run_data';
import { w } from './words';

const page_limit = 200;
/// The first page, which says what waits for what; live.
export function useFacts(run: string) {
  const wakes = useMemo(() => on_run(run), [run]);
  return useResource<FactPage>(`runs/${key_path(run)}/events?limit=${page_limit}`, wakes);
}

function told(fact: RunFact): ComponentChildren {
  const words: Record<string, string> = w.value.event;
  const name = words[fact.type] ?? fact.type.replaceAll('_', ' ');
  const reason = typeof fact.reason === 'object' ? said(fact.reason) : fact.reason;
  const code = fact.exit_code ? w.value.exit_code(exit_text(fact.exit_code, typeof fact.reason === 'object' ? fact.reason?.code : undefined)) : '';
  const rest: (string | false | null | undefined)[] = fact.type === 'run_queued' ? [fact.actor, reason]
    : fact.type === 'updated' ? [fact.kind === 'observation' && w.value.observed, fact.data_version, fact.changed ? w.value.changed : w.value.unchanged, fact.metadata && JSON.stringify(fact.metadata)]
    : fact.type === 'check_recorded' ? [fact.name, fact.passed ? w.value.passed : w.value.not_passed, fact.metadata && JSON.stringify(fact.metadata)]
    : fact.type === 'step_logged' ? [fact.level, fact.message]
    : fact.type === 'step_running' ? [fact.pid ? `pid ${fact.pid}` : '']
    : [fact.status && word_text(fact.status), reason, code, fact.text, fact.actor, fact.retry_at && w.value.retry_at(clock_text(fact.retry_at))];
  const text = rest.filter(Boolean).join(' · ');
  return <>{name}{text && <span class="quiet">: {text}</span>}</>;
}

export function Events({ run, first }: { run: RunRow; first: { data: { value: FactPage | null }; error: ReturnType<typeof useFacts>['error']; reload: () => void } }) {
  const later = useSignal<FactPage | null>(null);
  const page = first.data.value;
  if (first.error.value && !page) return <Failed problem={first.error.value} on_retry={first.reload} />;
  if (!page) return <Loading />;
  const facts = [...page.items, ...later.value?.items ?? []];
  const cursor = later.value ? later.value.next_cursor : page.next_cursor;
  const more = () => attempt(async () => {
    const { body } = await get<FactPage>(`runs/${key_path(run.id)}/events` + query_text({ limit: page_limit, cursor }));
    later.value = { items: [...later.peek()?.items ?? [], ...body.items], next_cursor: body.next_cursor };
  });
  if (facts.length === 0) return <p class="quiet">{w.value.no_events}</p>;
  return (
    <div class="stack">
      <div class="scroll run-events" tabIndex={0} role="region" aria-label={w.value.tab_events}>
        <table class="list"><thead><tr><th>{w.value.at}</th><th>{w.value.step}</th><th>{w.value.attempt}</th><th>{w.value.what}</th></tr></thead>
          <tbody>{facts.map(fact => {
            const step = fact.step == null ? undefined : run.steps[fact.step];
            return <tr key={fact.id} id={`event-${fact.id}`}><td><Time at={fact.at} as="clock" /></td>
              <td>{step ? step.check ? <span class="key">{step_name(step)}</span> : step.asset && <AssetLink name={step.asset} partition={step.partition} /> : fact.asset && <AssetLink name={fact.asset} partition={fact.partition} />}</td>
              <td>{fact.attempt ?? ''}</td><td>{told(fact)}</td></tr>;
          })}</tbody>
        </table>
      </div>
      {cursor && <button class="button" onClick={() => void more()}>{w.value.older_events}</button>}
    </div>
  );
}
