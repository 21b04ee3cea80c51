// @ts-check
import { html } from 'lit';
import { has, t } from '../i18n/index.js';
import { base, DojoElement } from './element.js';
import { download, runsToCsv, runsToJson } from './export.js';
import './menu.js';
import { readPalette, ThemeController } from './palette.js';
import { plotStyles, uplotStyles } from './plot-styles.js';
import { metricsOf, valueAt } from './run.js';
import { RunChart } from './run-chart.js';
import { figure } from './scale.js';
import { sceneOf } from './scene.js';
import { plotTable } from './plot-table.js';
import './words.js';

/**
 * Learning curves of several runs.
 *
 * Properties: `runs`, `focusId`, `metric` ('loss', 'accuracy', …), `units`
 * ({mae: 'mpg'}), `cursor` (0-based epoch or null), `bare` (no toolbar).
 * Changing a run in place needs `requestUpdate()` or a new array.
 *
 * Events: `cursor-epoch` {epoch}, `metric-change` {metric}.
 */
export class DojoPlot extends DojoElement {
  static properties = {
    runs: { attribute: false, hasChanged: () => true },
    focusId: { attribute: 'focus-id' },
    metric: {},
    units: { attribute: false },
    cursor: { attribute: false },
    bare: { type: Boolean },
    smoothing: { state: true },
    penalty: { state: true },
    log: { state: true },
    table: { state: true },
  };

