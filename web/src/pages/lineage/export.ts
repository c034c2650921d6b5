// What is shown, as a file: a picture, a diagram's text, or a table.
import type { Catalog } from '../../store/catalog';
import type { Status } from '../../store/status';
import { csv } from '../catalog/csv';
import { drawings } from './codes';
import type { Edge, FramePlan } from './detail';
import { path_of } from './layout_data';
import { shortened } from './names';
import { paint, mono_width, type Frame } from './paint';
import { ends_of, members_of, type Scene } from './scene';
import type { Look } from './theme';

export interface Drawn { scene: Scene; nodes: number[]; edges: Edge[] }

/// All of a part; of a large graph at most `most` nodes of those in view.
export function drawn_of(scene: Scene, in_view: readonly number[], most: number): Drawn & { is_cut: boolean } {
  const all = scene.size <= most ? Array.from({ length: scene.size }, (_, node) => node) : in_view.slice(0, most);
  const is_in = new Uint8Array(scene.size);
  for (const node of all) is_in[node] = 1;
  const edges: Edge[] = [];
  for (const from of all) {
    for (let place = scene.down.begin[from]!; place < scene.down.begin[from + 1]!; ++place) if (is_in[scene.down.items[place]!]) edges.push({ from, to: scene.down.items[place]!, place });
  }
  return { scene, nodes: all, edges, is_cut: all.length < scene.size };
}
function area_of(scene: Scene, nodes: number[]): { x: number; y: number; width: number; height: number } {
  let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
  for (const node of nodes) {
    x0 = Math.min(x0, scene.x[node]!); y0 = Math.min(y0, scene.y[node]!);
    x1 = Math.max(x1, scene.x[node]! + scene.w[node]!); y1 = Math.max(y1, scene.y[node]! + scene.h[node]!);
  }
  return nodes.length ? { x: x0 - 24, y: y0 - 24, width: x1 - x0 + 48, height: y1 - y0 + 48 } : { x: 0, y: 0, width: 48, height: 48 };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/// The shapes of ui/status.tsx, in a square of 16.
const shapes: Record<string, (color: string, surface: string) => string> = {
  ok: color => `<circle cx="8" cy="8" r="4" fill="${color}"/>`,
  failed: (color, surface) => `<rect x="1" y="1" width="14" height="14" rx="2" fill="${color}"/><path d="m5 5 6 6m0-6-6 6" stroke="${surface}" stroke-width="2"/>`,
  late: color => `<circle cx="8" cy="8" r="6" fill="none" stroke="${color}" stroke-width="2"/><path d="M8 2a6 6 0 0 1 0 12z" fill="${color}"/>`,
  running: color => `<path d="M8 2a6 6 0 1 1-6 6" fill="none" stroke="${color}" stroke-width="2"/>`,
  waiting: color => `<circle cx="8" cy="8" r="6" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="2.4 2.3"/>`,
  never: color => `<circle cx="8" cy="8" r="6" fill="none" stroke="${color}" stroke-width="1.5"/>`,
  off: color => `<path d="M3 8h10" stroke="${color}" stroke-width="2"/>`,
};

export function svg_of({ scene, nodes, edges }: Drawn, codes: Uint8Array, look: Look, name: (node: number) => string, state: (node: number) => string): string {
  const area = area_of(scene, nodes);
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${area.width}" height="${area.height}" viewBox="${area.x} ${area.y} ${area.width} ${area.height}">`,
    `<rect x="${area.x}" y="${area.y}" width="${area.width}" height="${area.height}" fill="${look.surface}"/>`, `<g fill="none" stroke="${look.control}">`];
  for (const { from, to, place } of edges) {
    const edge = scene.edge ? scene.edge[place]! : -1;
    const ends = ends_of(scene, from, to);
    const points = edge >= 0 && scene.points![edge]!.length > 0 ? scene.points![edge]! : [ends.x0, ends.y0, ends.x1, ends.y1];
    out.push(`<path d="${path_of(points)}"${edge >= 0 && scene.back![edge] ? ' stroke-dasharray="5 4"' : ''}/>`);
  }
  out.push('</g>');
  for (const node of nodes) {
    const x = scene.x[node]!, y = scene.y[node]!, w = scene.w[node]!, h = scene.h[node]!;
    const drawing = drawings[codes[node]!]!, color = look.states[codes[node]!]!;
    const is_many = scene.stack?.[node] != null;
    out.push(`<g><title>${escaped(scene.catalog.key(scene.rank[node]!))}</title><rect x="${x}" y="${y}" width="${w}" height="${h}" rx="4" fill="${look.surface}" stroke="${drawing === 'failed' ? look.failed : look.control}"${is_many ? ' stroke-dasharray="4 3"' : ''}/>`,
      `<svg x="${x + 7}" y="${y + h * 0.3 - 7}" width="14" height="14" viewBox="0 0 16 16">${shapes[drawing]!(color, look.surface)}</svg>`,
      `<text x="${x + 26}" y="${y + h * 0.3 + 4}" font-family="monospace" font-size="12" fill="${look.text}">${escaped(shortened(name(node), Math.floor((w - 32) / (12 * mono_width))))}</text>`,
      `<text x="${x + 8}" y="${y + h * 0.75 + 4}" font-family="sans-serif" font-size="11" fill="${look.text_2}">${escaped(shortened(state(node), Math.floor((w - 14) / 5.7)))}</text></g>`);
  }
  out.push('</svg>');
  return out.join('\n') + '\n';
}

