/** What a background and its host tell each other before anything else. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { openSession } from '../../extension/background/host-hello.js';
import { HostError } from '../../extension/background/host-errors.js';

const REPLY = { protocol: 1, host: '1.2.3', loopback: { port: 4000, token: 't' }, store: { path: '/store' }, crossOriginCaches: false, ask: false };

/**
 * @param {unknown} reply the host's
 * @param {{isPrivate?: boolean, kept?: Record<string, unknown>}} [profile] `kept`: what it has written down
 */
async function greet(reply, { isPrivate = false, kept = {} } = {}) {
  /** @type {any} */
  let told;
  const local = {
    get: async (/** @type {string} */ key) => ({ [key]: kept[key] }),
    set: async (/** @type {object} */ items) => void Object.assign(kept, items),
  };
  Object.assign(globalThis, { chrome: { extension: { inIncognitoContext: isPrivate }, runtime: { getManifest: () => ({ version: '0.1.0' }) }, storage: { local } } });
  // The patience with a host that does not answer would keep the test from its end.
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const session = await openSession(async (_cmd, fields) => {
      told = fields;
      if (reply instanceof Error) throw reply;
      return reply;
    });
    return { session, told };
  } finally {
    mock.timers.reset();
  }
}

test('a profile names itself by a random id that it keeps, and takes nothing else for one', async () => {
  /** @type {Record<string, unknown>} */
  const kept = {};
  const { realm } = (await greet(REPLY, { kept })).told;
  assert.match(realm, /^[0-9a-f]{32}$/);
  assert.deepEqual([(await greet(REPLY, { kept })).told.realm, kept], [realm, { realm }]);
  for (const broken of ['', 'x', `${realm}0`, 7, null]) {
    const { told } = await greet(REPLY, { kept: { realm: broken } });
    assert.match(told.realm, /^[0-9a-f]{32}$/);
    assert.notEqual(told.realm, broken);
  }
});

test('a private window tells the host that it is one, and neither reads the profile’s id nor makes one', async () => {
  const [kept, empty] = [{ realm: 'ab'.repeat(16) }, {}];
  for (const profile of [kept, empty]) {
    const { told } = await greet(REPLY, { isPrivate: true, kept: profile });
    assert.deepEqual([told.private, 'realm' in told], [true, false]);
  }
  assert.deepEqual(empty, {});
});

test('a host of another protocol, or without a port, is none', async () => {
  await assert.rejects(greet({ ...REPLY, protocol: 0 }), { name: 'VersionMismatch', version: 'older-host' });
  await assert.rejects(greet({ ...REPLY, protocol: 2 }), { name: 'VersionMismatch', version: 'newer-host' });
  await assert.rejects(greet({ ...REPLY, protocol: undefined }), { name: 'VersionMismatch' });
  await assert.rejects(greet(new HostError({ name: 'VersionMismatch' })), { name: 'VersionMismatch', version: 'older-host' });
  for (const port of [undefined, 0, -1, 65536, 1.5, '4000', '80@b.test']) {
    await assert.rejects(greet({ ...REPLY, loopback: { port, token: 't' } }), /named no port/, String(port));
  }
  await assert.rejects(greet({ ...REPLY, loopback: undefined }), /named no port/);
});

test('what the user may have switched on is off unless the host says true', async () => {
  const { session } = await greet(REPLY);
  assert.deepEqual(session, { host: '1.2.3', port: 4000, token: 't', storePath: '/store', crossOriginCaches: false, ask: false });
  for (const word of [undefined, 1, 'true']) {
    const { crossOriginCaches, ask } = (await greet({ ...REPLY, crossOriginCaches: word, ask: word })).session;
    assert.deepEqual([crossOriginCaches, ask], [false, false]);
  }
  const on = (await greet({ ...REPLY, crossOriginCaches: true, ask: true })).session;
  assert.deepEqual([on.crossOriginCaches, on.ask], [true, true]);
});
