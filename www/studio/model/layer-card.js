// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { grip, icon } from '../icons.js';
import { wordsOf } from '../keras/table.js';
import { headline, tags } from '../layers.js';
import { studio } from '../state.js';
import { argumentForm } from './arguments.js';
import { moveLayer, removeLayer } from './layer-list.js';

/**
 * One layer: closed it says what it is, open it shows every argument.
 * @param {object} options
 * @param {import('../types.js').KerasObject} options.layer
 * @param {number} options.index
 * @param {import('../types.js').LayerInfo | undefined} options.info
 * @param {number} options.total parameters of the model
 * @param {boolean} options.bad
 * @param {string} options.message what the engine says of it, if it does not fit
 * @param {number} options.last
 * @param {(index: number) => void} options.drag
 */
export function layerCard({ layer, index, info, total, bad, message, last, drag }) {
  const open = studio.openLayer === index;
  const name = layer.class_name;
  const run = studio.focused;
  const differs = run && unnamed(run.config[index]) !== unnamed(layer);
  const toggle = () => { studio.openLayer = open ? null : index; studio.changed(); };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (!event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    const to = index + (event.key === 'ArrowUp' ? -1 : 1);
    moveLayer(index, to);
    requestAnimationFrame(() => requestAnimationFrame(() => focusCard(to)));
  };
  return html`<article class="card layer ${open ? 'open' : ''} ${bad ? 'bad' : ''}" data-testid="layer" data-layer=${index} @keydown=${keys}>
    <div class="layer-head">
      <span class="layer-grip" draggable="true" title=${t('layer.drag')} @dragstart=${() => drag(index)}>${grip}</span>
      <button class="layer-title" aria-expanded=${open} @click=${toggle}>
        <span class="layer-name"><b>${name}</b> <span class="layer-first ${differs ? 'differs' : ''}">${headline(layer)}</span>
          ${tags(layer).map((tag) => html`<span class="tag">${tag}</span>`)}</span>
        <span class="num layer-params">${info ? formatNumber(info.params) : ''}</span>
        <span class="share"><i style="inline-size:${info && total ? Math.max((100 * info.params) / total, info.params ? 1 : 0) : 0}%"></i></span>
      </button>
    </div>
    ${open ? html`<div class="layer-body">
      <p class="muted">${wordsOf('layers', name)}</p>
      ${argumentForm({ id: `layer-${index}`, family: 'layers', value: layer, filled: info?.config, message, quiet: true, more: ['name', 'trainable'], set: (key, value) => setArgument(index, key, value) })}
      <div class="layer-actions">
        <button class="button" ?disabled=${index === 0} @click=${() => moveLayer(index, index - 1)} aria-label=${t('layer.up')} title="${t('layer.up')} (Alt ↑)">${icon('up')}</button>
        <button class="button" ?disabled=${index === last} @click=${() => moveLayer(index, index + 1)} aria-label=${t('layer.down')} title="${t('layer.down')} (Alt ↓)">${icon('down')}</button>
        <span class="fill"></span>
        <button class="button" data-testid="remove-layer" @click=${() => removeLayer(index)}>${icon('trash')}${t('layer.remove')}</button>
      </div>
    </div>` : nothing}
  </article>`;
}

/** What a layer is, whatever its name. @param {import('../types.js').KerasObject | undefined} layer */
const unnamed = (layer) => JSON.stringify(layer, (key, value) => (key === 'name' ? undefined : value));

/** @param {number} index @param {string} key @param {any} value */
function setArgument(index, key, value) {
  studio.edit(({ config }) => {
    if (value === undefined) delete config[index].config[key];
    else config[index].config[key] = value;
  });
}

/** @param {number} index */
function focusCard(index) {
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-layer="${index}"] .layer-title`))?.focus();
}
