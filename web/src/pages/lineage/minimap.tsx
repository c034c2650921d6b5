// All of it, small; with the part that is seen.  Drawn when the graph or a state changes, not when one moves.
import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { area_of, type Area } from './camera';
import { code, drawings } from './codes';
import type { GraphView } from './graph_view';
import type { Scene } from './scene';
import { lineage_words } from './words';

const least = 60;  ///< With fewer there is nothing to get lost in.
const pause_ms = 200;  ///< Between two drawings.
const room = { width: 168, height: 112 };

function scale_of(area: Area): { k: number; x: number; y: number } {
  const k = Math.min(room.width / Math.max(1, area.width), room.height / Math.max(1, area.height));
  return { k, x: (room.width - area.width * k) / 2, y: (room.height - area.height * k) / 2 };
}

function draw(canvas: HTMLCanvasElement, scene: Scene, graph: GraphView): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = room.width * ratio;
  canvas.height = room.height * ratio;
  const ctx = canvas.getContext('2d')!;
  const { k, x, y } = scale_of(scene.area);
  ctx.setTransform(ratio * k, 0, 0, ratio * k, ratio * (x - scene.area.x * k), ratio * (y - scene.area.y * k));
  const { colors } = graph;
  const one = (which: number, left: number, top: number, width: number, height: number) => {
    ctx.globalAlpha = which === code.ok ? 0.35 : which >= code.never ? 0.25 : 1;
    ctx.fillStyle = colors.states[which]!;
    ctx.fillRect(left, top, Math.max(width, 1.2 / k), Math.max(height, 1.2 / k));
  };
  const boxes = scene.tiles ?? (scene.size === 0 ? scene.boxes : null);
  if (boxes) {
    // Each state is as wide as its share, as in the picture.
    const tally = boxes === scene.tiles ? graph.tile_states : graph.tally;
    for (let box = 0; box < boxes.size; ++box) {
      let x = boxes.x[box]!;
      for (let each = 0; each < drawings.length; ++each) {
        const width = tally[box * drawings.length + each]! / boxes.count[box]! * boxes.w[box]!;
        if (width > 0) one(each, x, boxes.y[box]!, width, boxes.h[box]!);
        x += width;
      }
    }
  } else for (let node = 0; node < scene.size; ++node) one(graph.node_codes[node]!, scene.x[node]!, scene.y[node]!, scene.w[node]!, scene.h[node]!);
}

export function Minimap({ scene, graph, frames, states }: { scene: Scene; graph: { current: GraphView | null }; frames: Signal<number>; states: Signal<number> }) {
  const canvas = useRef<HTMLCanvasElement>(null), window_ref = useRef<HTMLDivElement>(null);
  const is_shown = (scene.size || scene.boxes?.size || 0) >= least;
  useEffect(() => {
    if (!is_shown) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const paint = () => { timer = undefined; if (graph.current?.scene === scene && canvas.current) draw(canvas.current, scene, graph.current); };
    const stop_states = states.subscribe(() => { timer ??= setTimeout(paint, pause_ms); });
    const stop_frames = frames.subscribe(() => {
      const view = graph.current, element = window_ref.current;
      if (!view || !element || view.scene !== scene) return;
      const { k, x, y } = scale_of(scene.area);
      const area = area_of(view.camera, view.view);
      const left = Math.max(0, x + (area.x - scene.area.x) * k), top = Math.max(0, y + (area.y - scene.area.y) * k);
      element.style.transform = `translate(${left}px, ${top}px)`;
      element.style.width = `${Math.max(6, Math.min(room.width, x + (area.x + area.width - scene.area.x) * k) - left)}px`;
      element.style.height = `${Math.max(6, Math.min(room.height, y + (area.y + area.height - scene.area.y) * k) - top)}px`;
    });
    return () => { stop_states(); stop_frames(); clearTimeout(timer); };
  }, [scene, is_shown]);
  if (!is_shown) return null;
  const move = (event: PointerEvent) => {
    const view = graph.current;
    if (!view || (event.type === 'pointermove' && event.buttons === 0)) return;
    const box = canvas.current!.getBoundingClientRect();
    const { k, x, y } = scale_of(scene.area);
    const { camera, view: size } = view;
    view.go({ k: camera.k, x: (event.clientX - box.left - x) / k + scene.area.x - size.width / camera.k / 2, y: (event.clientY - box.top - y) / k + scene.area.y - size.height / camera.k / 2 }, false);
    if (event.type === 'pointerdown') canvas.current!.setPointerCapture(event.pointerId);
  };
  return (
    <div class="lineage-minimap" title={lineage_words.value.minimap} aria-hidden="true">
      <canvas ref={canvas} style={{ width: `${room.width}px`, height: `${room.height}px` }} onPointerDown={move} onPointerMove={move} />
      <div ref={window_ref} class="lineage-window" />
    </div>
  );
}
