// @ts-check
import { css, html } from 'lit';
import { base, DojoElement } from '../../charts/element.js';
import { figure } from '../../charts/scale.js';
import { t } from '../../i18n/index.js';

/**
 * @typedef {{kind: 'image', shape: number[], data: ArrayLike<number>}} ImageSample  bytes, or floats of 0..1
 * @typedef {{kind: 'row', values: Record<string, any>}} RowSample
 * @typedef {{kind: 'text', text: string}} TextSample
 * @typedef {ImageSample|RowSample|TextSample} Sample
 */

/** One sample as it is: picture, sentence or values. Property: `sample`. */
export class DojoSample extends DojoElement {
  static properties = { sample: { attribute: false } };

  constructor() {
    super();
    /** @type {Sample|null} */
    this.sample = null;
  }

  updated() {
    const canvas = this.renderRoot.querySelector('canvas');
    if (canvas && this.sample?.kind === 'image') paint(canvas, this.sample);
  }

  render() {
    const { sample } = this;
    if (!sample) return html`<span class="wait"></span>`;
    if (sample.kind === 'image') return html`<canvas></canvas>`;
    if (sample.kind === 'text') return html`<q>${sample.text}</q>`;
    return html`<dl>${Object.entries(sample.values).map(([name, value]) => html`
      <div><dt>${name}</dt><dd>${typeof value === 'number' && !Number.isInteger(value) ? figure(value) : value ?? '–'}</dd></div>`)}</dl>`;
  }

  static styles = [base, css`
    :host { display: block; min-width: 0; }
    canvas { width: var(--sample-size, 64px); height: var(--sample-size, 64px); image-rendering: pixelated; border-radius: 4px; display: block; }
    q {
      display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: var(--sample-lines, none);
      overflow: hidden; overflow-wrap: anywhere;
    }
    .wait { display: block; width: 64px; height: 20px; border-radius: 4px; background: var(--dojo-sunk); }
    dl { display: flex; flex-wrap: wrap; gap: 0 12px; margin: 0; font-size: 13px; font-variant-numeric: tabular-nums; }
    dl div { display: flex; gap: 4px; }
    dt { color: var(--dojo-muted); }
    dd { margin: 0; }
  `];
}
customElements.define('dojo-sample', DojoSample);

/**
 * Grey (h, w) or (h, w, 1), or RGB (h, w, 3).
 * @param {HTMLCanvasElement} canvas
 * @param {ImageSample} sample
 */
function paint(canvas, { shape, data }) {
  const [height, width, channels = 1] = shape;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const scale = data instanceof Uint8Array || data instanceof Uint8ClampedArray ? 1 : 255;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = data[i * channels + (channels < 3 ? 0 : c)] * scale;
    image.data[i * 4 + 3] = 255;
  }
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).putImageData(image, 0, 0);
}

/**
 * The likeliest classes as bars.
 * @param {number[]} probabilities
 * @param {string[]} classes
 * @param {{most?: number, truth?: number|null}} [options]
 */
export function classBars(probabilities, classes, { most = 3, truth = null } = {}) {
  const order = probabilities.map((_, k) => k).sort((a, b) => probabilities[b] - probabilities[a]).slice(0, most);
  return html`<ul class="bars">${order.map((k) => html`
    <li class=${k === truth ? 'truth' : ''}><span class="class">${classes[k] ?? k}${k === truth ? ' ✓' : ''}</span>
      <span class="track"><span style="width: ${probabilities[k] * 100}%"></span></span>
      <span class="number">${probabilities[k].toFixed(2)}</span></li>`)}</ul>`;
}

