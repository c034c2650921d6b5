// The canvas with what lies over it: one real element for the selected node, its name when the pointer
// rests on it, buttons for all that can be done by dragging.
import { signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { status, status_tick } from '../../store/status';
import { Icon } from '../../ui/icon';
import { GraphView, type Overlay } from './graph_view';
import type { Pick } from './hit';
import { Minimap } from './minimap';
import { follow_pointers } from './pointer';
import { counts_of, type Scene } from './scene';
import { box_name, box_problems, box_state, node_name, state_text, states_text } from './texts';
import { next_box, next_node, type Direction } from './walk';
import { lineage_words } from './words';

export interface StageActions {
  /// By the keyboard: the picture follows.
  select: (pick: Pick | null, is_walked: boolean) => void;
  open: (pick: Pick) => void;
  focus: (pick: Pick) => void;
  /// With Shift held.
  pair: (pick: Pick) => void;
  deep: (box: number) => void;
  toggle_group: () => void;
}
const directions: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
const step = 90;

/// "orders, failed, 3 upstream, 12 downstream"
function said(scene: Scene, pick: Pick, view: GraphView | null): string {
  const w = lineage_words.value;
  if (pick.kind === 'box') return w.said_group(box_name(scene, pick.box) || w.no_group, scene.boxes!.count[pick.box]!, view ? box_problems(view.tally, pick.box) : '');
  const { node } = pick, rank = scene.rank[node]!, stack = scene.stack?.[node];
  const group = scene.group?.[node] ?? -1;
  if (stack && group >= 0) return w.said_group(scene.catalog.columns.groups[group]!, stack.length, states_text(status.peek(), stack));
  if (stack) return w.said_stack(stack.length, scene.catalog.key(rank), states_text(status.peek(), stack));
  const { up, down } = counts_of(scene, node);
  return w.said(scene.catalog.key(rank), state_text(status.peek(), rank), up, down);
}

export function Stage({ scene, question, over, selected, into, graph, actions }: {
  scene: Scene; question: string; over: Overlay; selected: Pick | null;
  into: number;                             ///< A box to begin with, -1: none.
  graph: { current: GraphView | null }; actions: StageActions;
}) {
  const w = lineage_words.value;
  const host = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null), marker = useRef<HTMLDivElement>(null);
  const tip = useMemo(() => signal<{ pick: Pick; x: number; y: number } | null>(null), []);
  const frames = useMemo(() => signal(0), []), states = useMemo(() => signal(0), []);
  const now = useRef({ scene, actions });
  now.current = { scene, actions };

  useEffect(() => {
    const view = new GraphView(canvas.current!);
    graph.current = view;
    const place_marker = () => {
      const element = marker.current;
      if (!element || !view.selected || !view.scene) return;
      const { x, y, width, height } = view.rectangle(view.selected);
      element.style.transform = `translate(${x}px, ${y}px)`;
      element.style.width = `${width}px`;
      element.style.height = `${height}px`;
    };
    view.on_frame = () => { place_marker(); frames.value++; };
    view.on_states = () => { states.value++; };
    view.on_deep = box => now.current.actions.deep(box);
    const stop = follow_pointers(canvas.current!, {
      pan: (dx, dy) => { view.pan(dx, dy); },
      zoom: (factor, x, y) => { tip.value = null; view.zoom(factor, x, y); },
      click: (x, y, is_second) => {
        host.current!.focus({ preventScroll: true });
        tip.value = null;
        const pick = view.pick(x, y);
        if (pick && is_second) now.current.actions.pair(pick);
        else if (pick?.kind === 'node' && pick.side) now.current.actions.focus(pick);
        else now.current.actions.select(pick, false);
      },
      double_click: (x, y) => {
        const pick = view.pick(x, y);
        if (pick) now.current.actions.focus(pick);
      },
      hover: at => {
        const pick = at && view.pick(at.x, at.y);
        view.hover(pick);
        canvas.current!.style.cursor = pick ? 'pointer' : '';
        tip.value = pick && at ? { pick, ...at } : null;
      },
    });
    return () => { stop(); view.stop(); graph.current = null; };
  }, []);
  useEffect(() => { tip.value = null; graph.current!.set_scene(scene, over, question, into); }, [scene]);
  useEffect(() => { graph.current!.set_over(over); }, [over]);
  useEffect(() => { graph.current!.select(selected); }, [scene, selected?.kind, selected?.kind === 'node' ? selected.node : selected?.box]);

  const came_from = useRef(-1);
  const on_key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== host.current) return;
    const view = graph.current!, direction = directions[event.key];
    if (direction && event.shiftKey) view.pan(direction === 'left' ? step : direction === 'right' ? -step : 0, direction === 'up' ? step : direction === 'down' ? -step : 0);
    else if (direction) {
      const from = selected ?? start_of(scene, over);
      if (!from) return;
      if (from.kind === 'node') {
        const to = selected ? next_node(scene, from.node, direction, came_from.current) : from.node;
        if (to >= 0) { came_from.current = direction === 'left' || direction === 'right' ? from.node : -1; actions.select({ kind: 'node', node: to }, true); }
      } else {
        const to = selected ? next_box(scene.boxes!, from.box, direction) : from.box;
        if (to >= 0) actions.select({ kind: 'box', box: to }, true);
      }
    } else if (event.key === 'Enter' && selected) actions.open(selected);
    else if (event.key === 'G') actions.toggle_group();
    else if (event.key === 'Escape' && selected) actions.select(null, false);
    else return;
    event.preventDefault();
  };
  return (
    <div class="lineage-stage">
      <div ref={host} class="lineage-canvas" role="application" tabIndex={0} aria-label={w.graph} aria-describedby="lineage-instructions"
        aria-activedescendant={selected ? 'lineage-node' : undefined} onKeyDown={on_key}>
        <canvas ref={canvas} aria-hidden="true" />
        {selected && <Marker of={selected} scene={scene} graph={graph} into={marker} />}
      </div>
      <p id="lineage-instructions" class="only-read">{w.instructions}</p>
      <Said of={selected} scene={scene} graph={graph} />
      <Tip tip={tip} scene={scene} graph={graph} />
      <Controls graph={graph} />
      <Minimap scene={scene} graph={graph} frames={frames} states={states} />
    </div>
  );
}
/// Where the keyboard begins.
function start_of(scene: Scene, over: Overlay): Pick | null {
  if (over.focus >= 0 && scene.node_of[over.focus]! >= 0) return { kind: 'node', node: scene.node_of[over.focus]! };
  if (scene.kind === 'overview' && scene.boxes) return { kind: 'box', box: 0 };
  return scene.size > 0 ? { kind: 'node', node: 0 } : null;
}

