// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { problemOf } from '../checks.js';
import { hasEnded } from '../results/outcome.js';
import { inputShapeOf } from '../models.js';
import { saveButtons } from '../save.js';
import { sequential } from '../sequential.js';
import { studio } from '../state.js';

/** The editor at full width, with Keras' summary beside it. */
class DojoModel extends Part {
  static properties = { summary: { state: true } };

  /** @type {unknown} the layers that the summary tells of */
  #told = null;

  constructor() {
    super();
    this.summary = '';
  }

  render() {
    const { project } = studio;
    if (!project) return html``;
    return html`
      <div class="model-edit"><dojo-data-card></dojo-data-card><dojo-layers></dojo-layers></div>
      <div class="model-compile"><dojo-compile></dojo-compile></div>
      <section class="model-summary" aria-labelledby="summary-title">
        <div class="section-head"><h2 id="summary-title"><code>model.summary()</code></h2>${saveButton(project)}</div>
        <pre tabindex="0" data-testid="summary" class=${problemOf(project) ? 'dim' : ''}>${this.summary || t('summary.none')}</pre>
      </section>`;
  }

  updated() {
    const { project, engine } = studio;
    const layers = project?.draft.config;
    if (engine.state !== 'ready' || !project || !inputShapeOf(project) || !project.inspection || project.inspection.error || layers === this.#told) return;
    this.#told = layers;
    this.#summarize(project);
  }

  /** @param {import('../types.js').Project} project */
  async #summarize(project) {
    const { config } = project.draft;
    try {
      const model = await studio.engine.dojo.loadModel(sequential(config, inputShapeOf(project)));
      const text = await model.summary();
      await model.dispose();
      if (config === this.#told) this.summary = text;
    } catch { /* the editor shows what is wrong with the model */ }
  }
}
customElements.define('dojo-model', DojoModel);

/** Saves the focus run's model; before there is one, the draft's. @param {import('../types.js').Project} project */
function saveButton(project) {
  const focused = studio.focused;
  const run = focused && hasEnded(focused) ? focused : null;
  if (!run && (problemOf(project) || !inputShapeOf(project))) return nothing;
  const label = run ? t('save.run', run) : t(project.origin ? 'save.origin' : 'save.draft');
  return saveButtons(project, run, label);
}
