// @ts-check
/** The one error of the JS module; codes are those of the engine (src/error.rs). */

export class DojoError extends Error {
  /**
   * @param {import('./types').Code} code what kind of error it is; stable, for scripts and translation
   * @param {string} message where, what was expected, what was found, what to do
   * @param {string} [layer] name of the layer at fault
   */
  constructor(code, message, layer) {
    super(message);
    this.name = 'DojoError';
    this.code = code;
    if (layer) this.layer = layer;
  }
}

/**
 * What crosses a worker boundary of any thrown value. The engine throws plain `{code, message, layer?}`.
 * A trap or an exhausted stack leaves wasm memory in an unknown state: the engine is lost.
 * @param {any} thrown
 * @returns {{code: import('./types').Code, message: string, layer?: string}}
 */
export function plainError(thrown) {
  const message = String(thrown?.message ?? thrown);
  if (typeof thrown?.code === 'string') return { code: thrown.code, message, layer: thrown.layer };
  if (thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError) {
    return { code: 'engine_lost', message: `The engine stopped (${message}). It restarts with the next model or data you load.` };
  }
  return { code: 'bad_data', message };
}