interface Spoken { scene: Scene; graph: { current: GraphView | null } }
/// The one element that stands for the selected node.
function Marker({ of, scene, graph, into }: Spoken & { of: Pick; into: RefObject<HTMLDivElement> }) {
  void status_tick.value;
  return <div ref={into} id="lineage-node" class="lineage-marker" role="img" aria-label={said(scene, of, graph.current)} />;
}
/// Reads out what was selected, not each change of its state.
function Said({ of, scene, graph }: Spoken & { of: Pick | null }) {
  const once = useMemo(() => of ? said(scene, of, graph.current) : '', [of]);
  return <p class="only-read" aria-live="polite" data-said="">{once}</p>;
}

function Tip({ tip, scene, graph }: { tip: { value: { pick: Pick; x: number; y: number } | null }; scene: Scene; graph: { current: GraphView | null } }) {
  const now = tip.value;
  if (!now || !graph.current || graph.current.scene !== scene) return null;
  const { width } = graph.current.view;
  const { pick } = now;
  const w = lineage_words.value;
  const name = pick.kind === 'box' ? box_name(scene, pick.box) || w.no_group : scene.stack?.[pick.node] ? node_name(scene, pick.node) : scene.catalog.key(scene.rank[pick.node]!);
  const stub = pick.kind === 'node' && pick.side ? graph.current.plan?.stubs.find(each => each.node === pick.node) : undefined;
  const more = stub && pick.kind === 'node' ? pick.side === 'left' ? w.more_up(stub.left) : w.more_down(stub.right)
    : pick.kind === 'box' ? box_state(scene, graph.current.tally, pick.box)
      : scene.stack?.[pick.node] ? states_text(status.peek(), scene.stack[pick.node]!) : state_text(status.peek(), scene.rank[pick.node]!);
  return (
    <div class="lineage-tip" aria-hidden="true" style={{ left: `${Math.min(now.x + 14, Math.max(8, width - 260))}px`, top: `${now.y + 16}px` }}>
      <span class="key">{name}</span><span class="quiet">{more}</span>
    </div>
  );
}

function Controls({ graph }: { graph: { current: GraphView | null } }) {
  const w = lineage_words.value;
  const pan = (dx: number, dy: number) => graph.current?.pan(dx, dy);
  const button = (label: string, icon: Parameters<typeof Icon>[0]['name'], run: () => void) =>
    <button class="button is-icon" aria-label={label} title={label} onClick={run}><Icon name={icon} /></button>;
  return (
    <div class="lineage-controls" role="group" aria-label={w.move}>
      {button(w.zoom_in, 'plus', () => graph.current?.zoom(1.4))}
      {button(w.zoom_out, 'minus', () => graph.current?.zoom(1 / 1.4))}
      {button(w.fit, 'maximize', () => graph.current?.fit())}
      {button(w.pan(w.left), 'chevron_left', () => pan(step, 0))}
      {button(w.pan(w.right), 'chevron_right', () => pan(-step, 0))}
      {button(w.pan(w.above), 'arrow_up', () => pan(0, step))}
      {button(w.pan(w.below), 'arrow_down', () => pan(0, -step))}
    </div>
  );
}
