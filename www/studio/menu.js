// @ts-check
/** Menus are <details>: these make them close as menus do. */

/** @param {Event} event */
export function closeMenu(event) {
  /** @type {Element} */ (event.currentTarget).closest('details')?.removeAttribute('open');
}

/** An open menu closes at the next click elsewhere, and at Escape. @param {Event} event */
export function closeOutside(event) {
  const menu = /** @type {HTMLDetailsElement} */ (event.currentTarget);
  if (!menu.open) return;
  const stop = new AbortController();
  const close = (/** @type {Event} */ on) => {
    if (on.type === 'click' && menu.contains(/** @type {Node} */ (on.target))) return;
    if (on instanceof KeyboardEvent && on.key !== 'Escape') return;
    menu.open = false;
    stop.abort();
  };
  document.addEventListener('click', close, { signal: stop.signal });
  document.addEventListener('keydown', close, { signal: stop.signal });
}
