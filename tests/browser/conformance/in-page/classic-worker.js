/* A worker that answers with what it can do with an entry. Classic, so that it may be imported nowhere. */
/* global onmessage */
onmessage = async ({ data: hash }) => {
  const storage = navigator.crossOriginStorage;
  const outcome = (promise) => promise.then((value) => value, (error) => error.name);
  if (storage === undefined) postMessage({ api: false });
  else {
    postMessage({
      api: true,
      origin: self.origin,
      size: await outcome(storage.getFileHandle(hash).then((handle) => handle.getFile()).then(({ size }) => size)),
      invalid: await outcome(storage.getFileHandle({ algorithm: '', value: '' })),
      missing: await outcome(storage.getFileHandle({ ...hash, value: '0'.repeat(64) })),
      created: await outcome(storage.getFileHandle({ ...hash, value: '1'.repeat(64) }, { create: true }).then(({ name }) => name.length)),
    });
  }
};
