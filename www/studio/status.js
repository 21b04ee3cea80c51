// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../i18n/index.js';
import { closeOutside } from './menu.js';
import { studio } from './state.js';

/** Engine, speed, memory; and that nothing leaves this machine. */
export function statusBar() {
  const { engine } = studio;
  return html`
    ${engineChip()}
    ${studio.active ? html`<span class="num" data-testid="status-speed">${t('status.steps', { n: Math.round(engine.stepsPerSecond) })}</span>` : nothing}
    ${engine.memory ? html`<span class="num" data-testid="status-memory">${formatNumber(Math.round(engine.memory / 1e6))} MB</span>` : nothing}
    <span class="fill"></span>
    <span>${t('status.private')}</span>
    <button class="status-keys" data-testid="keys" @click=${() => document.dispatchEvent(new CustomEvent('dojo-keys'))}><kbd>?</kbd> ${t('keys')}</button>`;
}

function engineChip() {
  const { state, dojo, error } = studio.engine;
  if (state === 'starting') return html`<span data-testid="status-engine">${t('engine.starting')}</span>`;
  if (state === 'failed') {
    return html`<span class="bad" data-testid="status-engine">${t('engine.failed')} <span class="fine">${error?.message}</span></span>`;
  }
  const { threads, simd } = dojo.info;
  const label = t('engine.chip', { threads: t('engine.threads', { n: threads }), simd: simd === 'relaxed-simd' ? 'relaxed SIMD' : 'SIMD' });
  if (threads > 1) return html`<span class="engine" data-testid="status-engine"><i class="light good"></i>${label}</span>`;
  return html`<details class="menu engine-menu" @toggle=${closeOutside}>
    <summary class="engine warn" data-testid="status-engine"><i class="light warn"></i>${label}</summary>
    <div class="menu-list note"><p>${t('engine.oneThread')}</p>
      <pre>Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp</pre></div>
  </details>`;
}
