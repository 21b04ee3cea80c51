// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { icon } from '../icons.js';
import { groupTitle, search, wordsOf } from '../keras/table.js';
import { Part } from '../part.js';
import './words.js';

/**
 * Classes of a family to add one of: groups as in Keras' docs, with a search field.
 * Properties: `family`, `label` of the button, `keys` beside it. Event: `add` {name}.
 */
class DojoPalette extends Part {
  static properties = { family: {}, label: {}, keys: {}, query: { state: true }, open: { state: true } };

  constructor() {
    super();
    /** @type {import('../keras/table.js').FamilyName} */
    this.family = 'layers';
    this.label = '';
    this.keys = '';
    this.query = '';
    this.open = false;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.#outside);
  }

  disconnectedCallback() {
    document.removeEventListener('pointerdown', this.#outside);
    super.disconnectedCallback();
  }

  #outside = (/** @type {Event} */ event) => { if (this.open && !this.contains(/** @type {Node} */ (event.target))) this.close(); };

  /** Opens it with the search field ready; also a key's doing. */
  async show() {
    this.open = true;
    await this.updateComplete;
    this.querySelector('input')?.focus();
    this.scrollIntoView({ block: 'nearest' });
  }

  close() {
    this.open = false;
    this.query = '';
  }

  /** @param {string} name */
  #add(name) {
    this.close();
    this.dispatchEvent(new CustomEvent('add', { detail: { name }, bubbles: true }));
  }

  /** Arrows walk through the list, Enter takes the first match, Escape closes. @param {KeyboardEvent} event */
  #press(event) {
    if (event.key === 'Escape') {
      this.close();
      /** @type {HTMLElement | null} */ (this.querySelector('.palette-open'))?.focus();
    } else if (event.key === 'Enter' && /** @type {HTMLElement} */ (event.target).tagName === 'INPUT') {
      const [first] = search(this.family, this.query);
      if (first) this.#add(first.names[0]);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const stops = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('input, .palette-item')]);
      const at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      stops[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  render() {
    const { family, open, query } = this;
    const groups = open ? search(family, query) : [];
    return html`
      <button class="palette-open" aria-expanded=${open} data-testid="palette-${family}" @click=${() => (open ? this.close() : this.show())}>
        ${icon('plus')}<span>${this.label}</span>${this.keys ? html`<kbd>${this.keys}</kbd>` : nothing}</button>
      ${open ? html`<div class="palette" @keydown=${this.#press}>
        <input type="text" role="searchbox" autocomplete="off" placeholder=${t(`palette.${family}`)} aria-label=${t(`palette.${family}`)} data-testid="palette-search"
          .value=${query} @input=${(/** @type {any} */ event) => { this.query = event.target.value; }}>
        <div class="palette-list">
          ${groups.map(({ group, names }) => html`<section aria-label=${groupTitle(group)}>
            <h4>${groupTitle(group)}</h4>
            ${names.map((name) => html`<button class="palette-item" data-testid="add-${name}" @click=${() => this.#add(name)}>
              <b>${name}</b><span class="muted">${wordsOf(family, name)}</span></button>`)}</section>`)}
          ${groups.length ? nothing : html`<p class="muted">${t('palette.none', { query })}</p>`}
        </div></div>` : nothing}`;
  }
}
customElements.define('dojo-palette', DojoPalette);
