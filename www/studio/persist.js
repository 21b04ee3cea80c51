// @ts-check
/** What outlives the page: drafts and theme in localStorage, tab, data and focus in the address. */

/** @typedef {import('./types.js').Tab} Tab */

/** @type {Tab[]} */
export const tabs = ['data', 'model', 'train', 'results'];

const storeKey = (/** @type {string} */ key) => `dojo-draft:${key}`;

/** @param {string} key @returns {string | null} */
function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

/** @param {string} key @param {string} value */
function write(key, value) {
  try { localStorage.setItem(key, value); } catch { /* a sandboxed or full store: it lasts for this visit */ }
}

/** @param {{draftKey: string, draft: import('./types.js').Draft}} project */
export function saveDraft(project) {
  write(storeKey(project.draftKey), JSON.stringify(project.draft));
}

/** @param {string} key @returns {import('./types.js').Draft | null} */
export function restoreDraft(key) {
  try {
    const draft = JSON.parse(read(storeKey(key)) ?? 'null');
    return Array.isArray(draft?.config) && draft.compile && draft.fit ? draft : null;
  } catch {
    return null;
  }
}

/** The address part after `#`. @returns {{tab: Tab, data: string | null, focus: string | null}} */
export function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const tab = /** @type {Tab} */ (parts.get('tab'));
  return { tab: tabs.includes(tab) || tab === 'device' ? tab : 'train', data: parts.get('data'), focus: parts.get('focus') };
}

/** @param {{tab: Tab, project: {id: string, focus: string | null} | null}} studio */
export function addressOf({ tab, project }) {
  const parts = new URLSearchParams({ tab });
  if (project) parts.set('data', project.id);
  if (project?.focus) parts.set('focus', project.focus);
  return `#${parts}`;
}

/** @typedef {'auto' | 'light' | 'dark'} Theme */

const dark = matchMedia('(prefers-color-scheme: dark)');

/** @returns {Theme} */
export function theme() {
  const choice = read('dojo-theme');
  return choice === 'light' || choice === 'dark' ? choice : 'auto';
}

/** Puts the theme on the page; "auto" follows the system. */
export function applyTheme() {
  const choice = theme();
  document.documentElement.dataset.theme = choice === 'auto' ? (dark.matches ? 'dark' : 'light') : choice;
}
dark.addEventListener('change', applyTheme);

/** auto → light → dark → auto. */
export function nextTheme() {
  const order = /** @type {Theme[]} */ (['auto', 'light', 'dark']);
  write('dojo-theme', order[(order.indexOf(theme()) + 1) % 3]);
  applyTheme();
}
