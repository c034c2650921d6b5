// Numbers over time, by uPlot, which is loaded with the first plot.
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { is_utc, language, theme } from '../store/prefs';
import { number } from '../words';
import { clock_text, day_text, minute_text } from './time';
import { chart_words } from './charts_words';
import './charts.css';

const plot_kind = signal<typeof uPlot | null>(null);
let loading: Promise<unknown> | null = null;
function load(): void {
  loading ??= Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([{ default: kind }]) => { plot_kind.value = kind; });
}

/// What a token is now, as a canvas takes it.
function color_of(host: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  host.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/// `at` in milliseconds since 1970, ascending; null where there is no value.  `on_point` is told which
/// one the pointer is nearest to or was clicked; `marked` is drawn as chosen.
export function Series({ at, values, label, marked, on_point, height = 180 }: {
  at: number[]; values: (number | null)[]; label: string; marked?: number; on_point?: (index: number) => void; height?: number;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const told = useRef(on_point), chosen = useRef(marked), plot = useRef<uPlot | null>(null);
  told.current = on_point;
  chosen.current = marked;
  useEffect(load, []);
  useEffect(() => {
    const host = ref.current!;
    // Drawn anew for another theme, zone or language: a canvas does not follow by itself.
    const stop = effect(() => {
      const Plot = plot_kind.value;
      const [is_in_utc] = [is_utc.value, theme.value, language.value];
      plot.current?.destroy();
      plot.current = null;
      if (!Plot || at.length === 0) return;
      const [line, text, grid] = ['--accent', '--text-2', '--line'].map(token => color_of(host, token));
      const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: '12px system-ui' };
      plot.current = new Plot({
        width: host.clientWidth, height, padding: [8, 32, 0, 0], legend: { show: false }, scales: { x: { time: true } },
        tzDate: seconds => is_in_utc ? Plot.tzDate(new Date(seconds * 1e3), 'Etc/UTC') : new Date(seconds * 1e3),
        cursor: { points: { size: 8 }, y: false },
        axes: [
          { ...axis, space: 90, values: (_, ticks) => {
            const span = ((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)) / Math.max(1, ticks.length - 1);
            return ticks.map(tick => span >= 86_400 ? day_text(tick * 1000) : span >= 60 ? minute_text(tick * 1000) : clock_text(tick * 1000));
          } },
          { ...axis, size: 72, values: (_, ticks) => ticks.map(tick => number(tick)) },
        ],
        series: [{}, { stroke: line, width: 1.5, points: { show: at.length < 200, size: 5, stroke: line, fill: line } }],
        hooks: {
          draw: [self => {
            const index = chosen.current;
            if (index === undefined || at[index] === undefined) return;
            const x = self.valToPos(at[index] / 1000, 'x', true);
            self.ctx.save();
            self.ctx.strokeStyle = line!;
            self.ctx.setLineDash([4, 4]);
            self.ctx.beginPath();
            self.ctx.moveTo(x, self.bbox.top);
            self.ctx.lineTo(x, self.bbox.top + self.bbox.height);
            self.ctx.stroke();
            self.ctx.restore();
          }],
        },
      }, [at.map(ms => ms / 1000), values], host);
      plot.current.over.addEventListener('click', () => {
        const index = plot.current?.cursor.idx;
        if (index != null) told.current?.(index);
      });
    });
    const observer = new ResizeObserver(() => { plot.current?.setSize({ width: host.clientWidth, height }); });
    observer.observe(host);
    return () => { observer.disconnect(); stop(); plot.current?.destroy(); plot.current = null; };
  }, [at, values]);
  useEffect(() => { plot.current?.redraw(false); }, [marked]);
  if (at.length === 0) return <p class="quiet">{chart_words.value.no_values}</p>;
  const known = values.filter(value => value !== null);
  const w = chart_words.value;
  const said = known.length ? `${w.least} ${number(Math.min(...known))}, ${w.most} ${number(Math.max(...known))}, ${w.latest} ${number(known.at(-1)!)}` : w.no_values;
  return <div ref={ref} class="series" role="img" aria-label={`${label}: ${said}`} style={{ blockSize: `${height}px` }} />;
}
