// @ts-check
import { html, nothing } from 'lit';
import { t } from '../i18n/index.js';
import { train } from './controls.js';
import { queue } from './model/compile-form.js';
import { Part } from './part.js';
import { tabs } from './persist.js';
import { stopRun, togglePause } from './runner.js';
import { studio } from './state.js';

/** Keys and what they do, as the dialog lists them. */
const listed = [
  ['Ctrl/⌘ ⏎', 'key.train'], ['Space', 'key.pause'], ['Shift Esc', 'key.stop'], ['1–4', 'key.tabs'],
  ['L', 'key.layer'], ['Alt ↑↓', 'key.move'], ['?', 'key.keys'],
];

/** The page's keys, and the dialog that lists them. */
class DojoKeys extends Part {
  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.#press);
    document.addEventListener('dojo-keys', this.#show);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#press);
    document.removeEventListener('dojo-keys', this.#show);
  }

  #show = () => this.querySelector('dialog')?.showModal();

  #press = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      // A number typed a moment ago becomes the draft before it is trained.
      /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
      return studio.active ? queue() : train();
    }
    if (event.shiftKey && event.key === 'Escape') return stopRun();
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event) || this.querySelector('dialog[open]')) return;
    const tab = tabs[Number(event.key) - 1];
    if (tab) return studio.show(tab);
    if (event.key === '?') return this.#show();
    if (event.key.toLowerCase() === 'l') {
      event.preventDefault();
      return openAddMenu();
    }
    if (event.key === ' ' && studio.active && event.target === document.body) {
      event.preventDefault();
      togglePause();
    }
  };

  render() {
    return html`<dialog class="keys" aria-labelledby="keys-title">
      <form method="dialog"><h2 id="keys-title">${t('keys')}</h2>
        <dl>${listed.map(([key, words]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(words)}</dd>`)}</dl>
        <button class="button">${t('close')}</button></form></dialog>`;
  }
}
customElements.define('dojo-keys', DojoKeys);

/** Single letters rest while something is typed. @param {Event} event */
function inField(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

function openAddMenu() {
  if (studio.tab !== 'train' && studio.tab !== 'model') studio.show('model');
  requestAnimationFrame(() => requestAnimationFrame(() => /** @type {any} */ (document.querySelector('dojo-palette.add-layer'))?.show()));
}

/** Speaks each tenth of a run, and its end. */
class DojoLive extends Part {
  #said = '';

  render() {
    return html`<p class="spoken" aria-live="polite" data-testid="live">${this.#sentence() || nothing}</p>`;
  }

  #sentence() {
    const run = studio.active;
    if (!run) {
      const last = studio.project?.runs.at(-1);
      if (last && this.#said) this.#said = t('live.end', { name: last.name, state: t(`run.${last.status}`) });
      return this.#said;
    }
    const every = Math.max(1, Math.round(run.epochs / 10));
    const done = run.epoch.length;
    if (done && done % every === 0) {
      const loss = run.history.val_loss ?? run.history.loss;
      this.#said = t('live.epoch', { name: run.name, epoch: done, epochs: run.epochs, loss: loss.at(-1)?.toFixed(3) });
    }
    return this.#said;
  }
}
customElements.define('dojo-live', DojoLive);