export function svg_of_groups(scene: Scene, look: Look, name: (box: number) => string): string {
  const { boxes, bundles, area } = scene;
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${area.width}" height="${area.height}" viewBox="0 0 ${area.width} ${area.height}">`, `<rect width="${area.width}" height="${area.height}" fill="${look.surface}"/>`];
  bundles.from.forEach((from, i) => {
    const to = bundles.to[i]!;
    const points = [boxes!.x[from]! + boxes!.w[from]!, boxes!.y[from]! + boxes!.h[from]! / 2, boxes!.x[to]!, boxes!.y[to]! + boxes!.h[to]! / 2];
    out.push(`<path d="${path_of(points)}" fill="none" stroke="${look.control}" stroke-width="${(0.6 + Math.log2(1 + bundles.weight[i]!) * 0.7).toFixed(1)}"${bundles.back[i] ? ' stroke-dasharray="5 4"' : ''}/>`);
  });
  for (let box = 0; box < boxes!.size; ++box) {
    const x = boxes!.x[box]!, y = boxes!.y[box]!, w = boxes!.w[box]!, h = boxes!.h[box]!;
    out.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" fill="${look.surface}" stroke="${look.control}"/>`,
      `<text x="${x + 8}" y="${y + h / 2 + 4}" font-family="sans-serif" font-size="12" fill="${look.text}">${escaped(shortened(`${name(box)} (${boxes!.count[box]})`, Math.floor((w - 14) / 6.4)))}</text>`);
  }
  out.push('</svg>');
  return out.join('\n') + '\n';
}

const side_max = 8000;  ///< Browsers refuse larger canvases.
/// As on the screen, with all names.
export function png_of({ scene, nodes, edges }: Drawn, frame: Omit<Frame, 'ctx' | 'plan' | 'camera' | 'view' | 'scene'>): Promise<Blob | null> {
  const area = area_of(scene, nodes);
  const k = Math.min(1, side_max / area.width, side_max / area.height);
  const ratio = Math.max(1, Math.min(2, Math.floor(side_max / (Math.max(area.width, area.height) * k))));
  const view = { width: Math.ceil(area.width * k), height: Math.ceil(area.height * k) };
  const canvas = document.createElement('canvas');
  canvas.width = view.width * ratio;
  canvas.height = view.height * ratio;
  const plan: FramePlan = { level: k < 0.4 ? 2 : 3, nodes, boxes: [], tiles: [], edges, strong: [], stubs: [], labels: new Set(nodes) };
  paint({ ...frame, ctx: canvas.getContext('2d', { alpha: false })!, scene, plan, camera: { x: area.x, y: area.y, k }, view }, ratio);
  return new Promise(done => canvas.toBlob(done, 'image/png'));
}

/// The canvas as it is, of groups.
export const picture_of = (canvas: HTMLCanvasElement): Promise<Blob | null> => new Promise(done => canvas.toBlob(done, 'image/png'));

export function mermaid_of({ nodes, edges }: Drawn, codes: Uint8Array, name: (node: number) => string): string {
  const text = (each: string) => each.replaceAll('"', '#quot;');
  const lines = ['flowchart LR', ...nodes.map(node => `  n${node}["${text(name(node))}"]:::${drawings[codes[node]!]}`), ...edges.map(({ from, to }) => `  n${from} --> n${to}`),
    '  classDef failed stroke:#9f1d0b,stroke-width:2px', '  classDef late stroke:#b0741a', '  classDef running stroke:#1b46d0', '  classDef waiting stroke:#1b46d0,stroke-dasharray:3 2',
    '  classDef never stroke:#4b515b', '  classDef off stroke:#4b515b', '  classDef ok stroke:#0f807a'];
  return lines.join('\n') + '\n';
}
export function mermaid_of_groups(scene: Scene, name: (box: number) => string): string {
  const { boxes, bundles } = scene;
  const lines = ['flowchart LR', ...[...boxes!.count.keys()].map(box => `  g${box}["${name(box).replaceAll('"', '#quot;')} (${boxes!.count[box]})"]`)];
  bundles.from.forEach((from, i) => lines.push(`  g${from} -->|${bundles.weight[i]}| g${bundles.to[i]}`));
  return lines.join('\n') + '\n';
}

/// Of all its assets, however many.
export const csv_of = (scene: Scene, catalog: Catalog, status: Status): string => csv([...scene.rank.keys()].flatMap(node => members_of(scene, node)), catalog, status);

export function save_file(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
