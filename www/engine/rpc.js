// @ts-check
/** Calls over a message port, both ways: the page calls the engine, the engine asks the page's hooks. */
import { DojoError, plainError } from './errors.js';

/**
 * @param {Worker | MessagePort} port
 * @param {Record<string, (...args: any[]) => any>} handlers what the other side may call
 * @param {(value: any) => Transferable[]} [transferOf] buffers of an answer or a message that are moved, not copied
 */
export function connect(port, handlers, transferOf = () => []) {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const pending = new Map();
  let lastId = 0;
  /** @type {DojoError | undefined} */
  let closed;

  const answer = async (/** @type {{id?: number, method: string, args: any[]}} */ { id, method, args }) => {
    try {
      const value = await handlers[method](...args);
      if (id) port.postMessage({ id, value }, { transfer: transferOf(value) });
    } catch (thrown) {
      if (id) port.postMessage({ id, error: plainError(thrown) });
    }
  };
  port.addEventListener('message', (event) => {
    const message = /** @type {MessageEvent} */ (event).data;
    if (message.method) return void answer(message);
    const call = pending.get(message.id);
    pending.delete(message.id);
    const { error } = message;
    if (error) call?.reject(new DojoError(error.code, error.message, error.layer));
    else call?.resolve(message.value);
  });

  return {
    /** @param {string} method @param {any[]} args @param {Transferable[]} [transfer] @returns {Promise<any>} */
    call(method, args, transfer = []) {
      if (closed) return Promise.reject(closed);
      return new Promise((resolve, reject) => {
        port.postMessage({ id: ++lastId, method, args }, { transfer });
        pending.set(lastId, { resolve, reject });
      });
    },
    /** A call without an answer. @param {string} method @param {any[]} args */
    tell: (method, args) => port.postMessage({ method, args }, { transfer: transferOf(args) }),
    /** Rejects every open and later call, so that no promise hangs. @param {DojoError} error */
    close(error) {
      closed ??= error;
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    },
  };
}
