// @ts-check
import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { download, runsToCsv, runsToJson } from '../../charts/export.js';
import { base, DojoElement } from '../../charts/element.js';
import { markerIcon } from '../../charts/marker.js';
import '../../charts/menu.js';
import { hasEnded, isLive } from '../../charts/run.js';
import { figure } from '../../charts/scale.js';
import { formatNumber, formatSeconds, t } from '../../i18n/index.js';
import { figuresOf, rank, risesWithQuality, secondMetric } from './figures.js';
import { runsStyles } from './runs-styles.js';
import './words.js';

/** @typedef {import('../../charts/run.js').Run} Run */

/**
 * The runs as a table (on phones: lines of two rows).
 *
 * Properties: `runs`, `focusId`, `cursor` (0-based epoch of the plot's
 * crosshair, or null).
 * Events, each with {id}: `focus-run`, `load-draft`, `continue-run`, `save-run`, `delete-run`,
 * `rename-run` {name}, `pin-run` {pinned}; `undo-delete` {run, index};
 * `queue-variant` {name, config, compile, fit} for a duplicate.
 */
export class DojoRuns extends DojoElement {
  static properties = {
    runs: { attribute: false, hasChanged: () => true },
    focusId: { attribute: 'focus-id' },
    cursor: { attribute: false },
    renaming: { state: true },
    deleted: { state: true },
  };

  /** @type {string[]} */
  #order = [];
  #ended = '';
  #timer = 0;

  constructor() {
    super();
    /** @type {Run[]} */
    this.runs = [];
    /** @type {string|null} */
    this.focusId = null;
    /** @type {number|null} */
    this.cursor = null;
    /** @type {string|null} */
    this.renaming = null;
    /** @type {{run: Run, index: number}|null} */
    this.deleted = null;
  }

