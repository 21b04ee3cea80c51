// @ts-check
import { html, nothing } from 'lit';
import { language, setLanguage, t } from '../i18n/index.js';
import { obstacleOf } from './checks.js';
import { errorText } from './errors.js';
import { icon, logo } from './icons.js';
import { nextTheme, tabs, theme } from './persist.js';
import { Part } from './part.js';
import { statusBar } from './status.js';
import { controls, progress, statusLine } from './controls.js';
import { studio } from './state.js';
import { closeMenu, closeOutside } from './menu.js';
import { chooseFile, openEntry, openFiles, titleOf } from './projects.js';
import './start.js';
import './data/data-view.js';
import './data/data-card.js';
import './model/layer-list.js';
import './model/compile-form.js';
import './model/model-view.js';
import './train/train-view.js';
import './results/results-view.js';
import './device/device-view.js';
import './keys.js';

/** Where the run controls stand: in the top bar, or on phones in a bar of their own. */
const narrow = matchMedia('(max-width: 767px)');

/** The whole page: top bar, the current view, status bar. */
class DojoStudio extends Part {
  static properties = { dropping: { state: true } };

  constructor() {
    super();
    this.dropping = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('dragover', this.#over);
    this.addEventListener('dragleave', this.#leave);
    this.addEventListener('drop', this.#drop);
    narrow.addEventListener('change', () => this.requestUpdate());
  }

  #over = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  };

  #leave = (/** @type {DragEvent} */ event) => {
    if (!event.relatedTarget) this.dropping = false;
  };

  #drop = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.dropping = false;
    openFiles([...event.dataTransfer.files]);
  };

  render() {
    const { project, tab } = studio;
    const place = project || tab === 'device' ? tab : 'start';
    return html`
      <div class="app ${project ? '' : 'no-project'}" data-tab=${place}>
        <header class="top">
          <h1 class="brand">${logo}<span>Model Dojo</span></h1>
          ${projectMenu()}
          <nav class="tabs" aria-label=${t('tabs')}>${tabs.map((name) => tabButton(name))}</nav>
          <div class="top-end">
            ${narrow.matches ? nothing : html`<div class="run-controls">${statusLine()}${controls()}</div>`}
            ${themeButton(this)}${languageButton()}
          </div>
        </header>
        ${progress()}
        <main class="view">${place === 'start' ? html`<dojo-start></dojo-start>` : html`${notices()}${views[place]()}`}</main>
        ${narrow.matches && project ? html`<div class="run-bar">${statusLine()}${controls()}</div>` : nothing}
        <footer class="status">${statusBar()}</footer>
        ${toast()}
        ${this.dropping ? html`<div class="drop-target">${icon('file')} ${t('drop.here')}</div>` : nothing}
        <dojo-live></dojo-live>
        <dojo-keys></dojo-keys>
      </div>`;
  }
}
customElements.define('dojo-studio', DojoStudio);

/** @type {Record<import('./types.js').Tab, () => import('lit').TemplateResult>} */
const views = {
  data: () => (studio.project?.sources.length ? html`<dojo-data></dojo-data>` : html`<dojo-start></dojo-start>`),
  model: () => html`<dojo-model></dojo-model>`,
  train: () => html`
    <aside class="rail" aria-label=${t('rail')}>
      <dojo-data-card></dojo-data-card><dojo-layers></dojo-layers><dojo-compile></dojo-compile>
    </aside>
    <dojo-train></dojo-train>`,
  results: () => html`<dojo-results-view></dojo-results-view>`,
  device: () => html`<dojo-device></dojo-device>`,
};

/** A file that did not load while a project is open, or an engine that was lost. */
function notices() {
  const { loadError, notice } = studio;
  if (!loadError && !notice) return nothing;
  const close = () => { studio.loadError = studio.notice = null; studio.changed(); };
  return html`<div class="problem notice" role="alert" data-testid=${loadError ? 'load-error' : 'notice'}>
    <h3>${t(notice ?? loadError?.title ?? 'error.load', loadError ?? {})}</h3>${loadError ? html`<p>${errorText(loadError)}</p>` : nothing}
    <div><button class="link" @click=${close}>${t('close')}</button></div></div>`;
}

/** @param {import('./types.js').Tab} name */
function tabButton(name) {
  const current = studio.tab === name;
  return html`<button class="tab" aria-current=${current ? 'page' : 'false'} data-testid="tab-${name}"
      @click=${() => studio.show(name)}>
    ${icon(name)}<span>${t(`tab.${name}`)}</span>${tabMark(name)}
  </button>`;
}

/** ✓ once settled, a red dot where something needs fixing, a pulse while it runs. @param {import('./types.js').Tab} name */
function tabMark(name) {
  const { project } = studio;
  if (!project) return nothing;
  const bad = html`<span class="mark bad" role="img" aria-label=${t('mark.bad')}></span>`;
  const good = html`<span class="mark good" role="img" aria-label=${t('mark.good')}>${icon('check')}</span>`;
  if (name === 'data') return project.error ? bad : project.prepared ? good : nothing;
  if (name === 'model') return obstacleOf(project) ? bad : project.inspection ? good : nothing;
  if (name === 'train' && project.runs.includes(/** @type {any} */ (studio.active))) {
    return html`<span class="mark pulse" role="img" aria-label=${t('mark.running')}></span>`;
  }
  return nothing;
}

/** The project's title, with the other data sets below it. */
function projectMenu() {
  const { project } = studio;
  if (!project) return nothing;
  return html`<details class="menu project-menu" @toggle=${closeOutside}>
    <summary data-testid="project-menu"><span>${titleOf(project)}</span>${icon('down')}</summary>
    <div class="menu-list" @click=${closeMenu}>
      ${studio.catalogue.map((entry) => html`
        <button class=${entry.id === project.id ? 'current' : ''} @click=${() => openEntry(entry.id)}>${entry.title[language()]}</button>`)}
      ${[...studio.projects.values()].filter(({ own }) => own).map((own) => html`
        <button class=${own === project ? 'current' : ''} @click=${() => studio.open(own)}>${own.title}</button>`)}
      <hr>
      <button data-testid="reset" @click=${() => studio.resetDraft()}>${t('reset')}</button>
      <button @click=${chooseFile}>${t('tile.own')}…</button>
      <button data-testid="all-data" @click=${() => studio.close()}>${t('start.title')}</button>
    </div>
  </details>`;
}

/** @param {Part} page */
function themeButton(page) {
  const now = theme();
  const press = () => { nextTheme(); page.requestUpdate(); };
  return html`<button class="icon-button" data-testid="theme" @click=${press}
    aria-label=${t(`theme.${now}`)} title=${t(`theme.${now}`)}>${icon({ auto: 'auto', light: 'sun', dark: 'moon' }[now])}</button>`;
}

function languageButton() {
  const next = language() === 'en' ? 'ja' : 'en';
  return html`<button class="icon-button" data-testid="language" lang=${next} @click=${() => setLanguage(next)}
    aria-label=${next === 'ja' ? '日本語' : 'English'} title=${next === 'ja' ? '日本語' : 'English'}>${next === 'ja' ? 'あ' : 'A'}</button>`;
}

function toast() {
  const { toast: shown } = studio;
  if (!shown) return nothing;
  const undo = () => { shown.undo?.(); studio.dropToast(); };
  return html`<div class="toast" role="status" data-testid="toast">${t(shown.key)}
    ${shown.undo ? html`<button class="link" data-testid="undo" @click=${undo}>${t('undo')}</button>` : nothing}</div>`;
}
