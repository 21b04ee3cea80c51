// @ts-check
/**
 * @typedef {string | ((vars: any) => string)} Word a text with `{name}` places, or a function where the grammar needs one
 * @typedef {Record<string, Word>} Words
 * @typedef {'en' | 'ja'} Language
 */

/** @type {Record<Language, Words>} */
const words = { en: {}, ja: {} };

const stored = 'dojo-language';

/** @type {Language} */
let current = read();

/** Fires `change` when the language was switched. */
export const languages = new EventTarget();

/** @returns {Language} */
function read() {
  let choice;
  try { choice = localStorage.getItem(stored); } catch { /* a sandboxed frame has no storage */ }
  choice ??= typeof navigator === 'undefined' ? 'en' : navigator.language;
  return choice?.startsWith('ja') ? 'ja' : 'en';
}

/** The language shown now. */
export function language() { return current; }

/**
 * @param {Language} next
 * @param {{remember?: boolean}} [options] remember it for the next visit; not in a page that is not ours
 */
export function setLanguage(next, { remember = true } = {}) {
  if (next === current) return;
  current = next;
  try { if (remember) localStorage.setItem(stored, next); } catch { /* as above: lasts for this visit */ }
  languages.dispatchEvent(new Event('change'));
}

/**
 * Adds the words of one part of the page, so that a part carries its own.
 * @param {Record<Language, Words>} more
 */
export function addWords(more) {
  Object.assign(words.en, more.en);
  Object.assign(words.ja, more.ja);
}

/** Whether `key` has words, for keys made from data (layer arguments, error codes). @param {string} key */
export function has(key) { return key in words.en; }

/**
 * The words for `key` in the current language, `{name}` replaced from `vars`.
 * A missing key shows itself, so that it is seen.
 * @param {string} key
 * @param {Record<string, any>} [vars]
 * @returns {string}
 */
export function t(key, vars = {}) {
  const word = words[current][key] ?? words.en[key] ?? key;
  if (typeof word === 'function') return word(vars);
  return word.replace(/\{(\w+)\}/g, (_, name) => {
    const value = vars[name];
    return typeof value === 'number' ? formatNumber(value) : String(value ?? '');
  });
}

/**
 * A number with the language's grouping.
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function formatNumber(value, options) {
  return Number.isFinite(value) ? value.toLocaleString(current, options) : String(value);
}

/** @param {number} seconds @returns {string} "3.2 s", "41 s", "2 min 5 s" */
export function formatSeconds(seconds) {
  if (seconds < 10) return t('unit.seconds', { n: formatNumber(seconds, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) });
  const whole = Math.round(seconds);
  if (whole < 60) return t('unit.seconds', { n: whole });
  return t('unit.minutes', { m: Math.floor(whole / 60), s: whole % 60 });
}
