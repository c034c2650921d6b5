// One question at a time, in the browser's own <dialog>: Escape closes, focus goes back.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

const shown = signal<{ title: string; body: ComponentChildren; opener: Element | null } | null>(null);

export function open_dialog(title: string, body: ComponentChildren): void {
  shown.value = { title, body, opener: document.activeElement };
}
export function close_dialog(): void {
  const opener = shown.peek()?.opener;
  shown.value = null;
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
}
export function DialogHost() {
  const ref = useRef<HTMLDialogElement>(null);
  const now = shown.value;
  useEffect(() => {
    const dialog = ref.current;
    if (now && dialog && !dialog.open) dialog.showModal();
  }, [now]);
  if (!now) return null;
  return (
    <dialog ref={ref} class="dialog" aria-label={now.title} onClose={close_dialog}
      onClick={event => { if (event.target === ref.current) close_dialog(); }}>
      <div class="dialog-body"><h1>{now.title}</h1>{now.body}</div>
    </dialog>
  );
}
