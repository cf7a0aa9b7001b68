/**
 * Sets Transformers.js up, as published, through its own settings alone: where models come from,
 * Cross-Origin Storage on, and the runtime at an address whose hash can be learnt.
 */

/**
 * @param {any} site
 * @param {import('./files.js').FileTable} table
 */
export async function startEngine(site, table) {
  const library = await import('/vendor/transformers.min.js');
  const { env } = library;
  env.remoteHost = site.modelHub;
  env.experimental_useCrossOriginStorage = site.cos;
  env.backends.onnx.wasm.wasmPaths = {
    mjs: new URL(site.runtime.glue, location.href).href,
    wasm: site.runtime.wasm,
  };
  watchDownloads(env, table);
  watchRuntime(env, table, site.runtime.wasm);
  return library;
}

/**
 * `env.fetch` is the library's own door to the network: what passes here was not in the store.
 * One-byte requests, by which it asks for a file's size, are let through uncounted.
 * @param {any} env
 * @param {import('./files.js').FileTable} table
 */
function watchDownloads(env, table) {
  const plainFetch = env.fetch;
  env.fetch = async (input, init) => {
    const row = table.get(new URL(String(input), location.href).href);
    if (!row || new Headers(init?.headers).has('Range')) return plainFetch(input, init);
    row.fromNetwork();
    const response = await plainFetch(input, init);
    if (!response.ok || !response.body) return response;
    let loaded = 0;
    const counter = new TransformStream({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        row.progress(loaded, row.size || Number(response.headers.get('content-length')));
        controller.enqueue(chunk);
      },
      flush: () => row.finish({ size: loaded }),
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(counter), { status, statusText, headers });
  };
}

/**
 * The library tells nobody when the runtime has arrived; it puts the bytes into this setting, so the
 * moment of that is the moment to look at.
 * @param {any} env
 * @param {import('./files.js').FileTable} table
 * @param {string} url
 */
function watchRuntime(env, table, url) {
  let binary = env.backends.onnx.wasm.wasmBinary;
  Object.defineProperty(env.backends.onnx.wasm, 'wasmBinary', {
    configurable: true, enumerable: true,
    get: () => binary,
    set(bytes) {
      binary = bytes;
      const asked = performance.getEntriesByName(url.replace('/resolve/', '/raw/'))[0];
      table.get(url)?.finish({ size: bytes?.byteLength, startedAt: asked?.startTime });
    },
  });
}

/**
 * What the library says about a model's files while it loads them.
 * @param {any} site
 * @param {import('./files.js').FileTable} table
 */
export function modelProgress(site, table) {
  return (/** @type {any} */ event) => {
    if (!event.file) return;
    const url = new URL(`${event.name}/resolve/main/${event.file}`, `${site.modelHub}/`).href;
    const row = table.get(url) ?? (event.status === 'initiate' ? table.add({ url, label: event.file, kind: 'model' }) : null);
    if (event.status === 'initiate') row?.begin();
    if (event.status === 'progress') row?.progress(event.loaded, event.total);
    if (event.status === 'done') row?.finish({ size: row.size || event.total });
  };
}
