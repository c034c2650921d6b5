// Jump anywhere: pages, assets, runs, commands.  Only the way in is here; the rest is read when it is
// opened for the first time.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { attempt } from '../ui/toast';

const is_open = signal(false);
const panel = signal<ComponentType<{ on_close: () => void }> | null>(null);

export function open_palette(): void {
  is_open.value = !is_open.peek();
  if (!panel.peek()) void attempt(async () => { panel.value = (await import('./panel')).Panel; });
}
export function Palette() {
  const Panel = panel.value;
  return is_open.value && Panel ? <Panel on_close={() => { is_open.value = false; }} /> : null;
}
