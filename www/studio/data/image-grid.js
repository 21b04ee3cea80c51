// @ts-check
import { html } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { classNames } from '../projects.js';
import { drawSample } from '../samples.js';
import { studio } from '../state.js';

const cellWidth = 84;
const cellHeight = 96;
/** Rows of cells kept above and below what is seen. */
const margin = 2;

/** Every image with its label; only the ones in sight are fetched and drawn. */
class DojoImages extends Part {
  static properties = { top: { state: true }, size: { state: true } };

  /** @type {Map<number, {sample: any, label: number}>} */
  #known = new Map();
  /** @type {any} the data that #known belongs to */
  #source = null;
  #watch = new ResizeObserver(([{ contentRect }]) => { this.size = { width: contentRect.width, height: contentRect.height }; });

  constructor() {
    super();
    this.top = 0;
    this.size = { width: 600, height: 500 };
  }

  firstUpdated() {
    const scroller = this.querySelector('.image-scroll');
    if (scroller) this.#watch.observe(scroller);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  render() {
    const { project } = studio;
    if (!project) return html``;
    const { recipe, sources } = project;
    const images = sourceOf(sources, recipe.features);
    if (this.#source !== images) {
      this.#source = images;
      this.#known.clear();
    }
    const { rows } = images;
    const across = Math.max(1, Math.floor(this.size.width / cellWidth));
    const first = Math.max(0, Math.floor(this.top / cellHeight) - margin) * across;
    const last = Math.min(rows, (Math.ceil((this.top + this.size.height) / cellHeight) + margin) * across);
    const cells = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    const names = classNames(project);
    return html`
      <p class="muted">${t('data.images', { n: rows })}</p>
      <div class="image-scroll" tabindex="0" aria-label=${t('data.samples')} @scroll=${(/** @type {Event} */ event) => { this.top = /** @type {Element} */ (event.target).scrollTop; }}>
        <div class="image-space" style="block-size:${Math.ceil(rows / across) * cellHeight}px">
          ${cells.map((row) => {
            const label = this.#known.get(row)?.label;
            return html`<figure style="inset-inline-start:${(row % across) * cellWidth}px;inset-block-start:${Math.floor(row / across) * cellHeight}px">
              <canvas data-row=${row} width="28" height="28" aria-label=${t('data.row', { n: formatNumber(row + 1) })}></canvas>
              <figcaption>${label === undefined ? '' : names[label] ?? label}</figcaption></figure>`;
          })}
        </div>
      </div>`;
  }

  updated() {
    for (const canvas of this.querySelectorAll('canvas')) this.#draw(canvas);
  }

  /** @param {HTMLCanvasElement} canvas */
  async #draw(canvas) {
    const row = Number(canvas.dataset.row);
    if (canvas.dataset.drawn === String(row)) return;
    const known = this.#known.get(row) ?? await this.#fetch(row);
    if (!known || canvas.dataset.row !== String(row)) return;
    drawSample(canvas, known.sample);
    canvas.dataset.drawn = String(row);
  }

  /** @param {number} row */
  async #fetch(row) {
    const { project } = studio;
    if (!project) return null;
    const images = this.#source;
    const [sample, label] = await Promise.all([images.sample(row), sourceOf(project.sources, project.recipe.label).sample(row)]);
    if (images !== this.#source) return null;
    const known = { sample, label: Number(label.data[0]) };
    this.#known.set(row, known);
    this.requestUpdate();
    return known;
  }
}
customElements.define('dojo-images', DojoImages);

/** @param {any[]} sources @param {{source: string}} place */
const sourceOf = (sources, { source }) => sources.find(({ name }) => name === source) ?? sources[0];
