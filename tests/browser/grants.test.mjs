/** Who finds what: same-site, list and global grants, each read from a site that has it and one that has not. */
import { after, test } from 'node:test';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { request, store } from './support/in-page.mjs';

const popular = bytesOf('a popular library', NEVER_GREASED);
const popularButPrivate = bytesOf('a popular library that a site keeps to itself', NEVER_GREASED);

const world = await openWorld({ listed: [popular, popularButPrivate] });
after(() => world.close());
const profile = await world.launch();
const [a, sibling, b, c, d, e] = await Promise.all(
  ['a.test', 'app.a.test', 'b.test', 'c.test', 'd.test', 'e.test'].map((host) => profile.page(host)),
);

test('an entry stored without origins is found by the site that stored it and its subdomains, and by no stranger', async () => {
  const bytes = bytesOf('same-site');
  succeeded(await store(a, bytes));
  await finds(a, bytes);
  await finds(sibling, bytes);
  await misses(b, bytes);
});

test('an entry that a subdomain stored is found by its parent domain', async () => {
  const bytes = bytesOf('same-site, from the sibling');
  succeeded(await store(sibling, bytes));
  await finds(a, bytes);
  await misses(b, bytes);
});

test('an empty list of origins means the same site only', async () => {
  const bytes = bytesOf('empty list');
  succeeded(await store(a, bytes, []));
  await finds(sibling, bytes);
  await misses(b, bytes);
});

test('an entry stored for a list is found by the listed origin and not by another', async () => {
  const bytes = bytesOf('list');
  succeeded(await store(a, bytes, [world.origin('b.test')]));
  await finds(b, bytes);
  await finds(a, bytes);
  await misses(c, bytes);
});

test('a listed origin does not open the entry to the other origins of its site', async () => {
  const bytes = bytesOf('list with a.test');
  succeeded(await store(b, bytes, [world.origin('a.test')]));
  await finds(a, bytes);
  await misses(sibling, bytes);
});

test('a bare string is a list of one origin', async () => {
  const bytes = bytesOf('list as a string');
  succeeded(await store(a, bytes, world.origin('b.test')));
  await finds(b, bytes);
  await misses(c, bytes);
});

test("a later '*' write of a hash that is not on the Public Hash List leaves a listed origin its access", async () => {
  const bytes = bytesOf('list, then global');
  succeeded(await store(a, bytes, [world.origin('b.test')]));
  succeeded(await store(a, bytes, '*'));
  await finds(b, bytes);
  await misses(c, bytes);
});

test('a second list is added to the first', async () => {
  const bytes = bytesOf('two lists');
  succeeded(await store(a, bytes, [world.origin('b.test')]));
  succeeded(await store(a, bytes, [world.origin('c.test')]));
  await finds(b, bytes);
  await finds(c, bytes);
  await misses(d, bytes);
});

test('a later write without origins takes no grant away', async () => {
  const bytes = bytesOf('list, then same-site');
  succeeded(await store(a, bytes, [world.origin('b.test')]));
  succeeded(await store(a, bytes));
  await finds(b, bytes);
});

test("a '*' entry on the Public Hash List is found by a stranger", async () => {
  succeeded(await store(a, popular, '*'));
  await finds(e, popular);
});

test("a '*' entry that is not on the Public Hash List is found by its site only", async () => {
  const bytes = bytesOf('global, not on the list', NEVER_GREASED);
  succeeded(await store(a, bytes, '*'));
  await misses(b, bytes);
  await finds(a, bytes);
  await finds(sibling, bytes);
});

test('the Public Hash List opens nothing that was not stored for everyone', async () => {
  succeeded(await store(a, popularButPrivate));
  await misses(d, popularButPrivate);
});

test('a site that supplies the bytes itself gains access, and neither site loses it', async () => {
  const bytes = bytesOf('stored twice');
  succeeded(await store(a, bytes));
  await misses(c, bytes);
  succeeded(await store(c, bytes));
  await finds(c, bytes);
  await finds(a, bytes);
  await misses(b, bytes);
});

test('asking to create registers nothing', async () => {
  const bytes = bytesOf('asked for, never written');
  succeeded(await request(a, hashOf(bytes), { create: true, origins: [world.origin('b.test')] }));
  await misses(a, bytes);
  await misses(b, bytes);
});

test('asking to create, or writing wrong bytes, gives no access to what another site stored', async () => {
  const bytes = bytesOf('wanted by another');
  succeeded(await store(a, bytes));
  succeeded(await request(b, hashOf(bytes), { create: true }));
  failedWith(await store(b, bytesOf('something else'), undefined, hashOf(bytes)), 'DataError');
  await misses(b, bytes);
  await finds(a, bytes);
});
