// @ts-check
/**
 * Samples and labels of a prepared part, from the sources they came from.
 *
 * @typedef {import('../../studio/results/sample-view.js').Sample} Sample
 */

/**
 * @param {import('../types.js').Project} project
 * @param {any} prepared
 * @param {'train' | 'test'} part
 * @param {Uint32Array} rows source row of each row of the part
 * @param {number} first row of the part where the samples begin
 */
export function samplesOf({ recipe, sources, kind }, prepared, part, rows, first) {
  const { features, label } = part === 'test' && recipe.test ? recipe.test : recipe;
  const find = (/** @type {{source: string}} */ { source }) => sources.find(({ name }) => name === source) ?? sources[0];
  const from = find(features);
  const cells = async (/** @type {number} */ row) => (await from.readRows(row, 1))[0];

  return {
    /** @param {number} i @returns {Promise<Sample>} */
    async sample(i) {
      const row = rows[first + i];
      if (kind === 'image') return { kind: 'image', ...(await from.sample(row)) };
      const values = namedCells(from.columns, await cells(row), features.columns);
      return kind === 'text' ? { kind: 'text', text: String(Object.values(values)[0] ?? '') } : { kind: 'row', values };
    },
    /** The raw row that the fitted steps take. @param {Sample} sample */
    raw(sample) {
      if (sample.kind === 'text') return sample.text;
      return sample.kind === 'row' ? sample.values : nested(Array.from(sample.data), sample.shape);
    },
    /** Class ids, or the numbers to predict. @returns {Promise<number[]>} */
    async labels() {
      const values = await labelValues(find(label), label.column, rows.subarray(first));
      return values.map(encoder(recipe, label.column, prepared.classes));
    },
  };
}

/** @param {any} source @param {string | undefined} column @param {Uint32Array} rows @returns {Promise<(string | number)[]>} */
async function labelValues(source, column, rows) {
  if (source.kind === 'table') {
    const at = source.columns.findIndex((/** @type {any} */ { name }) => name === column);
    const all = await source.readRows(0, source.rows);
    return Array.from(rows, (row) => all[row][at]);
  }
  const samples = await Promise.all(Array.from(rows, (row) => source.sample(row)));
  return samples.map(({ data }) => Number(data[0]));
}

/**
 * The recipe's label steps, as the engine applies them.
 * @param {any} recipe @param {string | undefined} column @param {string[] | null} classes
 * @returns {(value: string | number) => number}
 */
function encoder({ steps }, column, classes) {
  const step = (/** @type {string} */ name) => steps.find((/** @type {any} */ { op }) => op === name);
  const threshold = step('threshold');
  const encode = step('encode_labels');
  return (value) => {
    const cut = threshold && threshold.column === column ? Number(Number(value) > threshold.above) : value;
    // Renamed classes stand for the numbers 0, 1, 2 …; others are called what they are.
    return encode && !encode.names ? (classes ?? []).indexOf(String(cut)) : Number(cut);
  };
}

/** @param {any[]} columns @param {(string | null)[]} cells @param {string[] | undefined} chosen */
function namedCells(columns, cells, chosen) {
  const entries = columns.map(({ name, type }, i) => [name, cells[i] === null || type !== 'number' ? cells[i] : Number(cells[i])]);
  return Object.fromEntries(entries.filter(([name]) => !chosen || chosen.includes(/** @type {string} */ (name))));
}

/** @param {number[]} data @param {number[]} shape @returns {any} */
function nested(data, [rows, ...rest]) {
  if (!rest.length) return data;
  const size = data.length / rows;
  return Array.from({ length: rows }, (_, i) => nested(data.slice(i * size, (i + 1) * size), rest));
}
