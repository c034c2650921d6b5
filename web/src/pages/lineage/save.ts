// Writes what is shown into a file.
import { catalog } from '../../store/catalog';
import { status } from '../../store/status';
import { tell } from '../../ui/toast';
import { code, code_of } from './codes';
import { crowd, type Scene } from './scene';
import { csv_of, drawn_of, mermaid_of, mermaid_of_groups, picture_of, png_of, save_file, svg_of, svg_of_groups } from './export';
import type { GraphView } from './graph_view';
import { leaf_of } from './names';
import { box_name, TextCache } from './texts';
import { look_of } from './theme';
import { csv } from '../catalog/csv';
import { lineage_words } from './words';

export type Format = 'svg' | 'png' | 'mermaid' | 'csv';
const types: Record<Format, [string, string]> = { svg: ['svg', 'image/svg+xml'], png: ['png', 'image/png'], mermaid: ['mmd', 'text/plain'], csv: ['csv', 'text/csv'] };

/// `graph` is null while the list is shown.
export async function save(what: Format, scene: Scene, graph: GraphView | null, subject: string): Promise<void> {
  const now = status.peek(), known = catalog.peek()!;
  if (!now || scene.catalog !== known) return;
  const [ending, type] = types[what];
  const put = (content: Blob | string | null) => { if (content) save_file(`${leaf_of(subject)}.${ending}`, content instanceof Blob ? content : new Blob([content], { type })); };
  const look = look_of(document.querySelector<HTMLElement>('.lineage')!);
  if (what === 'csv') { put(scene.kind === 'overview' ? csv(known.columns.key.keys(), known, now) : csv_of(scene, known, now)); return; }
  if (scene.kind === 'overview' || (graph?.plan?.level === 0 && scene.boxes)) {
    const name = (box: number) => box_name(scene, box);
    if (what === 'mermaid') put(mermaid_of_groups(scene, name));
    else if (what === 'svg') put(svg_of_groups(scene, look, name));
    else { const canvas = document.querySelector<HTMLCanvasElement>('.lineage-canvas canvas'); if (canvas) put(await picture_of(canvas)); }
    return;
  }
  const drawn = drawn_of(scene, graph?.plan?.nodes ?? [...scene.rank.keys()], crowd);
  if (drawn.is_cut) tell(lineage_words.value.too_much(drawn.nodes.length));
  const texts = new TextCache(scene, () => now, () => new Uint32Array());
  const codes = Uint8Array.from(scene.rank, (rank, node) => scene.stack?.[node]?.reduce((worst, each) => Math.min(worst, code_of(now, each)), code.ok) ?? code_of(now, rank));
  if (what === 'svg') put(svg_of(drawn, codes, look, texts.name, texts.state));
  else if (what === 'mermaid') put(mermaid_of(drawn, codes, texts.name));
  else put(await png_of(drawn, {
    look, codes, tally: new Uint32Array(), tile_tally: new Uint32Array(), selected: -1, hovered: -1, focus: -1, selected_box: -1, hovered_box: -1, closed: new Set(), links: [],
    tint: null, marks: null, matches: null, box_matches: null, texts,
  }));
}
