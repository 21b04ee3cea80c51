// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { studio } from '../state.js';

/** A pause in typing after which valid code becomes the draft. */
const applyMilliseconds = 300;

/** The layers as a JSON list, as Keras writes them. */
class DojoCode extends Part {
  #timer = 0;
  #typed = '';
  /** @type {unknown} the layers that the text shows */
  #shown = null;

  /** @param {Event} event */
  #input(event) {
    this.#typed = /** @type {HTMLTextAreaElement} */ (event.target).value;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#apply(), applyMilliseconds);
  }

  #apply() {
    try {
      const layers = parseLayers(this.#typed);
      studio.codeError = null;
      studio.edit((draft) => { draft.config = layers; });
      this.#shown = studio.project?.draft.config;
    } catch (error) {
      studio.codeError = /** @type {Error} */ (error).message;
    }
    studio.changed();
  }

  render() {
    const layers = studio.project?.draft.config;
    if (layers !== this.#shown) {
      this.#shown = layers;
      this.#typed = layersText(layers ?? []);
    }
    const { codeError, project } = studio;
    const message = codeError ?? project?.inspection?.error?.message;
    return html`
      <textarea class="code ${message ? 'bad' : ''}" spellcheck="false" rows="18" aria-label=${t('layers.code')} data-testid="code-text"
        .value=${this.#typed} @input=${this.#input}></textarea>
      ${message ? html`<p class="bad fine" role="alert" data-testid="code-error">${message}</p>` : nothing}`;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    studio.codeError = null;
  }
}
customElements.define('dojo-code', DojoCode);

/** One layer a line while it is short. @param {import('../types.js').KerasObject[]} layers */
function layersText(layers) {
  const line = (/** @type {any} */ layer) => `  ${JSON.stringify(layer).replaceAll('":', '": ').replaceAll(',"', ', "')}`;
  return `[\n${layers.map(line).join(',\n')}\n]\n`;
}

/** @param {string} text @returns {import('../types.js').KerasObject[]} */
function parseLayers(text) {
  const layers = JSON.parse(text);
  if (!Array.isArray(layers)) throw new Error(t('code.notList'));
  layers.forEach((layer, i) => {
    if (typeof layer?.class_name !== 'string') throw new Error(t('code.noClass', { n: i + 1 }));
    layer.config ??= {};
  });
  return layers;
}
