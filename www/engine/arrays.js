// @ts-check
/** Arrays on their way to the engine: `{data, shape}`, or a reference to data that lies there already. */
import { DojoError } from './errors.js';

const KINDS = ['Float32Array', 'Float64Array', 'Int32Array', 'BigInt64Array', 'Uint8Array', 'Uint16Array'];

/** Where, in words, and what an array may be. */
const ADVICE = `Give {data, shape} with data one of ${KINDS.join(', ')} or a list of strings.`;

/** x, y and weight of data that lies in the engine, as `fit`, `evaluate` and `predict` take them. */
export class Selection {
  /** @param {{x: import('./types').Ref, y?: import('./types').Ref, weight?: import('./types').Ref, count?: number}} parts */
  constructor({ x, y, weight, count }) {
    this.x = x;
    this.y = y;
    this.weight = weight;
    this.count = count;
  }
}

/** @param {any} value @returns {value is import('./types').Ref} */
const isRef = (value) => typeof value?.id === 'number' || typeof value?.prepared === 'number';

/** A reference alone: what came with it, such as a function that drops the array, cannot travel. @param {any} value */
const reference = ({ id, prepared, part, role }) => (id === undefined ? { prepared, part, role } : { id });

/**
 * What the worker gets for an x, a y or a weight. Copies each array, or takes its buffer where it says
 * `transfer: true`; either way the buffer goes into `transfer` and moves to the worker.
 * @param {import('./types').Input | null | undefined} value an array, a list, `{name: array}` or a reference
 * @param {string} where what to call it in errors
 * @param {Transferable[]} transfer
 * @returns {any}
 */
export function toWire(value, where, transfer) {
  if (value === null || value === undefined) return undefined;
  if (isRef(value)) return reference(value);
  if (ArrayBuffer.isView(value)) throw new DojoError('bad_data', `${where} is a ${kindOf(value)} without a shape. ${ADVICE}`);
  if (Array.isArray(value)) {
    if (value.some((part) => typeof part !== 'object' || Array.isArray(part))) {
      throw new DojoError('bad_data', `${where} is a JavaScript array of values. ${ADVICE}`);
    }
    return value.map((part, i) => toWire(part, `${where}[${i}]`, transfer));
  }
  if (typeof value !== 'object') throw new DojoError('bad_data', `${where} is a ${typeof value}. ${ADVICE}`);
  if ('data' in value && 'shape' in value) return arrayToWire(/** @type {any} */ (value), where, transfer);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toWire(part, `${where}.${name}`, transfer)]));
}

/**
 * @param {import('./types').DojoArray} array @param {string} where @param {Transferable[]} transfer
 */
function arrayToWire({ data, shape, transfer: give = false }, where, transfer) {
  const strings = Array.isArray(data) && data.every((text) => typeof text === 'string');
  if (!strings && !KINDS.includes(kindOf(data))) {
    throw new DojoError('bad_data', `${where}.data is ${kindOf(data)}. ${ADVICE}`);
  }
  const count = Array.from(shape).reduce((product, size) => product * size, 1);
  if (count !== data.length) {
    throw new DojoError('shape_mismatch', `${where} has shape (${Array.from(shape).join(', ')}), ${count} values, but its data holds ${data.length}.`);
  }
  if (strings) return { data, shape: [...shape] };
  const typed = /** @type {Float32Array} */ (data);
  const whole = typed.byteLength === typed.buffer.byteLength && typed.buffer instanceof ArrayBuffer;
  const sent = give && whole ? typed : typed.slice();
  transfer.push(/** @type {ArrayBuffer} */ (sent.buffer));
  return { data: sent, shape: [...shape] };
}

/** @param {any} value */
const kindOf = (value) => (Array.isArray(value) ? 'a JavaScript array' : value?.constructor?.name ?? String(value));

/**
 * Own bytes of a file, in one buffer.
 * @param {ArrayBuffer | ArrayBufferView | Blob} source
 * @param {{transfer?: boolean}} [options] transfer: take the buffer, do not copy it
 */
export async function toBytes(source, { transfer = false } = {}) {
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (source instanceof ArrayBuffer) return new Uint8Array(transfer ? source : source.slice(0));
  if (!ArrayBuffer.isView(source)) throw new DojoError('bad_data', 'A file is given as a Uint8Array, an ArrayBuffer or a Blob.');
  const view = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return transfer && view.byteLength === source.buffer.byteLength ? view : view.slice();
}
