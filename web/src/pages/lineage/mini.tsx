// A small, still picture of what is right before and after an asset, for other pages.
import { catalog } from '../../store/catalog';
import { query_text } from '../../store/http';
import { on_kinds, useResource } from '../../store/resource';
import { asset_href, href } from '../../store/router';
import { status, status_tick } from '../../store/status';
import { Failed, Loading } from '../../ui/parts';
import { drawing_for, said_of, StatusIcon } from '../../ui/status';
import { path_of, type LayoutData } from './layout_data';
import { leaf_of, shortened } from './names';
import { lineage_words } from './words';
import './mini.css';

const wakes = on_kinds('definitions');
const margin = 4;
const stub = 26;  ///< Room at the sides, for how many more there are.

/// One level up and one down of `focus`, a key; each name leads to its asset.
export const MiniLineage = ({ focus }: { focus: string }) =>
  <Picture path={'layout' + query_text({ focus, up: 1, down: 1, limit: 14, compact: 1 })} label={lineage_words.value.mini(focus)} focus={focus} />;

/// All of a graph that is small enough to be looked at as a whole.
export const SmallLineage = ({ label }: { label: string }) => <Picture path={'layout' + query_text({ select: '*', fold: 0, compact: 1 })} label={label} focus="" />;

function Picture({ path, label, focus }: { path: string; label: string; focus: string }) {
  const w = lineage_words.value;
  const read = useResource<LayoutData>(path, wakes);
  const data = read.data.value, known = catalog.value, now = status.value;
  void status_tick.value;
  if (read.error.value && !data) return <Failed problem={read.error.value} on_retry={read.reload} />;
  if (!data || !known || data.catalog !== known.columns.sequence) return <Loading />;
  const { nodes, edges } = data;
  const more = data.reach ? { up: data.reach.up.left_out, down: data.reach.down.left_out } : { up: 0, down: 0 };
  return (
    <nav class="mini-lineage" aria-label={label}>
      {focus && nodes.asset.length === 1 && <p class="quiet">{w.alone}</p>}
      <div class="mini-lineage-picture" style={{ width: `${data.width + 2 * (margin + stub)}px`, height: `${data.height + 2 * margin}px` }}>
        <svg aria-hidden="true" width={data.width + 2 * (margin + stub)} height={data.height + 2 * margin} viewBox={`${-margin - stub} ${-margin} ${data.width + 2 * (margin + stub)} ${data.height + 2 * margin}`}>
          {edges.points.map((points, i) => <path key={i} d={path_of(points)} stroke-dasharray={edges.back[i] ? '4 3' : undefined} />)}
        </svg>
        {nodes.asset.map((rank, i) => {
          const key = known.key(rank), stack = nodes.stack[i];
          const is_focus = key === focus;
          const said = now ? said_of(now, rank).map(each => each.text).join(', ') : '';
          const text = stack ? `×${stack.length} ${leaf_of(key)}` : leaf_of(key);
          const drawing = now ? drawing_for(now, rank) : 'never';
          const level = nodes.level[i] ?? 0, up = level < 0 ? nodes.more_up[i]! : 0, down = level > 0 ? nodes.more_down[i]! : 0;
          return (
            <a key={rank} class={`mini-lineage-node is-${drawing} ${is_focus ? 'is-focus' : ''} ${stack ? 'is-stack' : ''}`}
              style={{ left: `${nodes.x[i]! + margin + stub}px`, top: `${nodes.y[i]! + margin}px`, width: `${nodes.w[i]}px`, height: `${nodes.h[i]}px` }}
              href={stack ? href('/lineage', { focus, up: 1, down: 1, fold: 0 }) : asset_href(key)} aria-current={is_focus ? 'true' : undefined}
              title={`${stack ? w.stack(stack.length, key) : key}: ${said}`}>
              {up > 0 && <span class="mini-lineage-more is-up" aria-hidden="true">{up}</span>}
              <StatusIcon drawing={drawing} /><span class="clip" aria-hidden="true">{shortened(text, 17)}</span>
              <span class="only-read">{stack ? w.stack(stack.length, key) : key}, {said}</span>
              {down > 0 && <span class="mini-lineage-more is-down" aria-hidden="true">{down}</span>}
            </a>);
        })}
      </div>
      <p class="row wrap">
        {more.up > 0 && <span class="quiet">{w.more_up(more.up)}</span>}
        {more.down > 0 && <span class="quiet">{w.more_down(more.down)}</span>}
        <a href={href('/lineage', focus ? { focus } : {})}>{w.open_lineage}</a>
      </p>
    </nav>
  );
}
