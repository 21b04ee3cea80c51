// @ts-check
/** Model files: from a dropped `.keras` or `.h5` to the draft, and from a run to a file. */
import { download } from '../charts/export.js';
import { dataBase, sourceName } from './catalogue.js';
import { fileName } from './file-name.js';
import { fitOptions, placeLoaded } from './runner.js';
import { readOrigin, sameShape, startModel } from './origin.js';
import { problemOf } from './checks.js';
import { giveDraft, projectOf, studio } from './state.js';
import { emptyDraft } from './propose.js';

/**
 * @typedef {import('./types.js').Project} Project
 * @typedef {import('./types.js').Run} Run
 * @typedef {import('./origin.js').Origin} Origin
 */

/** Reads a model file and makes it the draft. What cannot be read changes nothing. @param {File} file */
export async function openModel(file) {
  studio.loadError = null;
  studio.loading = { id: `model:${file.name}`, done: 0, total: 0 };
  studio.changed();
  try {
    await studio.engineReady();
    const bytes = new Uint8Array(await file.arrayBuffer());
    adopt(await readOrigin(studio.engine.dojo, file.name, bytes));
  } catch (error) {
    studio.failed(error, 'error.model', file.name);
  }
  studio.loading = null;
  studio.changed();
}

/** The open project goes on from this model; without one the model waits for its data. @param {Origin} origin */
export function adopt(origin) {
  const { project } = studio;
  if (!project) return openWithoutData(origin);
  const before = { origin: project.origin ?? null, draft: project.draft };
  Object.assign(project, { origin, before });
  const take = (/** @type {import('./types.js').Draft} */ draft) => {
    draft.config = structuredClone(origin.config);
    if (origin.compile) draft.compile = structuredClone(origin.compile);
  };
  studio.edit(take);
  studio.offerUndo(origin.from === 'run' ? 'toast.continue' : 'toast.model', () => takeBack(project));
  if (origin.from === 'file') {
    if (studio.tab !== 'train') studio.show('model');
    showLoaded(project, origin);
  }
}

/** The project as it was before a model was loaded into it. @param {Project} project */
function takeBack(project) {
  const { before } = project;
  if (!before) return;
  Object.assign(project, { origin: before.origin, before: null });
  studio.edit((draft) => Object.assign(draft, before.draft));
}

/** @param {Origin} origin */
function openWithoutData(origin) {
  const id = `model:${origin.title}`;
  const project = projectOf({ id, title: origin.title, own: true, files: async () => [], origin });
  const { compile } = emptyDraft;
  giveDraft(project, id, { ...emptyDraft, config: origin.config, compile: origin.compile ?? compile });
  Object.assign(project.draft, structuredClone({ config: origin.config, compile: origin.compile ?? compile }));
  studio.open(project);
  studio.show('model');
}

/** Other data for the model: it leaves those it does not fit and goes along to what is chosen. @param {Project} project */
export function chooseDataFor(project) {
  const { origin, prepared } = project;
  if (origin && prepared) {
    takeBack(project);
    openWithoutData(origin);
  }
  studio.show('data');
}

/** The model of a project that has no data yet moves to the one that was opened for it. @param {Project | null} from */
export function carryModel(from) {
  const { project } = studio;
  if (!from?.origin || from.prepared || !project || project === from) return;
  studio.projects.delete(from.id);
  adopt(from.origin);
}

/** A loaded model that fits the data stands among the runs at once: it predicts without training. @param {Project} project @param {Origin} origin */
async function showLoaded(project, origin) {
  await studio.inspect();
  const { prepared, inspection } = project;
  if (!prepared || !inspection || problemOf(project) || project.origin !== origin) return;
  await tryLoaded(project);
}

/** Puts the draft, with the weights it starts from, among the runs without training it. @param {Project} project */
export async function tryLoaded(project) {
  const { draft, origin, prepared } = project;
  if (!origin || !prepared) return;
  try {
    const model = await startModel(studio.engine.dojo, { ...structuredClone(draft), origin }, prepared.inputShape);
    placeLoaded(project, model);
  } catch (error) {
    studio.failed(error, 'error.model', origin.title);
  }
}

