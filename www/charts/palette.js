// @ts-check
/**
 * The tokens as colours a canvas understands, and word when they change.
 * @typedef {Object} Palette
 * @property {string[]} series  index 0 is series 1
 * @property {string} text
 * @property {string} muted
 * @property {string} line
 * @property {string} edge
 * @property {string} surface
 * @property {string} accent
 * @property {string} bad
 * @property {string} font
 * @property {number} ribbon  opacity of the gap ribbon
 */

/**
 * Resolves the custom properties through a probe element: the raw text of a
 * property may be light-dark() or color-mix(), which a canvas cannot parse.
 * @param {HTMLElement} host
 * @returns {Palette}
 */
export function readPalette(host) {
  const probe = document.createElement('span');
  (host.shadowRoot ?? host).append(probe);
  const style = getComputedStyle(probe);
  /** @param {string} name */
  const color = (name) => {
    probe.style.color = `var(--dojo-${name})`;
    return style.color;
  };
  probe.style.fontFamily = 'var(--dojo-font, inherit)';
  const palette = {
    series: [1, 2, 3, 4, 5, 6].map((i) => color(`series-${i}`)),
    text: color('text'), muted: color('muted'), line: color('line'), edge: color('edge'),
    surface: color('surface'), accent: color('accent'), bad: color('bad'),
    font: style.fontFamily,
    ribbon: Number(style.getPropertyValue('--dojo-ribbon')) || 0.1,
  };
  probe.remove();
  return palette;
}

/**
 * A colour with an opacity.
 * @param {string} color
 * @param {number} alpha 0..1
 */
export const fade = (color, alpha) => `color-mix(in srgb, ${color} ${Math.round(alpha * 100)}%, transparent)`;

/**
 * Calls back after the page changes between light and dark.
 */
export class ThemeController {
  /**
   * @param {import('lit').ReactiveControllerHost & HTMLElement} host
   * @param {() => void} changed
   */
  constructor(host, changed) {
    this.changed = changed;
    this.media = matchMedia('(prefers-color-scheme: dark)');
    this.observer = new MutationObserver(changed);
    host.addController(this);
  }

  hostConnected() {
    this.media.addEventListener('change', this.changed);
    for (const root of [document.documentElement, document.body]) {
      this.observer.observe(root, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] });
    }
  }

  hostDisconnected() {
    this.media.removeEventListener('change', this.changed);
    this.observer.disconnect();
  }
}
