/**
 * Two browsers and the command line on one store, and the browsers are killed in the middle of what they do, again
 * and again. COS_TORTURE_ROUNDS says how often (scripts/torture browsers); else twice.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { openWorld } from './support/fixture.mjs';
import { killBrowser } from './support/kill.mjs';
import { incoming } from './support/store-files.mjs';

const rounds = Number(process.env.COS_TORTURE_ROUNDS ?? 2);
const world = await openWorld({ settings: { 'write.files': '0', 'rate.writes': '0', 'rate.reads': '0', 'lookup.budget': 'off' } });
after(() => world.close());

/** Hashes whose `close()` has resolved in some page. @type {Set<string>} */
const acknowledged = new Set();

/**
 * Lets a page store and read files until its browser is gone.
 * @param {import('./support/fixture.mjs').Profile} profile
 * @param {string} host
 * @param {string} word
 */
async function keepBusy(profile, host, word) {
  const page = await profile.open(host);
  await page.exposeFunction('acknowledge', (/** @type {string} */ value) => acknowledged.add(value));
  const files = Array.from({ length: 60 }, (_, index) => bytesOf(`${word} ${index}`, 1000 + 40_000 * (index % 12)))
    .map((bytes) => ({ bytes: Buffer.from(bytes).toString('base64'), hash: hashOf(bytes) }));
  page.evaluate(async (all) => {
    for (const { bytes, hash } of all) {
      const handle = await navigator.crossOriginStorage.getFileHandle(hash, { create: true, origins: '*' });
      const writable = await handle.createWritable();
      await writable.write(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)));
      await writable.close();
      await /** @type {any} */ (window).acknowledge(hash.value);
      await (await (await navigator.crossOriginStorage.getFileHandle(hash)).getFile()).arrayBuffer();
    }
  }, files).catch(() => {});
}

test('what a page was told is stored is there, however often browsers are killed beside the command line', async () => {
  for (let round = 0; round < rounds; ++round) {
    const [first, second] = await Promise.all(['first', 'second'].map((name) => world.launch(name)));
    const enough = acknowledged.size + 6;
    await Promise.all([
      keepBusy(first, 'a.test', `first ${round}`), keepBusy(second, 'b.test', `second ${round}`),
    ]);
    const file = join(first.dir, 'added');
    writeFileSync(file, `added in round ${round}`);
    const adding = world.cos('add', file);
    for (const end = Date.now() + 30_000; acknowledged.size < enough && Date.now() < end;) await sleep(5);
    assert.ok(acknowledged.size >= enough, 'hardly anything was stored');
    await sleep(37 * (round % 11));
    killBrowser(first.dir);
    await sleep(53);
    killBrowser(second.dir);
    await adding;
    await Promise.allSettled([first.close(), second.close()]);

    const verified = JSON.parse(await world.cos('verify', '--json'));
    assert.deepEqual([verified.damaged, verified.missing, verified.registry], [[], [], []], `round ${round}`);
    const stored = new Set(JSON.parse(await world.cos('ls', '--json')).map((/** @type {{value: string}} */ entry) => entry.value));
    const lost = [...acknowledged].filter((value) => !stored.has(value));
    assert.deepEqual(lost, [], `round ${round}`);
    assert.deepEqual(incoming(world.storeDir), [], 'unfinished writes are swept');
  }
  console.log(`${rounds * 2} browsers killed, ${acknowledged.size} files acknowledged, none lost`);
});
