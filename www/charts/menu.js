// @ts-check
import { css, html } from 'lit';
import { base, DojoElement } from './element.js';

/**
 * @typedef {{id: string, label: string, checked?: boolean, danger?: boolean, keys?: string}} MenuItem
 */

/**
 * A ⋯ button with a menu in the top layer (so no scrolling box cuts it off).
 * Emits `choose` {id}. Other controls may be put above the items as children.
 */
export class DojoMenu extends DojoElement {
  static properties = {
    items: { attribute: false },
    label: {},
    icon: {},
  };

  constructor() {
    super();
    /** @type {MenuItem[]} */
    this.items = [];
    this.label = '';
    /** @type {'more'|'download'} */
    this.icon = 'more';
  }

  /** @returns {HTMLElement} */
  get panel() { return /** @type {HTMLElement} */ (this.renderRoot.querySelector('[popover]')); }

  #place() {
    const button = /** @type {HTMLElement} */ (this.renderRoot.querySelector('button')).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    const below = button.bottom + 4;
    this.panel.style.left = `${Math.max(8, Math.min(button.right - width, innerWidth - width - 8))}px`;
    this.panel.style.top = `${below + height > innerHeight - 8 ? Math.max(8, button.top - height - 4) : below}px`;
  }

  /** @param {ToggleEvent} event */
  #toggled(event) {
    if (event.newState !== 'open') return;
    this.#place();
    /** @type {HTMLElement|null} */ (this.panel.querySelector('[role^=menuitem]'))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const items = /** @type {HTMLElement[]} */ ([...this.panel.querySelectorAll('[role^=menuitem]')]);
    const at = items.indexOf(/** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (this.renderRoot).activeElement));
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} id */
  #choose(id) {
    this.panel.hidePopover();
    this.emit('choose', { id });
  }

  render() {
    return html`
      <button class="trigger" popovertarget="panel" aria-haspopup="menu" aria-label=${this.label} title=${this.label}>
        ${this.icon === 'download' ? download : more}
      </button>
      <div id="panel" popover @toggle=${this.#toggled} @keydown=${this.#keys}>
        <slot></slot>
        <div role="menu" aria-label=${this.label}>
          ${this.items.map((item) => html`
            <button role=${item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'} class=${item.danger ? 'danger' : ''}
              aria-checked=${item.checked === undefined ? 'false' : String(item.checked)}
              data-testid="menu-${item.id}" @click=${() => this.#choose(item.id)}>
              <span>${item.checked ? '✓ ' : ''}${item.label}</span>
              ${item.keys ? html`<kbd>${item.keys}</kbd>` : ''}
            </button>`)}
        </div>
      </div>`;
  }

  static styles = [base, css`
    :host { display: inline-block; }
    .trigger {
      display: grid; place-items: center; border-radius: var(--dojo-radius, 6px); color: var(--dojo-text);
      width: var(--dojo-control-dense, 28px); height: var(--dojo-control-dense, 28px);
    }
    .trigger:hover { background: var(--dojo-sunk); }
    [popover] {
      position: fixed; inset: auto; margin: 0; min-width: 176px; padding: 4px;
      border: 1px solid var(--dojo-line); border-radius: var(--dojo-radius-card, 8px);
      background: var(--dojo-surface); color: var(--dojo-text);
      box-shadow: var(--dojo-menu-shadow, 0 8px 24px #0003);
    }
    [role^=menuitem] {
      display: flex; justify-content: space-between; gap: 16px; width: 100%; padding: 6px 10px;
      border-radius: var(--dojo-radius-small, 4px); font-size: 13px; text-align: start; white-space: nowrap;
    }
    [role^=menuitem]:is(:hover, :focus-visible) { background: var(--dojo-accent-soft); outline: none; }
    .danger { color: var(--dojo-bad); }
    kbd { color: var(--dojo-muted); font: inherit; }
    @media (pointer: coarse) { [role^=menuitem] { min-height: 44px; align-items: center; } }
  `];
}
customElements.define('dojo-menu', DojoMenu);

const more = html`<svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
  <circle cx="3" cy="8" r="1.5"></circle><circle cx="8" cy="8" r="1.5"></circle><circle cx="13" cy="8" r="1.5"></circle></svg>`;
const download = html`<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"
  aria-hidden="true"><path d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"></path></svg>`;
