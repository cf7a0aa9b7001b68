/**
 * Runs in documents of other sites: carries out functions that a subtest sends as text. A classic script;
 * what it declares is there for those functions.
 */
/* exported hashOf, store, read, outcome */

const nameOf = (error) => `${error?.name}`;

async function hashOf(bytes, algorithm = 'SHA-256') {
  const value = new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
  return { algorithm, value: [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** Stores bytes; says 'stored' or the name of the error. */
async function store(bytes, origins) {
  try {
    const options = { create: true, ...(origins === undefined ? {} : { origins }) };
    const handle = await navigator.crossOriginStorage.getFileHandle(await hashOf(bytes), options);
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    return 'stored';
  } catch (error) {
    return nameOf(error);
  }
}

/** Reads an entry; says 'found' when the bytes have the hash that was asked for, or the name of the error. */
async function read(hash) {
  try {
    const handle = await navigator.crossOriginStorage.getFileHandle(hash);
    const file = await handle.getFile();
    const { value } = await hashOf(await file.arrayBuffer(), hash.algorithm);
    return value === hash.value && file.name === value ? 'found' : 'wrong bytes';
  } catch (error) {
    return nameOf(error);
  }
}

/** What a promise comes to: 'fine' or the name of the error. */
const outcome = (promise) => promise.then(() => 'fine', nameOf);

const received = [];
addEventListener('messageerror', (event) => received.push({ type: 'messageerror', data: event.data }));

addEventListener('message', async ({ data, ports }) => {
  if (typeof data !== 'object' || data === null) return;
  if (data.deliver) received.push({ type: 'message', data: data.value });
  if (typeof data.source !== 'string') return;
  try {
    const value = await (0, eval)(`(${data.source})`)(...data.args);
    ports[0].postMessage({ value });
  } catch (error) {
    ports[0].postMessage({ error: `${nameOf(error)}: ${error?.message}` });
  }
});

(window.opener ?? window.parent).postMessage({ ready: true }, '*');
