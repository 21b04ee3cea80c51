// @ts-check
import { css, LitElement } from 'lit';
import { languages } from '../i18n/index.js';

/** What every element of the page has in common: it speaks the language shown. */
export class DojoElement extends LitElement {
  /** @type {() => void} */
  #translate = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    languages.addEventListener('change', this.#translate);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    languages.removeEventListener('change', this.#translate);
  }

  /**
   * Bubbles and leaves the shadow root.
   * @param {string} type
   * @param {any} [detail]
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** Text, buttons, selects and focus rings as the page has them. */
export const base = css`
  :host {
    display: block;
    color: var(--dojo-text);
    font: 400 14px/20px var(--dojo-font, system-ui, sans-serif);
  }
  :host([hidden]), [hidden] { display: none !important; }
  *, ::before, ::after { box-sizing: border-box; }
  h2, h3, p, ul, ol { margin: 0; padding: 0; font: inherit; }
  ul, ol { list-style: none; }
  h2 { font-weight: 600; }
  .muted { color: var(--dojo-muted); }
  .small { font-size: 12px; line-height: 16px; }
  .number { font-variant-numeric: tabular-nums; }
  .marker { flex: none; overflow: visible; }
  .spoken {
    position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap;
  }
  button, select, input, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
  button { border: 0; background: none; padding: 0; cursor: pointer; }
  :is(button, select, input, textarea, [tabindex]):focus-visible {
    outline: 2px solid var(--dojo-accent); outline-offset: 2px;
  }
  .button {
    height: var(--dojo-control, 32px); padding: 0 12px; border: 1px solid var(--dojo-edge);
    border-radius: var(--dojo-radius, 6px); background: var(--dojo-surface);
    font-weight: 500; white-space: nowrap;
  }
  .button:hover { background: var(--dojo-sunk); }
  .button.primary {
    border-color: var(--dojo-accent); background: var(--dojo-accent); color: var(--dojo-on-accent);
  }
  .link { color: var(--dojo-accent); font-weight: 600; }
  .segments {
    display: inline-flex; min-width: 0; padding: 2px; overflow-x: auto;
    border-radius: var(--dojo-radius, 6px); background: var(--dojo-sunk);
  }
  .segments button {
    height: calc(var(--dojo-control-dense, 28px) - 2px); padding: 0 10px; border-radius: 5px;
    color: var(--dojo-muted); font-size: 13px; font-weight: 500; white-space: nowrap;
  }
  .segments [aria-selected='true'], .segments [aria-pressed='true'] {
    background: var(--dojo-surface); color: var(--dojo-text); box-shadow: 0 0 0 1px var(--dojo-line);
    font-weight: 600;
  }
  .field {
    height: var(--dojo-control, 32px); padding: 0 8px; border: 1px solid var(--dojo-edge);
    border-radius: var(--dojo-radius, 6px); background: var(--dojo-surface);
  }
`;
