// @ts-check
/**
 * Networks of inverted residuals for inference, as plain data; weights are as they were drawn.
 *
 * @typedef {{name: string, kind: string, config: Record<string, any>, inputs: string[]}} Node
 * a Keras class with its arguments, called on the outputs of others; the input is called `input`
 */

/** Kernel, expansion, filters, repeats, stride: MobileNetV2, arXiv:1801.04381, table 2. */
const MOBILE_NET_V2 = [[3, 1, 16, 1, 1], [3, 6, 24, 2, 2], [3, 6, 32, 3, 2], [3, 6, 64, 4, 2], [3, 6, 96, 3, 1], [3, 6, 160, 3, 2], [3, 6, 320, 1, 1]];
/** EfficientNet-Lite0: EfficientNet-B0's (arXiv:1905.11946, table 1) without squeeze and excitation. */
const EFFICIENT_NET_LITE0 = [[3, 1, 16, 1, 1], [3, 6, 24, 2, 2], [5, 6, 40, 2, 2], [3, 6, 80, 3, 2], [5, 6, 112, 3, 1], [5, 6, 192, 4, 2], [3, 6, 320, 1, 1]];

/** @param {number[][]} blocks @param {number} [classes] without it, the averaged features come out */
function invertedResiduals(blocks, classes) {
  /** @type {Node[]} */
  const nodes = [];
  const add = (/** @type {string} */ kind, /** @type {Record<string, any>} */ config, /** @type {string[]} */ ...inputs) => {
    nodes.push({ name: `${kind.toLowerCase()}_${nodes.length}`, kind, config, inputs });
    return /** @type {Node} */ (nodes.at(-1)).name;
  };
  const normalized = (/** @type {string} */ x, active = true) => {
    const y = add('BatchNormalization', {}, x);
    return active ? add('ReLU', { max_value: 6 }, y) : y;
  };
  const conv = (/** @type {string} */ x, /** @type {number} */ filters, size = 1, stride = 1, active = true) =>
    normalized(add('Conv2D', { filters, kernel_size: [size, size], strides: [stride, stride], padding: 'same', use_bias: false }, x), active);
  let x = conv('input', 32, 3, 2);
  let width = 32;
  for (const [kernel, expansion, filters, repeats, first] of blocks) {
    for (let i = 0; i < repeats; i++) {
      const stride = i === 0 ? first : 1;
      const wide = expansion === 1 ? x : conv(x, expansion * width);
      const deep = normalized(add('DepthwiseConv2D', { kernel_size: [kernel, kernel], strides: [stride, stride], padding: 'same', use_bias: false }, wide));
      const narrow = conv(deep, filters, 1, 1, false);
      x = stride === 1 && filters === width ? add('Add', {}, x, narrow) : narrow;
      width = filters;
    }
  }
  x = add('GlobalAveragePooling2D', {}, conv(x, 1280));
  if (classes) add('Dense', { units: classes, activation: 'softmax' }, x);
  return nodes;
}

export const mobileNetV2 = () => invertedResiduals(MOBILE_NET_V2, 1000);
export const efficientNetLite0 = () => invertedResiduals(EFFICIENT_NET_LITE0);
