/** What the host is told of a document that asks, and with whom the document shares its handles. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Caller } from '../../extension/background/caller.js';
import { watchCookieSwitch } from '../../extension/background/cookie-switch.js';

const [A, B, C] = ['https://a.test', 'https://b.test', 'https://c.test'];

test('documents of one origin share handles on pages of one origin, and on no others', () => {
  const partitions = [new Caller(A, A), new Caller(A, B), new Caller(A, C), new Caller(B, B)].map(({ partition }) => partition);
  assert.equal(new Set(partitions).size, 4);
  assert.equal(new Caller(A, B).partition, partitions[1]);
});

test('the user is not taken to have interacted with a document before that was noted', () => {
  const caller = new Caller(A, B);
  assert.deepEqual([caller.userActivation, caller.describe()], [false, { origin: A, topLevelOrigin: B, userActivation: false }]);
  caller.noteActivation();
  assert.deepEqual([caller.userActivation, caller.describe()], [true, { origin: A, topLevelOrigin: B, userActivation: true }]);
});

test('the host is told of the switch for third-party cookies where the extension may see it', async () => {
  const listeners = { addListener() {}, hasListener: () => true };
  /** @param {boolean | undefined} value */
  const seen = async (value) => {
    const thirdPartyCookiesAllowed = value === undefined ? undefined : { get: async () => ({ value }), onChange: listeners };
    Object.assign(globalThis, { chrome: { privacy: { websites: { thirdPartyCookiesAllowed } }, extension: {}, permissions: { onAdded: listeners, onRemoved: listeners } } });
    watchCookieSwitch();
    await undefined;
    return new Caller(A, B).describe().thirdPartyCookies;
  };
  assert.deepEqual([await seen(true), await seen(false), await seen(undefined)], [true, false, undefined]);
});
