// @ts-check
import { has, t } from '../i18n/index.js';

/**
 * An error in the user's words: the sentence for its code, then what the engine said.
 * @param {import('./types.js').StudioError | null} error
 */
export function errorText(error) {
  if (!error) return '';
  const key = `error.${error.code}`;
  const message = sentence(error.message);
  return has(key) ? `${t(key)} ${message}` : message;
}

/** The engine's words with a capital letter. @param {string} text */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
