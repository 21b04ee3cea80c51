// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { named, problemOf } from '../checks.js';
import { icon } from '../icons.js';
import { newObject } from '../keras/objects.js';
import { outputOf, shapeText } from '../layers.js';
import { Part } from '../part.js';
import { studio } from '../state.js';
import './code-editor.js';
import { modelChoice } from './model-choice.js';
import { originCard } from './origin-card.js';
import { layerCard } from './layer-card.js';
import './palette.js';

/** The model as cards with joints, or as code: one draft, two forms. */
class DojoLayers extends Part {
  static properties = { code: { state: true } };

  /** @type {number | null} the card being dragged */
  #dragged = null;

  constructor() {
    super();
    this.code = false;
  }

  render() {
    const { project } = studio;
    if (!project?.draft) return html``;
    const { inspection } = project;
    return html`<section class="layers" aria-labelledby="layers-title">
      <div class="section-head">
        <h2 id="layers-title">${t('model')}</h2>
        <span class="muted num" data-testid="params">${inspection && !inspection.error ? t('params', { n: inspection.total }) : ''}</span>
        <div class="segmented" role="group" aria-label=${t('layers.form')}>
          <button aria-pressed=${!this.code} @click=${() => { this.code = false; }}>${t('layers.cards')}</button>
          <button aria-pressed=${this.code} data-testid="code" @click=${() => { this.code = true; }}>${t('layers.code')}</button>
        </div>
      </div>
      ${originCard(project)}${modelChoice(project)}
      ${this.code ? html`<dojo-code></dojo-code>` : this.#cards(project)}
    </section>`;
  }

  /** @param {import('../types.js').Project} project */
  #cards(project) {
    const { draft, inspection, prepared, origin } = project;
    const input = prepared?.inputShape ?? origin?.inputShape;
    const problem = problemOf(project);
    const last = draft.config.length - 1;
    return html`
      <ol class="chain ${studio.codeError ? 'dim' : ''}">
        <li class="joint">${input ? html`<code>${shapeText(input)}</code> <span>${prepared ? inputText(project) : t('input.wanted')}</span>` : nothing}</li>
        ${draft.config.map((layer, index) => {
          const info = inspection?.layers[index];
          const built = info?.className === layer.class_name ? info : undefined;
          const bad = problem?.layer === index;
          return html`
            <li class="layer-slot" @dragover=${(/** @type {DragEvent} */ event) => this.#over(event, index)} @drop=${(/** @type {DragEvent} */ event) => this.#drop(event, index)}>
              ${layerCard({ layer, index, info: built, total: inspection?.total ?? 0, bad, message: bad ? inspection?.error?.message ?? '' : '', last, drag: (from) => { this.#dragged = from; } })}
            </li>
            ${bad ? problemCard(/** @type {import('../checks.js').Problem} */ (problem)) : nothing}
            ${jointAfter(built, problem, index, last)}`;
        })}
      </ol>
      ${problem?.layer === -1 ? problemCard(problem) : nothing}
      ${addMenu()}`;
  }

  /** @param {DragEvent} event @param {number} index */
  #over(event, index) {
    if (this.#dragged === null || this.#dragged === index) return;
    event.preventDefault();
  }

  /** @param {DragEvent} event @param {number} index */
  #drop(event, index) {
    if (this.#dragged === null) return;
    event.preventDefault();
    event.stopPropagation();
    moveLayer(this.#dragged, index);
    this.#dragged = null;
  }
}
customElements.define('dojo-layers', DojoLayers);

/**
 * @param {import('../types.js').LayerInfo | undefined} info
 * @param {import('../checks.js').Problem | null} problem @param {number} index @param {number} last
 */
function jointAfter(info, problem, index, last) {
  const bad = problem && (index === problem.layer - 1 || (index === last && problem.layer === last));
  const shape = info && outputOf(info);
  if (!shape) return html`<li class="joint ${bad ? 'bad' : ''}"></li>`;
  const fits = index === last && !problem && studio.project?.prepared;
  return html`<li class="joint ${bad ? 'bad' : ''}"><code>${shapeText(shape)}</code>
    ${fits ? html` <span class="good" data-testid="fits">${t('joint.fits')} ${icon('check')}</span>` : nothing}</li>`;
}

/** What the input is, in a few words. @param {import('../types.js').Project} project */
function inputText({ kind, recipe, prepared }) {
  if (kind === 'text') {
    const step = recipe.steps.find((/** @type {any} */ { op }) => op === 'text_vectorization');
    return t(step?.output_mode === 'int' ? 'input.tokens' : 'input.words');
  }
  if (kind === 'image') return t(prepared.inputShape[2] === 3 ? 'input.rgb' : 'input.grey');
  return t('input.columns');
}

/** What came, what is needed, and one primary fix. @param {import('../checks.js').Problem} problem */
function problemCard({ title, text, vars, fixes }) {
  const [first, ...others] = fixes;
  const press = (/** @type {import('../checks.js').Fix} */ fix) => studio.edit(fix.apply, 'toast.fixed');
  return html`<li class="problem" role="alert" data-testid="problem">
    <h3>${t(title, vars)}</h3>
    <p>${text === 'message' ? vars.message : t(text, vars)}</p>
    <div class="fixes">
      ${first ? html`<button class="button primary" data-testid="fix" @click=${() => press(first)}>${t(first.key, first.vars)}</button>` : nothing}
      ${others.length ? html`<details><summary>${t('fix.others')}</summary>
        ${others.map((fix) => html`<button class="button" @click=${() => press(fix)}>${t(fix.key, fix.vars)}</button>`)}</details>` : nothing}
    </div>
  </li>`;
}

function addMenu() {
  return html`<dojo-palette class="add-layer" family="layers" label=${t('layer.add')} keys="L" data-testid="add-layer"
    @add=${(/** @type {CustomEvent} */ event) => addLayer(event.detail.name)}></dojo-palette>`;
}

/** Adds a layer after the open card; without one before the output layer, whose shape fits the labels. @param {string} name */
function addLayer(name) {
  const { project, openLayer } = studio;
  if (!project) return;
  const { length } = project.draft.config;
  const fits = !problemOf(project);
  const place = openLayer !== null ? openLayer + 1 : fits ? Math.max(length - 1, 0) : length;
  studio.openLayer = place;
  studio.edit((draft) => void draft.config.splice(place, 0, named(newObject('layers', name), draft)), 'toast.added');
}

/** @param {number} from @param {number} to */
export function moveLayer(from, to) {
  const { project } = studio;
  if (!project || to < 0 || to >= project.draft.config.length) return;
  if (studio.openLayer === from) studio.openLayer = to;
  studio.edit(({ config }) => void config.splice(to, 0, ...config.splice(from, 1)), 'toast.moved');
}

/** @param {number} index */
export function removeLayer(index) {
  studio.openLayer = null;
  studio.edit(({ config }) => void config.splice(index, 1), 'toast.removed');
}

