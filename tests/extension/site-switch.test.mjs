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
  await new SiteSwitch(storage(held), null).set('https://a.test/page', true);
  const next = new SiteSwitch(storage(held), null);
  for (const origin of ['https://a.test', 'https://a.test:8443', 'http://a.test']) assert.equal(await next.isOff(origin), true, origin);
  for (const origin of ['https://www.a.test', 'https://b.test', 'null', '']) assert.equal(await next.isOff(origin), false, origin);
  assert.deepEqual(await next.list(), ['a.test']);
  await next.set('https://a.test', false);
  assert.equal(await new SiteSwitch(storage(held), null).isOff('https://a.test'), false);
});

/** @param {any} held of a private window */
const area = (held) => ({ get: async () => held, set: async (/** @type {object} */ values) => void Object.assign(held, values), remove: async () => {} });

test('a private window obeys what was switched, also after it was opened, and writes nothing down', async () => {
  const held = {};
  const own = {};
  const ordinary = new SiteSwitch(storage(held), null);
  await ordinary.set('https://a.test', true);
  const hidden = new SiteSwitch(storage(held), area(own));
  await hidden.set('https://b.test', true);
  assert.deepEqual([await hidden.isOff('https://a.test'), await hidden.isOff('https://b.test')], [true, true]);
  await ordinary.set('https://c.test', true);
  assert.deepEqual(await hidden.list(), ['a.test', 'b.test', 'c.test']);
  await hidden.set('https://a.test', false);
  assert.deepEqual([await hidden.isOff('https://a.test'), await ordinary.isOff('https://a.test')], [false, true]);
  assert.deepEqual(held, { switchedOff: ['a.test', 'c.test'] });
});

test('what a private window switched holds when its background was stopped', async () => {
  const own = {};
  const before = new SiteSwitch(storage({}), area(own));
  await before.set('https://a.test', true);
  await before.set('https://b.test', true);
  assert.deepEqual(await new SiteSwitch(storage({}), area(own)).list(), ['a.test', 'b.test']);
});

test('what is no address switches nothing', async () => {
  const held = {};
  await new SiteSwitch(storage(held), null).set('about:blank', true);
  assert.equal(await new SiteSwitch(storage(held), null).isOff('about:blank'), false);
  for (const broken of ['broken', 7, {}]) assert.equal(await new SiteSwitch(storage({ switchedOff: broken }), null).isOff('https://a.test'), false);
});
