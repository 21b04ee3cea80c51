// @ts-check
/** Japanese words of the studio. @type {import('./index.js').Words} */
export const ja = {
  'unit.seconds': '{n}秒',
  'unit.minutes': '{m}分{s}秒',
};
