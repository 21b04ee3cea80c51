// @ts-check
import uPlot from 'uplot';
import { t } from '../i18n/index.js';
import { colorOf, drawAreas, drawCursor, drawLabels, drawMarks, drawOnset, withBrush } from './draw.js';
import { epochTicks, steppedRange, valueTicks } from './scale.js';
import { valueRange } from './scene.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./palette.js').Palette} Palette
 *
 * @typedef {Object} View
 * @property {Scene} scene
 * @property {Palette} palette
 * @property {string} metric
 * @property {string} title   of the y axis, with its unit
 * @property {boolean} log
 * @property {number|null} cursor  0-based epoch of the crosshair
 */

/** From this width on run names have a gutter beside the plot. */
const WIDE = 480;

/** The curves of a Scene on one uPlot canvas; redraws at most once per frame. */
export class RunChart {
  /** @type {uPlot|null} */
  #plot = null;
  /** @type {View|null} */
  #view = null;
  #shape = '';
  #frame = 0;
  /** @type {[number, number]|null} */
  #y = null;
  /** @type {[number, number]|null} */
  #zoom = null;
  #size = { width: 0, height: 0 };

  /**
   * @param {HTMLElement} container
   * @param {(epoch: number|null) => void} moved the pointer came to a 0-based epoch, or left
   */
  constructor(container, moved) {
    this.container = container;
    this.moved = moved;
  }

  /** @param {View} view */
  show(view) {
    this.#view = view;
    this.#schedule();
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    this.#size = { width, height };
    this.#schedule();
  }

