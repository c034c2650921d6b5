// What is selected: at once, and shortly after in the address, so that walking does not flood the history.
import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { param, set_params } from '../../store/router';

export interface Picked { key: string; group: string }
const pause_ms = 250;

export function usePicked(): { now: Picked; pick: (next: Partial<Picked>) => void } {
  const state = useMemo(() => {
    const pending = signal<Picked | null>(null);
    let timer: ReturnType<typeof setTimeout> | undefined;
    return {
      pending: pending as ReadonlySignal<Picked | null>,
      pick(next: Partial<Picked>) {
        pending.value = { key: next.key ?? '', group: next.group ?? '' };
        clearTimeout(timer);
        timer = setTimeout(() => {
          const now = pending.peek()!;
          set_params({ node: now.key, group: now.group });
          pending.value = null;
        }, pause_ms);
      },
      drop() { clearTimeout(timer); pending.value = null; },
    };
  }, []);
  // Another question came meanwhile: its address holds.
  const question = ['focus', 'mode', 'from', 'to', 'select', 'view', 'node', 'group'].map(param).join('\n');
  useEffect(() => { state.drop(); }, [question]);
  useEffect(() => () => state.drop(), []);
  return { now: state.pending.value ?? { key: param('node'), group: param('group') }, pick: state.pick };
}
