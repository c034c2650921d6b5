// The seven drawings of ui/status.tsx on a canvas.
import { code } from './codes';
import type { Look } from './theme';

/// `size` is that of the square it is drawn in, around (x, y).
export function paint_status(ctx: CanvasRenderingContext2D, which: number, x: number, y: number, size: number, look: Look): void {
  const u = size / 16;
  ctx.fillStyle = ctx.strokeStyle = look.states[which]!;
  ctx.lineWidth = 2 * u;
  const circle = (radius: number, from = 0, to = 2 * Math.PI) => { ctx.beginPath(); ctx.arc(x, y, radius * u, from, to); };
  switch (which) {
    case code.ok: circle(4); ctx.fill(); break;
    case code.failed:
      ctx.beginPath();
      ctx.roundRect(x - 7 * u, y - 7 * u, 14 * u, 14 * u, 2 * u);
      ctx.fill();
      ctx.strokeStyle = look.surface;
      ctx.beginPath();
      ctx.moveTo(x - 3 * u, y - 3 * u); ctx.lineTo(x + 3 * u, y + 3 * u);
      ctx.moveTo(x + 3 * u, y - 3 * u); ctx.lineTo(x - 3 * u, y + 3 * u);
      ctx.stroke();
      break;
    case code.late:
      circle(6); ctx.stroke();
      circle(6, -Math.PI / 2, Math.PI / 2); ctx.fill();
      break;
    case code.running: circle(6, -Math.PI / 2, Math.PI); ctx.stroke(); break;
    case code.waiting:
      ctx.setLineDash([2.4 * u, 2.3 * u]);
      circle(6); ctx.stroke();
      ctx.setLineDash([]);
      break;
    case code.never: ctx.lineWidth = 1.5 * u; circle(6); ctx.stroke(); break;
    default:
      ctx.beginPath();
      ctx.moveTo(x - 5 * u, y); ctx.lineTo(x + 5 * u, y);
      ctx.stroke();
  }
}
