// Mouse, wheel and fingers on the canvas, as movements of the picture and as clicks.

export interface PointerActions {
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, x: number, y: number) => void;
  /// `is_second` with Shift held.
  click: (x: number, y: number, is_second: boolean) => void;
  double_click: (x: number, y: number) => void;
  /// Null: it left.
  hover: (at: { x: number; y: number } | null) => void;
}
const slack = 4;           ///< Pixels that a click may move.
const double_ms = 350;

/// Answers how to stop.
export function follow_pointers(canvas: HTMLElement, actions: PointerActions): () => void {
  const down = new Map<number, { x: number; y: number }>();
  let start = { x: 0, y: 0 }, is_dragged = false, last_click = { at: 0, x: 0, y: 0 };
  const place = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const spread = () => {
    const [a, b] = [...down.values()];
    return a && b ? { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : null;
  };
  const on_down = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && event.button > 1) return;
    const at = place(event);
    if (down.size === 0) { start = at; is_dragged = false; } else is_dragged = true;
    down.set(event.pointerId, at);
    canvas.setPointerCapture(event.pointerId);
  };
  const on_move = (event: PointerEvent) => {
    const at = place(event);
    const was = down.get(event.pointerId);
    if (!was) { actions.hover(at); return; }
    const before = spread();
    down.set(event.pointerId, at);
    const after = spread();
    if (before && after) {
      actions.pan(after.x - before.x, after.y - before.y);
      if (before.distance > 0) actions.zoom(after.distance / before.distance, after.x, after.y);
      return;
    }
    if (!is_dragged && Math.hypot(at.x - start.x, at.y - start.y) < slack) return;
    if (!is_dragged) { is_dragged = true; canvas.classList.add('is-dragged'); actions.hover(null); }
    actions.pan(at.x - was.x, at.y - was.y);
  };
  const on_up = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    canvas.classList.remove('is-dragged');
    if (is_dragged || event.type === 'pointercancel') return;
    const { x, y } = place(event);
    const is_double = Date.now() - last_click.at < double_ms && Math.hypot(x - last_click.x, y - last_click.y) < 3 * slack;
    last_click = { at: is_double ? 0 : Date.now(), x, y };
    if (is_double) actions.double_click(x, y);
    else actions.click(x, y, event.shiftKey);
  };
  const on_leave = () => { if (down.size === 0) actions.hover(null); };
  const on_wheel = (event: WheelEvent) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    const { x, y } = place(event);
    const is_across = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.shiftKey || is_across) actions.pan(-(event.deltaX || event.deltaY) * unit, is_across ? -event.deltaY * unit : 0);
    else actions.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * unit)) * (event.ctrlKey ? 0.01 : 0.0022)), x, y);
  };
  canvas.addEventListener('pointerdown', on_down);
  canvas.addEventListener('pointermove', on_move);
  canvas.addEventListener('pointerup', on_up);
  canvas.addEventListener('pointercancel', on_up);
  canvas.addEventListener('pointerleave', on_leave);
  canvas.addEventListener('wheel', on_wheel, { passive: false });
  return () => {
    canvas.removeEventListener('pointerdown', on_down);
    canvas.removeEventListener('pointermove', on_move);
    canvas.removeEventListener('pointerup', on_up);
    canvas.removeEventListener('pointercancel', on_up);
    canvas.removeEventListener('pointerleave', on_leave);
    canvas.removeEventListener('wheel', on_wheel);
  };
}
