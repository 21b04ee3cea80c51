// @ts-check
/**
 * Keras' JSON of a Sequential model. With `inputShape` (no batch dimension) it is built at once.
 * @param {import('./types.js').KerasObject[]} layers
 * @param {(number | null)[]} [inputShape]
 */
export function sequential(layers, inputShape) {
  const input = inputShape && { class_name: 'InputLayer', config: { batch_shape: [null, ...inputShape] } };
  return { class_name: 'Sequential', config: { name: 'sequential', layers: input ? [input, ...layers] : layers } };
}
