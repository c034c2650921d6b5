// What moves without any news is read again now and then.
import { useEffect } from 'preact/hooks';

/// Calls `look` while the page is looked at.
export function useEvery(look: () => void, is_on = true, every_ms = 5_000): void {
  useEffect(() => {
    if (!is_on) return undefined;
    const timer = setInterval(() => { if (!document.hidden) look(); }, every_ms);
    return () => clearInterval(timer);
  }, [look, is_on, every_ms]);
}
