// @ts-check
import { css, html } from 'lit';
import uPlot from 'uplot';
import { base, DojoElement } from './element.js';
import { fade, readPalette, ThemeController } from './palette.js';
import { uplotStyles } from './plot-styles.js';

/** @typedef {import('./palette.js').Palette} Palette */

/**
 * A small chart of points (x, y) on the line of equality, or of bars.
 * Properties: `kind` 'scatter' | 'bars'; `x`, `y` (bars: left edges and counts),
 * `step` (width of a bar), `xTitle`, `yTitle`, `label` (spoken).
 */
export class DojoErrorChart extends DojoElement {
  static properties = {
    kind: {},
    x: { attribute: false },
    y: { attribute: false },
    step: { attribute: false },
    xTitle: { attribute: false },
    yTitle: { attribute: false },
    label: {},
  };

  /** @type {uPlot|null} */
  #plot = null;
  #observer = new ResizeObserver(() => this.requestUpdate());

  constructor() {
    super();
    /** @type {'scatter'|'bars'} */
    this.kind = 'scatter';
    /** @type {number[]} */
    this.x = [];
    /** @type {number[]} */
    this.y = [];
    this.step = 1;
    this.xTitle = '';
    this.yTitle = '';
    this.label = '';
    new ThemeController(this, () => this.requestUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  updated() {
    this.#plot?.destroy();
    this.#plot = null;
    const stage = /** @type {HTMLElement} */ (this.renderRoot.querySelector('.stage'));
    const { clientWidth: width, clientHeight: height } = stage;
    if (width < 60 || !this.x.length) return;
    const palette = readPalette(this);
    const options = { ...frame(palette, this.xTitle, this.yTitle), width, height };
    this.#plot = this.kind === 'scatter'
      ? scatter(options, palette, this.x, this.y, stage)
      : bars(options, palette, this.x, this.y, this.step, stage);
  }

  render() { return html`<div class="stage" role="img" aria-label=${this.label}></div>`; }

  static styles = [base, uplotStyles, css`.stage { height: var(--chart-height, 260px); overflow: hidden; } .u-over { cursor: default; }`];
}
customElements.define('dojo-error-chart', DojoErrorChart);

/**
 * @param {Palette} palette
 * @param {string} xTitle
 * @param {string} yTitle
 * @returns {Omit<uPlot.Options, 'width'|'height'|'series'>}
 */
function frame(palette, xTitle, yTitle) {
  const font = `12px ${palette.font}`;
  /** @type {uPlot.Axis} */
  const axis = { stroke: palette.muted, font, labelFont: font, grid: { stroke: palette.line, width: 1 }, ticks: { show: false }, gap: 4 };
  return {
    padding: [12, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ ...axis, label: xTitle, labelSize: 18, size: 26 }, { ...axis, label: yTitle, labelSize: 18, size: 40 }],
  };
}

/**
 * @param {Omit<uPlot.Options, 'series'>} options
 * @param {Palette} palette
 * @param {number[]} x
 * @param {number[]} y
 * @param {HTMLElement} stage
 */
function scatter(options, palette, x, y, stage) {
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b]);
  const all = [...x, ...y].filter(Number.isFinite);
  const [low, high] = uPlot.rangeNum(Math.min(...all), Math.max(...all), 0.1, true);
  /** @type {[number, number]} */
  const range = [low ?? 0, high ?? 1];
  const color = palette.series[0];
  const xs = order.map((i) => x[i]);
  return new uPlot({
    ...options,
    scales: { x: { time: false, range }, y: { range } },
    series: [
      {},
      { stroke: palette.edge, dash: [4, 4], width: 1, points: { show: false } },
      { stroke: color, paths: () => null, points: { show: true, size: 6, width: 0, fill: fade(color, 0.55) } },
    ],
  }, [xs, xs, order.map((i) => y[i])], stage);
}

/**
 * @param {Omit<uPlot.Options, 'series'>} options
 * @param {Palette} palette
 * @param {number[]} x left edges
 * @param {number[]} y
 * @param {number} step
 * @param {HTMLElement} stage
 */
function bars(options, palette, x, y, step, stage) {
  const color = palette.series[0];
  const [xAxis, yAxis] = options.axes ?? [];
  return new uPlot({
    ...options,
    // Counts are whole.
    axes: [xAxis, { ...yAxis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] }],
    scales: {
      x: { time: false, range: [x[0], x[x.length - 1] + step] },
      y: { range: [0, Math.max(...y) * 1.08] },
    },
    series: [{}, {
      stroke: color, fill: fade(color, 0.35), width: 1, points: { show: false },
      paths: uPlot.paths.bars?.({ align: 1, size: [1, Infinity], gap: 1 }),
    }],
  }, [x, y], stage);
}
