// @ts-check
/**
 * Arguments that many classes share, with Keras' defaults.
 *
 * @typedef {object} Entry what the page knows of a Keras class
 * @property {string} en what it does, in one line
 * @property {string} ja
 * @property {Record<string, any>} arguments the constructor's, with their defaults; `required` where there is none
 * @property {Record<string, any>} [start] what a new one is given
 * @property {string[]} [first] more arguments that are shown before the rest
 * @property {string[]} [aliases] other names it goes by in Keras' JSON
 *
 * @typedef {Record<string, Record<string, Entry>>} Family classes by group
 */

/** An argument that Keras has no default for: `start` gives it one. */
export const required = undefined;

/** How a variable starts, what it is punished for, and what it is held to. @param {string} name @param {string} [initializer] */
export const variable = (name, initializer = 'glorot_uniform') => ({
  [`${name}_initializer`]: initializer, [`${name}_regularizer`]: null, [`${name}_constraint`]: null,
});

export const bias = { use_bias: true, ...variable('bias', 'zeros'), activity_regularizer: null };

/** The learned factor and offset of the normalizations. */
export const affine = { center: true, scale: true, ...variable('beta', 'zeros'), ...variable('gamma', 'ones') };
