// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, language, t } from '../i18n/index.js';
import { icon } from './icons.js';
import { errorText } from './errors.js';
import { shapeText } from './layers.js';
import { Part } from './part.js';
import { chooseFile, openEntry } from './projects.js';
import { drawSample, firstImages, firstRows } from './samples.js';
import { studio } from './state.js';

const tileImages = 10;

/** "What should it learn?": a tile for each data set, with real samples of it. */
class DojoStart extends Part {
  /** @type {Map<string, any>} samples by data set */
  #samples = new Map();

  updated() {
    for (const entry of studio.catalogue) if (!this.#samples.has(entry.id)) this.#read(entry);
    for (const canvas of this.querySelectorAll('canvas')) {
      const { id = '', index = '0' } = canvas.dataset;
      const sample = this.#samples.get(id)?.images?.[Number(index)];
      if (sample && !canvas.dataset.drawn) {
        drawSample(canvas, sample);
        canvas.dataset.drawn = 'yes';
      }
    }
  }

  /** @param {any} entry */
  async #read(entry) {
    this.#samples.set(entry.id, {});
    const { file } = entry.tile;
    try {
      this.#samples.set(entry.id, entry.kind === 'image'
        ? { images: await firstImages(file, tileImages) }
        : { rows: await firstRows(file, 5) });
      this.requestUpdate();
    } catch { /* the tile stays without samples; loading it will say why */ }
  }

  render() {
    const { loadError, project } = studio;
    const wanted = project?.origin?.inputShape;
    return html`<section class="start">
      <h2>${t(project ? 'start.needsData' : 'start.title')}</h2>
      <p class="muted">${project ? t('start.wanted', { name: project.title, shape: wanted ? shapeText(wanted) : '' }) : t('start.text')}</p>
      ${loadError && !project ? html`<div class="problem" role="alert" data-testid="load-error"><h3>${t(loadError.title ?? 'error.load', loadError)}</h3><p>${errorText(loadError)}</p></div>` : nothing}
      ${studio.engine.state === 'failed' ? html`<div class="problem" role="alert"><h3>${t('engine.failed')}</h3><p>${errorText(studio.engine.error)}</p></div>` : nothing}
      <div class="tiles">
        ${studio.catalogue.map((entry) => this.#tile(entry))}
        <button class="tile own" data-testid="tile-own" @click=${chooseFile}>
          <span class="tile-sample">${icon('file')}</span>
          <span class="tile-title">${t('tile.own')}</span><span class="tile-note">${t('tile.own.note')}</span>
        </button>
      </div>
      <p class="start-foot"><button class="link" data-testid="device-link" @click=${() => studio.show('device')}>${t('device.link')}</button></p>
    </section>`;
  }

  /** @param {any} entry */
  #tile(entry) {
    const { loading } = studio;
    const now = loading?.id === entry.id ? loading : null;
    return html`<button class="tile" data-testid="tile-${entry.id}" title=${entry.description[language()]} @click=${() => openEntry(entry.id)} aria-busy=${now ? 'true' : 'false'}>
      <span class="tile-sample ${entry.kind}">${this.#sample(entry)}</span>
      <span class="tile-title">${entry.title[language()]}</span>
      <span class="tile-note">${now ? loadingText(now) : t(`set.${entry.id}.note`)}</span>
      ${now ? html`<span class="tile-bar"><i style="inline-size:${Math.min(100, (100 * now.done) / (now.total || now.done || 1))}%"></i></span>` : nothing}
    </button>`;
  }

  /** @param {any} entry */
  #sample(entry) {
    const { rows } = this.#samples.get(entry.id) ?? {};
    if (entry.kind === 'image') {
      return Array.from({ length: tileImages }, (_, index) => html`<canvas data-id=${entry.id} data-index=${index} width="28" height="28"></canvas>`);
    }
    if (!rows) return nothing;
    const columns = entry.tile.columns.map((/** @type {string} */ name) => rows[0].indexOf(name));
    if (entry.kind === 'text') return rows.slice(1, 4).map((/** @type {string[]} */ row) => html`<q>${row[columns[0]]}</q>`);
    return html`<table><thead><tr>${entry.tile.columns.map((/** @type {string} */ name) => html`<th>${name}</th>`)}</tr></thead>
      <tbody>${rows.slice(1, 4).map((/** @type {string[]} */ row) => html`<tr>${columns.map((/** @type {number} */ c) => html`<td>${row[c]}</td>`)}</tr>`)}</tbody></table>`;
  }
}
customElements.define('dojo-start', DojoStart);

/** @param {{done: number, total: number}} loading */
function loadingText({ done, total }) {
  const mega = (/** @type {number} */ bytes) => formatNumber(bytes / 1e6, { maximumFractionDigits: 1 });
  return done < total ? t('loading.bytes', { done: mega(done), total: mega(total) }) : t('loading.reading');
}
