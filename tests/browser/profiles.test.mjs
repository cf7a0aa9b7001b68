/** Two profiles of one person on one store: they share bytes, not what is known of either. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { blobPath, exists } from './support/store-files.mjs';

const popular = bytesOf('a popular library in two profiles', NEVER_GREASED);
const popularForSite = bytesOf('a popular library, stored for one site', NEVER_GREASED);

const world = await openWorld({ listed: [popular, popularForSite] });
after(() => world.close());
const [first, second] = [await world.launch('first'), await world.launch('second')];
const [a1, b1] = await Promise.all(['a.test', 'b.test'].map((host) => first.page(host)));
const [a2, sibling2, b2, c2] = await Promise.all(['a.test', 'app.a.test', 'b.test', 'c.test'].map((host) => second.page(host)));

test('what a site stored in one profile, the same site does not find in another', async () => {
  const bytes = bytesOf('same-site in the first profile');
  succeeded(await store(a1, bytes));
  await finds(a1, bytes);
  await misses(a2, bytes);
  await misses(sibling2, bytes);
});

test("a '*' entry that is not on the Public Hash List stays in its profile", async () => {
  const bytes = bytesOf('global in the first profile, not on the list', NEVER_GREASED);
  succeeded(await store(a1, bytes, '*'));
  await misses(a2, bytes);
  await misses(b2, bytes);
});

test('a list of origins holds in its own profile only', async () => {
  const bytes = bytesOf('list in the first profile');
  succeeded(await store(a1, bytes, [world.origin('b.test')]));
  await finds(b1, bytes);
  await misses(b2, bytes);
  await misses(a2, bytes);
});

test("a '*' entry on the Public Hash List is found in the other profile", async () => {
  succeeded(await store(a1, popular, '*'));
  await finds(c2, popular);
});

test('an entry on the Public Hash List that was stored for one site stays in its profile', async () => {
  succeeded(await store(a1, popularForSite));
  await misses(a2, popularForSite);
});

test('bytes that both profiles store are kept once, and stay for one when the other has done nothing', async () => {
  const bytes = bytesOf('stored in both');
  succeeded(await store(a1, bytes));
  succeeded(await store(b2, bytes));
  await finds(a1, bytes);
  await finds(b2, bytes);
  await misses(b1, bytes);
  await misses(a2, bytes);
  assert.ok(exists(blobPath(world.storeDir, hashOf(bytes))));
});
