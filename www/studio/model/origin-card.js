// @ts-check
import { html, nothing } from 'lit';
import { t } from '../../i18n/index.js';
import { problemOf } from '../checks.js';
import { icon } from '../icons.js';
import { shapeText } from '../layers.js';
import { backToOrigin, chooseDataFor, dropOrigin, inputFit, tryLoaded } from '../models.js';
import { newLayers } from '../origin.js';
import { studio } from '../state.js';
import './words.js';

/**
 * The trained model that the draft goes on from: what it is, what data it needs, which weights are kept.
 * @param {import('../types.js').Project} project
 */
export function originCard(project) {
  const { origin } = project;
  if (!origin) return nothing;
  const version = origin.from === 'file' && origin.kerasVersion ? ` · Keras ${origin.kerasVersion}` : '';
  return html`<section class="card origin" data-testid="origin" aria-label=${t('origin.title')}>
    <p class="origin-head">${icon(origin.from === 'file' ? 'file' : 'train')}<b title=${origin.title}>${origin.title}</b></p>
    <p class="muted fine num" data-testid="origin-facts">${t('origin.layers', { n: origin.layers.length })} · ${t('params', { n: origin.params })}${version}</p>
    ${inputLine(project)}
    ${weightsLine(project)}
    <p class="origin-actions">${actions(project)}</p>
  </section>`;
}

/** @param {import('../types.js').Project} project */
function inputLine(project) {
  const { origin, prepared } = project;
  const needs = origin?.inputShape ? shapeText(origin.inputShape) : '';
  if (!needs) return nothing;
  const fit = inputFit(project);
  const gives = prepared ? shapeText(prepared.inputShape) : '';
  if (fit === 'none') {
    return html`<p class="fine" data-testid="origin-input">${icon('warn')} ${t('origin.needs', { needs })}
      <button class="link" data-testid="choose-data" @click=${() => chooseDataFor(project)}>${t('origin.choose')}</button></p>`;
  }
  const works = fit === 'reshape' && !problemOf(project) && !newLayers(/** @type {any} */ (origin), project.inspection?.layers ?? []).length;
  if (works) return html`<p class="fine" data-testid="origin-input">${t('origin.works', { needs, gives })}</p>`;
  if (fit === 'fits') return html`<p class="fine good" data-testid="origin-input">${icon('check')} ${t('origin.fits', { needs })}</p>`;
  const add = () => studio.edit(({ config }) => void config.unshift({ class_name: 'Reshape', config: { name: 'reshape_input', target_shape: origin?.inputShape } }), 'toast.fixed');
  return html`<p class="fine bad" data-testid="origin-input">${icon('warn')} ${t(`origin.${fit}`, { needs, gives })}
    ${fit === 'reshape' ? html`<button class="link" data-testid="origin-reshape" @click=${add}>${t('origin.addReshape', { needs })}</button>`
      : html`<button class="link" data-testid="choose-data" @click=${() => chooseDataFor(project)}>${t('origin.choose')}</button>`}</p>`;
}

/** Which layers keep their weights. @param {import('../types.js').Project} project */
function weightsLine({ origin, inspection }) {
  if (!origin || !inspection || inspection.error) return nothing;
  const anew = newLayers(origin, inspection.layers);
  if (anew.length && anew.length === inspection.layers.filter(({ params }) => params).length) return html`<p class="fine warn" data-testid="origin-weights">${t('origin.allNew')}</p>`;
  if (!anew.length) return html`<p class="fine" data-testid="origin-weights">${t('origin.kept')}</p>`;
  return html`<p class="fine warn" data-testid="origin-weights">${t('origin.anew', { names: anew.join(', ') })}</p>`;
}

/** @param {import('../types.js').Project} project */
function actions(project) {
  const { origin, draft, prepared, runs } = project;
  const changed = JSON.stringify(origin?.config) !== JSON.stringify(draft.config);
  const tried = runs.some((run) => run.origin === origin && run.status === 'loaded' && JSON.stringify(run.config) === JSON.stringify(draft.config));
  return html`
    ${prepared && !tried && (changed || origin?.from === 'file') && !problemOf(project) ? html`<button class="link" data-testid="origin-try" @click=${() => tryLoaded(project)}>${t('origin.try')}</button>` : nothing}
    ${changed ? html`<button class="link" data-testid="origin-back" @click=${() => backToOrigin(project)}>${t('origin.back')}</button>` : nothing}
    ${prepared ? html`<button class="link" data-testid="origin-drop" @click=${() => dropOrigin(project)}>${t('origin.drop')}</button>` : nothing}`;
}
