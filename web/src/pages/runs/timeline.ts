// The timeline's columns as shapes: ended runs stacked up, failures always seen.

/// As `GET timeline` answers.
export interface TimelineAnswer {
  from: string;
  to: string;
  columns: number;
  succeeded: number[];
  failed: number[];
  canceled: number[];
  running: number[];
  total: { succeeded: number; failed: number; canceled: number; running: number };
}
export type Part = 'failed' | 'canceled' | 'succeeded' | 'running';
/// Failures at the bottom, where their height can be compared.
export const parts: Part[] = ['failed', 'canceled', 'succeeded', 'running'];
export interface Rect { part: Part; x: number; y: number; w: number; h: number }

/// Of a column.  `running` counts whoever was at work in it, ended since or not; only those that still are
/// are drawn, where they are now: in the last column in which anything runs.
export function count_at(answer: TimelineAnswer, part: Part, i: number): number {
  if (part !== 'running') return answer[part][i] ?? 0;
  return i === answer.running.findLastIndex(n => n > 0) ? answer.total.running : 0;
}
const sum_at = (answer: TimelineAnswer, i: number): number => parts.reduce((sum, part) => sum + count_at(answer, part, i), 0);
/// Heights go by the square root: one run beside a thousand is still seen.
export function rects_of(answer: TimelineAnswer, width: number, height: number): Rect[] {
  let most = 1;
  for (let i = 0; i < answer.columns; ++i) most = Math.max(most, sum_at(answer, i));
  const out: Rect[] = [];
  const w = width / Math.max(1, answer.columns);
  for (let i = 0; i < answer.columns; ++i) {
    const sum = sum_at(answer, i);
    if (sum === 0) continue;
    const whole = Math.max(3, Math.sqrt(sum / most) * height);
    let y = height;
    for (const part of parts) {
      const n = count_at(answer, part, i);
      if (n === 0) continue;
      const h = Math.max(part === 'failed' ? 2 : 1, n / sum * whole);
      y = Math.max(0, y - h);
      out.push({ part, x: i * w, y, w: Math.max(1, w - (w > 3 ? 1 : 0)), h });
    }
  }
  return out;
}
export const column_span = (answer: TimelineAnswer, i: number): { from: number; to: number } => {
  const from = Date.parse(answer.from), width = (Date.parse(answer.to) - from) / Math.max(1, answer.columns);
  return { from: from + i * width, to: from + (i + 1) * width };
};
/// A brush between two shares of the width, either way round: an interval of at least a second.
export function brushed(from: number, to: number, a: number, b: number): { from: number; to: number } {
  const [low, high] = a < b ? [a, b] : [b, a];
  const begin = Math.floor((from + low * (to - from)) / 1000) * 1000, end = Math.ceil((from + high * (to - from)) / 1000) * 1000;
  return { from: begin, to: Math.max(end, begin + 1000) };
}

const steps_ms = [60_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 2_592_000_000];
/// Round instants for the axis, at most `count`; `offset_ms` is the zone's distance from UTC.
export function axis_of(from: number, to: number, count: number, offset_ms: number): number[] {
  const step = steps_ms.find(each => (to - from) / each <= count) ?? (to - from);
  const out: number[] = [];
  for (let at = Math.ceil((from + offset_ms) / step) * step - offset_ms; at < to; at += step) out.push(at);
  return out;
}
