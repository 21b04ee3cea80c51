// @ts-check
import { noChange } from 'lit';
import { directive, Directive } from 'lit/directive.js';

/** Opens a <details> when `when` becomes true; closing it is the reader's. */
class Opens extends Directive {
  #was = false;

  /** @param {import('lit').ElementPart} part @param {[boolean]} values */
  update(part, [when]) {
    if (when && !this.#was) /** @type {HTMLDetailsElement} */ (part.element).open = true;
    this.#was = when;
    return this.render(when);
  }

  /** @param {boolean} _when */
  render(_when) { return noChange; }
}

export const opens = directive(Opens);
