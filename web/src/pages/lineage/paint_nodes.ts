// Nodes: as cells, as bars, as cards.
import { code, drawings } from './codes';
import { shortened } from './names';
import { mono_width, type Frame } from './paint';
import { paint_status } from './paint_status';

/// How strongly a state fills: what is well is quiet.
const strength: readonly number[] = drawings.map(drawing => drawing === 'ok' ? 0.4 : drawing === 'off' ? 0.25 : drawing === 'never' || drawing === 'waiting' ? 0 : 1);
const tints = [0.5, 0.36, 0.24, 0.14];
const tint_of = (steps: number): number => tints[Math.min(steps, tints.length) - 1] ?? 0;

/// Filled by state, in one path for each; what has no fill is an outline.
function paint_by_state(frame: Frame, gap: number): void {
  const { ctx, plan, scene, camera, look, codes } = frame;
  const { k } = camera;
  for (let each = drawings.length - 1; each >= 0; --each) {
    ctx.beginPath();
    let n = 0;
    const alpha = strength[each]!;
    for (const node of plan.nodes) {
      if (codes[node] !== each || is_tinted(frame, node)) continue;
      const x = (scene.x[node]! - camera.x) * k + gap, y = (scene.y[node]! - camera.y) * k + gap;
      const w = Math.max(2, scene.w[node]! * k - 2 * gap), h = Math.max(2, scene.h[node]! * k - 2 * gap);
      if (alpha > 0) ctx.rect(x, y, w, h);
      else ctx.rect(x + 0.5, y + 0.5, w - 1, h - 1);
      ++n;
    }
    if (n === 0) continue;
    ctx.globalAlpha = alpha || 1;
    ctx.fillStyle = ctx.strokeStyle = look.states[each]!;
    ctx.lineWidth = 1;
    if (alpha > 0) ctx.fill();
    else {
      ctx.setLineDash(each === code.waiting ? [3, 2] : []);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }
  ctx.globalAlpha = 1;
  if (frame.tint) paint_tints(frame, gap);
  for (const node of plan.nodes) {
    const ring = ring_of(frame, node);
    if (!ring) continue;
    ctx.strokeStyle = ring;
    ctx.lineWidth = 2;
    ctx.strokeRect((scene.x[node]! - camera.x) * k - 1, (scene.y[node]! - camera.y) * k - 1, Math.max(4, scene.w[node]! * k + 2), Math.max(4, scene.h[node]! * k + 2));
  }
}
/// The distance is what is asked for; but what is wrong stays in its own colour.
const is_tinted = (frame: Frame, node: number): boolean => frame.tint !== null && frame.tint[node]! > 0 && frame.codes[node]! >= code.never;
function paint_tints(frame: Frame, gap: number): void {
  const { ctx, plan, scene, camera, look, tint } = frame;
  ctx.fillStyle = look.accent;
  for (const node of plan.nodes) {
    if (!is_tinted(frame, node)) continue;
    ctx.globalAlpha = tint_of(tint![node]!);
    ctx.fillRect((scene.x[node]! - camera.x) * camera.k + gap, (scene.y[node]! - camera.y) * camera.k + gap, scene.w[node]! * camera.k - 2 * gap, scene.h[node]! * camera.k - 2 * gap);
  }
  ctx.globalAlpha = 1;
}
/// The colour of what surrounds a node, if anything does.
function ring_of(frame: Frame, node: number): string | null {
  if (node === frame.selected || node === frame.focus || frame.matches?.has(node)) return frame.look.accent;
  if (node === frame.hovered) return frame.look.text;
  const mark = frame.marks?.[node] ?? 0;
  return mark === 1 ? frame.look.ok : mark === 2 ? frame.look.late : null;
}

export function paint_cells(frame: Frame): void {
  paint_by_state(frame, 0.5);
  paint_names_beside(frame);
}
export function paint_bars(frame: Frame): void {
  paint_by_state(frame, 0);
  paint_names_beside(frame);
}
/// Names above some of them, none over another.
function paint_names_beside(frame: Frame): void {
  const { ctx, plan, scene, camera, look } = frame;
  const size = 11, taken: { x: number; y: number; w: number }[] = [];
  ctx.font = `${size}px ${look.mono}`;
  for (const node of plan.labels) {
    const text = shortened(frame.texts.name(node), 28);
    const w = text.length * size * mono_width + 6;
    const x = (scene.x[node]! - camera.x) * camera.k, y = (scene.y[node]! - camera.y) * camera.k - size * 0.8;
    if (taken.some(each => Math.abs(each.y - y) < size + 4 && each.x < x + w && x < each.x + each.w)) continue;
    taken.push({ x, y, w });
    ctx.globalAlpha = 0.85;
    ctx.fillStyle = look.surface;
    ctx.fillRect(x - 1, y - size * 0.7, w, size * 1.4);
    ctx.globalAlpha = 1;
    ctx.fillStyle = look.text;
    ctx.fillText(text, x + 2, y);
  }
}

export function paint_cards(frame: Frame): void {
  for (const node of frame.plan.nodes) paint_card(frame, node);
}

/// How many lines a card of that height has; from the fifth on it is near enough for columns.
const line_height = 18, near_lines_from = 4;
const lines_of = (h: number): number => h < 34 ? 1 : h < 58 ? 2 : h < 90 ? 3 : Math.max(near_lines_from, Math.floor(h / line_height - 0.35));
export const is_near = (h: number): boolean => lines_of(h) > near_lines_from;

function paint_card(frame: Frame, node: number): void {
  const { ctx, scene, camera, look, plan, texts } = frame;
  const { k } = camera;
  const x = Math.round((scene.x[node]! - camera.x) * k) + 0.5, y = Math.round((scene.y[node]! - camera.y) * k) + 0.5;
  const w = Math.round(scene.w[node]! * k), h = Math.round(scene.h[node]! * k);
  const state = frame.codes[node]!;
  const is_selected = node === frame.selected, is_focus = node === frame.focus;
  const is_many = scene.stack?.[node] != null;
  const radius = Math.min(4, h / 5);
  if (is_many) {
    ctx.strokeStyle = look.control;
    ctx.fillStyle = look.surface;
    ctx.lineWidth = 1;
    ctx.beginPath(); ctx.roundRect(x + 4, y + 4, w, h, radius); ctx.fill(); ctx.stroke();
  }
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, radius);
  ctx.fillStyle = is_selected ? look.accent_soft : state === code.failed ? look.failed_soft : look.surface;
  ctx.fill();
  const steps = frame.tint?.[node] ?? -1;
  if (steps > 0) {
    ctx.globalAlpha = tint_of(steps) * 0.7;
    ctx.fillStyle = look.accent;
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  const ring = ring_of(frame, node);
  ctx.strokeStyle = ring ?? (state === code.failed ? look.failed : look.control);
  ctx.lineWidth = ring && node !== frame.hovered ? 2 : 1;
  if (is_many || state === code.waiting) ctx.setLineDash([4, 3]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (is_focus && is_selected) {
    ctx.lineWidth = 1;
    ctx.beginPath(); ctx.roundRect(x - 3, y - 3, w + 6, h + 6, radius + 2); ctx.stroke();
  }

  const lines = lines_of(h);
  const size = Math.max(10, Math.min(13, h * (lines === 1 ? 0.42 : 0.27)));
  const icon = Math.max(8, Math.min(14, size + 1));
  const step = Math.min(line_height, h / (lines + 0.35));
  const first = y + (lines === 1 ? h / 2 : (h - step * (lines - 1)) / 2);
  paint_status(ctx, state, x + 6 + icon / 2, first, icon, look);
  if (!plan.labels.has(node)) return;
  const left = x + 6 + icon + 5, room = w - (left - x) - 6;
  const mark = frame.marks?.[node] ?? 0;
  paint_name(frame, node, mark === 1 ? '+ ' : mark === 2 ? '~ ' : '', left, first, room, size, is_focus);
  if (lines > 1) {
    const small = Math.max(10, size - 1);
    ctx.font = `${small}px ${look.sans}`;
    ctx.fillStyle = look.text_2;
    const state = texts.state(node), age = steps > 0 ? `+${steps}` : texts.age(node);
    const state_room = w - 14;
    const taken = ctx.measureText(state).width, aged = ctx.measureText(age).width;
    ctx.fillText(taken <= state_room ? state : state.slice(0, Math.max(1, Math.floor(state.length * state_room / taken) - 1)) + '…', x + 7, first + step);
    if (age && taken + aged + 8 <= state_room) { ctx.textAlign = 'end'; ctx.fillText(age, x + w - 7, first + step); ctx.textAlign = 'start'; }
    const fits = Math.floor((w - 12) / (small * 0.52));
    const more = [texts.detail(node), texts.origin(node)].filter(Boolean);
    if (lines > near_lines_from) more.push(...texts.near(node, lines - 2 - more.length, fits));
    for (let i = 2; i < lines && more[i - 2]; ++i) ctx.fillText(shortened(more[i - 2]!, fits), x + 7, first + step * i, w - 12);
  }
  if (h >= 22) paint_partitions(frame, node, x + 1, y + h - 4, w - 2);
}

/// As many segments of the key as there is room for; the folder is quiet.
function paint_name(frame: Frame, node: number, mark: string, x: number, y: number, room: number, size: number, is_bold: boolean): void {
  const { ctx, look } = frame;
  const fits = Math.floor(room / (size * mono_width));
  const text = shortened(frame.texts.name(node), fits - mark.length);
  let folder = frame.texts.folder(node);
  const rest = fits - text.length - mark.length;
  if (folder.length > rest) folder = folder.slice(folder.lastIndexOf('/', folder.length - 2) + 1);
  if (folder.length > rest) folder = '';
  const before = mark + folder;
  let left = x;
  if (before) {
    ctx.font = `${size}px ${look.mono}`;
    ctx.fillStyle = look.text_2;
    ctx.fillText(before, left, y);
    left += ctx.measureText(before).width;
  }
  ctx.font = `${is_bold ? '600 ' : ''}${size}px ${look.mono}`;
  ctx.fillStyle = look.text;
  ctx.fillText(text, left, y);
}

/// A line at the foot of a card: which share of its partitions is how.
function paint_partitions(frame: Frame, node: number, x: number, y: number, w: number): void {
  const shares = frame.texts.shares(node);
  if (!shares) return;
  const { ctx, look } = frame;
  const total = shares.ok + shares.late + shares.failed + shares.rest;
  ctx.fillStyle = look.surface_3;
  ctx.fillRect(x, y, w, 3);
  let from = x;
  for (const [n, color] of [[shares.ok, look.ok], [shares.late, look.late], [shares.failed, look.failed]] as const) {
    if (n === 0) continue;
    const width = Math.max(1.5, n / total * w);
    ctx.fillStyle = color;
    ctx.fillRect(from, y, Math.min(width, x + w - from), 3);
    from += width;
  }
}
