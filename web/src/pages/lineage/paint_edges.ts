// Edges, and the stubs of those that leave the picture.
import type { Edge } from './detail';
import type { Frame } from './paint';
import { ends_of } from './scene';

const chunk = 200;  ///< Curves per stroke: a path of thousands is slow to fill.

/// Adds a curve; levels up to bars have straight ones.
function trace(frame: Frame, { from, to, place }: Edge, is_curved: boolean): void {
  const { ctx, scene, camera } = frame;
  const { k } = camera;
  const points = scene.points?.[scene.edge![place]!];
  if (points && points.length > 4) {
    let x0 = (points[0]! - camera.x) * k, y0 = (points[1]! - camera.y) * k;
    ctx.moveTo(x0, y0);
    for (let i = 2; i < points.length; i += 2) {
      const x1 = (points[i]! - camera.x) * k, y1 = (points[i + 1]! - camera.y) * k;
      if (y0 === y1 || !is_curved) ctx.lineTo(x1, y1);
      else { const middle = (x0 + x1) / 2; ctx.bezierCurveTo(middle, y0, middle, y1, x1, y1); }
      x0 = x1; y0 = y1;
    }
    return;
  }
  const ends = ends_of(scene, from, to);
  const x0 = (ends.x0 - camera.x) * k, y0 = (ends.y0 - camera.y) * k, x1 = (ends.x1 - camera.x) * k, y1 = (ends.y1 - camera.y) * k;
  ctx.moveTo(x0, y0);
  if (!is_curved) { ctx.lineTo(x1, y1); return; }
  const bend = Math.max(16 * k, Math.min(ends.way === 'beside' ? 40 * k : Infinity, Math.abs(ends.way === 'beside' ? y1 - y0 : x1 - x0) / 2));
  const out = ends.way === 'left' ? -bend : bend, into = ends.way === 'right' ? -bend : bend;
  ctx.bezierCurveTo(x0 + out, y0, x1 + into, y1, x1, y1);
}

function stroke_all(frame: Frame, edges: Edge[], is_curved: boolean): void {
  const { ctx, scene } = frame;
  for (const is_back of [false, true]) {
    let n = 0;
    ctx.setLineDash(is_back ? [5, 4] : []);
    for (const edge of edges) {
      if ((scene.back !== null && scene.back[scene.edge![edge.place]!] === 1) !== is_back) continue;
      if (n % chunk === 0) { if (n > 0) ctx.stroke(); ctx.beginPath(); }
      trace(frame, edge, is_curved);
      ++n;
    }
    if (n > 0) ctx.stroke();
    if (!scene.back) break;
  }
  ctx.setLineDash([]);
}

function heads(frame: Frame, edges: Edge[]): void {
  const { ctx, scene, camera } = frame;
  const size = Math.min(6, 6 * camera.k + 1);
  ctx.beginPath();
  for (const { from, to } of edges) {
    const ends = ends_of(scene, from, to);
    const x = (ends.x1 - camera.x) * camera.k, y = (ends.y1 - camera.y) * camera.k;
    const back = ends.way === 'right' ? -size : size;
    ctx.moveTo(x, y);
    ctx.lineTo(x + back, y - size * 0.6);
    ctx.lineTo(x + back, y + size * 0.6);
  }
  ctx.fill();
}

export function paint_edges(frame: Frame): void {
  const { ctx, plan, look } = frame;
  const is_curved = plan.level >= 3;
  ctx.strokeStyle = ctx.fillStyle = look.control;
  ctx.lineWidth = 1;
  const is_dimmed = plan.strong.length > 0 && plan.level <= 2;
  ctx.globalAlpha = is_dimmed ? 0.35 : plan.level === 1 ? 0.5 : plan.edges.length > 400 ? 0.5 : 0.8;
  stroke_all(frame, plan.edges, is_curved);
  if (plan.level >= 3) heads(frame, plan.edges);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = ctx.fillStyle = look.accent;
  ctx.lineWidth = plan.level >= 3 ? 1.75 : 1.25;
  stroke_all(frame, plan.strong, is_curved);
  if (plan.level >= 3) heads(frame, plan.strong);
}

const stub_length = 14;
/// "4 ─": so many lead out of what is seen.  At the upper corners, out of the way of what is drawn.
export function paint_stubs(frame: Frame): void {
  const { ctx, plan, scene, camera, look } = frame;
  const { k } = camera;
  const size = Math.max(10, Math.min(12, 11 * k)), length = Math.max(6, stub_length * k * 0.7);
  const place = (node: number) => ({
    y: Math.round((scene.y[node]! + scene.h[node]! * 0.2 - camera.y) * k) + 0.5,
    x0: (scene.x[node]! - camera.x) * k, x1: (scene.x[node]! + scene.w[node]! - camera.x) * k,
  });
  ctx.strokeStyle = look.control;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const { node, left, right } of plan.stubs) {
    const { x0, x1, y } = place(node);
    if (left > 0) { ctx.moveTo(x0 - length, y); ctx.lineTo(x0, y); }
    if (right > 0) { ctx.moveTo(x1, y); ctx.lineTo(x1 + length, y); }
  }
  ctx.stroke();
  if (k < 0.5) return;
  ctx.font = `${size}px ${look.sans}`;
  ctx.fillStyle = look.text_2;
  ctx.strokeStyle = look.surface_2;
  ctx.lineWidth = 3;
  const write = (n: number, x: number, y: number) => { ctx.strokeText(String(n), x, y); ctx.fillText(String(n), x, y); };
  for (const { node, left, right } of plan.stubs) {
    const { x0, x1, y } = place(node);
    if (left > 0) { ctx.textAlign = 'end'; write(left, x0 - length - 2, y); }
    if (right > 0) { ctx.textAlign = 'start'; write(right, x1 + length + 2, y); }
  }
  ctx.textAlign = 'start';
}