  willUpdate() {
    // Re-sorted when a run ends, not while figures move; new runs wait at the foot.
    const ended = this.runs.filter(hasEnded).map(({ id }) => id).join();
    if (ended !== this.#ended) this.#order = rank(this.runs);
    this.#ended = ended;
  }

  get #sorted() {
    const place = (/** @type {Run} */ run) => {
      const at = this.#order.indexOf(run.id);
      return at < 0 ? Infinity : at;
    };
    return [...this.runs].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    if (this.renaming || /** @type {Element} */ (event.composedPath()[0]).closest('input, [popover]')) return;
    const rows = this.#sorted;
    const at = rows.findIndex(({ id }) => id === this.focusId);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
      this.emit('focus-run', { id: next.id });
      /** @type {HTMLElement|null} */ (this.renderRoot.querySelector(`[data-run="${next.id}"] .name`))?.focus();
    } else if (event.key === 'F2' && rows[at]) {
      this.renaming = rows[at].id;
    } else if (event.key === 'Delete' && rows[at]) {
      this.#delete(rows[at]);
    } else if (rows[at] && !event.ctrlKey && !event.metaKey && !event.altKey && 'dp'.includes(event.key.toLowerCase())) {
      this.#act(rows[at], event.key.toLowerCase() === 'd' ? 'duplicate' : 'pin');
    } else return;
    event.preventDefault();
  }

  /** @param {Run} run */
  #delete(run) {
    clearTimeout(this.#timer);
    this.deleted = { run, index: this.runs.indexOf(run) };
    this.#timer = window.setTimeout(() => { this.deleted = null; }, 6000);
    this.emit('delete-run', { id: run.id });
  }

  #undo() {
    clearTimeout(this.#timer);
    this.emit('undo-delete', this.deleted);
    this.deleted = null;
  }

  /** @param {Run} run @param {string} name */
  #rename(run, name) {
    this.renaming = null;
    if (name.trim() && name !== run.name) this.emit('rename-run', { id: run.id, name: name.trim() });
  }

  /** @param {Run} run @param {string} action */
  #act(run, action) {
    const { id, config, compile, fit } = run;
    if (['continue', 'save', 'python'].includes(action)) this.emit(`${action}-run`, { id });
    if (action === 'load') this.emit('load-draft', { id });
    if (action === 'rename') this.renaming = id;
    if (action === 'duplicate') this.emit('queue-variant', structuredClone({ name: t('runs.copyName', run), config, compile, fit }));
    if (action === 'pin') this.emit('pin-run', { id, pinned: !run.pinned });
    if (action === 'delete') this.#delete(run);
  }

  /** @param {string} kind */
  #save(kind) {
    if (kind === 'csv') download('runs.csv', new Blob([runsToCsv(this.runs)], { type: 'text/csv' }));
    if (kind === 'json') download('runs.json', new Blob([runsToJson(this.runs)], { type: 'application/json' }));
  }

  updated() {
    /** @type {HTMLInputElement|null} */ (this.renderRoot.querySelector('.rename'))?.select();
  }

  render() {
    const kinds = ['CSV', 'JSON'].map((kind) => ({ id: kind.toLowerCase(), label: t('plot.export', { kind }) }));
    return html`
      <div class="head">
        <h2>${t('runs.title')}</h2><span class="muted small number">${this.runs.length || ''}</span>
        <span class="muted small note">${this.cursor === null ? t('runs.sorted') : t('runs.atEpoch', { n: this.cursor + 1 })}</span>
        <dojo-menu icon="download" .label=${t('runs.download')} .items=${kinds} ?hidden=${!this.runs.length}
          @choose=${(/** @type {CustomEvent} */ e) => this.#save(e.detail.id)}></dojo-menu>
      </div>
      ${this.runs.length ? this.#table() : html`<p class="empty muted">${t('runs.empty')}</p>`}
      ${this.deleted ? html`
        <div class="toast" role="status">${t('runs.deleted', this.deleted.run)}
          <button class="link" data-testid="undo" @click=${this.#undo}>${t('runs.undo')}</button></div>` : ''}`;
  }

  #table() {
    const metric = secondMetric(this.runs);
    const name = /acc/.test(metric ?? '') ? t('runs.acc') : metric ?? '';
    const figures = new Map(this.runs.map((run) => [run, figuresOf(run, metric, this.cursor)]));
    const all = [...figures.values()];
    const good = (/** @type {(number|undefined)[]} */ values) => values.filter((v) => v !== undefined && Number.isFinite(v));
    const best = {
      valLoss: Math.min(.../** @type {number[]} */ (good(all.map((f) => f.valLoss)))),
      metric: risesWithQuality(metric)
        ? Math.max(.../** @type {number[]} */ (good(all.map((f) => f.metric))))
        : Math.min(.../** @type {number[]} */ (good(all.map((f) => f.metric)))),
      gap: Math.max(1e-9, .../** @type {number[]} */ (good(all.map((f) => f.gap)))),
    };
    const validated = this.runs.some((run) => run.history.val_loss) || !this.runs.some((run) => run.epoch.length);
    return html`
      <table data-testid="runs" @keydown=${this.#keys}>
        <thead><tr>
          <th scope="col">${t('runs.run')}</th>
          <th scope="col" class="wide">${t('runs.params')}</th>
          <th scope="col" class="wide">${t('runs.best')}</th>
          <th scope="col" aria-sort=${this.cursor === null ? 'ascending' : 'none'}>
            ${t(validated ? 'runs.valLoss' : 'runs.loss')}${this.cursor === null ? ' ↑' : ''}</th>
          ${metric ? html`<th scope="col" class="wide">${t('runs.val', { metric: name })}</th>` : ''}
          <th scope="col" title=${t('runs.gapHelp')}>${this.cursor === null ? html`<span class="long">${t('runs.gap')}</span>` : ''}
            <span class=${this.cursor === null ? 'short' : ''}>${t('runs.gapNow')}</span></th>
          <th scope="col" class="wide">${t('runs.time')}</th>
          <td></td>
        </tr></thead>
        <tbody>${repeat(this.#sorted, ({ id }) => id, (run) => this.#row(run, /** @type {Figures} */ (figures.get(run)), best, metric))}</tbody>
      </table>`;
  }

  /**
   * @typedef {ReturnType<typeof figuresOf>} Figures
   * @param {Run} run
   * @param {Figures} figures
   * @param {{valLoss: number, metric: number, gap: number}} best
   * @param {string|null} metric
   */
  #row(run, figures, best, metric) {
    const focused = run.id === this.focusId;
    const time = run.status === 'queued' ? t('status.queued') : run.seconds ? formatSeconds(run.seconds) : '–';
    const params = run.params ? formatNumber(run.params) : '–';
    const gap = figures.gap;
    const signed = gap === undefined || Number.isNaN(gap) ? '–' : `${gap >= 0 ? '+' : '−'}${Math.abs(gap).toFixed(2)}`;
    const share = gap && gap > 0 ? Math.min(1, gap / best.gap) : 0;
    return html`
      <tr class=${focused ? 'focused' : ''} data-run=${run.id} data-testid="run-row" data-status=${run.status}
        @click=${() => this.emit('focus-run', { id: run.id })}>
        <th scope="row">
          <div class="run">
            ${markerIcon(run.series, { hollow: run.status === 'queued' })}
            ${this.renaming === run.id ? this.#nameField(run) : html`
              <button class="name" aria-pressed=${focused}>${run.name}</button>`}
            ${this.#chip(run)}
            <span class="second muted small number">${isLive(run)
              ? t('status.epochOf', { done: run.epoch.length, epochs: run.epochs })
              : run.status === 'queued' ? time : `${params} · ${time}`}</span>
          </div>
        </th>
        <td class="wide">${params}</td>
        <td class="wide">${figures.best === null ? '–' : figures.best + 1}</td>
        <td class=${figures.valLoss === best.valLoss ? 'best' : ''}>${decimals(figures.valLoss)}</td>
        ${metric ? html`<td class="wide ${figures.metric === best.metric ? 'best' : ''}">${decimals(figures.metric)}</td>` : ''}
        <td><span class="gap">${signed}<span class="bar ${signed === '–' ? 'none' : ''}" aria-hidden="true"><span
          style="width: ${share * 100}%; background: var(--dojo-series-${run.series})"></span></span></span></td>
        <td class="wide muted">${time}</td>
        <td class="menu">${this.#menu(run)}</td>
      </tr>`;
  }

  /** @param {Run} run */
  #chip(run) {
    const { origin } = /** @type {any} */ (run);
    const from = origin && run.status !== 'loaded'
      ? html`<span class="chip from" data-testid="continued" title=${t('status.continuedHelp', { name: origin.title })}>${t('status.continued')}</span>` : '';
    return html`${this.#statusChip(run)}${from}`;
  }

  /** @param {Run} run */
  #statusChip(run) {
    if (['queued', 'done'].includes(run.status)) return '';
    const done = run.epoch.length;
    const restored = run.restoredEpoch ?? null;
    const help = run.status === 'early'
      ? t(restored === null ? 'status.earlyHelp.kept' : 'status.earlyHelp.restored', { n: (restored ?? done - 1) + 1 })
      : run.status === 'loaded' ? t('status.loadedHelp') : run.status === 'diverged' ? t('status.divergedHelp')
        : run.status === 'error' ? String(run.error?.message ?? run.error ?? '') : '';
    const bad = ['diverged', 'error'].includes(run.status);
    return html`<span class="chip number ${bad ? 'bad' : ''}" title=${help}>${t(`status.${run.status}`, { done, epochs: run.epochs })}</span>`;
  }

  /** @param {Run} run */
  #nameField(run) {
    return html`<input class="rename field" aria-label=${t('runs.newName')} .value=${run.name}
      @click=${(/** @type {Event} */ e) => e.stopPropagation()}
      @blur=${(/** @type {any} */ e) => this.renaming && this.#rename(run, e.target.value)}
      @keydown=${(/** @type {any} */ e) => {
        if (e.key === 'Enter') this.#rename(run, e.target.value);
        if (e.key === 'Escape') this.renaming = null;
        e.stopPropagation();
      }}>`;
  }

  /** @param {Run} run */
  #menu(run) {
    const items = [
      ...(hasModel(run) ? [{ id: 'continue', label: t('runs.continue') }, { id: 'save', label: t('runs.save') }, { id: 'python', label: t('runs.python') }] : []),
      { id: 'load', label: t('runs.load') },
      { id: 'rename', label: t('runs.rename'), keys: 'F2' },
      { id: 'duplicate', label: t('runs.duplicate'), keys: 'D' },
      { id: 'pin', label: t(run.pinned ? 'runs.unpin' : 'runs.pin'), keys: 'P' },
      { id: 'delete', label: t('runs.delete'), keys: 'Del', danger: true },
    ];
    return html`<dojo-menu .label=${t('runs.menu', run)} .items=${items} data-testid="run-menu"
      @click=${(/** @type {Event} */ e) => e.stopPropagation()}
      @choose=${(/** @type {CustomEvent} */ e) => this.#act(run, e.detail.id)}></dojo-menu>`;
  }

  static styles = [base, runsStyles];
}
customElements.define('dojo-runs', DojoRuns);

/** Whether there is something to save or to go on from. @param {Run} run */
const hasModel = (run) => hasEnded(run) && Boolean(/** @type {any} */ (run).model) && run.status !== 'diverged';

/** Three decimals in a column, so that the points stand below each other. @param {number|undefined} value */
const decimals = (value) => (value !== undefined && Math.abs(value) < 10 && Math.abs(value) >= 0.001 ? value.toFixed(3) : figure(value));
