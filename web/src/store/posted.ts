// A question that is asked by POST and changes nothing, such as a plan: asked again when it changes.
import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { post, Problem } from './http';

export interface Posted<T> {
  data: ReadonlySignal<T | null>;         ///< The last good answer; null once the question was refused.
  error: ReadonlySignal<Problem | null>;
  is_loading: ReadonlySignal<boolean>;    ///< The answer to the present question is not there yet.
}

const pause_ms = 250;  ///< As one types.

/// Asks as long as the view is there; null for nothing to ask yet.
export function usePosted<T>(path: string, body: unknown): Posted<T> {
  const asked = useMemo(() => {
    const data = signal<T | null>(null), error = signal<Problem | null>(null), is_loading = signal(false);
    let latest = 0;
    const answer = (mine: number, now: T | null, problem: Problem | null) => {
      if (mine !== latest) return;
      data.value = now;
      error.value = problem;
      is_loading.value = false;
    };
    return {
      data, error, is_loading,
      drop() { ++latest; },
      want(question: unknown) {
        const mine = ++latest;
        is_loading.value = true;
        post<T>(path, question).then(now => answer(mine, now, null), problem => {
          answer(mine, null, problem instanceof Problem ? problem : new Problem(0, 'unknown', String(problem)));
        });
      },
    };
  }, [path]);
  const text = body === null ? '' : JSON.stringify(body);
  const is_first = useMemo(() => ({ value: true }), []);
  useEffect(() => {
    if (!text) return undefined;
    asked.is_loading.value = true;
    const timer = setTimeout(() => asked.want(JSON.parse(text)), is_first.value ? 0 : pause_ms);
    is_first.value = false;
    return () => { clearTimeout(timer); asked.drop(); };
  }, [asked, text]);
  return asked;
}