  /** @type {RunChart|null} */
  #chart = null;
  /** @type {import('./palette.js').Palette|null} */
  #palette = null;
  #observer = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    /** @type {import('./run.js').Run[]} */
    this.runs = [];
    /** @type {string|null} */
    this.focusId = null;
    this.metric = 'loss';
    /** @type {Record<string, string>} */
    this.units = {};
    /** @type {number|null} */
    this.cursor = null;
    this.bare = false;
    this.smoothing = 0;
    /** @type {import('./scene.js').PenaltyMode} */
    this.penalty = 'full';
    this.log = false;
    this.table = false;
    new ThemeController(this, () => { this.#palette = null; this.requestUpdate(); });
  }

  get #stage() { return /** @type {HTMLElement} */ (this.renderRoot.querySelector('.stage')); }

  connectedCallback() {
    super.connectedCallback();
    if (!this.hasUpdated) return;
    this.#start();
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.#chart?.destroy();
    this.#chart = null;
  }

  firstUpdated() { this.#start(); }

  #start() {
    this.#chart = new RunChart(this.#stage, (epoch) => this.#moveTo(epoch));
    this.#observer.observe(this.#stage);
  }

  #measure() { this.#chart?.resize(this.#stage.clientWidth, this.#stage.clientHeight); }

  updated() {
    this.#palette ??= readPalette(this);
    this.#chart?.show({
      scene: sceneOf(this.runs, { metric: this.metric, focus: this.focusId, penalty: this.penalty, smoothing: this.smoothing }), palette: this.#palette, metric: this.metric,
      title: this.#title, log: this.log, cursor: this.cursor,
    });
  }

  /** The metric's name with its unit; a squared error has the unit squared. */
  get #title() {
    const unit = this.units[this.metric];
    return metricName(this.metric).toLowerCase() + (unit ? ` (${unit})` : '');
  }

  /** @param {number|null} epoch */
  #moveTo(epoch) {
    if (epoch === this.cursor) return;
    this.cursor = epoch;
    this.emit('cursor-epoch', { epoch });
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape') this.#moveTo(null);
    if (!step) return;
    event.preventDefault();
    const last = Math.max(0, ...this.runs.map((run) => run.epoch.at(-1) ?? 0));
    const from = this.cursor ?? (step > 0 ? -1 : last + 1);
    this.#moveTo(Math.max(0, Math.min(last, from + step * (event.shiftKey ? 10 : 1))));
  }

  /** The focus run's values at the crosshair, for a screen reader. */
  get #spoken() {
    const run = this.runs.find(({ id }) => id === this.focusId) ?? this.runs[0];
    const epoch = this.cursor ?? run?.epoch.at(-1);
    if (!run || epoch === undefined) return t('plot.empty');
    const value = figure(valueAt(run, this.metric, epoch));
    const val = valueAt(run, `val_${this.metric}`, epoch);
    const words = t(val === undefined ? 'plot.value.train' : 'plot.value.both', { name: run.name, value, val: figure(val) });
    return `${t('plot.atEpoch', { n: epoch + 1 })}. ${words}`;
  }

  /** @param {string} kind */
  #save(kind) {
    if (kind === 'csv') download('runs.csv', new Blob([runsToCsv(this.runs)], { type: 'text/csv' }));
    if (kind === 'json') download('runs.json', new Blob([runsToJson(this.runs)], { type: 'application/json' }));
    if (kind === 'png') this.#savePng();
  }

  #savePng() {
    const source = this.#chart?.canvas;
    if (!source) return;
    const copy = document.createElement('canvas');
    copy.width = source.width;
    copy.height = source.height;
    const ctx = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d'));
    ctx.fillStyle = this.#palette?.surface ?? 'white';
    ctx.fillRect(0, 0, copy.width, copy.height);
    ctx.drawImage(source, 0, 0);
    copy.toBlob((blob) => blob && download(`${this.metric}.png`, blob));
  }

  /** @param {CustomEvent<{id: string}>} event */
  #choose({ detail: { id } }) {
    if (id === 'log') this.log = !this.log;
    else if (id === 'table') this.table = !this.table;
    else this.#save(id);
  }

  /** @param {string} metric */
  #selectMetric(metric) {
    this.metric = metric;
    this.emit('metric-change', { metric });
  }

  get #hasPenalty() { return this.runs.some((run) => run.penalty?.some((value) => value > 0)); }

  #controls() {
    return html`
      <select class="plain" aria-label=${t('plot.smoothing')} data-testid="plot-smoothing"
        @change=${(/** @type {any} */ e) => { this.smoothing = Number(e.target.value); }}>
        ${[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((weight) => html`
          <option value=${weight} ?selected=${weight === this.smoothing}>
            ${weight ? t('plot.smoothingAt', { weight }) : t('plot.smoothingOff')}</option>`)}
      </select>
      ${this.metric === 'loss' && this.#hasPenalty ? html`
        <select class="plain" aria-label=${t('plot.penalty')} data-testid="plot-penalty"
          @change=${(/** @type {any} */ e) => { this.penalty = e.target.value; }}>
          ${/** @type {const} */ ([['full', 'plot.penaltyFull'], ['data', 'plot.penaltyData'], ['both', 'plot.penaltyBoth']])
            .map(([mode, word]) => html`<option value=${mode} ?selected=${mode === this.penalty}>${t(word)}</option>`)}
        </select>` : ''}`;
  }

  #toolbar() {
    const items = [
      { id: 'log', label: t('plot.log'), checked: this.log },
      { id: 'table', label: t('plot.asTable'), checked: this.table },
      ...['PNG', 'CSV', 'JSON'].map((kind) => ({ id: kind.toLowerCase(), label: t('plot.export', { kind }) })),
    ];
    return html`
      <div class="toolbar">
        <div class="segments" role="group" aria-label=${t('plot.metrics')}>
          ${metricsOf(this.runs).map((metric) => html`
            <button aria-pressed=${metric === this.metric} data-testid="metric-${metric}"
              @click=${() => this.#selectMetric(metric)}>${metricName(metric)}</button>`)}
        </div>
        ${legend()}
        <span class="controls wide">${this.#controls()}</span>
        <dojo-menu .label=${t('plot.more')} .items=${items} data-testid="plot-menu" @choose=${this.#choose}>
          <div class="controls narrow">${this.#controls()}</div>
        </dojo-menu>
      </div>`;
  }

  render() {
    const drawn = this.runs.some((run) => run.epoch.length || run.points.length);
    return html`
      ${this.bare ? '' : this.#toolbar()}
      <div class="stage" role="slider" tabindex="0" data-testid="plot" aria-label=${t('plot.label', { metric: metricName(this.metric) })}
        aria-valuemin="1" aria-valuemax=${Math.max(1, ...this.runs.map((run) => run.epoch.length))}
        aria-valuenow=${(this.cursor ?? 0) + 1} aria-valuetext=${this.#spoken}
        @keydown=${this.#keys} @blur=${() => this.#moveTo(null)}>
        ${drawn ? '' : html`<p class="empty">${t('plot.empty')}</p>`}
      </div>
      ${this.table ? plotTable(this.runs, this.metric) : ''}`;
  }

  static styles = [base, uplotStyles, plotStyles];
}
customElements.define('dojo-plot', DojoPlot);

/** @param {string} metric a history key */
export function metricName(metric) {
  const key = `metric.${metric}`;
  return has(key) ? t(key) : metric;
}

const legend = () => html`
  <span class="legend" aria-hidden="true">
    <svg width="22" height="8"><path d="M0 4H22"></path></svg>${t('plot.train')}
    <svg width="22" height="8"><path d="M0 4H22" stroke-dasharray="6 2"></path></svg>${t('plot.validation')}
  </span>`;
