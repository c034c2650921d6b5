// One frame: boxes, then edges, then nodes, then what is over them.  All in pixels of the screen, so that
// hairlines stay hairlines and text keeps its size.
import { code, drawings, worst_of } from './codes';
import type { Camera, Size } from './camera';
import type { FramePlan } from './detail';
import { number } from '../../words';
import { shortened } from './names';
import { paint_edges, paint_stubs } from './paint_edges';
import { paint_bars, paint_cards, paint_cells } from './paint_nodes';
import type { Boxes, Scene } from './scene';
import type { Look } from './theme';

/// What is written; made once per state of an asset, not per frame.
export interface Texts {
  name: (node: number) => string;
  folder: (node: number) => string;  ///< What its key has before the name, with the slash.
  state: (node: number) => string;
  age: (node: number) => string;
  detail: (node: number) => string;  ///< Owner, checks.
  origin: (node: number) => string;  ///< Group, kind.
  near: (node: number, rows: number, fits: number) => string[];  ///< Last run, columns; as far as they are known.
  shares: (node: number) => { ok: number; late: number; failed: number; rest: number } | null;  ///< Of its partitions.
  box_name: (box: number) => string;
  box_text: (box: number) => string;
}
export interface Frame {
  ctx: CanvasRenderingContext2D;
  scene: Scene;
  plan: FramePlan;
  camera: Camera;
  view: Size;
  look: Look;
  codes: Uint8Array;                 ///< By node.
  tally: Uint32Array;                ///< By box.
  tile_tally: Uint32Array;
  selected: number; hovered: number; focus: number;  ///< Nodes, -1: none.
  selected_box: number; hovered_box: number;
  closed: ReadonlySet<number>;
  links: { box: number; weight: number; is_in: boolean }[];  ///< Of the selected box.
  tint: Int32Array | null;           ///< By node: steps from where the impact begins, -1: none.
  marks: Uint8Array | null;          ///< By node: 1 added, 2 changed.
  matches: ReadonlySet<number> | null;
  box_matches: ReadonlySet<number> | null;
  texts: Texts;
}

export const mono_width = 0.602;  ///< Of a character, in font sizes.

export function paint(frame: Frame, pixel_ratio: number): void {
  const { ctx, view, look, plan, scene } = frame;
  ctx.setTransform(pixel_ratio, 0, 0, pixel_ratio, 0, 0);
  ctx.fillStyle = look.surface_2;
  ctx.fillRect(0, 0, view.width, view.height);
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  if (plan.level === 0) {
    if (!scene.tiles) paint_bundles(frame);
    else {
      if (scene.boxes) plan.boxes.forEach(box => paint_ground(frame, scene.boxes!, box));
      paint_tiles(frame);
      if (frame.selected_box >= 0) paint_bundles(frame);
    }
    if (scene.boxes) plan.boxes.forEach(box => paint_box(frame, scene.boxes!, box, scene.tiles !== null));
    return;
  }
  if (scene.boxes) paint_frames(frame, scene.boxes);
  paint_edges(frame);
  if (plan.level === 1) paint_cells(frame);
  else if (plan.level === 2) paint_bars(frame);
  else {
    paint_stubs(frame);
    paint_cards(frame);
  }
}

/// Where a box is on the screen.
function place_of(frame: Frame, boxes: Boxes, box: number): { x: number; y: number; w: number; h: number } {
  const { camera } = frame;
  return { x: (boxes.x[box]! - camera.x) * camera.k, y: (boxes.y[box]! - camera.y) * camera.k, w: boxes.w[box]! * camera.k, h: boxes.h[box]! * camera.k };
}

/// How a box is filled: quiet where all is well, else by its worst state and how much of it there is.
function paint_shares(frame: Frame, tally: Uint32Array, box: number, count: number, x: number, y: number, w: number, h: number): void {
  const { ctx, look } = frame;
  let from = x;
  for (let each = 0; each < drawings.length; ++each) {
    const n = tally[box * drawings.length + each]!;
    if (n === 0) continue;
    // The least share is seen, too.
    const width = Math.min(x + w - from, Math.max(n / count * w, each <= code.late ? 2 : 0));
    ctx.globalAlpha = each === code.ok ? 0.45 : each >= code.never ? 0.3 : 1;
    ctx.fillStyle = look.states[each]!;
    ctx.fillRect(from, y, width, h);
    from += width;
  }
  ctx.globalAlpha = 1;
}

function paint_ground(frame: Frame, boxes: Boxes, box: number): void {
  const { x, y, w, h } = place_of(frame, boxes, box);
  frame.ctx.fillStyle = frame.look.surface;
  frame.ctx.fillRect(x, y, w, h);
}

