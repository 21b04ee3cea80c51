// @ts-check
import { addressOf, readAddress, restoreDraft, saveDraft } from './persist.js';
import { sequential } from './sequential.js';

/**
 * @typedef {import('./types.js').Project} Project
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').Run} Run
 * @typedef {import('./types.js').Tab} Tab
 * @typedef {import('./types.js').StudioError} StudioError
 */

/** How long Undo stays on offer. */
const toastMilliseconds = 6000;

/**
 * Everything the interface knows: plain objects, changed here, announced by
 * one `change` event per frame; `engine-lost` tells that the worker died. The engine's own state lives in its worker.
 */
class Studio extends EventTarget {
  /** @type {{state: 'starting' | 'ready' | 'failed', dojo: any, error: StudioError | null, memory: number, stepsPerSecond: number}} */
  engine = { state: 'starting', dojo: null, error: null, memory: 0, stepsPerSecond: 0 };
  /** @type {any[]} */
  catalogue = [];
  /** @type {Map<string, Project>} */
  projects = new Map();
  /** @type {Project | null} */
  project = null;
  /** @type {{id: string, done: number, total: number} | null} */
  loading = null;
  /** @type {(StudioError & {title?: string, file?: string}) | null} the reason why a data set or file did not load */
  loadError = null;
  /** @type {string | null} key of something that happened and matters until it is closed */
  notice = null;
  /** @type {Tab} */
  tab = readAddress().tab;
  /** @type {number | null} index of the open layer card */
  openLayer = null;
  /** @type {{key: string, undo?: () => void} | null} */
  toast = null;
  /** @type {string | null} JSON under edit that does not parse yet, with its message */
  codeError = null;

  #announced = false;
  /** @type {(value?: any) => void} */
  #resolveStart = () => {};
  /** @type {(error: any) => void} */
  #rejectStart = () => {};
  #started = new Promise((resolve, reject) => {
    this.#resolveStart = resolve;
    this.#rejectStart = reject;
  });
  #inspections = 0;
  #toastTimer = 0;

  /** Announces a change at the next frame. */
  changed() {
    if (this.#announced) return;
    this.#announced = true;
    const announce = () => {
      this.#announced = false;
      this.dispatchEvent(new Event('change'));
    };
    // A hidden page gets no frames, and its live region and title still matter.
    if (document.hidden) setTimeout(announce, 100);
    else requestAnimationFrame(announce);
  }

  /** @param {any} dojo */
  engineStarted(dojo) {
    Object.assign(this.engine, { state: 'ready', dojo, error: null });
    this.#resolveStart();
    this.changed();
  }

  /** @param {any} error */
  engineFailed(error) {
    Object.assign(this.engine, { state: 'failed', error: toError(error) });
    this.#started.catch(() => {}); // shown by the state; whoever waits for it hears it too
    this.#rejectStart(error);
    this.changed();
  }

  /** Shows an error. @param {any} error @param {string} [title] key of what failed @param {string} [file] */
  failed(error, title, file) {
    this.loadError = { ...toError(error), title, file };
    this.changed();
  }

  /** Resolves once the engine runs. */
  engineReady() { return this.#started; }

  /** @param {Tab} tab */
  show(tab) {
    this.tab = tab;
    this.#address();
  }

  /** @param {Project} project */
  open(project) {
    this.projects.set(project.id, project);
    this.project = project;
    this.openLayer = null;
    this.loadError = null;
    this.#address();
    this.inspect();
  }

  /** Back to "What should it learn?"; the projects stay. */
  close() {
    this.project = null;
    this.#address();
  }

  /** @param {string} id */
  focus(id) {
    if (!this.project) return;
    this.project.focus = id;
    this.#address();
  }

  /** The run that curves and results follow. @returns {Run | null} */
  get focused() {
    return this.project?.runs.find((run) => run.id === this.project?.focus) ?? null;
  }

  /** The run that is training or paused, of whichever project. @returns {Run | null} */
  get active() {
    for (const project of this.projects.values()) {
      const run = project.runs.find(({ status }) => status === 'running' || status === 'paused');
      if (run) return run;
    }
    return null;
  }

  #address() {
    history.replaceState(null, '', addressOf(this));
    this.changed();
  }

  /**
   * Changes the draft. With `undo`, a toast offers the way back under that key's words.
   * @param {(draft: Draft) => void} change works on a copy
   * @param {string} [undo]
   */
  edit(change, undo) {
    const project = this.project;
    if (!project) return;
    const before = project.draft;
    const after = structuredClone(before);
    change(after);
    this.#setDraft(project, after);
    if (undo) {
      this.offerUndo(undo, () => {
        this.openLayer = null;
        this.#setDraft(project, before);
      });
    }
  }

  /** Back to the model that came with the data, and to new weights. */
  resetDraft() {
    const { project } = this;
    if (!project) return;
    const { origin } = project;
    if (project.prepared) project.origin = null;
    const before = project.draft;
    this.edit((draft) => Object.assign(draft, structuredClone(project.defaultDraft)));
    this.offerUndo('toast.reset', () => {
      project.origin = origin;
      this.#setDraft(project, before);
    });
  }

  /** @param {Project} project @param {Draft} draft */
  #setDraft(project, draft) {
    project.draft = draft;
    saveDraft(project);
    this.inspect();
    this.changed();
  }

  /** @param {string} key @param {() => void} undo */
  offerUndo(key, undo) {
    this.tell(key, undo);
  }

  /** Says what was done. @param {string} key @param {() => void} [undo] the way back, where there is one */
  tell(key, undo) {
    clearTimeout(this.#toastTimer);
    this.toast = { key, undo };
    this.#toastTimer = window.setTimeout(() => this.dropToast(), toastMilliseconds);
    this.changed();
  }

  dropToast() {
    this.toast = null;
    this.changed();
  }

  /** Asks the engine for shapes and parameters of the draft; the newest answer wins. */
  async inspect() {
    const project = this.project;
    const { dojo } = this.engine;
    const inputShape = project?.prepared?.inputShape ?? project?.origin?.inputShape;
    if (!project || !inputShape || !dojo) return;
    const turn = ++this.#inspections;
    try {
      const found = await dojo.inspect(sequential(project.draft.config), inputShape);
      if (turn !== this.#inspections) return;
      project.inspection = found;
    } catch (error) {
      if (turn !== this.#inspections) return;
      if (toError(error).code === 'engine_lost') this.dispatchEvent(new Event('engine-lost'));
      const layers = project.inspection?.layers ?? [];
      project.inspection = { layers, total: 0, trainable: 0, error: toError(error) };
    }
    this.changed();
  }
}

/** What the interface shows of anything thrown. @param {any} error @returns {StudioError} */
export function toError(error) {
  return { code: error?.code ?? 'unknown', message: error?.message ?? String(error), layer: error?.layer };
}

/** @param {Partial<Project>} parts @returns {Project} */
export function projectOf(parts) {
  return /** @type {Project} */ ({
    own: false, entry: null, sources: [], prepared: null, inspection: null, runs: [], focus: null, error: null, columns: null, ...parts,
  });
}

/**
 * Gives a project its draft: the one saved in this browser under `key`, else `fallback`.
 * @param {Project} project @param {string} key @param {Draft} fallback
 */
export function giveDraft(project, key, fallback) {
  project.draftKey = key;
  project.defaultDraft = fallback;
  project.draft = restoreDraft(key) ?? structuredClone(fallback);
}

export const studio = new Studio();
