// The edge of a side panel: dragged, moved by the arrow keys, or clicked from width to width.
import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { words } from '../words';
import './splitter.css';

const w = words({
  edge: 'Width of the panel', help: 'Drag it, use the arrow keys, or click for narrow, usual and wide.',
}, {
  edge: 'Breite der Seitenleiste', help: 'Ziehen, Pfeiltasten, oder ein Klick für schmal, üblich und breit.',
});

export const narrowest = 280;
const step = 32, widths = [narrowest, 380, 620], still_px = 3;
/// As wide as there is room for, the rest of the page having at least as much.
export const widest = (page: number): number => Math.max(narrowest, Math.round(page * 0.6));
export const fitted = (width: number, page: number): number => Math.round(Math.max(narrowest, Math.min(widest(page), width)));

/// After a key; the panel stands to the right of its edge.  null for any other key.
export function width_after(key: string, width: number, page: number): number | null {
  const to: Record<string, number> = { ArrowLeft: width + step, ArrowRight: width - step, Home: narrowest, End: widest(page) };
  return to[key] === undefined ? null : fitted(to[key], page);
}
/// After a click: the next of a few widths, round and round.
export const next_width = (width: number, page: number): number => fitted(widths.find(each => each > width + still_px && fitted(each, page) > width + still_px) ?? narrowest, page);

export function Splitter({ width }: { width: Signal<number> }) {
  const drag = useRef<{ x: number; width: number; is_moved: boolean } | null>(null);
  const here = fitted(width.value, innerWidth);
  return (
    <div class="splitter" role="separator" tabIndex={0} aria-orientation="vertical" aria-label={w.value.edge} title={w.value.help}
      aria-valuenow={here} aria-valuemin={narrowest} aria-valuemax={widest(innerWidth)}
      onKeyDown={event => {
        const to = event.ctrlKey || event.metaKey || event.altKey ? null : width_after(event.key, here, innerWidth);
        if (to === null) return;
        event.preventDefault();
        event.stopPropagation();
        width.value = to;
      }}
      onPointerDown={event => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, width: here, is_moved: false };
      }}
      onPointerMove={event => {
        const begun = drag.current;
        if (!begun || (!begun.is_moved && Math.abs(event.clientX - begun.x) <= still_px)) return;
        begun.is_moved = true;
        width.value = fitted(begun.width + begun.x - event.clientX, innerWidth);
      }}
      onPointerUp={() => {
        if (drag.current && !drag.current.is_moved) width.value = next_width(here, innerWidth);
        drag.current = null;
      }}
      onPointerCancel={() => { drag.current = null; }} />
  );
}
