// The graph as one sees it: nodes with their state, edges, pan and zoom.
import { asset_href, drawing, el, morph, words_of } from './dom.js';
import { layout, size } from './graph.js';

const space = 16;  // around everything

export class GraphView {
  #plan = null;          // what `layout` said
  #made_of = '';         // for which assets and definitions
  #chosen = '';
  #drawn = new Map();    // key → {node, state}
  #x = 0; #y = 0; #scale = 1;
  #is_touched = false;   // by a person: then it is not fitted any more

  constructor() {
    this.scene = el('g');
    this.svg = el('svg', { class: 'graph', role: 'group', 'aria-label': 'Graph of the assets, from left to right' }, this.scene);
    this.svg.addEventListener('pointerdown', event => this.#begin_drag(event));
    this.svg.addEventListener('wheel', event => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.offsetX, event.offsetY);
    }, { passive: false });
    this.svg.addEventListener('focusin', event => this.#show(event.target.dataset.id));
    new ResizeObserver(() => this.#is_touched || this.start()).observe(this.svg);
  }

  /// Draws these assets; lays out anew only when they are others than before.
  update(assets, states, version, chosen) {
    const made_of = version + '\n' + assets.map(asset => asset.key).join('\n');
    if (made_of !== this.#made_of) {
      this.#made_of = made_of;
      this.#plan = layout(assets);
      this.#is_touched = false;
      this.#drawn.clear();
      this.scene.replaceChildren(
        el('g', {}, this.#plan.edges.map(edge => el('path', { class: 'edge', d: edge.path }))),
        el('g', {}, assets.map(asset => this.#add(asset, states.get(asset.key)))));
      this.#chosen = chosen;
      this.start();
    }
    for (const asset of assets) {
      const drawn = this.#drawn.get(asset.key);
      const state = states.get(asset.key);
      const href = asset_href(asset.key), is_chosen = asset.key === chosen;
      if (drawn.state === state && drawn.href === href && drawn.is_chosen === is_chosen) continue;
      Object.assign(drawn, { state, href, is_chosen });
      morph(drawn.node, this.#node(asset, state, is_chosen));
    }
    this.#plan.edges.forEach((edge, i) => {
      const is_near = edge.from === chosen || edge.to === chosen;
      this.scene.firstChild.children[i].setAttribute('class', is_near ? 'edge near' : 'edge');
    });
    if (chosen !== this.#chosen) this.#show(this.#chosen = chosen);
  }

  #add(asset, state) {
    const node = this.#node(asset, state, false);
    this.#drawn.set(asset.key, { node, state: null });
    return node;
  }
  #node(asset, state, is_chosen) {
    const { x, y } = this.#plan.places.get(asset.key);
    const words = words_of(state);
    let at = 10;
    const line = words.slice(0, 3).flatMap(([word, text, short = text], i) => {
      const room = Math.floor((size.width - at - 22) / 6.1);
      if (i > 0 && room < 6) return [];
      const shown = clip(short, room);
      const out = el('g', { class: 'is-' + drawing(word), transform: `translate(${at} 25)` },
        el('use', { class: 'icon', href: '#i-' + drawing(word), width: 13, height: 13 }),
        el('text', { x: 17, y: 11 }, shown));
      at += 27 + shown.length * 6.1;
      return [out];
    });
    return el('svg:a', {
      'data-id': asset.key, href: asset_href(asset.key), transform: `translate(${x} ${y})`,
      class: 'node' + (asset.external ? ' external' : '') + (is_chosen ? ' chosen' : ''),
      'aria-label': `${asset.key}, ${asset.external ? 'external, ' : ''}${words.map(([, text]) => text).join(', ')}`,
      'aria-current': is_chosen && 'true',
    },
      el('title', {}, `${asset.key}\n${words.map(([, text]) => text).join(' · ')}`),
      el('rect', { width: size.width, height: size.height, rx: asset.external ? 23 : 4 }),
      el('text', { class: 'key', x: asset.external ? 16 : 10, y: 18 }, clip(asset.key, asset.external ? 22 : 24)),
      asset.external ? el('g', { transform: 'translate(6 0)' }, line) : line);
  }

  #apply() { this.scene.setAttribute('transform', `translate(${this.#x} ${this.#y}) scale(${this.#scale})`); }
  #place(scale) {
    const { clientWidth: width, clientHeight: height } = this.svg;
    this.#scale = scale;
    this.#x = Math.max(space, (width - this.#plan.width * scale) / 2);
    this.#y = Math.max(space, (height - this.#plan.height * scale) / 2);
    this.#apply();
  }
  #whole() {
    return Math.min(1, (this.svg.clientWidth - 2 * space) / this.#plan.width,
                    (this.svg.clientHeight - 2 * space) / this.#plan.height);
  }
  /// All of it if that can be read, else a part that can be.
  start() {
    if (!this.#plan?.width || !this.svg.clientWidth) return;
    this.#place(Math.max(0.75, this.#whole()));
    this.#show(this.#chosen);
  }
  fit() {
    this.#is_touched = true;
    this.#place(Math.max(0.02, this.#whole()));
  }
  pan(x, y) {
    this.#is_touched = true;
    this.#x += x;
    this.#y += y;
    this.#apply();
  }
  zoom(factor, x = this.svg.clientWidth / 2, y = this.svg.clientHeight / 2) {
    this.#is_touched = true;
    const scale = Math.min(2, Math.max(0.05, this.#scale * factor));
    this.#x = x - (x - this.#x) * scale / this.#scale;
    this.#y = y - (y - this.#y) * scale / this.#scale;
    this.#scale = scale;
    this.#apply();
  }
  /// Moves as little as needed to have the asset in sight.
  #show(key) {
    const place = this.#plan?.places.get(key);
    if (!place) return;
    const into = (at, length, room) => Math.min(0, room - space - at - length) || Math.max(0, space - at);
    this.svg.scrollTo?.(0, 0);
    this.#x += into(this.#x + place.x * this.#scale, size.width * this.#scale, this.svg.clientWidth);
    this.#y += into(this.#y + place.y * this.#scale, size.height * this.#scale, this.svg.clientHeight);
    this.#apply();
  }
  #begin_drag(event) {
    if (event.button !== 0 || event.target.closest('.node')) return;
    let { clientX, clientY } = event;
    this.svg.setPointerCapture(event.pointerId);
    const move = now => {
      this.pan(now.clientX - clientX, now.clientY - clientY);
      ({ clientX, clientY } = now);
    };
    this.svg.addEventListener('pointermove', move);
    this.svg.addEventListener('lostpointercapture', () => this.svg.removeEventListener('pointermove', move), { once: true });
  }
}

/// The end of a key says more than its middle.
function clip(text, room) {
  if (text.length <= room) return text;
  const tail = Math.ceil((room - 1) * 0.6);
  return text.slice(0, Math.max(1, room - 1 - tail)) + '…' + text.slice(text.length - tail);
}
