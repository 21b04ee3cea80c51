// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { proposeCnn, proposeDraft } from '../propose.js';
import { studio } from '../state.js';
import './words.js';

/** Models to begin with on pictures: dense or convolutional. @param {import('../types.js').Project} project */
export function modelChoice(project) {
  const { kind, prepared, origin, entry, draft } = project;
  const cnn = kind === 'image' && prepared && !origin ? proposeCnn(prepared) : null;
  if (!cnn) return nothing;
  const choices = { dense: entry?.draft.config ?? proposeDraft(prepared, 'image').config, cnn };
  const text = JSON.stringify(draft.config);
  return html`<div class="model-choice"><span class="muted fine">${t('models.from')}</span>
    <div class="segmented" role="group" aria-label=${t('models.from')}>
      ${Object.entries(choices).map(([name, config]) => html`<button aria-pressed=${JSON.stringify(config) === text} title=${t(`models.${name}.help`)}
        data-testid="model-${name}" @click=${() => choose(config)}>${t(`models.${name}`)}</button>`)}
    </div></div>`;
}

/** @param {import('../types.js').KerasObject[]} config */
function choose(config) {
  studio.openLayer = null;
  studio.edit((draft) => { draft.config = structuredClone(config); }, 'toast.model');
}
