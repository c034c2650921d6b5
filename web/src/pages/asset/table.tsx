// A table that scrolls by itself, and what stands in its cells more than once.
import type { ComponentChildren } from 'preact';
import { href } from '../../store/router';
import { copy } from '../../ui/command';
import { Icon } from '../../ui/icon';
import { RunLink, short_id } from '../../ui/parts';
import { common } from '../../words/common';

/// `heads` names the columns; one that begins with ">" is right-aligned.
export function Table({ label, heads, children, class: extra }: { label: string; heads: string[]; children: ComponentChildren; class?: string }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={`list ${extra ?? ''}`}>
        <thead><tr>{heads.map(head => head.startsWith('>') ? <th key={head} scope="col" class="end">{head.slice(1)}</th> : <th key={head} scope="col">{head}</th>)}</tr></thead>
        {children}
      </table>
    </div>
  );
}
/// What a decision led to.
export const LedTo = ({ run, backfill }: { run: string | null; backfill: string | null }) => (
  <>{run && <RunLink id={run} />}{backfill && <a class="key" href={href('/backfills/' + backfill)} title={backfill}>{short_id(backfill)}</a>}</>);

export function CopyButton({ text }: { text: string }) {
  const label = `${common.value.copy}: ${text}`;
  return <button class="button is-plain is-icon" title={common.value.copy} aria-label={label} onClick={() => void copy(text)}><Icon name="copy" /></button>;
}
