/* Answers with the name of the error of a request, or with what is there instead of the API. */
addEventListener('message', ({ ports: [port] }) => {
  const storage = navigator.crossOriginStorage;
  if (storage === undefined) port.postMessage('no API');
  else storage.getFileHandle({ algorithm: 'SHA-256', value: '0'.repeat(64) }).then(() => port.postMessage('fine'), (error) => port.postMessage(error.name));
});