  destroy() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#plot?.destroy();
    this.#plot = null;
    this.#shape = '';
  }

  /** @returns {HTMLCanvasElement|undefined} */
  get canvas() { return this.#plot?.ctx.canvas; }

  #schedule() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  get #gutter() { return this.#size.width >= WIDE ? 92 : 14; }

  #draw() {
    this.#frame = 0;
    const view = this.#view;
    const { width, height } = this.#size;
    if (!view || width < 60 || height < 60) return;
    const { scene, metric, log } = view;
    const curves = scene.curves.map((c) => [c.run.id, c.run.series, c.split, c.focus, c.grey, c.x.length === 1]);
    const shape = JSON.stringify([curves, metric, log, this.#gutter]);
    const data = aligned(scene, log);
    if (shape !== this.#shape) {
      const fresh = JSON.parse(this.#shape || '[[],""]');
      if (fresh[1] !== metric || fresh[2] !== log) this.#y = null;
      this.#plot?.destroy();
      this.#shape = shape;
      this.#plot = new uPlot(this.#options(), data, this.container);
      this.#listen(this.#plot);
      return;
    }
    const plot = /** @type {uPlot} */ (this.#plot);
    if (plot.width !== width || plot.height !== height) plot.setSize({ width, height });
    plot.setData(data);
  }

  /** @returns {[number, number]} */
  #xRange() { return this.#zoom ?? this.#view?.scene.x ?? [0, 1]; }

  /** @returns {[number, number]} */
  #yRange() {
    const view = /** @type {View} */ (this.#view);
    const range = valueRange(view.scene, this.#xRange());
    const ceiling = /accuracy|precision|recall|auc/i.test(view.metric) ? 1 : Infinity;
    if (!range) return this.#y ?? (view.log ? [0.1, 1] : [0, 1]);
    if (view.log) {
      const [low, high] = uPlot.rangeLog(Math.max(range[0], range[1] * 1e-6, 1e-9), Math.max(range[1], 1e-8), 10, false);
      return [low ?? 0.1, high ?? 1];
    }
    this.#y = steppedRange(range[0], range[1], this.#y, ceiling);
    return this.#y;
  }

  /** @returns {uPlot.Options} */
  #options() {
    const view = () => /** @type {View} */ (this.#view);
    const { scene, log } = view();
    const font = `12px ${view().palette.font}`;
    const wide = this.#gutter > 20;
    return {
      ...this.#size,
      padding: [26, this.#gutter, 0, 0],
      legend: { show: false },
      cursor: {
        x: false, y: false, points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 6 },
        bind: { dblclick: () => () => { this.#setZoom(null); return null; } },
      },
      scales: {
        x: { time: false, range: () => this.#xRange() },
        y: { distr: log ? 3 : 1, range: () => this.#yRange() },
      },
      axes: [
        {
          stroke: () => view().palette.muted, font, size: 30, gap: 6,
          grid: { show: false }, ticks: { show: false },
          splits: (u, _, min, max) => epochTicks(min, max, Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / 52))),
          values: (_, splits) => splits.map((s, i) => (i === 0 && !wide ? `${t('plot.epoch')} ${s}` : String(s))),
        },
        {
          stroke: () => view().palette.muted, font, gap: 8, space: 44,
          size: (_, values) => 14 + 7 * Math.max(2, ...(values ?? []).map((v) => v?.length ?? 0)),
          grid: { stroke: () => view().palette.line, width: 1, ...(log && { filter: (_, splits) => splits.map((s) => (isDecade(s) ? s : null)) }) },
          ticks: { show: false },
          ...(log ? { values: (_, splits) => splits.map((s) => (isDecade(s) ? String(Number(s.toPrecision(1))) : '')) }
            : {
            splits: (u, _, min, max) => valueTicks(min, max, Math.max(2, Math.floor(u.bbox.height / devicePixelRatio / 32))),
            values: (_, splits) => splits.map((s) => tick(s, splits.length > 1 ? splits[1] - splits[0] : 1)),
          }),
        },
      ],
      series: [{}, ...scene.curves.map((curve) => ({
        stroke: () => colorOf(view().palette, curve.run, curve.grey),
        width: curve.focus ? 2.4 : curve.grey ? 1 : 1.8,
        dash: curve.split === 'val' ? [6, 4] : undefined,
        spanGaps: true,
        points: { show: curve.x.length === 1, size: 5 },
      }))],
      hooks: {
        drawAxes: [(u) => withBrush(u, view().palette, (brush) => {
          drawAreas(brush, view().scene);
          drawOnset(brush, view().scene);
        })],
        draw: [(u) => withBrush(u, view().palette, (brush) => {
          drawMarks(brush, view().scene);
          if (wide) drawLabels(brush, view().scene, this.#gutter, this.#xRange()[1]);
          this.#titles(brush, wide);
          const { cursor } = view();
          if (cursor !== null) drawCursor(brush, view().scene, cursor);
        })],
        setSelect: [(u) => {
          if (u.select.width < 6) return;
          this.#setZoom([u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')]);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }],
      },
    };
  }

  /** @param {import('./draw.js').Brush} brush @param {boolean} wide */
  #titles({ ctx, palette, box }, wide) {
    ctx.font = `12px ${palette.font}`;
    ctx.fillStyle = palette.muted;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    ctx.fillText(this.#view?.title ?? '', 0, 11);
    if (wide) ctx.fillText(t('plot.epoch'), box.right + 15, box.bottom + 15);
  }

  /** @param {[number, number]|null} range */
  #setZoom(range) {
    this.#zoom = range;
    this.#y = null;
    this.#schedule();
  }

  /** @param {uPlot} plot */
  #listen({ over, posToVal }) {
    over.style.touchAction = 'pan-y';
    const move = (/** @type {PointerEvent} */ event) => {
      const [, max] = this.#view?.scene.x ?? [0, 1];
      const x = Math.round(posToVal(event.clientX - over.getBoundingClientRect().left, 'x'));
      this.moved(Math.max(1, Math.min(x, max)) - 1);
    };
    over.addEventListener('pointerdown', move);
    over.addEventListener('pointermove', move);
    over.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') this.moved(null);
    });
  }
}

/**
 * All curves on one x column, as uPlot wants them.
 * @param {Scene} scene
 * @param {boolean} log
 * @returns {uPlot.AlignedData}
 */
function aligned({ curves }, log) {
  if (!curves.length) return [[]];
  return uPlot.join(curves.map(({ x, y }) => [x, log ? y.map((v) => (v > 0 ? v : null)) : y]));
}

/** Whether a value is a power of ten. @param {number} value */
const isDecade = (value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;

/**
 * A tick's number with the decimals its step needs, one at least below 1.
 * @param {number} value
 * @param {number} step
 */
function tick(value, step) {
  if (Math.abs(value) >= 1e6) return value.toExponential(0);
  return value.toFixed(step >= 1 ? 0 : Math.max(1, Math.ceil(-Math.log10(step) - 1e-9))).replace('-', '−');
}
