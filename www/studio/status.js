// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../i18n/index.js';
import { closeMenu, closeOutside } from './menu.js';
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
  const mood = dojo.info.threads > 1 ? 'good' : 'warn';
  const measure = (/** @type {Event} */ event) => { closeMenu(event); studio.show('device'); };
  return html`<details class="menu engine-menu" @toggle=${closeOutside}>
    <summary class="engine ${mood === 'warn' ? mood : ''}" data-testid="status-engine"><i class="light ${mood}"></i>${engineLabel()}</summary>
    <div class="menu-list note">
      ${mood === 'warn' ? html`<p>${t('engine.oneThread')}</p>
        <pre>Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp</pre>` : nothing}
      <button data-testid="device" @click=${measure}>${t('device.link')}</button></div>
  </details>`;
}

/** Threads and SIMD of the engine that runs. */
export function engineLabel() {
  const { threads, simd } = studio.engine.dojo.info;
  return t('engine.chip', { threads: t('engine.threads', { n: threads }), simd: simd === 'relaxed-simd' ? 'relaxed SIMD' : 'SIMD' });
}
