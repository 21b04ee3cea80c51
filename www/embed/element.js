// @ts-check
import { html, LitElement, nothing } from 'lit';
import { ThemeController } from '../charts/palette.js';
import '../charts/plot.js';
import { metricName } from '../charts/plot.js';
import { overfitOnset } from '../charts/run.js';
import { figure } from '../charts/scale.js';
import { Dojo } from '../engine/dojo.js';
import { home } from '../engine/engine.js';
import { DojoError } from '../engine/errors.js';
import { language, languages, setLanguage, t } from '../i18n/index.js';
import { camelCase, fetchJson, kerasModel, parse, prepareLesson, readLesson } from './lesson.js';
import { newRun, record } from './record.js';
import { addStyle, isDark } from './style.js';
import './words.js';

/** @typedef {import('./record.js').LessonRun} LessonRun */

/** One engine for all lessons of a page, which train one after the other. @type {Promise<Dojo> | undefined} */
let shared;
let turn = Promise.resolve();
let count = 0;

/** @type {Record<import('../engine/types').FitResult['stopped'], LessonRun['status']>} */
const ENDS = { completed: 'done', early_stopping: 'early', terminated: 'early', user: 'stopped' };

const startShared = () => (shared ??= Dojo.start().catch((error) => { shared = undefined; throw error; }));

/**
 * A lesson in a page: its curves, Train and Stop, variants of its model, the test result.
 *
 * Attributes: `src` (address of the lesson's JSON; without it a `<script type="application/json">`
 * child), `data` (data set of the catalogue, or a CSV's address: wins over the lesson's), `lang`
 * (en or ja, one language per page), `autorun` (trains at once).
 *
 * Events, bubbling and composed: ready, trainstart, batchend {epoch, batch, logs},
 * epochend {epoch, logs}, trainend {epoch, history, stopped, test}, error {code, message}.
 */
export class ModelDojo extends LitElement {
  static properties = {
    src: {}, data: {}, autorun: { type: Boolean },
    lesson: { state: true }, problem: { state: true }, chosen: { state: true }, status: { state: true },
  };

  /** @type {Map<number, LessonRun>} the last run of each variant */
  #runs = new Map();
  /** @type {import('../engine/dojo.js').Model | undefined} */
  #model;
  /** @type {Awaited<ReturnType<typeof prepareLesson>> | undefined} */
  #prepared;
  #name = `lesson-${++count}`;
  #translate = () => this.requestUpdate();

  constructor() {
    super();
    this.src = '';
    this.data = '';
    this.autorun = false;
    /** @type {import('./lesson.js').Lesson | undefined} */
    this.lesson = undefined;
    /** @type {{code: string, message: string} | undefined} */
    this.problem = undefined;
    this.chosen = 0;
    /** @type {'idle' | 'loading' | 'queued' | 'running'} */
    this.status = 'idle';
    new ThemeController(this, () => this.#dress());
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    languages.addEventListener('change', this.#translate);
    const lang = this.closest('[lang]')?.getAttribute('lang') ?? '';
    if (lang) setLanguage(lang.startsWith('ja') ? 'ja' : 'en', { remember: false });
    this.#dress();
    if (!this.lesson) this.#open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    languages.removeEventListener('change', this.#translate);
    this.#release();
  }

  /** Light or dark tokens, as the page around has it. */
  #dress() {
    this.dataset.theme = isDark(this) ? 'dark' : 'light';
  }

  async #open() {
    try {
      this.lesson = await this.#read();
      await this.updateComplete;
      this.#emit('ready');
      if (this.autorun) this.train();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #read() {
    const base = this.src ? new URL(this.src, document.baseURI).href : document.baseURI;
    const inline = this.querySelector('script[type="application/json"]')?.textContent;
    const given = this.src ? await fetchJson(base) : parse(inline ?? '{}', 'The lesson');
    const lesson = this.data ? { ...given, data: this.data } : given;
    if (!lesson.data) throw new DojoError('bad_file', t('lesson.empty'));
    return readLesson(lesson, this.data ? document.baseURI : base);
  }

  /** Trains the chosen variant, after the other lessons of the page that train now. */
  async train() {
    if (!this.lesson || this.status !== 'idle') return;
    this.status = 'queued';
    this.problem = undefined;
    const mine = turn.then(() => this.#train());
    turn = mine.catch(() => {});
    await mine;
  }

  /** Ends training after the step it is at. */
  async stop() {
    if (this.status === 'queued') this.status = 'idle';
    await this.#model?.stop();
  }

  async #train() {
    if (!this.lesson || this.status !== 'queued' || !this.isConnected) return;
    const { compile, fit, variants } = this.lesson;
    const variant = variants[this.chosen];
    const options = camelCase({ ...fit, ...variant.fit });
    this.status = 'loading';
    try {
      const dojo = await startShared();
      this.#prepared ??= await prepareLesson(dojo, this.lesson, this.#name);
      const prepared = this.#prepared;
      this.#model = await dojo.loadModel(kerasModel(variant.model, prepared.inputShape), { seed: options.seed ?? 0 });
      await this.#model.compile(camelCase({ ...compile, ...variant.compile }));
      const run = newRun(variant, labelOf(variant), this.chosen, options);
      this.#runs.set(this.chosen, run);
      this.status = 'running';
      this.#emit('trainstart');
      const end = await this.#model.fit(prepared.train.x, prepared.train.y, { ...options, onEvent: (event) => this.#hear(run, event) });
      run.status = Number.isFinite(run.history.loss?.at(-1) ?? 0) ? ENDS[end.stopped] : 'diverged';
      Object.assign(run, { bestEpoch: end.bestEpoch, restoredEpoch: end.restoredEpoch });
      if (prepared.testCount) run.test = await this.#model.evaluate(prepared.test.x, prepared.test.y);
      this.#emit('trainend', { epoch: end.epoch, history: end.history, stopped: end.stopped, test: run.test });
    } catch (error) {
      this.#fail(error);
    } finally {
      await this.#model?.dispose().catch(() => {});
      this.#model = undefined;
      this.status = 'idle';
    }
  }

  /** @param {LessonRun} run @param {import('../engine/types').FitEvent} event */
  #hear(run, event) {
    record(run, event);
    if (event.type === 'batch') this.#emit('batchend', { epoch: event.epoch, batch: event.batch, logs: event.logs });
    if (event.type === 'epoch') this.#emit('epochend', { epoch: event.epoch, logs: event.logs });
    this.requestUpdate();
  }