export const barStyles = css`
  .bars { display: grid; gap: 2px; min-width: 0; }
  .bars li { display: grid; grid-template-columns: minmax(56px, 1fr) minmax(40px, 1.4fr) 32px; align-items: center; gap: 8px; font-size: 12px; line-height: 18px; }
  .bars .class { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .bars .truth .class { color: var(--dojo-good); font-weight: 600; }
  .bars .track { height: 6px; border-radius: 3px; background: var(--dojo-sunk); overflow: hidden; }
  .bars .track span { display: block; height: 100%; border-radius: 3px; background: var(--dojo-muted); }
  .bars li:first-child .track span { background: var(--dojo-accent); }
  .bars .number { text-align: end; font-variant-numeric: tabular-nums; }
`;

/**
 * A list of rows with what the model said of each.
 * Properties: `rows` (row numbers), `sample` (i → Promise<Sample>),
 * `describe` (i → {probabilities, truth} | {truth, predicted}), `classes`, `unit`, `most` (how many at first).
 */
export class DojoSamples extends DojoElement {
  static properties = {
    rows: { attribute: false },
    sample: { attribute: false },
    describe: { attribute: false },
    classes: { attribute: false },
    unit: {},
    most: { type: Number },
    shown: { state: true },
    loaded: { state: true },
  };

  constructor() {
    super();
    /** @type {number[]} */
    this.rows = [];
    /** @type {((i: number) => Promise<Sample>)|null} */
    this.sample = null;
    /** @type {(i: number) => {truth: number, probabilities?: number[], predicted?: number}} */
    this.describe = () => ({ truth: 0 });
    /** @type {string[]} */
    this.classes = [];
    this.unit = '';
    this.most = 8;
    this.shown = 0;
    /** @type {Map<number, Sample>} */
    this.loaded = new Map();
  }

  /** @param {Map<string, any>} changed */
  willUpdate(changed) {
    if (changed.has('sample')) this.loaded = new Map();
    if (changed.has('rows') || changed.has('sample')) this.shown = this.most;
    for (const i of this.rows.slice(0, this.shown)) if (!this.loaded.has(i)) this.#load(i);
  }

  /** @param {number} i */
  async #load(i) {
    const { loaded, sample } = this;
    if (!sample) return;
    const found = await sample(i).catch(() => null);
    // Another run's rows may have come meanwhile.
    if (!found || loaded !== this.loaded) return;
    loaded.set(i, found);
    this.requestUpdate();
  }

  render() {
    return html`
      <ul class="rows">${this.rows.slice(0, this.shown).map((i) => this.#row(i))}</ul>
      ${this.rows.length > this.shown ? html`
        <button class="link small" data-testid="more-samples" @click=${() => { this.shown += 24; }}>${t('results.more')}</button>` : ''}`;
  }

  /** @param {number} i */
  #row(i) {
    const sample = this.loaded.get(i) ?? null;
    const { truth, probabilities, predicted } = this.describe(i);
    return html`<li class=${sample?.kind ?? ''} data-testid="sample">
      <dojo-sample .sample=${sample}></dojo-sample>
      ${!probabilities ? html`<span class="said number">${figure(truth)} → <b>${figure(predicted)}</b> ${this.unit}</span>`
        : sample?.kind === 'text' && probabilities.length === 2 ? html`<span class="said number">${probabilities[1].toFixed(2)}</span>`
          : classBars(probabilities, this.classes, { truth })}</li>`;
  }

  static styles = [base, barStyles, css`
    .rows { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 0 24px; }
    li[data-testid] { display: flex; align-items: center; gap: 12px; padding: 8px 0; border-bottom: 1px solid var(--dojo-line); }
    li.text { grid-column: 1 / -1; justify-content: space-between; align-items: baseline; }
    li.row { grid-column: 1 / -1; flex-wrap: wrap; justify-content: space-between; }
    li.row dojo-sample { flex: 1 1 220px; }
    li .bars { flex: 1; }
    .said { flex: none; color: var(--dojo-muted); }
    .said b { color: var(--dojo-text); font-weight: 600; }
    .link { margin-top: 8px; }
  `];
}
customElements.define('dojo-samples', DojoSamples);
