// @ts-check
/**
 * Rows for training, validation (the tail that `validation_split` cuts off) and test.
 * @param {any} prepared @param {{validation_split: number}} fit
 */
export function partCounts(prepared, { validation_split: split }) {
  const all = prepared?.train.count ?? 0;
  const train = Math.floor(all * (1 - split));
  return [
    { part: 'train', count: train },
    { part: 'validation', count: all - train },
    { part: 'test', count: prepared?.test.count ?? 0 },
  ];
}
