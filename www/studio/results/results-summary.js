// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { studio } from '../state.js';
import { testLine } from './test-line.js';

/** The insight column: what the focus run reached on the validation rows, and the test part. */
class DojoSummary extends Part {
  render() {
    const run = studio.focused;
    if (!run) return html`<p class="muted">${t('summary.empty')}</p>`;
    const last = run.epoch.length - 1;
    const keys = Object.keys(run.history).filter((key) => key.startsWith('val_'));
    return html`
      <div class="section-head"><h2>${t('tab.results')}</h2>
        <span class="muted">${last < 0 ? '' : t('summary.of', { epoch: run.epoch[last] + 1 })}</span>
        ${run.model && last >= 0 ? html`<button class="link" data-testid="open-results" @click=${() => studio.show('results')}>${t('open')}</button>` : nothing}</div>
      ${keys.length ? html`<dl class="figures">${keys.map((key) => html`<dt>${key}</dt><dd class="num">${figure(run.history[key][last])}</dd>`)}</dl>` : nothing}
      ${testLine(run)}`;
  }
}
customElements.define('dojo-summary', DojoSummary);

/** @param {number} value */
const figure = (value) => formatNumber(value, { maximumFractionDigits: 4, minimumFractionDigits: 3 });
