// @ts-check
import { svg, html } from 'lit';

/** Outlines of ● ■ ▲ ◆ ▼ ✚ around the origin, in CSS pixels; one for each series. */
export const MARKER_PATHS = [
  'M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z',
  'M-4.5-4.5H4.5V4.5H-4.5Z',
  'M0-5.5L5.5 4.5H-5.5Z',
  'M0-6L6 0L0 6L-6 0Z',
  'M0 5.5L5.5-4.5H-5.5Z',
  'M-2-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z',
];

/**
 * A run's marker as an inline picture.
 * @param {number} series 1..6
 * @param {{hollow?: boolean}} [options]
 */
export function markerIcon(series, { hollow = false } = {}) {
  const color = `var(--dojo-series-${series})`;
  const shape = svg`<path d=${MARKER_PATHS[(series - 1) % MARKER_PATHS.length]}
    fill=${hollow ? 'none' : color} stroke=${color} stroke-width=${hollow ? 1.8 : 0}></path>`;
  return html`<svg class="marker" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">${shape}</svg>`;
}
