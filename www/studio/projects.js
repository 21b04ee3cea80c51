// @ts-check
import { language, t } from '../i18n/index.js';
import { dataBase, fetchCatalogue, kindOf, sourceName } from './catalogue.js';
import { isModelFile } from './file-name.js';
import { carryModel, openModel } from './models.js';
import { giveDraft, projectOf, studio, toError } from './state.js';
import { emptyDraft, judgeColumns, judgedRows, proposeDraft, recipeOf, recipeOfArrays } from './propose.js';

/**
 * Data sets: from the catalogue or from a dropped file to a project.
 *
 * @typedef {import('./types.js').Project} Project
 * @typedef {import('./types.js').Kind} Kind
 */

export async function readCatalogue() {
  try {
    studio.catalogue = await fetchCatalogue();
  } catch (error) {
    studio.failed(error);
  }
  studio.changed();
}

/** @param {Project} project */
export function titleOf(project) {
  return project.entry?.title[language()] ?? project.title;
}

/** What people call the classes, in their language. @param {Project} project @returns {string[]} */
export function classNames({ entry, prepared }) {
  return entry?.classes?.map((/** @type {any} */ name) => name[language()]) ?? prepared?.classes ?? [];
}

/** Loads a catalogue data set, or returns to its project. @param {string} id */
export async function openEntry(id) {
  const known = studio.projects.get(id);
  const waiting = studio.project;
  if (known) {
    studio.open(known);
    return carryModel(waiting);
  }
  const entry = studio.catalogue.find((each) => each.id === id);
  if (!entry || studio.loading) return;
  await attempt(id, async () => {
    const files = () => Promise.all(entry.files.map(async (/** @type {any} */ { source, path }) => ({ name: sourceName(id, source), bytes: await download(path) })));
    const project = projectOf({ id, title: id, kind: entry.kind, entry, files, recipe: entry.recipe });
    await loadSources(project);
    project.prepared = await studio.engine.dojo.prepare(entry.recipe);
    giveDraft(project, id, entry.draft);
    studio.open(project);
    carryModel(waiting);
  });
}

/** Reads the project's files into the engine. @param {Project} project */
async function loadSources(project) {
  const files = await project.files();
  await studio.engineReady();
  project.sources = await Promise.all(files.map(({ name, bytes }) => studio.engine.dojo.loadData(name, bytes)));
}

let recovering = false;

/** The worker died, and the next call starts another: data is loaded again; models are gone, what was measured stays. */
studio.addEventListener('engine-lost', async () => {
  if (recovering) return;
  recovering = true;
  studio.notice = 'engine.lost';
  for (const project of studio.projects.values()) {
    for (const run of project.runs) run.model = null;
    try {
      if (!project.recipe) continue; // a model that has no data yet
      await loadSources(project);
      project.prepared = await studio.engine.dojo.prepare(project.recipe);
    } catch (error) {
      project.error = toError(error);
    }
  }
  recovering = false;
  studio.inspect();
  studio.changed();
});

/** Fetches a file of the catalogue, telling how far it is. @param {string} file */
async function download(file) {
  const answer = await fetch(new URL(file, dataBase));
  if (!answer.ok || !answer.body) throw { code: 'network', message: `${file}: ${answer.status}` };
  if (studio.loading) studio.loading.total += Number(answer.headers.get('content-length'));
  const parts = [];
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    if (studio.loading) studio.loading.done += value.length;
    studio.changed();
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Runs `work` with the loading state shown; what it throws is shown where data is chosen. @param {string} id @param {() => Promise<void>} work */
async function attempt(id, work) {
  studio.loading = { id, done: 0, total: 0 };
  studio.loadError = null;
  studio.changed();
  try {
    await work();
  } catch (error) {
    studio.failed(error);
  }
  studio.loading = null;
  studio.changed();
}

/** Opens the system's file dialog. */
export function chooseFile() {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, accept: '.keras,.h5,.hdf5,.csv,.tsv,.txt,.gz,.npy,.npz,.idx,.json' });
  input.addEventListener('change', () => openFiles([...(input.files ?? [])]));
  input.click();
}

/** Models, and data: one table, one `.npz`, or images and labels in several files. @param {File[]} given */
export async function openFiles(given) {
  const files = given.filter((file) => !isModelFile(file));
  for (const file of given.filter(isModelFile)) if (!studio.loading) await openModel(file);
  if (!files.length || studio.loading) return;
  const waiting = studio.project;
  const id = `own:${files.map(({ name }) => name).join('+')}`;
  await attempt(id, async () => {
    const title = files[0].name.replace(/\.(csv|tsv|txt|npz|npy|gz|idx|json)(\.gz)?$/i, '');
    const named = files.map((file) => ({ name: file.name, bytes: file }));
    const project = projectOf({ id, title, own: true, files: async () => named });
    await loadSources(project);
    if (project.sources[0].kind === 'table') await openTable(project);
    else await openArrays(project);
    carryModel(waiting);
  });
}

/** @param {Project} project */
async function openTable(project) {
  const [table] = project.sources;
  project.columns = judgeColumns(table.columns, await table.readRows(0, judgedRows), table.rows);
  project.testShare = 0.2;
  await followRoles(project);
  studio.open(project);
  studio.show('data');
}

/**
 * Prepares an own table again after its roles or its test share changed; runs keep the data they had.
 * @param {Project} project
 */
export async function followRoles(project) {
  const columns = project.columns ?? [];
  const [table] = project.sources;
  const before = project.prepared;
  try {
    project.recipe = recipeOf(columns, table.name, project.testShare ?? 0.2);
    project.prepared = await studio.engine.dojo.prepare(project.recipe);
    project.kind = kindOf(project.recipe);
    project.error = null;
    const changed = !before || taskOf(before) !== taskOf(project.prepared);
    if (changed) giveDraft(project, `${project.id}|${taskOf(project.prepared)}`, proposeDraft(project.prepared, project.kind));
    if (before && !project.runs.some(({ prepared }) => prepared === before)) before.drop?.();
  } catch (error) {
    project.error = toError(error);
    if (!project.draft) giveDraft(project, `${project.id}|`, emptyDraft);
  }
  if (studio.project === project) studio.inspect();
  studio.changed();
}

/** What decides which model fits. @param {any} prepared */
const taskOf = ({ task, classes, inputShape }) => `${task} ${classes?.length ?? 1} ${inputShape.length}`;

/** Images with labels: several files, or the named arrays of one `.npz`. @param {Project} project */
async function openArrays(project) {
  const { dojo } = studio.engine;
  project.recipe = recipeOfArrays(arraysOf(project.sources));
  project.kind = 'image';
  project.prepared = await dojo.prepare(project.recipe);
  giveDraft(project, project.id, proposeDraft(project.prepared, 'image'));
  studio.open(project);
}

/** Every array there is, with the place a recipe names it by. @param {any[]} sources */
function arraysOf(sources) {
  return sources.flatMap((source) => {
    const place = { source: source.name };
    if (source.kind !== 'arrays') return [{ name: source.name, features: place, label: place }];
    return Object.keys(source.arrays).map((name) => ({ name, features: { ...place, columns: [name] }, label: { ...place, column: name } }));
  });
}
