// @ts-check
import { html } from 'lit';
import '../../charts/error-chart.js';
import { base, DojoElement } from '../../charts/element.js';
import { figure } from '../../charts/scale.js';
import { metricName } from '../../charts/plot.js';
import { formatNumber, t } from '../../i18n/index.js';
import { calledClasses, cellRows, confusedPairs, confusion, errorsOf, histogram, perClass, probabilitiesOf, worstRows } from './analysis.js';
import './confusion.js';
import { resultsStyles } from './results-styles.js';
import './sample-view.js';
import './try-it.js';
import './words.js';

/**
 * @typedef {import('./analysis.js').Task} Task
 * @typedef {import('./analysis.js').Predictions} Predictions
 * @typedef {import('./sample-view.js').Sample} Sample
 */

/**
 * What a run does with rows it has not learned from.
 *
 * Properties: `split` 'validation' | 'test'; `predictions` {data, shape} and
 * `labels` (class ids or values) of those rows, null while they are not there;
 * `classes`, `task`, `unit`, `metrics` ({loss, …} of those rows), `looked` (how
 * often the test part was looked at), `sample` (i → Promise<Sample>), `predict`
 * (Sample → Promise<number[]>), `message` (an error, or why there is nothing).
 * Events: `split-change` {split}, `evaluate` (the test part may be looked at).
 */
export class DojoResults extends DojoElement {
  static properties = {
    split: {},
    predictions: { attribute: false },
    labels: { attribute: false },
    classes: { attribute: false },
    task: {},
    unit: {},
    metrics: { attribute: false },
    looked: { type: Number },
    sample: { attribute: false },
    predict: { attribute: false },
    message: {},
    cell: { state: true },
  };

  constructor() {
    super();
    /** @type {'validation'|'test'} */
    this.split = 'validation';
    /** @type {Predictions|null} */
    this.predictions = null;
    /** @type {ArrayLike<number>|null} */
    this.labels = null;
    /** @type {string[]} */
    this.classes = [];
    /** @type {Task} */
    this.task = 'classification';
    this.unit = '';
    /** @type {Record<string, number>|null} */
    this.metrics = null;
    this.looked = 0;
    /** @type {((i: number) => Promise<Sample>)|null} */
    this.sample = null;
    /** @type {((sample: Sample) => Promise<ArrayLike<number>>)|null} */
    this.predict = null;
    this.message = '';
    /** @type {{truth: number, called: number}|null} */
    this.cell = null;
  }

  /** @param {Map<string, any>} changed */
  willUpdate(changed) {
    if (!changed.has('predictions') && !changed.has('labels')) return;
    this.cell = null;
    if (!this.predictions || !this.labels || this.task === 'regression') return;
    this.called = calledClasses(this.predictions);
    const count = Math.max(this.classes.length, this.predictions.shape[1] ?? 1, 2);
    this.matrix = confusion(this.labels, this.called, count);
    // Something to look at before the first click.
    [this.cell = null] = confusedPairs(this.matrix, 1);
  }

  render() {
    return html`
      <div class="head">
        <div class="segments" role="group" aria-label=${t('results.part')}>
          ${/** @type {const} */ (['validation', 'test']).map((split) => html`
            <button aria-pressed=${split === this.split} data-testid="split-${split}"
              @click=${() => this.emit('split-change', { split })}>${t(`results.${split}`)}</button>`)}
        </div>
        ${this.split === 'test' && this.looked ? html`<span class="chip number" data-testid="looked">${t('results.looked', { n: this.looked })}</span>` : ''}
        ${this.metrics && !this.#gated ? html`<dl class="figures" data-testid="results-metrics">
          ${lossFirst(this.metrics).map(([key, value]) => html`<div><dt>${metricName(key)}</dt><dd class="number">${figure(value)}</dd></div>`)}</dl>` : ''}
      </div>
      ${this.#body()}`;
  }

  get #gated() { return this.split === 'test' && !this.looked; }

