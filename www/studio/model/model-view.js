// @ts-check
import { html } from 'lit';
import { t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { problemOf } from '../checks.js';
import { sequential, studio } from '../state.js';

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
        <h2 id="summary-title"><code>model.summary()</code></h2>
        <pre tabindex="0" data-testid="summary" class=${problemOf(project) ? 'dim' : ''}>${this.summary || t('summary.none')}</pre>
      </section>`;
  }

  updated() {
    const { project, engine } = studio;
    const layers = project?.draft.config;
    if (engine.state !== 'ready' || !project?.prepared || !project.inspection || project.inspection.error || layers === this.#told) return;
    this.#told = layers;
    this.#summarize(project);
  }

  /** @param {import('../types.js').Project} project */
  async #summarize({ draft, prepared }) {
    const { config } = draft;
    try {
      const model = await studio.engine.dojo.loadModel(sequential(config, prepared.inputShape));
      const text = await model.summary();
      await model.dispose();
      if (config === this.#told) this.summary = text;
    } catch { /* the editor shows what is wrong with the model */ }
  }
}
customElements.define('dojo-model', DojoModel);