/// Quiet where all is well; what is not is as wide as its share, and never too thin to be seen.
function paint_tiles(frame: Frame): void {
  const { ctx, look, plan, tile_tally } = frame;
  const tiles = frame.scene.tiles!;
  for (let each = drawings.length - 1; each >= 0; --each) {
    const is_base = each === code.ok;
    ctx.globalAlpha = is_base ? 0.22 : each >= code.never ? 0.4 : 1;
    ctx.fillStyle = look.states[each]!;
    for (const tile of plan.tiles) {
      const { x, y, w, h } = place_of(frame, tiles, tile);
      if (is_base) { ctx.fillRect(x, y, Math.max(1, w), Math.max(1, h)); continue; }
      const n = tile_tally[tile * drawings.length + each]!;
      if (n === 0) continue;
      let before = 0;
      for (let worse = 0; worse < each; ++worse) before += tile_tally[tile * drawings.length + worse]!;
      const count = tiles.count[tile]!;
      const left = x + before / count * w;
      ctx.fillRect(left, y, Math.max(Math.min(2, w), Math.min(n / count * w, x + w - left)), Math.max(1, h));
    }
  }
  ctx.globalAlpha = 1;
}

/// A line between two boxes: bent where they stand in columns beside each other, an arch over or, going
/// back, under what stands between them.
function trace_bundle(frame: Frame, boxes: Boxes, from: number, to: number, is_back: boolean): void {
  const { ctx } = frame;
  const a = place_of(frame, boxes, from), b = place_of(frame, boxes, to);
  ctx.beginPath();
  const gap = b.x - a.x - a.w;
  const is_level = a.y < b.y + b.h && b.y < a.y + a.h;
  if (!is_back && gap > 0 && (!is_level || gap < a.w * 0.75)) {
    const y0 = a.y + a.h / 2, y1 = b.y + b.h / 2, x0 = a.x + a.w;
    ctx.moveTo(x0, y0);
    ctx.bezierCurveTo(x0 + gap / 2, y0, b.x - gap / 2, y1, b.x, y1);
  } else {
    const sign = is_back ? 1 : -1;
    const x0 = a.x + a.w / 2, x1 = b.x + b.w / 2, y0 = is_back ? a.y + a.h : a.y, y1 = is_back ? b.y + b.h : b.y;
    const rise = (is_back ? Math.max(y0, y1) : Math.min(y0, y1)) + sign * Math.min(260, 14 + Math.abs(x1 - x0) * 0.32);
    ctx.moveTo(x0, y0);
    ctx.bezierCurveTo(x0, rise, x1, rise, x1, y1);
  }
  ctx.stroke();
}
function paint_bundles(frame: Frame): void {
  const { ctx, scene, plan, look, camera } = frame;
  const boxes = scene.boxes;
  if (!boxes) return;
  const seen = new Set(plan.boxes);
  const width = (weight: number) => Math.min(7, 0.6 + Math.log2(1 + weight) * 0.6 * Math.min(1, 0.4 + camera.k));
  const { bundles } = scene;
  if (!scene.tiles) {
    ctx.strokeStyle = look.control;
    ctx.globalAlpha = frame.selected_box >= 0 ? 0.12 : bundles.from.length > 60 ? 0.3 : 0.45;
    for (let i = 0; i < bundles.from.length; ++i) {
      if (!seen.has(bundles.from[i]!) || !seen.has(bundles.to[i]!)) continue;
      ctx.setLineDash(bundles.back[i] ? [5, 4] : []);
      ctx.lineWidth = width(bundles.weight[i]!);
      trace_bundle(frame, boxes, bundles.from[i]!, bundles.to[i]!, bundles.back[i] === 1);
    }
  }
  ctx.globalAlpha = 0.85;
  ctx.strokeStyle = look.accent;
  ctx.setLineDash([]);
  for (const { box, weight, is_in } of frame.links) {
    if (!seen.has(box)) continue;
    const [from, to] = is_in ? [box, frame.selected_box] : [frame.selected_box, box];
    ctx.lineWidth = width(weight);
    trace_bundle(frame, boxes, from, to, boxes.x[to]! < boxes.x[from]!);
  }
  ctx.globalAlpha = 1;
}

