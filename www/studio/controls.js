// @ts-check
import { html, nothing } from 'lit';
import { formatSeconds, t } from '../i18n/index.js';
import { obstacleOf } from './checks.js';
import { icon } from './icons.js';
import { queueRun, secondsLeft, stopRun, togglePause } from './runner.js';
import { studio } from './state.js';

/** Train, or a jump to what keeps it from running: the button is never dead. */
export function train() {
  const { project, engine } = studio;
  if (!project || engine.state !== 'ready') return;
  if (project.error || !project.prepared) return studio.show('data');
  const problem = obstacleOf(project);
  if (problem || studio.codeError) {
    studio.show('model');
    requestAnimationFrame(() => document.querySelector('.problem, [role=alert]')?.scrollIntoView({ block: 'center' }));
    return;
  }
  if (studio.tab !== 'train') studio.show('train');
  queueRun(project.draft);
}

/** The one slot Train → Pause → Resume, with Stop beside it while a run is active. */
export function controls() {
  const run = studio.active;
  if (!run) {
    const { project } = studio;
    if (!project) return nothing;
    const ready = studio.engine.state === 'ready' && project.prepared && !obstacleOf(project) && !studio.codeError;
    return html`<button class="button ${ready ? 'primary' : ''} main-action" data-testid="train" @click=${train}>
      ${icon('play')}${t('train')}</button>`;
  }
  const paused = run.status === 'paused';
  return html`
    <button class="button primary main-action" data-testid="pause" @click=${togglePause}>
      ${icon(paused ? 'play' : 'pause')}${t(paused ? 'resume' : 'pause')}</button>
    <button class="button stop" data-testid="stop" @click=${stopRun} aria-label=${t('stop')}>${icon('stop')}<span>${t('stop')}</span></button>`;
}

/** "bigger · epoch 13 of 20 · 2 s left", or what has to be done first. */
export function statusLine() {
  const run = studio.active;
  if (run) {
    const epoch = Math.min(run.epoch.length + 1, run.epochs);
    const left = secondsLeft(run);
    return html`<p class="run-status" data-testid="run-status">
      <span class="run-name">${run.name}</span><span>${t(run.status === 'paused' ? 'now.paused' : 'now.epoch', { epoch, epochs: run.epochs })}</span>
      ${left !== null && run.status === 'running' ? html`<span>${t('now.left', { time: formatSeconds(left) })}</span>` : nothing}</p>`;
  }
  const { project, engine } = studio;
  if (!project) return nothing;
  if (engine.state === 'starting') return html`<p class="run-status">${t('engine.starting')}</p>`;
  if (project.origin && !project.prepared) return html`<p class="run-status" data-testid="needs-data">${t('now.data')}</p>`;
  const bad = project.error || obstacleOf(project) || studio.codeError;
  if (bad) return html`<p class="run-status bad" data-testid="needs-fixing">${t('now.fix')}</p>`;
  const last = project.runs.at(-1);
  return html`<p class="run-status">${last ? html`<span class="run-name">${last.name}</span><span>${t(`run.${last.status}`)}</span>` : nothing}</p>`;
}

/** The hairline under the top bar. */
export function progress() {
  const run = studio.active;
  const share = run?.stepsPerEpoch ? run.steps / (run.epochs * run.stepsPerEpoch) : 0;
  return html`<div class="hairline ${run?.status ?? ''}" role="progressbar" aria-label=${t('progress')}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}>
    <div style="inline-size:${run ? share * 100 : 0}%"></div></div>`;
}
