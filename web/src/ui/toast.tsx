// Short news of what was done, with the way back where there is an exact one.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { common } from '../words/common';
import { Problem } from '../store/http';

interface Toast { id: number; text: ComponentChildren; is_bad: boolean; undo?: () => void }
const toasts = signal<Toast[]>([]);
let last = 0;
const drop = (id: number) => { toasts.value = toasts.peek().filter(toast => toast.id !== id); };

export function tell(text: ComponentChildren, options: { is_bad?: boolean; undo?: () => void } = {}): void {
  const toast = { id: ++last, text, is_bad: options.is_bad ?? false, undo: options.undo };
  toasts.value = [...toasts.peek().slice(-3), toast];
  setTimeout(() => drop(toast.id), options.is_bad ? 12_000 : 7_000);
}
/// Does something and tells what went wrong.
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const more = error instanceof Problem ? error.errors.map(each => each.detail).join('; ') : '';
    tell((error instanceof Error ? error.message : String(error)) + (more && ': ' + more), { is_bad: true });
    return undefined;
  }
}
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(toast => (
        <div key={toast.id} class={`toast ${toast.is_bad ? 'is-bad' : ''}`}>
          <span class="grow">{toast.text}</span>
          {toast.undo && <button onClick={() => { drop(toast.id); toast.undo!(); }}>{common.value.undo}</button>}
          <button onClick={() => drop(toast.id)} aria-label={common.value.close}>✕</button>
        </div>))}
    </div>
  );
}
