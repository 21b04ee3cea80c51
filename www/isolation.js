// Gives the page isolation, and so threads, on hosts that send no headers: by the service worker
// and one reload. `?sw=off` removes the service worker and goes on without.
// @ts-check

/** Counted up when all pages shall fetch the service worker anew. */
const VERSION = '1';
const RELOADED = 'model-dojo-isolation';

/** Reloading is for a page that just opened: later somebody may be at work in it. */
const PATIENCE = 5000; // ms

async function isolate() {
  const container = navigator.serviceWorker;
  if (!container || window.parent !== window) return;
  if (new URLSearchParams(location.search).get('sw') === 'off') {
    for (const registration of await container.getRegistrations()) await registration.unregister();
    return;
  }
  if (crossOriginIsolated) return sessionStorage.removeItem(RELOADED);
  await container.register(new URL(`service-worker.js?v=${VERSION}`, document.baseURI));
  await container.ready;
  // The mark goes only when isolation was reached: where it cannot be, there is no second reload.
  if (sessionStorage.getItem(RELOADED) === VERSION || performance.now() > PATIENCE) return;
  sessionStorage.setItem(RELOADED, VERSION);
  location.reload();
}

// Where service workers or storage are forbidden, the page goes on with the single-thread build.
isolate().catch((error) => console.info('Model Dojo runs without threads:', error.message));
