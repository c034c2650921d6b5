// Keys, in one place: pages add theirs while they are shown, "?" lists them all.
import { useEffect, useRef } from 'preact/hooks';
import { has_letter_keys } from './store/prefs';

export interface Key {
  keys: string;        ///< "g o", "j", "ctrl+k": as shown.
  text: string;        ///< What it does.
  run: (event: KeyboardEvent) => void;
}
type Layer = () => Key[];
const layers: Layer[] = [];
/// All that hold now, the page's first.
export const current_keys = (): Key[] => layers.toReversed().flatMap(layer => layer());

/// Adds keys as long as the view is there; each does what it did when the view was drawn last.  `on`: of
/// what they are made, as for an effect.
export function useKeys(keys: Key[], on: unknown[] = []): void {
  const drawn = useRef(keys);
  drawn.current = keys;  // an effect would be late for a key pressed at once
  useEffect(() => add_keys(() => drawn.current), on);
}
/// Puts a layer over the others; returns how to take it away.
export function add_keys(layer: Layer): () => void {
  layers.push(layer);
  return () => { layers.splice(layers.indexOf(layer), 1); };
}

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'> & Partial<Pick<KeyboardEvent, 'getModifierState'>>;
export function name_of(event: Pressed): string {
  // AltGr, which writes "[" on many keyboards, comes as Ctrl and Alt together.
  const is_writing = event.getModifierState?.('AltGraph') ?? false;
  const with_ctrl = (event.ctrlKey || event.metaKey) && !is_writing, with_alt = event.altKey && !is_writing;
  return (with_ctrl ? 'ctrl+' : '') + (with_alt ? 'alt+' : '') + (event.key === ' ' ? 'space' : event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

const is_typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
/// Enter and Space are a button's own.
const is_pressing = (target: EventTarget | null, name: string): boolean =>
  (name === 'Enter' || name === 'space') && target instanceof HTMLElement && target.closest('button,a,summary') !== null;

/// How long after its first letter a pair of letters may be finished.
const pair_ms = 1200;
/// Finds what keys mean, one after the other; `at` is in milliseconds.
export function key_finder(): (name: string, at: number) => Key | undefined {
  let before = '', last = -Infinity;
  return (name, at) => {
    const pair = at - last < pair_ms && before ? `${before} ${name}` : '';
    const known = current_keys();
    const found = (pair && known.find(key => key.keys === pair)) || known.find(key => key.keys === name);
    before = found ? '' : name;
    last = at;
    return found || undefined;
  };
}

export function start_keys(): void {
  const find = key_finder();
  addEventListener('keydown', event => {
    const name = name_of(event);
    const is_plain = !name.includes('+') || name === '+';
    if (event.defaultPrevented || (is_plain && (is_typing(event.target) || is_pressing(event.target, name) || document.querySelector('dialog[open]')))) return;
    if (is_plain && name.length === 1 && !has_letter_keys.value && name !== '?') return;
    const found = find(name, Date.now());
    if (!found) return;
    event.preventDefault();
    found.run(event);
  });
}