/** What the draft's data have to say to the model's input. @param {Project} project @returns {'none' | 'fits' | 'reshape' | 'other'} */
export function inputFit({ origin, prepared }) {
  if (!prepared || !origin) return 'none';
  const [wants, gives] = [origin.inputShape, prepared.inputShape];
  if (!wants || sameShape(wants, gives)) return 'fits';
  const size = (/** @type {(number | null)[]} */ shape) => shape.reduce((/** @type {number} */ all, n) => all * (n ?? 1), 1);
  return wants.includes(null) || size(wants) !== size(gives) ? 'other' : 'reshape';
}

/** Later runs start with new weights; the layers stay. @param {Project} project */
export function dropOrigin(project) {
  const { origin } = project;
  project.origin = null;
  studio.offerUndo('toast.scratch', () => { project.origin = origin; studio.changed(); });
  studio.changed();
}

/** The draft is the model as it came again. @param {Project} project */
export function backToOrigin({ origin }) {
  if (origin) studio.edit((draft) => { draft.config = structuredClone(origin.config); }, 'toast.model');
}

/** The next run goes on from where this one ended. @param {Run} run */
export async function continueFrom(run) {
  const { project } = studio;
  if (!project || !run.model) return;
  try {
    const origin = await readOrigin(studio.engine.dojo, run.name, await run.model.save('keras'), 'run');
    studio.edit((draft) => { draft.fit = structuredClone(run.fit); });
    adopt({ ...origin, compile: structuredClone(run.compile) });
  } catch (error) {
    studio.failed(error, 'error.save');
  }
}

/**
 * Saves a run's model, or the draft's with the weights it would start from.
 * @param {Project} project @param {Run | null} run @param {import('../engine/types').ModelFormat} [format]
 */
export async function saveModel(project, run, format = 'keras') {
  try {
    const bytes = await withModel(project, run, (model) => model.save(format));
    download(fileName(project, run, format), new Blob([bytes], { type: 'application/octet-stream' }));
  } catch (error) {
    studio.failed(error, 'error.save');
  }
}

/**
 * Saves or copies the Python program that does what a run did, or what the draft would do.
 * @param {Project} project @param {Run | null} run @param {{copy?: boolean, distribute?: boolean}} [how]
 */
export async function savePython(project, run, { copy = false, distribute = false } = {}) {
  try {
    const options = { ...pythonOptions(project, run), distribute };
    const program = await withModel(project, run, (model) => model.save('python', options));
    if (!copy) return download(fileName(project, run, 'py'), new Blob([program], { type: 'text/x-python' }));
    await navigator.clipboard.writeText(program);
    studio.tell('toast.copied');
  } catch (error) {
    studio.failed(error, 'error.save');
  }
}

/**
 * What a program needs to know besides the model: data, fit and the weights that training starts from.
 * @param {Project} project @param {Run | null} run
 */
function pythonOptions(project, run) {
  const { entry, id, title, draft } = project;
  const { recipe, origin } = run ?? project;
  const files = (entry?.files ?? []).map((/** @type {any} */ { source, path }) =>
    [sourceName(id, source), { path: path.split('/').at(-1), url: new URL(path, dataBase).href }]);
  const weights = origin && (origin.from === 'file' ? origin.title : fileName(project, { name: origin.title }));
  return {
    title: entry?.title.en ?? title,
    recipe: recipe ?? undefined,
    files: Object.fromEntries(files),
    fit: fitOptions((run ?? draft).fit),
    weights: weights ?? undefined,
  };
}

/**
 * Asks the run's model, or one of the draft that is made for this.
 * @template T @param {Project} project @param {Run | null} run @param {(model: any) => Promise<T>} ask @returns {Promise<T>}
 */
async function withModel(project, run, ask) {
  if (run?.model) return ask(run.model);
  const model = await startModel(studio.engine.dojo, { ...structuredClone(project.draft), origin: project.origin }, inputShapeOf(project));
  try {
    return await ask(model);
  } finally {
    await model.dispose();
  }
}

/** @param {Project} project */
export const inputShapeOf = (project) => project.prepared?.inputShape ?? project.origin?.inputShape ?? null;
