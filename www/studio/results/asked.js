// @ts-check
/** What runs have said of rows they have not learned from. @type {WeakMap<object, any>} */
export const asked = new WeakMap();
