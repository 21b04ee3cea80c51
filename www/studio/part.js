// @ts-check
import { LitElement } from 'lit';
import { languages } from '../i18n/index.js';
import { studio } from './state.js';

/** A piece of the page: light DOM (the page's styles apply), drawn again when the studio or the language changes. */
export class Part extends LitElement {
  #draw = () => this.requestUpdate();

  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    studio.addEventListener('change', this.#draw);
    languages.addEventListener('change', this.#draw);
  }

  disconnectedCallback() {
    studio.removeEventListener('change', this.#draw);
    languages.removeEventListener('change', this.#draw);
    super.disconnectedCallback();
  }
}