  /** @param {any} error */
  #fail(error) {
    const { code = 'bad_data', message } = error;
    this.problem = { code, message };
    const run = this.#runs.get(this.chosen);
    if (run?.status === 'running') run.status = 'error';
    // What was prepared is gone with the engine; the next Train loads it again.
    if (code === 'engine_lost') this.#prepared = undefined;
    this.#emit('error', this.problem);
  }

  async #release() {
    await this.stop().catch(() => {});
    const kept = this.#prepared;
    this.#prepared = undefined;
    await kept?.drop().catch(() => {});
  }

  /** @param {string} type @param {any} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  render() {
    const { lesson, problem } = this;
    const runs = [...this.#runs.values()];
    return html`<section class="dojo-lesson" lang=${language()} data-testid="lesson">
      <header>
        <h3>${lesson ? textOf(lesson.title) : t('lesson.loading')}</h3>
        ${lesson?.ours ? html`<a href=${studioAddress(lesson.data)} target="_blank" rel="noopener">${t('lesson.studio')}</a>` : nothing}
      </header>
      <dojo-plot bare .runs=${runs} .focusId=${this.#runs.get(this.chosen)?.id ?? null} metric="loss"></dojo-plot>
      ${lesson ? this.#controls(lesson) : nothing}
      <output>${this.#line()}</output>
      ${this.#testLine()}
      ${problem ? html`<p role="alert" data-code=${problem.code}>${problem.message}</p>` : nothing}
    </section>`;
  }

  /** @param {import('./lesson.js').Lesson} lesson */
  #controls({ variants }) {
    const live = this.status !== 'idle';
    return html`<div class="dojo-controls">
      <button type="button" ?data-live=${live} @click=${() => (live ? this.stop() : this.train())}>${t(live ? 'lesson.stop' : 'lesson.train')}</button>
      ${variants.length < 2 ? nothing : html`<fieldset ?disabled=${live}>
        <legend>${t('lesson.variants')}</legend>
        ${variants.map((variant, index) => html`<label>
          <input type="radio" name=${this.#name} .checked=${index === this.chosen} @change=${() => { this.chosen = index; }}>
          ${labelOf(variant)}
        </label>`)}
      </fieldset>`}
    </div>`;
  }

  /** What goes on, and what the curves show: one line. */
  #line() {
    const run = this.#runs.get(this.chosen);
    if (this.status === 'loading') return t('lesson.loading');
    if (this.status === 'queued') return t('lesson.queued');
    if (!run || run.status === 'error') return nothing;
    const n = run.epoch.length;
    const now = t(`lesson.${run.status}`, { n: run.status === 'running' ? Math.min(n + 1, run.epochs) : n, of: run.epochs });
    const onset = overfitOnset(run);
    return onset === null ? now : `${now} · ${t('lesson.overfit', { n: onset + 1 })}`;
  }

  #testLine() {
    const test = this.#runs.get(this.chosen)?.test;
    if (!test) return nothing;
    const values = Object.entries(test).map(([key, value]) => `${metricName(key)} ${figure(value)}`).join(' · ');
    return html`<p class="dojo-test" data-testid="test-result">${t('lesson.test', { values })}</p>`;
  }
}

/** @param {import('./lesson.js').Text} text */
const textOf = (text) => (typeof text === 'string' ? text : text[language()]);

/** @param {import('./lesson.js').Variant} variant */
const labelOf = ({ name, title }) => (title ? textOf(title) : name === 'baseline' ? t('lesson.baseline') : name);

/** @param {string} id */
const studioAddress = (id) => new URL(`#${new URLSearchParams({ tab: 'train', data: id })}`, home).href;

addStyle();
customElements.define('model-dojo', ModelDojo);