  #body() {
    if (this.#gated) {
      return html`<div class="gate"><h2>${t('results.gateTitle')}</h2><p class="muted">${t('results.gateText')}</p>
        <button class="button primary" data-testid="evaluate" @click=${() => this.emit('evaluate')}>${t('results.evaluate')}</button></div>`;
    }
    if (this.message) return html`<p class="gate muted" role="status">${this.message}</p>`;
    if (!this.predictions || !this.labels) return html`<div class="skeleton" role="status"><span class="spoken">${t('results.loading')}</span></div>`;
    return html`
      ${this.task === 'regression' ? this.#regression(this.predictions, this.labels) : this.#classification(this.predictions, this.labels)}
      ${this.predict ? this.#try(this.labels) : ''}`;
  }

  /** @param {ArrayLike<number>} labels */
  #try(labels) {
    return html`<section><h2>${t('try.title')}</h2>
      <dojo-try .sample=${this.sample} .count=${labels.length} .label=${(/** @type {number} */ i) => labels[i]} .predict=${this.predict}
        .classes=${this.classes} .task=${this.task} .unit=${this.unit}></dojo-try></section>`;
  }

  /** @param {Predictions} predictions @param {ArrayLike<number>} labels */
  #classification(predictions, labels) {
    const { classes, cell } = this;
    const matrix = this.matrix ?? [];
    return html`
      <div class="columns">
        <section><h2>${t('results.matrix')}</h2>
          <dojo-confusion .matrix=${matrix} .classes=${classes} .cell=${cell}
            @pick-cell=${(/** @type {CustomEvent} */ e) => { this.cell = e.detail; }}></dojo-confusion></section>
        <section><h2>${t('results.perClass')}</h2>${this.#perClass(matrix)}</section>
      </div>
      <section aria-live="polite">${cell ? this.#cellSamples(predictions, labels, cell) : html`<p class="muted">${t('results.pick')}</p>`}</section>`;
  }

  /** @param {Predictions} predictions @param {ArrayLike<number>} labels @param {{truth: number, called: number}} cell */
  #cellSamples(predictions, labels, cell) {
    const rows = cellRows(labels, this.called ?? [], predictions, cell);
    const names = { count: rows.length, truth: this.classes[cell.truth], called: this.classes[cell.called] };
    return html`
      <div class="head"><h2>${t(cell.truth === cell.called ? 'results.samples.right' : 'results.samples.wrong', names)}</h2>
        <span class="muted small">${t('results.confident')}</span>
        ${this.classes.length === 2 ? html`<span class="muted small end">${t('results.p', { name: this.classes[1] })}</span>` : ''}</div>
      <dojo-samples data-testid="cell-samples" .rows=${rows} .sample=${this.sample} .classes=${this.classes}
        .describe=${(/** @type {number} */ i) => ({ truth: labels[i], probabilities: probabilitiesOf(predictions, i) })}></dojo-samples>`;
  }

  /** @param {number[][]} matrix */
  #perClass(matrix) {
    const share = (/** @type {number} */ value) => (Number.isNaN(value) ? '–' : value.toFixed(2));
    return html`
      <div class="scroll"><table class="classes" data-testid="per-class">
        <thead><tr><th scope="col">${t('results.class')}</th>
          <th scope="col" title=${t('results.precisionHelp')}>${t('results.precision')}</th>
          <th scope="col" title=${t('results.recallHelp')}>${t('results.recall')}</th>
          <th scope="col">${t('results.f1')}</th><th scope="col">${t('results.support')}</th></tr></thead>
        <tbody>${perClass(matrix).map(({ precision, recall, f1, support }, k) => html`
          <tr><th scope="row">${this.classes[k] ?? k}</th><td>${share(precision)}</td><td>${share(recall)}</td><td>${share(f1)}</td>
            <td class="muted">${formatNumber(support)}</td></tr>`)}</tbody>
      </table></div>`;
  }

  /** @param {Predictions} predictions @param {ArrayLike<number>} labels */
  #regression(predictions, labels) {
    const truth = Array.from(labels);
    const predicted = Array.from(predictions.data).slice(0, truth.length);
    const { errors, rmse, bias } = errorsOf(truth, predicted);
    const bins = histogram(errors);
    const unit = this.unit ? ` (${this.unit})` : '';
    return html`
      <dl class="figures">${Object.entries({ rmse, bias }).map(([key, value]) => html`
        <div><dt>${t(`results.${key}`)}</dt><dd class="number">${figure(value)} ${this.unit}</dd></div>`)}</dl>
      <div class="columns">
        <section><h2>${t('results.scatter')}</h2>
          <dojo-error-chart kind="scatter" data-testid="scatter" .x=${truth} .y=${predicted} .xTitle=${t('results.true') + unit}
            .yTitle=${t('results.predicted') + unit} label=${t('results.scatter')}></dojo-error-chart></section>
        <section><h2>${t('results.errorHist')}</h2>
          <dojo-error-chart kind="bars" data-testid="error-histogram" .x=${bins.counts.map((_, i) => bins.start + i * bins.width)} .y=${bins.counts}
            .step=${bins.width} .xTitle=${t('results.error') + unit} .yTitle=${t('results.rows')} label=${t('results.errorHist')}></dojo-error-chart></section>
      </div>
      <section><h2>${t('results.worst')}</h2>
        <dojo-samples most="5" .rows=${worstRows(errors)} .sample=${this.sample} .unit=${this.unit}
          .describe=${(/** @type {number} */ i) => ({ truth: truth[i], predicted: predicted[i] })}></dojo-samples></section>`;
  }

  static styles = [base, resultsStyles];
}
customElements.define('dojo-results', DojoResults);

/** Loss, then the metrics. @param {Record<string, number>} metrics */
export const lossFirst = (metrics) => Object.entries(metrics).sort(([a], [b]) => Number(b === 'loss') - Number(a === 'loss'));
