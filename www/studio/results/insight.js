// @ts-check
import { css, html } from 'lit';
import '../../charts/error-chart.js';
import { base, DojoElement } from '../../charts/element.js';
import { metricName } from '../../charts/plot.js';
import { figure } from '../../charts/scale.js';
import { formatNumber, t } from '../../i18n/index.js';
import { calledClasses, cellRows, confusedPairs, confusion, errorsOf, probabilitiesOf, worstRows } from './analysis.js';
import './confusion.js';
import { lossFirst } from './results.js';
import './sample-view.js';
import './words.js';

/**
 * A run's results in a narrow column: a small confusion matrix (many classes:
 * the pairs most often mistaken; regression: a scatter), a few samples, and
 * the test part behind its button.
 *
 * Properties: `predictions`, `labels`, `classes`, `task`, `unit`, `sample` as
 * of <dojo-results>, `epoch` (0-based, of the weights; null unknown), `test`
 * ({loss, …}|null), `looked`, `hasTest`, `canEvaluate`, `message` (why there is nothing).
 * Events: `evaluate`, `open-results`.
 */
export class DojoInsight extends DojoElement {
  static properties = {
    predictions: { attribute: false },
    labels: { attribute: false },
    classes: { attribute: false },
    task: {},
    unit: {},
    sample: { attribute: false },
    epoch: { attribute: false },
    test: { attribute: false },
    looked: { attribute: false },
    hasTest: { attribute: false },
    canEvaluate: { attribute: false },
    message: {},
    cell: { state: true },
  };

  constructor() {
    super();
    /** @type {import('./analysis.js').Predictions|null} */
    this.predictions = null;
    /** @type {ArrayLike<number>|null} */
    this.labels = null;
    /** @type {string[]} */
    this.classes = [];
    /** @type {import('./analysis.js').Task} */
    this.task = 'classification';
    this.unit = '';
    /** @type {((i: number) => Promise<import('./sample-view.js').Sample>)|null} */
    this.sample = null;
    /** @type {number|null} */
    this.epoch = null;
    /** @type {Record<string, number>|null} */
    this.test = null;
    this.looked = 0;
    this.hasTest = true;
    this.canEvaluate = true;
    this.message = '';
    /** @type {{truth: number, called: number}|null} */
    this.cell = null;
  }

  /** @param {Map<string, any>} changed */
  willUpdate(changed) {
    if (!changed.has('predictions') && !changed.has('labels')) return;
    if (!this.predictions || !this.labels || this.task === 'regression') return;
    this.called = calledClasses(this.predictions);
    this.matrix = confusion(this.labels, this.called, Math.max(this.classes.length, 2));
    const [worst] = confusedPairs(this.matrix, 1);
    const { cell, matrix } = this;
    if (!cell || !matrix[cell.truth] || !matrix[cell.called]) this.cell = worst ?? null;
  }

  render() {
    const { predictions, labels } = this;
    return html`
      <div class="head"><h2>${t('results.title')}</h2>
        <span class="muted small">${this.epoch === null ? '' : t('results.of', { n: this.epoch + 1 })}</span>
        ${predictions ? html`<button class="link small" data-testid="open-results" @click=${() => this.emit('open-results')}>${t('results.open')}</button>` : ''}</div>
      ${predictions && labels
        ? this.task === 'regression' ? this.#regression(predictions, labels) : this.#classification(predictions, labels)
        : html`<p class="muted small">${this.message || t('results.none')}</p>`}
      ${this.hasTest ? this.#testPart() : ''}`;
  }

  /** @param {import('./analysis.js').Predictions} predictions @param {ArrayLike<number>} labels */
  #classification(predictions, labels) {
    const { cell, classes } = this;
    const matrix = this.matrix ?? [];
    const rows = cell ? cellRows(labels, this.called ?? [], predictions, cell) : [];
    const names = cell && { count: rows.length, truth: classes[cell.truth], called: classes[cell.called] };
    return html`
      ${classes.length <= 4 ? html`
        <dojo-confusion .matrix=${matrix} .classes=${classes} .cell=${cell}
          @pick-cell=${(/** @type {CustomEvent} */ e) => { this.cell = e.detail; }}></dojo-confusion>`
        : this.#pairs(matrix)}
      ${names ? html`
        <div class="of muted small"><span>${t(cell?.truth === cell?.called ? 'results.samples.right' : 'results.samples.wrong', names)}</span>
          ${classes.length === 2 ? html`<span>${t('results.p', { name: classes[1] })}</span>` : ''}</div>
        ${this.#samples(rows, (i) => ({ truth: labels[i], probabilities: probabilitiesOf(predictions, i) }))}` : ''}`;
  }

