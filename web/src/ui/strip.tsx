// Small strips: how each of the last days or runs was.  Each is a list, so that it can be read out.
import type { ComponentChildren } from 'preact';
import { chart_words } from './charts_words';
import { drawing_of } from './status';
import './charts.css';

export interface StripItem {
  word: string;      ///< A status word: says colour and shape.
  text: string;      ///< All there is to say of it.
  href?: string;
}
/// A cell for each, oldest first.
export function Strip({ items, label }: { items: StripItem[]; label: string }) {
  return (
    <ol class={`strip ${items.some(item => item.href) ? 'has-links' : ''}`} aria-label={label}>
      {items.map((item, i) => {
        const cell = <span class={`strip-cell is-${drawing_of(item.word)}`} title={item.text}><span class="only-read">{item.text}</span></span>;
        return <li key={i}>{item.href ? <a href={item.href}>{cell}</a> : cell}</li>;
      })}
    </ol>
  );
}

export interface SparkItem { value: number; text: string; is_failed?: boolean }
/// A column for each, oldest first, from zero; beside it what the latest is.
export function Spark({ items, label, children }: { items: SparkItem[]; label: string; children?: ComponentChildren }) {
  const most = Math.max(...items.map(item => item.value), 0);
  if (items.length === 0) return <p class="quiet">{chart_words.value.no_values}</p>;
  return (
    <div class="spark">
      <ol class="spark-columns" aria-label={label}>
        {items.map((item, i) => {
          const column = <span class={`spark-column ${item.is_failed ? 'is-failed' : ''}`} style={{ blockSize: `${most > 0 ? Math.max(4, item.value / most * 100) : 4}%` }} />;
          return <li key={i} title={item.text}>{column}<span class="only-read">{item.text}</span></li>;
        })}
      </ol>
      {children && <span class="spark-latest">{children}</span>}
    </div>
  );
}
