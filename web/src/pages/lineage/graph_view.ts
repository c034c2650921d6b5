// The picture: one canvas, a camera, and what is selected.  Draws at most once per frame, and only when
// something changed.
import { effect } from '@preact/signals';
import { catalog } from '../../store/catalog';
import { status, status_tick, type Status } from '../../store/status';
import { language } from '../../store/prefs';
import { between, centred, filled, fitted, held, panned, zoomed, type Camera, type Size } from './camera';
import { code, Codes, move_tally, tally_of } from './codes';
import { cone_of, Planner, type FramePlan } from './detail';
import { hit, type Pick } from './hit';
import { paint, type Frame } from './paint';
import { links_of } from './boxes';
import { NearCache } from './near';
import { is_near } from './paint_nodes';
import type { Scene } from './scene';
import { TextCache } from './texts';
import { look_of, on_theme, type Look } from './theme';

const flight_ms = 200;
const settle_ms = 600;  ///< After a group was opened by zooming, what is left of the wheel's turn does nothing.
const readable = 0.55;  ///< Names can be read from this zoom on.

/// What is drawn over the scene.
export interface Overlay {
  focus: number;                        ///< Rank, -1: none.
  tint: Int32Array | null;
  marks: Uint8Array | null;
  matches: ReadonlySet<number> | null;
  box_matches: ReadonlySet<number> | null;
  closed: ReadonlySet<number>;
}
export const nothing_over: Overlay = { focus: -1, tint: null, marks: null, matches: null, box_matches: null, closed: new Set() };

export class GraphView {
  camera: Camera = { x: 0, y: 0, k: 1 };
  view: Size = { width: 0, height: 0 };
  scene: Scene | null = null;
  plan: FramePlan | null = null;
  codes = new Codes(0);
  /// The worst state of what each node stands for.
  node_codes: Uint8Array = new Uint8Array();
  tally: Uint32Array = new Uint32Array();
  selected: Pick | null = null;
  hovered: Pick | null = null;
  /// Is told after each frame: where the camera stands.
  on_frame: (() => void) | null = null;
  /// Is told when states were read anew.
  on_states: (() => void) | null = null;
  /// In the graph of groups one has zoomed far into one: it is to be opened.
  on_deep: ((box: number) => void) | null = null;

