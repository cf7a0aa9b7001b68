/* Says what the API says in this worker. */
/* global onmessage */
onmessage = async ({ data: hash }) => {
  const api = navigator.crossOriginStorage;
  const outcome = (promise) => promise.then(() => 'allowed', (error) => (error.name === 'NotFoundError' ? 'allowed' : error.name));
  postMessage(api ? [await outcome(api.getFileHandle(hash)), await outcome(api.getFileHandle(hash, { create: true })), await outcome(api.getFileHandle({ algorithm: '', value: '' }))] : ['no API']);
};
