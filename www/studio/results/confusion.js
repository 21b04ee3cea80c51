// @ts-check
import { css, html } from 'lit';
import { base, DojoElement } from '../../charts/element.js';
import { formatNumber, t } from '../../i18n/index.js';
import './words.js';

/**
 * A confusion matrix: rows are what it was, columns what the model said; the
 * tint is the share within a row.
 * Properties: `matrix` counts[truth][called], `classes`, `cell` {truth, called}|null.
 * Event: `pick-cell` {truth, called}.
 */
export class DojoConfusion extends DojoElement {
  static properties = {
    matrix: { attribute: false },
    classes: { attribute: false },
    cell: { attribute: false },
  };

  constructor() {
    super();
    /** @type {number[][]} */
    this.matrix = [];
    /** @type {string[]} */
    this.classes = [];
    /** @type {{truth: number, called: number}|null} */
    this.cell = null;
  }

  /** Whether the labels have to be short: names alone, "said" and "was" in the corner. */
  get #many() { return this.classes.length > 4; }

  updated() { this.toggleAttribute('many', this.#many); }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const at = /** @type {HTMLElement} */ (event.target).dataset.cell?.split(',').map(Number);
    if (!step || !at) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = at.map((k, i) => k + step[i]);
    /** @type {HTMLElement|null} */ (this.renderRoot.querySelector(`[data-cell="${row},${column}"]`))?.focus();
  }

  render() {
    const { classes, matrix } = this;
    return html`
      <div class="scroll">
        <table @keydown=${this.#keys} data-testid="confusion">
          <caption class="spoken">${t('results.matrix')}</caption>
          <thead><tr><td class="corner">${this.#many ? t('results.corner') : ''}</td>${classes.map((name) => html`
            <th scope="col" title=${t('results.said', { name })}><span>${this.#many ? name : t('results.said', { name })}</span></th>`)}</tr></thead>
          <tbody>${matrix.map((row, truth) => html`
            <tr><th scope="row" title=${t('results.was', { name: classes[truth] })}>${this.#many ? classes[truth] : t('results.was', { name: classes[truth] })}</th>${this.#cells(row, truth)}</tr>`)}</tbody>
        </table>
      </div>`;
  }

  /** @param {number[]} row @param {number} truth */
  #cells(row, truth) {
    const total = row.reduce((sum, count) => sum + count, 0) || 1;
    return row.map((count, called) => {
      const picked = this.cell?.truth === truth && this.cell.called === called;
      const names = { count, truth: this.classes[truth], called: this.classes[called] };
      return html`<td><button class="cell number" data-cell="${truth},${called}" aria-pressed=${picked}
        style="--share: ${Math.round((count / total) * 34)}%" aria-label=${t('results.cell', names)} title=${t('results.cell', names)}
        @click=${() => this.emit('pick-cell', { truth, called })}>${count ? formatNumber(count) : html`<span class="muted">0</span>`}</button></td>`;
    });
  }

  static styles = [base, css`
    .scroll { overflow-x: auto; padding: 2px; }
    table { border-collapse: separate; border-spacing: 2px; width: 100%; table-layout: fixed; }
    th { padding: 4px; color: var(--dojo-muted); font-size: 12px; font-weight: 400; line-height: 16px; overflow-wrap: anywhere; }
    th[scope=row] { padding-inline-start: 0; text-align: start; }
    thead td { width: 64px; }
    th[scope=col] { min-width: 44px; vertical-align: bottom; }
    td { padding: 0; }
    .cell {
      width: 100%; min-width: 44px; height: 48px; border-radius: var(--dojo-radius-small, 4px); font-size: 16px; font-weight: 600;
      background: color-mix(in srgb, var(--dojo-accent) var(--share), var(--dojo-surface));
    }
    .cell:hover { outline: 1px solid var(--dojo-edge); }
    .cell[aria-pressed=true] { outline: 2px solid var(--dojo-accent); }
    :host([many]) table { width: auto; table-layout: auto; }
    :host([many]) .cell { width: 44px; height: 44px; font-size: 13px; }
    :host([many]) th[scope=row] { white-space: nowrap; padding-inline-end: 8px; }
    :host([many]) th[scope=col] span { writing-mode: vertical-rl; max-height: 136px; }
    .corner { color: var(--dojo-muted); font-size: 12px; line-height: 16px; vertical-align: bottom; white-space: pre-line; }
  `];
}
customElements.define('dojo-confusion', DojoConfusion);
