// @ts-check
/** Names of files: which are models, and what a saved one is called. */

/** Files that are models, or weights of one; whether they can be read is the reader's to say. @param {{name: string}} file */
export const isModelFile = ({ name }) => /\.(keras|h5|hdf5|safetensors)$/i.test(name);

/** A model's title: its file's name without the ending. @param {string} name */
export const modelTitle = (name) => name.replace(/\.(keras|h5|hdf5)$/i, '');

/**
 * "clothes-baseline.keras": the data, then the run; a run that was loaded has the data in its name already.
 * @param {{id: string, title: string, entry: any}} project @param {{name: string} | null} run @param {string} [extension]
 */
export function fileName({ id, title, entry }, run, extension = 'keras') {
  const clean = (/** @type {string} */ text) => modelTitle(text).toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^-|-$/g, '');
  const [data, name] = [clean(entry ? id : title), clean(run?.name ?? '')];
  const parts = [name.startsWith(`${data}-`) ? '' : data, name].filter(Boolean);
  return `${[...new Set(parts)].join('-') || 'model'}.${extension}`;
}
