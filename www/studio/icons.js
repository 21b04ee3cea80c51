// @ts-check
import { html, svg } from 'lit';

/** Line icons on a 16 px grid. @type {Record<string, import('lit').TemplateResult>} */
const shapes = {
  check: svg`<path d="M3 8.5 6.5 12 13 4.5"/>`,
  dot: svg`<circle cx="8" cy="8" r="3.5" fill="currentColor" stroke="none"/>`,
  down: svg`<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>`,
  up: svg`<path d="m4.5 9.5 3.5-3.5 3.5 3.5"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  close: svg`<path d="m4 4 8 8m0-8-8 8"/>`,
  play: svg`<path d="M5 3.2v9.6l7.5-4.8z" fill="currentColor" stroke-linejoin="round"/>`,
  pause: svg`<path d="M5.5 3v10M10.5 3v10" stroke-width="2.4"/>`,
  stop: svg`<rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="currentColor" stroke="none"/>`,
  sun: svg`<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.6m0 9.8v1.6M1.5 8h1.6m9.8 0h1.6M3.4 3.4l1.1 1.1m7 7 1.1 1.1m0-9.2-1.1 1.1m-7 7-1.1 1.1"/>`,
  moon: svg`<path d="M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z" stroke-linejoin="round"/>`,
  auto: svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" stroke="none"/>`,
  data: svg`<ellipse cx="8" cy="3.8" rx="5" ry="2"/><path d="M3 3.8v8.4c0 1.1 2.2 2 5 2s5-.9 5-2V3.8M3 8c0 1.1 2.2 2 5 2s5-.9 5-2"/>`,
  model: svg`<rect x="2.5" y="2" width="11" height="3.6" rx="1"/><rect x="2.5" y="10.4" width="11" height="3.6" rx="1"/><path d="M8 5.6v4.8"/>`,
  train: svg`<path d="M2.5 2v11.5H14M4.5 3.5c1 5 3.5 7.5 8.5 8"/>`,
  results: svg`<rect x="2.5" y="2.5" width="11" height="11" rx="1"/><path d="M8 2.5v11M2.5 8h11"/>`,
  file: svg`<path d="M8 10.5V2.5M4.800 5.5 8 2.300l3.200 3.200M2.5 10.5v3h11v-3"/>`,
  download: svg`<path d="M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11"/>`,
  warn: svg`<path d="M8 2 1.800 13.5h12.400zM8 6.5v3.5m0 1.700v.3" stroke-linejoin="round"/>`,
  trash: svg`<path d="M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.800l.6-9"/>`,
};

/** @param {string} name */
export const icon = (name) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shapes[name]}</svg>`;

export const grip = html`<svg class="grip" viewBox="0 0 8 12" aria-hidden="true">
  ${[2, 6, 10].map((y) => svg`<circle cx="2" cy=${y} r="1"/><circle cx="6" cy=${y} r="1"/>`)}</svg>`;

export const logo = html`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
  <rect width="24" height="24" rx="5"/><path d="M5.5 6.5c2.5 7.5 6.5 9.5 13 9.5"/><path d="M5.5 16.5c4-1 8-4 12-9.5" stroke-dasharray="2.5 2"/></svg>`;
