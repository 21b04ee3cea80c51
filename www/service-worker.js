// Isolation for static hosts that cannot send headers: adds to pages and workers what lets them
// share memory between threads. Everything else goes to the network untouched.
// @ts-check

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** What a browser asks the isolation of; scripts, styles and data of one's own origin need none. */
const DESTINATIONS = ['document', 'iframe', 'worker'];

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

scope.addEventListener('install', () => scope.skipWaiting());

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== scope.location.origin || !DESTINATIONS.includes(request.destination)) return;
  if (url.searchParams.get('sw') === 'off') return;
  event.respondWith(isolated(request));
});

/**
 * The network's answer with the isolation headers.
 * @param {Request} request
 */
async function isolated(request) {
  const response = await fetch(request);
  if (response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