/// `is_filled`: what it holds is drawn already.
function paint_box(frame: Frame, boxes: Boxes, box: number, is_filled: boolean): void {
  const { ctx, look, tally } = frame;
  const { x, y, w, h } = place_of(frame, boxes, box);
  const is_selected = box === frame.selected_box;
  const is_match = frame.box_matches?.has(box) ?? false;
  const worst = worst_of(tally, box);
  const radius = Math.min(6, w / 6, h / 6);
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, is_filled ? 0 : radius);
  if (!is_filled) {
    ctx.fillStyle = is_selected ? look.accent_soft : look.surface;
    ctx.fill();
  }
  ctx.strokeStyle = is_selected || is_match ? look.accent : box === frame.hovered_box ? look.text_2 : look.control;
  ctx.lineWidth = is_selected || is_match ? 2 : 1;
  ctx.stroke();
  if (is_filled) { paint_plate(frame, box, x, y, w, h); return; }
  const bar = Math.max(2, Math.min(8, h * 0.14));
  if (w > 6 && h > 6) paint_shares(frame, tally, box, boxes.count[box]!, x + radius / 2 + 1, y + h - bar - 2, w - radius - 2, bar);
  // Stripe of the worst, so that a small box tells it, too.
  if (worst <= code.running) {
    ctx.fillStyle = look.states[worst]!;
    ctx.fillRect(x, y + radius, Math.max(2, Math.min(4, w * 0.06)), Math.max(1, h - 2 * radius));
  }
  const size = Math.max(11, Math.min(15, h * 0.3));
  if (h - bar < size + 3) return;
  const has_two = h - bar > size * 2 + 10;
  const middle = y + (h - bar) / 2;
  paint_line(frame, frame.texts.box_name(box), '', x + 8, has_two ? middle - size * 0.6 : middle, w - 14, `600 ${size}px ${look.sans}`, look.text);
  if (has_two) paint_line(frame, frame.texts.box_text(box), number(boxes.count[box]!), x + 8, middle + size * 0.7, w - 14, `${Math.max(11, size - 2)}px ${look.sans}`, look.text_2);
}
/// `short` where the text does not fit.
function paint_line(frame: Frame, text: string, short: string, x: number, y: number, room: number, font: string, color: string): void {
  const { ctx } = frame;
  ctx.font = font;
  ctx.fillStyle = color;
  const width = ctx.measureText(text).width;
  if (width <= room) ctx.fillText(text, x, y);
  else if (short) { if (ctx.measureText(short).width <= room) ctx.fillText(short, x, y); } else {
    const fits = Math.floor(text.length * room / width) - 1;
    if (fits >= 3) ctx.fillText(shortened(text, fits), x, y);
  }
}
/// Name and count on a plate, at the top of a box that is full of tiles.
function paint_plate(frame: Frame, box: number, x: number, y: number, w: number, h: number): void {
  const { ctx, look, texts } = frame;
  const left = Math.max(0, x), right = Math.min(frame.view.width, x + w), top = Math.max(0, y);
  if (right - left < 40 || y + h - top < 20) return;
  const has_two = y + h - top > 60;
  ctx.globalAlpha = 0.88;
  ctx.fillStyle = look.surface;
  ctx.fillRect(left + 1, top + 1, right - left - 2, has_two ? 36 : 19);
  ctx.globalAlpha = 1;
  paint_line(frame, texts.box_name(box), '', left + 6, top + 11, right - left - 10, `600 13px ${look.sans}`, look.text);
  if (has_two) paint_line(frame, texts.box_text(box), number(frame.scene.boxes!.count[box]!), left + 6, top + 27, right - left - 10, `11px ${look.sans}`, look.text_2);
}

/// Groups as frames around what they hold.
function paint_frames(frame: Frame, boxes: Boxes): void {
  const { ctx, look, plan, closed } = frame;
  const open = plan.boxes.filter(box => !closed.has(box) && boxes.asset[box]! < 0);
  ctx.fillStyle = look.surface;
  ctx.strokeStyle = look.line;
  ctx.lineWidth = 1;
  for (const box of open) {
    const { x, y, w, h } = place_of(frame, boxes, box);
    ctx.beginPath();
    ctx.roundRect(x, y, w, h, Math.min(6, w / 6, h / 6));
    ctx.fill();
    ctx.strokeStyle = box === frame.selected_box ? look.accent : look.line;
    ctx.stroke();
  }
  const heading = 24 * frame.camera.k;
  const size = Math.max(11, Math.min(13, heading * 0.55));
  ctx.font = `600 ${size}px ${look.sans}`;
  ctx.fillStyle = look.text_2;
  for (const box of open) {
    const { x, y, w, h } = place_of(frame, boxes, box);
    // The name stays in sight while its box is.
    const left = Math.max(x, 0) + 6, top = Math.max(y, 0) + Math.max(size * 0.75, heading / 2);
    const room = Math.floor((Math.min(x + w, frame.view.width) - left - 6) / (size * 0.58));
    if (room >= 4 && y + h - top > size) ctx.fillText(shortened(frame.texts.box_name(box), room), left, top);
  }
  for (const box of plan.boxes) if (closed.has(box)) paint_box(frame, boxes, box, false);
}
