// @ts-check
import { css, html } from 'lit';
import { base, DojoElement } from '../../charts/element.js';
import { t } from '../../i18n/index.js';
import './words.js';

const PAD = 224;

/**
 * A pad to draw a digit on. Event: `drawn` {sample}: grey bytes, white on
 * black, made as MNIST's were: the strokes fitted into a box of 20/28 of the
 * side, their centre of mass in the middle. Property: `size` (28).
 */
export class DojoDrawPad extends DojoElement {
  static properties = { size: { type: Number }, empty: { state: true } };

  constructor() {
    super();
    this.size = 28;
    this.empty = true;
    this.drawing = false;
  }

  get #canvas() { return /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector('canvas')); }
  get #ctx() { return /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d', { willReadFrequently: true })); }

  /** @param {PointerEvent} event @param {boolean} start */
  #stroke(event, start) {
    if (start) {
      this.drawing = true;
      this.#canvas.setPointerCapture(event.pointerId);
      this.#ctx.beginPath();
    }
    if (!this.drawing) return;
    event.preventDefault();
    const scale = PAD / this.#canvas.clientWidth;
    const ctx = this.#ctx;
    Object.assign(ctx, { lineWidth: 22, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' });
    ctx.lineTo(event.offsetX * scale, event.offsetY * scale);
    ctx.stroke();
    this.empty = false;
  }

  #lift() {
    if (!this.drawing) return;
    this.drawing = false;
    const data = centred(this.#canvas, this.size);
    if (data) this.emit('drawn', { sample: { kind: 'image', shape: [this.size, this.size], data } });
  }

  clear() {
    this.#ctx.clearRect(0, 0, PAD, PAD);
    this.empty = true;
  }

  render() {
    return html`
      <div class="pad">
        <canvas width=${PAD} height=${PAD} aria-label=${t('try.drawHint')} data-testid="draw-pad"
          @pointerdown=${(/** @type {PointerEvent} */ e) => this.#stroke(e, true)}
          @pointermove=${(/** @type {PointerEvent} */ e) => this.#stroke(e, false)}
          @pointerup=${this.#lift} @pointercancel=${this.#lift}></canvas>
        ${this.empty ? html`<span class="hint">${t('try.drawHint')}</span>` : ''}
      </div>
      <button class="button" ?disabled=${this.empty} @click=${() => { this.clear(); this.emit('cleared'); }}>${t('try.clear')}</button>`;
  }

  static styles = [base, css`
    .pad { position: relative; width: ${PAD}px; max-width: 100%; margin-bottom: 8px; }
    canvas { display: block; width: 100%; aspect-ratio: 1; border-radius: var(--dojo-radius-card, 8px); background: #000; cursor: crosshair; touch-action: none; }
    .hint { position: absolute; inset: auto 16px 16px; color: #bbb; font-size: 12px; text-align: center; pointer-events: none; }
    .button:disabled { opacity: .5; cursor: default; }
  `];
}
customElements.define('dojo-draw-pad', DojoDrawPad);

/**
 * @param {HTMLCanvasElement} source
 * @param {number} size
 * @returns {Uint8Array|null} null if nothing is drawn
 */
function centred(source, size) {
  const { width, height } = source;
  const drawn = pixels(source);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!drawn[(y * width + x) * 4 + 3]) continue;
      left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
  }
  if (right < 0) return null;
  const [w, h] = [right - left + 1, bottom - top + 1];
  const scale = (size * 20) / 28 / Math.max(w, h);
  const target = document.createElement('canvas');
  target.width = target.height = size;
  const ctx = /** @type {CanvasRenderingContext2D} */ (target.getContext('2d', { willReadFrequently: true }));
  ctx.imageSmoothingQuality = 'high';
  const place = (/** @type {number} */ x, /** @type {number} */ y) => {
    ctx.clearRect(0, 0, size, size);
    ctx.drawImage(source, left, top, w, h, x, y, w * scale, h * scale);
  };
  const [x, y] = [(size - w * scale) / 2, (size - h * scale) / 2];
  place(x, y);
  const mass = centreOfMass(pixels(target), size);
  place(x + size / 2 - mass.x, y + size / 2 - mass.y);
  const rgba = pixels(target);
  return Uint8Array.from({ length: size * size }, (_, i) => rgba[i * 4 + 3]);
}

/** @param {HTMLCanvasElement} canvas */
const pixels = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height).data;

/** @param {Uint8ClampedArray} rgba @param {number} size */
function centreOfMass(rgba, size) {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < size * size; i++) {
    const ink = rgba[i * 4 + 3];
    sum += ink;
    x += ink * (i % size + 0.5);
    y += ink * (Math.floor(i / size) + 0.5);
  }
  return { x: x / sum, y: y / sum };
}
