import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteSwitch } from '../../extension/background/site-switch.js';

/** @param {any} held */
const storage = (held) => /** @type {any} */ ({
  get: async (/** @type {string} */ key) => ({ [key]: held[key] }),
  set: async (/** @type {object} */ values) => void Object.assign(held, values),
});

test('a host that is switched off stays so in the next service worker, on every port and by either scheme', async () => {
  const held = {};
  await new SiteSwitch(storage(held), false).set('https://a.test/page', true);
  const next = new SiteSwitch(storage(held), false);
  for (const origin of ['https://a.test', 'https://a.test:8443', 'http://a.test']) assert.equal(await next.isOff(origin), true, origin);
  for (const origin of ['https://www.a.test', 'https://b.test', 'null', '']) assert.equal(await next.isOff(origin), false, origin);
  assert.deepEqual(await next.list(), ['a.test']);
  await next.set('https://a.test', false);
  assert.equal(await new SiteSwitch(storage(held), false).isOff('https://a.test'), false);
});

test('a private window obeys what was switched, and writes nothing down', async () => {
  const held = {};
  await new SiteSwitch(storage(held), false).set('https://a.test', true);
  const before = JSON.stringify(held);
  const hidden = new SiteSwitch(storage(held), true);
  await hidden.set('https://b.test', true);
  assert.deepEqual([await hidden.isOff('https://a.test'), await hidden.isOff('https://b.test')], [true, true]);
  assert.equal(JSON.stringify(held), before);
});

test('what is no address switches nothing', async () => {
  const held = {};
  await new SiteSwitch(storage(held), false).set('about:blank', true);
  assert.equal(await new SiteSwitch(storage(held), false).isOff('about:blank'), false);
  assert.equal(await new SiteSwitch(storage({ switchedOff: 'broken' }), false).isOff('https://a.test'), false);
});