  /** @param {number[][]} matrix */
  #pairs(matrix) {
    return html`<h3 class="muted small">${t('results.pairHead')}</h3><ul class="pairs">${confusedPairs(matrix, 5).map(({ truth, called, count }) => html`
      <li><button aria-pressed=${this.cell?.truth === truth && this.cell.called === called} @click=${() => { this.cell = { truth, called }; }}>
        <span>${t('results.pair', { truth: this.classes[truth], called: this.classes[called] })}</span>
        <span class="number">${formatNumber(count)}</span></button></li>`)}</ul>`;
  }

  /** @param {import('./analysis.js').Predictions} predictions @param {ArrayLike<number>} labels */
  #regression(predictions, labels) {
    const truth = Array.from(labels);
    const predicted = Array.from(predictions.data).slice(0, truth.length);
    const { errors, mae } = errorsOf(truth, predicted);
    return html`
      <dojo-error-chart kind="scatter" .x=${truth} .y=${predicted} .xTitle=${t('results.true')} .yTitle=${t('results.predicted')} label=${t('results.scatter')}></dojo-error-chart>
      <p class="muted small">${t('results.mae')} <b class="number">${figure(mae)} ${this.unit}</b></p>
      <h3 class="of muted small">${t('results.worst')}</h3>
      ${this.#samples(worstRows(errors), (i) => ({ truth: truth[i], predicted: predicted[i] }))}`;
  }

  /** @param {number[]} rows @param {(i: number) => any} describe */
  #samples(rows, describe) {
    return html`<dojo-samples most="2" .rows=${rows.slice(0, 2)} .sample=${this.sample} .classes=${this.classes} .unit=${this.unit}
      .describe=${describe}></dojo-samples>`;
  }

  #testPart() {
    return html`<div class="test">
      <span class="muted small" data-testid="test-state">${this.looked ? `${t('results.ofTest')} · ${t('results.looked', { n: this.looked })}` : t('results.notLooked')}</span>
      <button class="button" data-testid="evaluate" title=${t('results.gateTitle')} ?disabled=${!this.canEvaluate} @click=${() => this.emit('evaluate')}>${t('results.evaluate')}</button>
      ${this.test ? html`<dl data-testid="test-figures">${lossFirst(this.test).map(([key, value]) => html`
        <div><dt class="muted small">${metricName(key)}</dt><dd class="number" data-testid="test-${key}">${figure(value)}</dd></div>`)}</dl>` : ''}
    </div>`;
  }

  static styles = [base, css`
    :host { --chart-height: 200px; --sample-size: 44px; --sample-lines: 3; min-width: 0; }
    .head { display: flex; align-items: baseline; gap: 8px; margin-bottom: 4px; }
    .head .link { margin-inline-start: auto; }
    .of { display: flex; justify-content: space-between; gap: 8px; margin-top: 8px; }
    .pairs { margin-top: 4px; }
    .pairs button { display: flex; justify-content: space-between; width: 100%; padding: 5px 8px; border-radius: var(--dojo-radius-small, 4px); font-size: 13px; text-align: start; }
    .pairs button:hover { background: var(--dojo-sunk); }
    .pairs [aria-pressed=true] { background: var(--dojo-accent-soft); font-weight: 600; }
    .test { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px; margin-top: 16px; padding-top: 12px; border-top: 1px solid var(--dojo-line); }
    .test dl { display: flex; flex-wrap: wrap; gap: 4px 16px; width: 100%; margin: 0; }
    .test dl div { display: flex; align-items: baseline; gap: 6px; }
    .test dd { margin: 0; font-weight: 600; }
    .button:disabled { opacity: .5; cursor: default; }
  `];
}
customElements.define('dojo-insight', DojoInsight);
