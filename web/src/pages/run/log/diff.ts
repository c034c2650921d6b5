// What two logs say differently: times, numbers and ids are taken out first, so that what is left is news.
import { without_escapes } from './text';

const rules: [RegExp, string][] = [
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '‹time›'],
  [/\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\b/g, '‹time›'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '‹id›'],
  [/\b0x[0-9a-f]+\b/gi, '‹id›'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '‹id›'],
  [/\b[0-9A-HJKMNP-TV-Z]{13}\b(?<=\d.*)/g, '‹id›'],
  [/\d+(?:[.,]\d+)*/g, '‹n›'],
];
/// A line without what is different each time.
export const normal_line = (text: string): string =>
  rules.reduce((out, [pattern, mark]) => out.replace(pattern, mark), without_escapes(text)).trimEnd();

export interface Step { kind: 'same' | 'gone' | 'new'; a: number; b: number }

/// The shortest way from `a` to `b` (Myers); null where more than `cost_max` lines differ.
export function difference(a: string[], b: string[], cost_max = 1_000): Step[] | null {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) ++head;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) ++tail;
  const n = a.length - head - tail, m = b.length - head - tail;
  const most = Math.min(cost_max, n + m);
  const trace: Int32Array[] = [];
  let reach = new Int32Array(2 * most + 3);  // on diagonal k: how far into `a`
  const middle = most + 1;
  let cost = -1;
  search: for (let d = 0; d <= most; ++d) {
    trace.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && reach[middle + k - 1]! < reach[middle + k + 1]!) ? reach[middle + k + 1]! : reach[middle + k - 1]! + 1;
      let y = x - k;
      while (x < n && y < m && a[head + x] === b[head + y]) { ++x; ++y; }
      reach[middle + k] = x;
      if (x >= n && y >= m) { cost = d; break search; }
    }
  }
  if (cost < 0) return null;
  const back: Step[] = [];
  let x = n, y = m;
  for (let d = cost; d >= 0; --d) {
    const before = trace[d]!;
    const k = x - y;
    const from = k === -d || (k !== d && before[middle + k - 1]! < before[middle + k + 1]!) ? k + 1 : k - 1;
    const from_x = d === 0 ? 0 : before[middle + from]!, from_y = d === 0 ? 0 : from_x - from;
    while (x > from_x && y > from_y) { --x; --y; back.push({ kind: 'same', a: head + x, b: head + y }); }
    if (d === 0) break;
    if (x > from_x) { --x; back.push({ kind: 'gone', a: head + x, b: -1 }); } else { --y; back.push({ kind: 'new', a: -1, b: head + y }); }
  }
  const out: Step[] = [];
  for (let i = 0; i < head; ++i) out.push({ kind: 'same', a: i, b: i });
  out.push(...back.reverse());
  for (let i = 0; i < tail; ++i) out.push({ kind: 'same', a: a.length - tail + i, b: b.length - tail + i });
  return out;
}

export type Hunk = Step | { kind: 'fold'; count: number };
/// Long stretches of what is the same, folded but for `around` lines.
export function folded(steps: Step[], around = 2): Hunk[] {
  const near = new Uint8Array(steps.length);
  steps.forEach((step, i) => {
    if (step.kind === 'same') return;
    near.fill(1, Math.max(0, i - around), Math.min(steps.length, i + around + 1));
  });
  const out: Hunk[] = [];
  for (let i = 0; i < steps.length; ++i) {
    const last = out.at(-1);
    if (near[i]) out.push(steps[i]!);
    else if (last?.kind === 'fold') last.count++;
    else out.push({ kind: 'fold', count: 1 });
  }
  return out;
}
