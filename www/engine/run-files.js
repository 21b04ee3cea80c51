// @ts-check
/** The files that the callbacks of a fit make, kept here until someone asks for their bytes. */

/** @typedef {{format: 'keras' | 'weights.h5', config: string, weights: any[]}} State what a checkpoint holds */

/** A file as `onFile` gets it. A log and an event file are one object that grows. */
export class RunFile {
  /** @type {State | undefined} */
  state;
  /** @type {Uint8Array[]} */
  #parts = [];
  #write;

  /**
   * @param {import('./types').FileEvent} event
   * @param {(state: State) => Promise<Uint8Array>} write builds the bytes of a model's file
   */
  constructor({ path, kind, epoch, logs }, write) {
    this.path = path;
    this.kind = kind;
    /** The epoch it was made in, 0-based. */
    this.epoch = epoch;
    /** The logs of that epoch, or of its batch. */
    this.logs = logs;
    this.#write = write;
  }

  /** The file's content as it is now. @returns {Promise<Uint8Array>} */
  async bytes() {
    if (this.state) return this.#write(this.state);
    return new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (this.#parts)).arrayBuffer());
  }

  /** @param {import('./types').FileEvent} event */
  take({ epoch, logs, content }) {
    Object.assign(this, { epoch, logs });
    if ('format' in content) this.state = content;
    else this.#parts = content.append ? [...this.#parts, content.bytes] : [content.bytes];
  }

  /** @param {string} path */
  copy(path) {
    const copy = new RunFile({ ...this, path, type: 'file', content: { bytes: new Uint8Array(), append: false } }, this.#write);
    copy.state = this.state;
    copy.#parts = this.#parts;
    return copy;
  }
}

/** All files of one fit, by path: what is written again replaces what was there. */
export class RunFiles {
  /** @type {Map<string, RunFile>} */
  #files = new Map();

  /** @param {(state: State) => Promise<Uint8Array>} write @param {((file: RunFile) => void) | undefined} onFile */
  constructor(write, onFile) {
    this.write = write;
    this.onFile = onFile;
  }

  get list() {
    return [...this.#files.values()];
  }

  /** @param {import('./types').FitEvent} event */
  hear(event) {
    if (event.type === 'file') {
      const grows = 'append' in event.content && event.content.append;
      const file = (grows && this.#files.get(event.path)) || new RunFile(event, this.write);
      file.take(event);
      this.#keep(file);
    } else if (event.type === 'copy') {
      const file = this.#files.get(event.from);
      if (file) this.#keep(file.copy(event.to));
    } else if (event.type === 'remove') {
      for (const path of this.#files.keys()) if (path.startsWith(`${event.path}/`)) this.#files.delete(path);
    }
  }

  /** @param {RunFile} file */
  #keep(file) {
    this.#files.set(file.path, file);
    this.onFile?.(file);
  }
}
