// @ts-check
/** Names of files: which are models, and what a saved one is called. */

/** Files that are models; whether they can be read is the reader's to say. @param {{name: string}} file */
export const isModelFile = ({ name }) => /\.(keras|h5|hdf5)$/i.test(name);

/**
 * "clothes-baseline.keras": the data, then the run.
 * @param {{id: string, title: string, entry: any}} project @param {{name: string} | null} run @param {string} [extension]
 */
export function fileName({ id, title, entry }, run, extension = 'keras') {
  const clean = (/** @type {string} */ text) => text.replace(/\.keras$/i, '').toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^-|-$/g, '');
  const parts = [clean(entry ? id : title), clean(run?.name ?? '')].filter(Boolean);
  return `${[...new Set(parts)].join('-') || 'model'}.${extension}`;
}
