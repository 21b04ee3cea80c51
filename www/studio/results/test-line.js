// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { errorText } from '../errors.js';
import { evaluateRun } from '../runner.js';
import { studio, toError } from '../state.js';

/** "Test part: not looked at yet [Evaluate]", afterwards its figures and how often it was looked at. @param {import('../types.js').Run} run */
export function testLine(run) {
  if (!run.prepared.test.count) return nothing;
  const ended = run.model && !['running', 'paused', 'queued', 'error'].includes(run.status);
  return html`<div class="test-line">
    <span class="muted">${run.looked ? t('test.looked', { n: run.looked }) : t('test.none')}</span>
    <button class="button" data-testid="evaluate" ?disabled=${!ended || Boolean(studio.active)} title=${t('test.hint')} @click=${() => evaluate(run)}>${t('evaluate')}</button>
    ${run.test ? html`<dl class="figures" data-testid="test-figures">${Object.entries(run.test).map(([key, value]) => html`
      <dt>${key}</dt><dd class="num" data-testid="test-${key}">${formatNumber(value, { maximumFractionDigits: 4, minimumFractionDigits: 3 })}</dd>`)}</dl>` : nothing}
    ${evaluationErrors.has(run) ? html`<p class="bad fine" role="alert">${errorText(evaluationErrors.get(run) ?? null)}</p>` : nothing}
  </div>`;
}

/** @type {WeakMap<import('../types.js').Run, import('../types.js').StudioError>} */
const evaluationErrors = new WeakMap();

/** @param {import('../types.js').Run} run */
async function evaluate(run) {
  evaluationErrors.delete(run);
  try {
    await evaluateRun(run);
  } catch (error) {
    evaluationErrors.set(run, toError(error));
  }
  studio.changed();
}
