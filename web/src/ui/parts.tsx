// Small parts that pages share.
import type { ComponentChildren } from 'preact';
import { asset_href, href_with, param, run_href } from '../store/router';
import type { Problem } from '../store/http';
import { common } from '../words/common';

export const AssetLink = ({ name, partition, tab }: { name: string; partition?: string | null; tab?: string }) =>
  <a class="key" href={asset_href(name, { tab })}>{name}{partition ? <span class="quiet"> [{partition}]</span> : null}</a>;
/// Ids begin with their time and end with a counter that is mostly 0: what lies between tells them apart.
export const short_id = (id: string): string => id.endsWith('0000') ? id.slice(-10, -4) : id.slice(-10);
export const RunLink = ({ id }: { id: string }) => <a class="key" href={run_href(id)} title={id}>{short_id(id)}</a>;

export function Section({ title, children, aside, class: extra }: { title: ComponentChildren; children: ComponentChildren; aside?: ComponentChildren; class?: string }) {
  return <section class={`section ${extra ?? ''}`}><div class="spread"><h2>{title}</h2>{aside}</div>{children}</section>;
}
/// Tabs are addresses: ?tab=name; the first is the one without.
export function Tabs({ tabs, label }: { tabs: { name: string; text: ComponentChildren }[]; label: string }) {
  const now = param('tab') || tabs[0]!.name;
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab, i) => <a key={tab.name} href={href_with({ tab: i === 0 ? '' : tab.name, hash: '' })} aria-current={tab.name === now ? 'page' : undefined}>{tab.text}</a>)}
    </nav>
  );
}
/// Why there is nothing, and one next step.
export const Empty = ({ children }: { children: ComponentChildren }) => <div class="empty">{children}</div>;
/// What went wrong with reading, in the daemon's words.
export const Failed = ({ problem, on_retry }: { problem: Problem; on_retry?: () => void }) => (
  <div class="note is-failed" role="alert"><p>{problem.message}</p>
    {problem.errors.map(each => <p key={each.pointer}>{each.pointer}: {each.detail}</p>)}
    {on_retry && <button class="button" onClick={on_retry}>{common.value.retry}</button>}
  </div>
);
export const Loading = () => <p class="quiet" role="status">{common.value.loading}</p>;
/// Shares of a whole, left to right; what is left is shown as well, and nothing is too small to be seen.
export function Meter({ parts, total, label }: { parts: { n: number; fill: 'ok' | 'failed' | 'late' | 'running' | 'never' }[]; total: number; label: string }) {
  const rest = total - parts.reduce((sum, part) => sum + part.n, 0);
  return (
    <div class="meter" role="img" aria-label={label} title={label}>
      {parts.map((part, i) => part.n > 0 && <span key={i} class={`fill-${part.fill}`} style={{ flexGrow: part.n }} />)}
      {rest > 0 && <span style={{ flexGrow: rest }} />}
    </div>
  );
}
/// A menu under its button, by the browser's own popover.
export function Menu({ id, label, children, class: extra }: { id: string; label: ComponentChildren; children: ComponentChildren; class?: string }) {
  const place = (event: Event) => {
    const menu = event.currentTarget as HTMLElement;
    const button = document.querySelector<HTMLElement>(`[popovertarget="${id}"]`);
    if (!button || !menu.matches(':popover-open')) return;
    const box = button.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8));
    const below = box.bottom + 4;
    const is_above = below + menu.offsetHeight > innerHeight && box.top > menu.offsetHeight;
    menu.style.left = `${left}px`;
    menu.style.top = is_above ? `${box.top - menu.offsetHeight - 4}px` : `${below}px`;
  };
  return (
    <>
      <button class={`button ${extra ?? ''}`} popovertarget={id}>{label}</button>
      <div id={id} popover="auto" class="menu" onToggle={place} onClick={event => { if ((event.target as Element).closest('a,button')) (event.currentTarget as HTMLElement).hidePopover(); }}>{children}</div>
    </>
  );
}
