// @ts-check
/** Saving a model: the button for a `.keras` file, and beside it other formats and what goes on in Python. */
import { html } from 'lit';
import '../charts/menu.js';
import { t } from '../i18n/index.js';
import { icon } from './icons.js';
import { saveModel, savePython } from './models.js';

/** @type {import('../engine/types').ModelFormat[]} */
const formats = ['h5', 'weights.h5', 'safetensors'];

/** The programs there are, by the menu's item. @type {Record<string, Parameters<typeof savePython>[2]>} */
const programs = { python: {}, pythonDevices: { distribute: true }, pythonCopy: { copy: true } };

/**
 * @param {import('./types.js').Project} project @param {import('./types.js').Run | null} run null: the draft
 * @param {string} label of the button
 */
export function saveButtons(project, run, label) {
  const items = [...formats, ...Object.keys(programs)].map((id) => ({ id, label: t(`save.${id}`) }));
  const choose = (/** @type {any} */ id) =>
    formats.includes(id) ? saveModel(project, run, id) : savePython(project, run, programs[id]);
  return html`<div class="save-as">
    <button class="button save" data-testid="save-model" @click=${() => saveModel(project, run)}>${icon('download')}<span>${label}</span></button>
    <dojo-menu .label=${t('save.more')} .items=${items} data-testid="save-menu"
      @choose=${(/** @type {CustomEvent} */ event) => choose(event.detail.id)}></dojo-menu></div>`;
}
