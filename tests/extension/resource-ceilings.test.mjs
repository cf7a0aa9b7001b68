/** What the responses of resources that documents fetch say of who may find them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResourceCeilings } from '../../extension/background/resource-ceilings.js';

const URL_A = 'https://cdn.test/a';

/** The ceilings, and a browser that tells of responses as long as somebody listens. */
function makeCeilings() {
  /** @type {((details: object) => void)[]} */
  let listeners = [];
  /** @type {any} */ (globalThis).chrome = {
    webRequest: {
      onResponseStarted: {
        addListener: (/** @type {any} */ listener) => void listeners.push(listener),
        removeListener: (/** @type {any} */ gone) => { listeners = listeners.filter((listener) => listener !== gone); },
      },
    },
  };
  /** @param {string} documentId @param {string} url @param {string} [ceiling] */
  const respond = (documentId, url, ceiling) => {
    const responseHeaders = ceiling === undefined ? [] : [{ name: 'Cross-Origin-Storage-Allow-Origin', value: ceiling }];
    for (const listener of listeners) listener({ documentId, url, responseHeaders });
  };
  return { ceilings: new ResourceCeilings(), respond, listening: () => listeners.length };
}

test('a response that nobody saw counts as one that names nobody, and one without the header as one without', () => {
  const { ceilings, respond } = makeCeilings();
  const [one, stranger] = [{}, {}];
  ceilings.watch(one, 'd1');
  respond('d1', URL_A);
  assert.equal(ceilings.of(one, URL_A), null);
  assert.equal(ceilings.of(one, `${URL_A}b`), '');
  assert.equal(ceilings.of(stranger, URL_A), '');
});

test('what one document was answered says nothing for another', () => {
  const { ceilings, respond } = makeCeilings();
  const [one, two] = [{}, {}];
  ceilings.watch(one, 'd1');
  ceilings.watch(two, 'd2');
  respond('d1', URL_A, 'https://b.test');
  assert.deepEqual([ceilings.of(one, URL_A), ceilings.of(two, URL_A)], ['https://b.test', '']);
});

test('the latest response from an address counts, and who asks twice forgets none', () => {
  const { ceilings, respond, listening } = makeCeilings();
  const one = {};
  ceilings.watch(one, 'd1');
  respond('d1', URL_A, 'https://b.test');
  respond('d1', URL_A, 'https://c.test');
  ceilings.watch(one, 'd1');
  assert.equal(ceilings.of(one, URL_A), 'https://c.test');
  assert.equal(listening(), 1);
});

test('of a document’s responses the latest are known', () => {
  const { ceilings, respond } = makeCeilings();
  const one = {};
  ceilings.watch(one, 'd1');
  for (let index = 0; index < 256; index += 1) respond('d1', `${URL_A}${index}`);
  respond('d1', `${URL_A}0`);
  respond('d1', URL_A);
  assert.deepEqual([`${URL_A}0`, `${URL_A}1`, `${URL_A}2`].map((url) => ceilings.of(one, url)), [null, '', null]);
});

test('nobody listens when no document that asked is left', () => {
  const { ceilings, respond, listening } = makeCeilings();
  const [one, two] = [{}, {}];
  ceilings.watch(one, 'd1');
  ceilings.watch(two, 'd2');
  ceilings.forget(one);
  respond('d1', URL_A, 'https://b.test');
  assert.deepEqual([listening(), ceilings.of(one, URL_A)], [1, '']);
  ceilings.forget(two);
  assert.equal(listening(), 0);
});
