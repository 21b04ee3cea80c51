// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { errorText } from '../errors.js';
import { icon } from '../icons.js';
import { Part } from '../part.js';
import { studio, toError } from '../state.js';
import { engineLabel } from '../status.js';
import { measureAll } from './measure.js';
import { cell, markdown, milliseconds, names, reference, systems, unit } from './table.js';
import './words.js';

/**
 * @typedef {import('./measure.js').Name} Name
 * @typedef {import('./measure.js').Result} Result
 */

/** "Benchmark this device": how long steps of six networks take here, beside a reference. */
class DojoDevice extends Part {
  /** @type {Map<Name, Result>} */
  #results = new Map();
  /** @type {{name: Name, share: number} | null} what is being measured */
  #now = null;
  /** @type {AbortController | null} */
  #control = null;
  /** @type {import('../types.js').StudioError | null} */
  #error = null;
  #copied = false;

  disconnectedCallback() {
    this.#stop();
    super.disconnectedCallback();
  }

  #stop = () => this.#control?.abort();

  #start = async () => {
    this.#control = new AbortController();
    this.#results.clear();
    this.#error = null;
    this.#copied = false;
    this.requestUpdate();
    try {
      await measureAll({
        signal: this.#control.signal,
        progress: (name, share) => { this.#now = { name, share }; this.requestUpdate(); },
        result: (name, result) => { this.#results.set(name, result); },
      });
    } catch (error) {
      this.#error = toError(error);
    }
    this.#control = this.#now = null;
    this.requestUpdate();
  };

  #copy = async () => {
    await navigator.clipboard.writeText(markdown(this.#results, engineLabel()));
    this.#copied = true;
    this.requestUpdate();
  };

  render() {
    const ready = studio.engine.state === 'ready';
    return html`<section class="device">
      <div class="section-head"><h2>${t('device.title')}</h2>
        <button class="link" data-testid="device-back" @click=${() => studio.show('train')}>${t('device.back')}</button></div>
      <p class="muted">${t('device.text')}</p>
      ${ready ? html`<p class="fine muted">${t('device.engine', { engine: engineLabel(), version: studio.engine.dojo.info.version })}</p>` : nothing}
      <div class="device-actions">${this.#actions(ready)}</div>
      ${this.#progress()}
      ${this.#error ? html`<div class="problem" role="alert">${errorText(this.#error)}</div>` : nothing}
      ${this.#table()}
      <p class="fine muted">${t('device.how', reference)}</p>
    </section>`;
  }

  /** @param {boolean} ready */
  #actions(ready) {
    if (this.#control) return html`<button class="button stop" data-testid="device-stop" @click=${this.#stop}>${icon('stop')}${t('stop')}</button>`;
    if (studio.active) return html`<p class="warn">${t('device.busy')}</p>`;
    const any = this.#results.size > 0;
    return html`<button class="button primary main-action" data-testid="device-start" ?disabled=${!ready} @click=${this.#start}>
        ${icon('play')}${t(any ? 'device.again' : 'device.start')}</button>
      ${any ? html`<button class="button" data-testid="device-copy" @click=${this.#copy}>${icon('file')}${t('device.copy')}</button>` : nothing}
      <span role="status" class="good">${this.#copied ? t('device.copied') : ''}</span>`;
  }

  #progress() {
    if (!this.#now && !this.#results.size) return nothing;
    const place = this.#now ? names.indexOf(this.#now.name) : 0;
    const done = this.#now ? place + this.#now.share : this.#results.size;
    const words = this.#now
      ? t('device.now', { name: this.#now.name, n: place + 1, of: names.length })
      : t('device.done', { n: this.#results.size, of: names.length });
    return html`<div class="device-progress">
      <progress max=${names.length} .value=${done} aria-label=${t('device.progress')}></progress>
      <span class="fine muted" role="status" data-testid="device-status">${words}</span></div>`;
  }

  #table() {
    return html`<div class="device-table"><table>
      <thead><tr><th scope="col">${t('device.network')}</th><th scope="col" class="nowrap">${t('device.here')}</th>
        ${systems.map((system) => html`<th scope="col" class=${system === 'dojo' ? '' : 'other'}>${t(`device.system.${system}`)}</th>`)}</tr></thead>
      <tbody>${names.map((name) => this.#row(name))}</tbody></table></div>`;
  }

  /** @param {Name} name */
  #row(name) {
    const result = this.#results.get(name);
    const running = this.#now?.name === name;
    return html`<tr class=${running ? 'running' : ''} data-testid="device-row">
      <th scope="row"><b>${name}</b> <span>${t(`device.${name}`)}</span><span class="unit">${unit(name)}</span></th>
      <td class="here" title=${result && 'error' in result ? result.error : ''}>${running && !result ? '…' : cell(result)}
        ${result && 'best_ms' in result ? html`<span class="unit">${t('device.best', { ms: milliseconds(result.best_ms) })}</span>` : nothing}</td>
      ${systems.map((system) => html`<td class=${system === 'dojo' ? '' : 'other'}>${cell(reference.results[name]?.[system])}</td>`)}
    </tr>`;
  }
}
customElements.define('dojo-device', DojoDevice);
