/** Pages made of frames, and documents that are written by hand. */
import { htmlDocument, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

const SAY = `<script>parent.postMessage([document.URL.slice(0, 11), self.origin, isSecureContext, document.scripts.length, Object.getOwnPropertyNames(window).length > 500], '*')</script>`;
const INNER = { 'inner.html': htmlDocument('Inner', `<p>Inner</p>${SAY}`) };

/** @type {HarmPage[]} */
export const FRAMES = [
  scripted('A page with frames without an address', async () => {
    /** @type {unknown[]} */
    const heard = [];
    const say = document.querySelector('template')?.innerHTML ?? '';
    const add = (/** @type {object} */ members) => new Promise((resolve) => {
      const frame = Object.assign(document.createElement('iframe'), members);
      addEventListener('message', ({ data }) => { heard.push(data); resolve(frame); }, { once: true });
      document.body.append(frame);
    });
    await add({ srcdoc: say });
    await add({ src: URL.createObjectURL(new Blob([say], { type: 'text/html' })) });
    await add({ src: `data:text/html,${encodeURIComponent(say)}` });
    await add({ srcdoc: say, sandbox: 'allow-scripts' });
    await add({ srcdoc: say, sandbox: 'allow-scripts allow-same-origin' });
    const blank = document.body.appendChild(document.createElement('iframe'));
    const { contentWindow: inner } = /** @type {any} */ (blank);
    const realm = [inner.Array !== Array, inner.navigator !== navigator, inner.eval('typeof Worker'), inner.document.documentElement.outerHTML, inner.FileSystemFileHandle === FileSystemFileHandle];
    blank.src = 'javascript:"<p>from a script</p>"';
    await new Promise((resolve) => { blank.onload = resolve; });
    return [heard, realm, blank.contentDocument?.body.innerHTML];
  }, { html: `<template>${SAY}</template>` }),
  scripted('A page with forty frames', async () => {
    const heard = new Promise((resolve) => {
      let count = 0;
      addEventListener('message', () => { count += 1; if (count === 40) resolve(count); });
    });
    for (let index = 0; index < 40; index += 1) {
      document.body.append(Object.assign(document.createElement('iframe'), index % 2 ? { src: 'inner.html' } : { srcdoc: '<script>parent.postMessage(1, "*")</script>' }));
    }
    return [await heard, frames.length, window.length];
  }, { files: INNER }),
  scripted('A page that is written as it is read', () => [document.body.innerText, document.scripts.length], {
    html: `<script>document.write('<p>written</p><script>document.write("<p>and again</p>")<\\/script>')</script><p>read</p>` }),
  scripted('A page that opens documents again', async () => {
    const frame = /** @type {any} */ (document.body.appendChild(document.createElement('iframe')));
    const first = frame.contentWindow;
    const { Worker: before } = first;
    frame.contentDocument.open();
    frame.contentDocument.write('<p>one</p><script>window.made = [typeof Worker, typeof navigator.storage]</scr' + 'ipt>');
    frame.contentDocument.close();
    const made = frame.contentWindow.made;
    frame.contentDocument.open();
    frame.contentDocument.write('<title>two</title>');
    frame.contentDocument.close();
    return [made, frame.contentWindow === first, first.Worker === before, frame.contentDocument.title, frame.contentDocument.URL];
  }),
  scripted('A page that opens itself again', () => {
    document.open();
    document.write('<title>New</title><p>All new</p>');
    document.close();
    return [document.title, document.body.innerHTML, typeof Worker, performance.getEntriesByType('navigation').length];
  }),
  scripted('A page that moves and drops frames', async () => {
    const frame = document.createElement('iframe');
    const load = () => new Promise((resolve) => { frame.onload = resolve; });
    frame.src = 'inner.html';
    let loading = load();
    document.body.append(frame);
    await loading;
    const old = /** @type {any} */ (frame.contentWindow);
    loading = load();
    document.body.firstElementChild?.append(frame);
    await loading;
    const moved = [old.closed, frame.contentWindow !== old, frame.contentDocument?.title];
    frame.remove();
    for (let index = 0; index < 20; index += 1) {
      const short = document.createElement('iframe');
      short.src = 'inner.html';
      document.body.append(short);
      short.remove();
    }
    return [moved, frame.contentWindow, frames.length];
  }, { html: '<div></div>', files: INNER }),
  scripted('A page that opens windows', async () => {
    const popup = /** @type {any} */ (window.open('about:blank', 'popup', 'width=200,height=200'));
    popup.document.write('<p>written</p>');
    const written = [popup.document.body.innerHTML, popup.origin === origin, popup.Worker !== Worker, popup.opener === window];
    const told = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
    popup.location.href = 'popup.html';
    const data = await told;
    popup.close();
    return [written, data];
  }, { files: { 'popup.html': htmlDocument('Popup', '<script>opener.postMessage([document.title, opener.document.title], "*")</script>') } }),
];
