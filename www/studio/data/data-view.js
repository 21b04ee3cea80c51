// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, language, t } from '../../i18n/index.js';
import { errorText } from '../errors.js';
import { icon } from '../icons.js';
import { outputOf, shapeText } from '../layers.js';
import { Part } from '../part.js';
import { followRoles, titleOf } from '../projects.js';
import { problemOf } from '../checks.js';
import { studio } from '../state.js';
import { taskText } from './data-card.js';
import { partCounts } from './parts.js';
import './image-grid.js';
import './data-table.js';

/** What goes in: the recipe's steps, and the samples themselves. */
class DojoData extends Part {
  render() {
    const { project } = studio;
    if (!project) return html``;
    return html`
      <aside class="recipe">
        <h2>${titleOf(project)}</h2>
        <p class="muted">${project.entry ? project.entry.description[language()] : taskText(project)}</p>
        ${project.error ? html`<div class="problem" role="alert"><h3>${t('error.data')}</h3><p>${errorText(project.error)}</p></div>` : nothing}
        <ol class="steps">${recipeSteps(project).map((text) => html`<li>${text}</li>`)}</ol>
        ${project.columns ? testShare(project) : nothing}
        <p class="data-counts">${partCounts(project.prepared, project.draft.fit).map(({ part, count }) => html`<span><span class="muted">${t(`part.${part}`)}</span> <span class="num">${formatNumber(count)}</span></span>`)}</p>
        ${warnings(project)}
        ${project.entry ? html`<p class="muted fine">${t('data.source', { source: project.entry.source, licence: project.entry.licence })}</p>` : nothing}
      </aside>
      <section class="samples" aria-label=${t('data.samples')}>
        ${project.kind === 'image' ? html`<dojo-images></dojo-images>` : html`<dojo-table></dojo-table>`}
        ${footer(project)}
      </section>`;
  }
}
customElements.define('dojo-data', DojoData);

/** Each step of the recipe as a verb with its object. @param {import('../types.js').Project} project */
function recipeSteps({ recipe, sources, prepared }) {
  if (!recipe) return [];
  const rows = sources[0].rows;
  const steps = recipe.steps.map((/** @type {any} */ step) => t(`step.${step.op}`, {
    ...step, columns: step.columns?.join(', ') ?? t('step.allColumns'), mode: t(`step.${step.output_mode}`),
    n: prepared?.classes?.length, length: step.output_sequence_length,
  }));
  const parted = recipe.split ? t('step.split', { share: Math.round(recipe.split.test * 100), how: t(`split.${recipe.split.method}`) }) : t('step.ready');
  return [t('step.source', { rows }), ...steps, parted];
}

/** @param {import('../types.js').Project} project */
function testShare(project) {
  const change = (/** @type {any} */ event) => {
    project.testShare = Number(event.target.value);
    followRoles(project);
  };
  return html`<div class="field"><label for="test-share">${t('data.testShare', { share: Math.round((project.testShare ?? 0) * 100) })}</label>
    <input id="test-share" type="range" min="0.1" max="0.5" step="0.05" data-testid="test-share" .value=${String(project.testShare)} @change=${change}></div>`;
}

/** "3 lines skipped" and the like, in the engine's words. @param {import('../types.js').Project} project */
function warnings({ sources }) {
  const all = sources.flatMap((source) => source.warnings ?? []);
  if (!all.length) return nothing;
  return html`<ul class="warnings" data-testid="warnings">${all.map((message) => html`<li>${icon('warn')} ${message}</li>`)}</ul>`;
}

/** "gives (9) → model wants (9) ✓". @param {import('../types.js').Project} project */
function footer(project) {
  const { prepared, inspection } = project;
  if (!prepared) return nothing;
  const problem = problemOf(project);
  const last = inspection?.layers.at(-1);
  const output = last && outputOf(last);
  return html`<p class="data-footer" data-testid="data-footer">
    <span>${t('data.gives')} <code>${shapeText(prepared.inputShape)}</code></span>
    <span>→ ${t('model')} → ${output ? html`<code>${shapeText(output)}</code>` : nothing}</span>
    ${problem ? html`<button class="link bad" @click=${() => studio.show('model')}>${t(problem.title)}</button>`
      : html`<span class="good">${t('joint.fits')} ${icon('check')}</span>`}</p>`;
}