  private over: Overlay = nothing_over;
  private look: Look;
  private planner: Planner | null = null;
  private texts: TextCache | null = null;
  private tile_tally: Uint32Array = new Uint32Array();
  private cone: Uint8Array | null = null;
  private links: Frame['links'] = [];
  private readonly near = new NearCache(() => this.request());
  private is_due = false;
  private is_stale = true;              // states changed since they were read
  private flight: { from: Camera; to: Camera; began: number } | null = null;
  private readonly ctx: CanvasRenderingContext2D;
  private readonly stops: (() => void)[] = [];
  private k_fit = 1;
  private settled_at = 0;
  private question = '';

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.ctx = canvas.getContext('2d', { alpha: false })!;
    this.look = look_of(canvas.parentElement!);
    this.stops.push(on_theme(() => { this.look = look_of(canvas.parentElement!); this.request(); this.on_states?.(); }));
    this.stops.push(effect(() => {
      void status_tick.value; void status.value;
      this.is_stale = true;
      this.request();
    }));
    this.stops.push(effect(() => { void language.value; this.texts?.forget(); this.request(); }));
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(canvas.parentElement!);
    this.stops.push(() => observer.disconnect());
    const timer = setInterval(() => { this.texts?.forget(); this.request(); }, 30_000);  // ages grow
    this.stops.push(() => clearInterval(timer));
    this.resize();
  }
  stop(): void { this.stops.forEach(each => each()); this.near.stop(); this.is_due = true; }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement!;
    const ratio = devicePixelRatio || 1;
    if (width === 0 || height === 0) return;
    const was = this.view;
    this.view = { width, height };
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    if (was.width === 0) { if (this.scene) this.go(this.first_camera(), false); }
    // What one looks at stays where it is; but what is selected does not end up under a panel.
    else if (this.selected && this.scene) this.show(this.selected);
    this.draw();  // a canvas that was resized is empty: not one frame without
  }

  /// Another scene; what is focused stays where it is on the screen, then flies to its place.  With the same
  /// `question` nothing is moved.
  set_scene(scene: Scene, over: Overlay, question: string, box = -1): void {
    const before = this.scene;
    const is_same = before !== null && this.question === question;
    this.question = question;
    const anchor = before && over.focus >= 0 && before.catalog === scene.catalog ? before.node_of[over.focus]! : -1;
    const from = anchor >= 0 ? this.on_screen(anchor) : null;
    this.scene = scene;
    this.over = over;
    this.planner = new Planner(scene);
    this.texts = new TextCache(scene, () => this.status_now(), () => this.tally, key => this.near.get(key));
    if (before?.catalog !== scene.catalog) this.codes = new Codes(scene.catalog.size);
    const { of } = this.codes;
    this.tally = scene.boxes ? tally_of(of, scene.boxes.of_rank, scene.boxes.size) : new Uint32Array();
    this.tile_tally = scene.tiles ? tally_of(of, scene.tiles.of_rank, scene.tiles.size) : new Uint32Array();
    this.node_codes = scene.kind === 'all' ? of : new Uint8Array(scene.size).fill(code.never);
    this.is_stale = true;
    this.hovered = null;
    this.plan = null;
    this.select(null);
    if (this.view.width === 0) return;
    if (is_same) { this.request(); return; }
    if (performance.now() < this.settled_at) this.settled_at = performance.now() + settle_ms;
    const goal = box >= 0 ? this.box_camera(box) : this.first_camera();
    const to = over.focus >= 0 ? scene.node_of[over.focus]! : -1;
    if (from && to >= 0) {
      const k = this.camera.k;
      this.camera = { k, x: scene.x[to]! + scene.w[to]! / 2 - from.x / k, y: scene.y[to]! + scene.h[to]! / 2 - from.y / k };
      this.go(goal, true);
    } else this.go(goal, false);
  }
  set_over(over: Overlay): void { this.over = over; this.request(); }

  private status_now(): Status | null { return status.peek(); }
  private on_screen(node: number): { x: number; y: number } {
    const { scene, camera } = this;
    return { x: (scene!.x[node]! + scene!.w[node]! / 2 - camera.x) * camera.k, y: (scene!.y[node]! + scene!.h[node]! / 2 - camera.y) * camera.k };
  }
  private first_camera(): Camera {
    const scene = this.scene!;
    const whole = fitted(scene.area, this.view, scene.kind === 'overview' ? 2 : 1, Math.min(32, this.view.width / 16));
    this.k_fit = whole.k;
    const focus = this.over.focus >= 0 ? scene.node_of[this.over.focus]! : -1;
    if (focus < 0 || whole.k >= readable) return whole;
    return filled(this.node_camera(focus, scene.kind === 'all' ? 0.8 : readable + 0.15), scene.area, this.view);
  }
  private node_camera(node: number, k: number): Camera {
    const scene = this.scene!;
    return centred(scene.x[node]! + scene.w[node]! / 2, scene.y[node]! + scene.h[node]! / 2, k, this.view);
  }
  private box_camera(box: number): Camera {
    const boxes = this.scene!.boxes!;
    this.first_camera();
    return fitted({ x: boxes.x[box]!, y: boxes.y[box]!, width: boxes.w[box]!, height: boxes.h[box]! }, this.view, 1);
  }

  go(to: Camera, is_flown: boolean): void {
    if (!is_flown || matchMedia('(prefers-reduced-motion: reduce)').matches) { this.flight = null; this.camera = to; } else this.flight = { from: this.camera, to, began: performance.now() };
    this.request();
  }
  fit(): void {
    if (!this.scene) return;
    this.go(fitted(this.scene.area, this.view, this.scene.kind === 'overview' ? 2 : 1), true);
  }
  zoom(factor: number, x = this.view.width / 2, y = this.view.height / 2): void {
    if (!this.scene || performance.now() < this.settled_at) return;
    this.flight = null;
    this.camera = zoomed(this.camera, factor, x, y, Math.min(this.k_fit * 0.6, 0.3));
    this.keep();
    if (factor > 1 && this.scene.kind === 'overview') this.look_deep();
  }
  pan(dx: number, dy: number): void {
    this.flight = null;
    this.camera = panned(this.camera, dx, dy);
    this.keep();
  }
  private keep(): void {
    if (this.scene) this.camera = held(this.camera, this.scene.area, this.view);
    this.request();
  }
  private look_deep(): void {
    const { scene, view, camera } = this;
    const found = hit(scene!, this.plan ?? { level: 0 } as FramePlan, camera, this.over.closed, view.width / 2, view.height / 2);
    if (found?.kind !== 'box') return;
    const { boxes } = scene!;
    if (boxes!.group[found.box]! < 0 || boxes!.w[found.box]! * camera.k < view.width * 0.6) return;
    this.settled_at = performance.now() + settle_ms;
    this.on_deep?.(found.box);
  }
  /// So that it can be read, and moves no more than it must.
  show(pick: Pick, is_centred = false): void {
    if (!this.scene) return;
    if (pick.kind === 'box') {
      const boxes = this.scene.boxes!;
      if (is_centred) this.go(fitted({ x: boxes.x[pick.box]!, y: boxes.y[pick.box]!, width: boxes.w[pick.box]!, height: boxes.h[pick.box]! }, this.view, Math.max(this.camera.k, this.k_fit * 3), 80), true);
      else this.bring_in(boxes.x[pick.box]!, boxes.y[pick.box]!, boxes.w[pick.box]!, boxes.h[pick.box]!);
      return;
    }
    const { node } = pick;
    if (is_centred || this.camera.k < 0.15) this.go(this.node_camera(node, Math.max(0.8, Math.min(1.2, this.camera.k))), true);
    else this.bring_in(this.scene.x[node]!, this.scene.y[node]!, this.scene.w[node]!, this.scene.h[node]!);
  }
  private bring_in(x: number, y: number, w: number, h: number): void {
    const camera = this.flight?.to ?? this.camera, { view } = this;
    const pad = 40 / camera.k;
    const shift = (at: number, size: number, from: number, room: number) => at - pad < from ? at - pad - from : at + size + pad > from + room ? at + size + pad - from - room : 0;
    const dx = shift(x, w, camera.x, view.width / camera.k), dy = shift(y, h, camera.y, view.height / camera.k);
    if (dx !== 0 || dy !== 0) this.go({ k: camera.k, x: camera.x + dx, y: camera.y + dy }, true);
  }

  select(pick: Pick | null): void {
    this.selected = pick;
    this.cone = pick?.kind === 'node' && this.scene && this.scene.size > 0 ? cone_of(this.scene, pick.node) : null;
    this.links = pick?.kind === 'box' && this.scene ? links_of(this.scene, pick.box) : [];
    this.request();
  }
  hover(pick: Pick | null): void {
    const name = (each: Pick | null) => each ? each.kind + (each.kind === 'node' ? each.node : each.box) : '';
    if (name(pick) === name(this.hovered)) return;
    this.hovered = pick;
    this.request();
  }
  pick(x: number, y: number): Pick | null {
    return this.scene && this.plan ? hit(this.scene, this.plan, this.camera, this.over.closed, x, y) : null;
  }
  /// Where a thing is on the screen, for what is laid over it.
  rectangle(pick: Pick): { x: number; y: number; width: number; height: number } {
    const from = pick.kind === 'node' ? this.scene! : this.scene!.boxes!;
    const i = pick.kind === 'node' ? pick.node : pick.box;
    const { camera } = this;
    return { x: (from.x[i]! - camera.x) * camera.k, y: (from.y[i]! - camera.y) * camera.k, width: from.w[i]! * camera.k, height: from.h[i]! * camera.k };
  }
  get colors(): Look { return this.look; }
  get tile_states(): Uint32Array { return this.tile_tally; }

  request(): void {
    if (this.is_due) return;
    this.is_due = true;
    requestAnimationFrame(() => { this.is_due = false; this.draw(); });
  }

  private read_states(): void {
    const now = this.status_now(), scene = this.scene!;
    this.is_stale = false;
    // Ranks of another catalog: what is known stays until its layout is there.
    if (!now || scene.catalog !== catalog.peek() || now.data.length !== scene.catalog.size) return;
    const { boxes, tiles } = scene, { of } = this.codes;
    this.codes.update(now, (rank, before) => {
      if (boxes) move_tally(this.tally, boxes.of_rank[rank]!, before, of[rank]!);
      if (tiles) move_tally(this.tile_tally, tiles.of_rank[rank]!, before, of[rank]!);
      this.texts!.forget_state(scene.node_of[rank]!);
    });
    if (scene.kind !== 'all') this.node_codes = Uint8Array.from(scene.rank, (rank, node) => scene.stack?.[node]?.reduce((worst, each) => Math.min(worst, of[each]!), code.ok) ?? of[rank]!);
    this.on_states?.();
  }

  draw(): void {
    const { scene, planner, view } = this;
    if (!scene || !planner || view.width === 0) {
      this.ctx.fillStyle = this.look.surface_2;
      this.ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
      return;
    }
    if (this.flight) {
      const t = Math.min(1, (performance.now() - this.flight.began) / flight_ms);
      this.camera = t < 1 ? between(this.flight.from, this.flight.to, t, view) : this.flight.to;
      if (t < 1) this.request();
      else this.flight = null;
    }
    if (this.is_stale) this.read_states();
    const node_of = (pick: Pick | null) => pick?.kind === 'node' ? pick.node : -1;
    const box_of = (pick: Pick | null) => pick?.kind === 'box' ? pick.box : -1;
    const { over } = this;
    this.plan = planner.plan(this.camera, view, { selected: node_of(this.selected), hovered: node_of(this.hovered), cone: this.cone, closed: over.closed });
    paint({
      ctx: this.ctx, scene, plan: this.plan, camera: this.camera, view, look: this.look,
      codes: this.node_codes, tally: this.tally, tile_tally: this.tile_tally,
      selected: node_of(this.selected), hovered: node_of(this.hovered), focus: over.focus >= 0 ? scene.node_of[over.focus]! : -1,
      selected_box: box_of(this.selected), hovered_box: box_of(this.hovered), closed: over.closed, links: this.links,
      tint: over.tint, marks: over.marks, matches: over.matches, box_matches: over.box_matches, texts: this.texts!,
    }, devicePixelRatio || 1);
    this.want_near(scene);
    this.on_frame?.();
  }
  /// What is near enough to be read in full, without stacks.
  private want_near(scene: Scene): void {
    const { plan } = this, now = this.status_now();
    const close = plan?.level === 4 ? plan.nodes.filter(node => is_near(scene.h[node]! * this.camera.k) && !scene.stack?.[node]) : [];
    this.near.want(close.map(node => ({ key: scene.catalog.key(scene.rank[node]!), mark: `${scene.catalog.columns.sequence} ${now?.updated_at[scene.rank[node]!]} ${this.node_codes[node]}` })));
  }
}
