// @ts-check
import { css, html } from 'lit';
import { base, DojoElement } from '../../charts/element.js';
import { markerIcon } from '../../charts/marker.js';
import { t } from '../../i18n/index.js';
import { untried } from './variants.js';
import './words.js';

/** @typedef {import('../../charts/run.js').Run} Run */

/**
 * "From ■ bigger: [smaller] [+ L2 0.001] …": what was not tried yet.
 * Properties: `run` (the focus run or null), `runs`.
 * Event: `queue-variant` {name, config, compile, fit}, a full copy.
 */
export class DojoVariants extends DojoElement {
  static properties = {
    run: { attribute: false, hasChanged: () => true },
    runs: { attribute: false, hasChanged: () => true },
  };

  constructor() {
    super();
    /** @type {Run|null} */
    this.run = null;
    /** @type {Run[]} */
    this.runs = [];
  }

  /** @param {import('./variants.js').Variant} variant */
  #queue({ id, config, compile, fit }) {
    const name = uniqueName(t(`variant.${id}`), this.runs);
    this.emit('queue-variant', { name, config, compile, fit });
  }

  render() {
    const { run } = this;
    if (!run) return '';
    const variants = untried(run, this.runs);
    return html`
      <div class="bar" role="group" aria-label=${t('variants.fromRun', run)}>
        <span class="from muted small">${t('variants.from')} ${markerIcon(run.series)} ${run.name}</span>
        ${variants.map((variant) => html`
          <button class="chip" title=${variant.hint} data-testid="variant-${variant.id}"
            @click=${() => this.#queue(variant)}>${t(`variant.${variant.id}`)}</button>`)}
        ${variants.length ? '' : html`<span class="muted small">${t('variant.none')}</span>`}
      </div>`;
  }

  static styles = [base, css`
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 10px 0; }
    .from { display: inline-flex; align-items: center; gap: 6px; margin-inline-end: 4px; }
    .chip {
      height: var(--dojo-control-dense, 28px); padding: 0 12px; border: 1px solid var(--dojo-line); border-radius: 999px;
      background: var(--dojo-surface); font-size: 13px; white-space: nowrap;
    }
    .chip:hover { border-color: var(--dojo-accent); color: var(--dojo-accent); }
    @media (max-width: 559px) { .bar { flex-wrap: nowrap; overflow-x: auto; } .from { white-space: nowrap; } }
  `];
}
customElements.define('dojo-variants', DojoVariants);

/**
 * "bigger", "bigger 2", …
 * @param {string} name
 * @param {{name: string}[]} runs
 */
function uniqueName(name, runs) {
  let unique = name;
  for (let n = 2; runs.some((run) => run.name === unique); n++) unique = `${name} ${n}`;
  return unique;
}
