// Another condition in place of the asset's own: what would it say now?
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { key_path, post } from '../../store/http';
import { Section } from '../../ui/parts';
import { attempt } from '../../ui/toast';
import { said, type Said } from '../../words/sentences';
import type { Tree } from './tree';
import { TreeView } from './tree_view';
import { automation_words } from './words';

interface Answer extends Said { tree: Tree | null }
/// Parts of the composites that people most often leave out.
const parts = ['any_deps_missing', 'any_deps_in_progress', 'any_deps_unready', 'in_latest_time_window'];

export function WhatIf({ asset, automation, partition }: { asset: string; automation: string; partition: string }) {
  const w = automation_words.value;
  const state = useMemo(() => ({ text: signal(automation), answer: signal<Answer | null>(null) }), [asset]);
  useEffect(() => { state.answer.value = null; }, [asset, automation]);
  const evaluate = async (text: string) => {
    state.text.value = text;
    const answer = await attempt(() => post<Answer>(`assets/${key_path(asset)}/why`, { automation: text, ...(partition ? { partition } : {}) }));
    if (answer) state.answer.value = answer;
  };
  const answer = state.answer.value;
  return (
    <Section title={w.what_if}>
      <p class="quiet">{w.what_if_intro}</p>
      <form class="row wrap" onSubmit={event => { event.preventDefault(); void evaluate(state.text.value); }}>
        <input class="field mono grow" aria-label={w.expression} value={state.text.value} spellcheck={false} onInput={event => { state.text.value = event.currentTarget.value; }} />
        <button class="button">{w.evaluate}</button>
      </form>
      {/^(eager|on_cron|on_missing)\b/.test(automation) && (
        <div class="row wrap">{parts.map(part => <button key={part} class="chip" onClick={() => void evaluate(`${automation}.without(${part})`)}>{w.without} <code>{part}</code></button>)}</div>)}
      {answer && <div class="note stack" role="status"><p><strong>{w.would}</strong> {said(answer)}</p>{answer.tree && <TreeView tree={answer.tree} label={w.tree} />}</div>}
    </Section>
  );
}
