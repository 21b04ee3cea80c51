// @ts-check
/** Values of arguments as text, and back. */

/** Arguments that are words, whatever they look like. */
const texts = ['name', 'filepath', 'filename', 'monitor', 'log_dir', 'backup_dir'];

/** @param {any} value */
export function valueText(value) {
  if (value == null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A number, a list or a word; nothing is the default. @param {string} text @param {string} key */
export function parseValue(text, key) {
  if (key === 'separator') return text || undefined;
  const typed = text.trim();
  if (!typed) return undefined;
  if (texts.includes(key)) return typed;
  if (typed === 'None') return null;
  // Python's tuples are lists here.
  try { return JSON.parse(typed.replace(/^\((.*?),?\)$/, '[$1]')); } catch { return typed; }
}
