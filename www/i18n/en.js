// @ts-check
/** English words of the studio. @type {import('./index.js').Words} */
export const en = {
  'unit.seconds': '{n} s',
  'unit.minutes': '{m} min {s} s',
};
