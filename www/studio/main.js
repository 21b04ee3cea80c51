// @ts-check
import './words.js';
import { Dojo } from '../engine/dojo.js';
import { language, languages, t } from '../i18n/index.js';
import { dataBase } from './catalogue.js';
import { applyTheme, readAddress } from './persist.js';
import { watchDraft } from './model/validate.js';
import { openEntry, readCatalogue } from './projects.js';
import { studio } from './state.js';
import './shell.js';

/** How often the memory figure is read. */
const memoryMilliseconds = 2000;

applyTheme();
showLanguage();
languages.addEventListener('change', showLanguage);
watchDraft();
start();

function showLanguage() {
  document.documentElement.lang = language();
  document.title = t('title');
}

async function start() {
  const { data } = readAddress();
  const engine = Dojo.start().then((dojo) => studio.engineStarted(dojo), (error) => studio.engineFailed(error));
  await readCatalogue();
  await engine;
  if (data) await openEntry(data);
  else globalThis.requestIdleCallback?.(prefetch);
  readMemory();
  setInterval(() => { if (!document.hidden) readMemory(); }, memoryMilliseconds);
}

/** The first data set is the likeliest choice: its files come while nothing else is asked for. */
function prefetch() {
  for (const { path } of studio.catalogue[0]?.files ?? []) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href: new URL(path, dataBase).href }));
  }
}

async function readMemory() {
  if (studio.engine.state !== 'ready') return;
  const memory = await studio.engine.dojo.memory().catch(() => studio.engine.memory);
  if (memory === studio.engine.memory) return;
  studio.engine.memory = memory;
  studio.changed();
}
