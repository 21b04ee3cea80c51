// @ts-check
import { html, nothing } from 'lit';
import { formatNumber, t } from '../../i18n/index.js';
import { Part } from '../part.js';
import { followRoles } from '../projects.js';
import { studio } from '../state.js';

const rowHeight = 32;
const pageRows = 100;
const margin = 10;

/** A table (or a list of texts) with its columns' types and roles; rows come by the page as they scroll into sight. */
class DojoTable extends Part {
  static properties = { top: { state: true }, height: { state: true } };

  /** @type {Map<number, (string | null)[][] | null>} pages of rows; null is on its way */
  #pages = new Map();
  /** @type {any} */
  #source = null;
  #watch = new ResizeObserver(([{ contentRect }]) => { this.height = contentRect.height; });

  constructor() {
    super();
    this.top = 0;
    this.height = 600;
  }

  firstUpdated() {
    const scroller = this.querySelector('.table-scroll');
    if (scroller) this.#watch.observe(scroller);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  render() {
    const { project } = studio;
    if (!project) return html``;
    const [source] = project.sources;
    if (this.#source !== source) {
      this.#source = source;
      this.#pages.clear();
    }
    const first = Math.max(0, Math.floor(this.top / rowHeight) - margin);
    const last = Math.min(source.rows, Math.ceil((this.top + this.height) / rowHeight) + margin);
    const columns = source.columns;
    return html`
      <p class="muted">${t('data.table', { n: source.rows, columns: columns.length })}</p>
      <div class="table-scroll" tabindex="0" aria-label=${t('data.samples')} @scroll=${(/** @type {Event} */ event) => { this.top = /** @type {Element} */ (event.target).scrollTop; }}>
        <table class="data-table ${project.kind}">
          <thead><tr><th class="num">#</th>${columns.map((/** @type {any} */ column, /** @type {number} */ i) => this.#head(project, column, i))}</tr></thead>
          <tbody>
            <tr style="block-size:${first * rowHeight}px" aria-hidden="true"></tr>
            ${Array.from({ length: Math.max(0, last - first) }, (_, i) => this.#row(first + i, columns))}
            <tr style="block-size:${(source.rows - last) * rowHeight}px" aria-hidden="true"></tr>
          </tbody>
        </table>
      </div>`;
  }

  /** @param {import('../types.js').Project} project @param {any} column @param {number} i */
  #head(project, column, i) {
    const role = project.columns?.[i].role ?? roleIn(project.recipe, column.name);
    const change = (/** @type {any} */ event) => setRole(project, i, event.target.value);
    return html`<th class="${column.type} role-${role}" scope="col">
      <span class="column-name">${column.name}</span>
      <span class="muted fine">${t(`type.${column.type}`)}${column.missing ? html` · <span class="warn">${t('data.missing', { n: column.missing })}</span>` : nothing}</span>
      ${project.columns
        ? html`<select aria-label=${t('data.role', { name: column.name })} data-testid="role-${column.name}" .value=${role} @change=${change}>
            ${['feature', 'label', 'ignore'].map((each) => html`<option value=${each} ?selected=${each === role}>${t(`role.${each}`)}</option>`)}</select>`
        : html`<span class="role">${t(`role.${role}`)}</span>`}
    </th>`;
  }

  /** @param {number} row @param {any[]} columns */
  #row(row, columns) {
    const cells = this.#cells(row);
    return html`<tr style="block-size:${rowHeight}px"><td class="num muted">${formatNumber(row + 1)}</td>${columns.map((column, i) => html`
      <td class=${column.type} title=${column.type === 'text' ? cells?.[i] ?? '' : ''}>${cells ? cellText(cells[i]) : ''}</td>`)}</tr>`;
  }

  /** The cells of a row, or undefined until its page is there. @param {number} row */
  #cells(row) {
    const page = Math.floor(row / pageRows);
    if (!this.#pages.has(page)) this.#fetch(page);
    return this.#pages.get(page)?.[row % pageRows];
  }

  /** @param {number} page */
  async #fetch(page) {
    const source = this.#source;
    this.#pages.set(page, null);
    const rows = await source.readRows(page * pageRows, Math.min(pageRows, source.rows - page * pageRows));
    if (source !== this.#source) return;
    this.#pages.set(page, rows);
    this.requestUpdate();
  }
}
customElements.define('dojo-table', DojoTable);

/** @param {string | null | undefined} cell */
const cellText = (cell) => (cell === null || cell === undefined ? html`<span class="muted">–</span>` : cell);

/** @param {any} recipe @param {string} name */
function roleIn({ features, label }, name) {
  if (label.column === name) return 'label';
  return !features.columns || features.columns.includes(name) ? 'feature' : 'ignore';
}

/** There is one label: a second one makes the first a feature. @param {import('../types.js').Project} project @param {number} i @param {import('../propose.js').Role} role */
function setRole(project, i, role) {
  const columns = project.columns ?? [];
  if (role === 'label') for (const column of columns) if (column.role === 'label') column.role = 'feature';
  columns[i].role = role;
  followRoles(project);
}
