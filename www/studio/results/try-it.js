// @ts-check
import { css, html } from 'lit';
import { base, DojoElement } from '../../charts/element.js';
import { figure } from '../../charts/scale.js';
import { t } from '../../i18n/index.js';
import { probabilitiesOf } from './analysis.js';
import './draw-pad.js';
import { barStyles, classBars } from './sample-view.js';
import './words.js';

/** @typedef {import('./sample-view.js').Sample} Sample */

const PAUSE = 150;

/**
 * Asks the model about something of one's own: a sentence, a row, a drawing,
 * or one of the samples.
 * Properties: `sample` (i → Promise<Sample>), `count` (of samples), `label`
 * (i → its class or value), `predict` (Sample → Promise<number[]>),
 * `classes`, `task`, `unit`.
 */
export class DojoTry extends DojoElement {
  static properties = {
    sample: { attribute: false },
    count: { attribute: false },
    label: { attribute: false },
    predict: { attribute: false },
    classes: { attribute: false },
    task: {},
    unit: {},
    input: { state: true },
    truth: { state: true },
    output: { state: true },
    failure: { state: true },
  };

  #turn = 0;
  #timer = 0;
  #next = 0;

  constructor() {
    super();
    /** @type {((i: number) => Promise<Sample>)|null} */
    this.sample = null;
    this.count = 0;
    /** @type {(i: number) => number} */
    this.label = () => NaN;
    /** @type {((sample: Sample) => Promise<ArrayLike<number>>)|null} */
    this.predict = null;
    /** @type {string[]} */
    this.classes = [];
    /** @type {import('./analysis.js').Task} */
    this.task = 'classification';
    this.unit = '';
    /** @type {Sample|null} */
    this.input = null;
    /** @type {number|null} */
    this.truth = null;
    /** @type {ArrayLike<number>|null} */
    this.output = null;
    this.failure = '';
  }

  /** @param {Map<string, any>} changed */
  updated(changed) {
    if (changed.has('sample') && this.sample) this.#pick();
    else if (changed.has('predict') && this.input) this.#ask(this.input);
  }

  /** Shows one of the samples, the next each time. */
  async #pick() {
    if (!this.sample || !this.count) return;
    const i = this.#next++ % this.count;
    const sample = await this.sample(i).catch(() => null);
    if (!sample) return;
    /** @type {any} */ (this.renderRoot.querySelector('dojo-draw-pad'))?.clear();
    this.truth = this.label(i);
    this.#ask(sample);
  }

  /** @param {Sample} sample */
  async #ask(sample) {
    this.input = sample;
    const turn = ++this.#turn;
    if (!this.predict || (sample.kind === 'text' && !sample.text.trim())) {
      this.output = null;
      return;
    }
    try {
      const output = await this.predict(sample);
      if (turn !== this.#turn) return;
      this.output = output;
      this.failure = '';
    } catch (error) {
      if (turn !== this.#turn) return;
      this.output = null;
      this.failure = /** @type {Error} */ (error)?.message ?? String(error);
    }
  }

  /** Asks once typing rests. @param {Sample} sample */
  #typed(sample) {
    this.input = sample;
    this.truth = null;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#ask(sample), PAUSE);
  }

  render() {
    const { input } = this;
    return html`
      <div class="try">
        <div class="input">
          ${input?.kind === 'text' ? this.#textInput(input) : input?.kind === 'row' ? this.#rowInput(input) : input ? this.#imageInput(input) : ''}
          ${this.count ? html`<button class="button" data-testid="try-sample" @click=${this.#pick}>${t('try.next')}</button>` : ''}
        </div>
        <div class="output" aria-live="polite" data-testid="try-output">
          <h3 class="muted small">${t('try.prediction')}</h3>
          ${this.failure ? html`<p class="bad">${t('try.failed', { message: this.failure })}</p>`
            : this.output ? this.#answer(this.output) : html`<p class="muted">${t('try.wait')}</p>`}
        </div>
      </div>`;
  }

  /** @param {ArrayLike<number>} output */
  #answer(output) {
    const truth = this.truth === null || Number.isNaN(this.truth) ? null : this.truth;
    if (this.task === 'regression') {
      return html`<p class="value number">${figure(output[0])} <span class="muted">${this.unit}</span></p>
        ${truth === null ? '' : html`<p class="muted small">${t('try.was', { name: `${figure(truth)} ${this.unit}` })}</p>`}`;
    }
    const probabilities = probabilitiesOf({ data: output, shape: [1, output.length] }, 0);
    return html`${classBars(probabilities, this.classes, { most: 10, truth })}
      ${truth === null ? '' : html`<p class="muted small">${t('try.was', { name: this.classes[truth] ?? truth })}</p>`}`;
  }

  /** @param {import('./sample-view.js').TextSample} input */
  #textInput(input) {
    return html`<textarea class="field" rows="4" aria-label=${t('try.text')} placeholder=${t('try.textHint')} data-testid="try-text"
      .value=${input.text} @input=${(/** @type {any} */ e) => this.#typed({ kind: 'text', text: e.target.value })}></textarea>`;
  }

  /** @param {import('./sample-view.js').RowSample} input */
  #rowInput({ values }) {
    /** @param {string} name @param {any} value */
    const set = (name, value) => this.#typed({ kind: 'row', values: { ...values, [name]: value } });
    return html`<div class="fields">${Object.entries(values).map(([name, value]) => html`
      <label><span class="muted small">${name}</span>
        <input class="field" type=${typeof value === 'number' ? 'number' : 'text'} step="any" .value=${String(value ?? '')}
          data-testid="try-field-${name}" @input=${(/** @type {any} */ e) =>
            set(name, typeof value === 'number' && e.target.value !== '' ? Number(e.target.value) : e.target.value)}></label>`)}</div>`;
  }

  /** @param {import('./sample-view.js').ImageSample} input */
  #imageInput(input) {
    const grey = (input.shape[2] ?? 1) === 1 && input.shape[0] === input.shape[1];
    return html`<div class="images">
      <dojo-sample .sample=${input} style="--sample-size: 112px"></dojo-sample>
      ${grey ? html`<dojo-draw-pad size=${input.shape[0]}
        @drawn=${(/** @type {CustomEvent} */ e) => { this.truth = null; this.#ask(e.detail.sample); }}></dojo-draw-pad>` : ''}</div>`;
  }

  static styles = [base, barStyles, css`
    .try { display: grid; grid-template-columns: minmax(0, 1fr) minmax(200px, 300px); gap: 24px; }
    .input > .button { margin-top: 8px; }
    textarea.field { width: 100%; height: auto; padding: 8px 12px; resize: vertical; }
    .fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 8px; }
    label span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    label .field { width: 100%; }
    .images { display: flex; flex-wrap: wrap; gap: 16px; }
    .output h3 { margin-bottom: 4px; }
    .value { font-size: 28px; line-height: 36px; font-weight: 600; }
    .value .muted { font-size: 16px; font-weight: 400; }
    .bad { color: var(--dojo-bad); }
    @media (max-width: 767px) { .try { grid-template-columns: minmax(0, 1fr); } }
  `];
}
customElements.define('dojo-try', DojoTry);
