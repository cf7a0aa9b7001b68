/** Every way to write bytes, and what an unfinished write leaves. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { withCreateHandle } from './support/in-page.mjs';
import { blobPath, exists, incoming } from './support/store-files.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const a = await profile.page('a.test');

/**
 * Each writes `bytes` in a way of its own; all of them run in the page.
 * @type {Record<string, (writable: any, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>>}
 */
const FORMS = {
  'an ArrayBuffer': (writable, bytes) => writable.write(bytes.buffer),
  'a typed array': (writable, bytes) => writable.write(bytes),
  'partial views': async (writable, bytes) => {
    const padded = new Uint8Array(bytes.length + 20);
    padded.set(bytes, 10);
    await writable.write(padded.subarray(10, 500));
    await writable.write(new DataView(padded.buffer, 500, bytes.length - 490));
  },
  'a Blob': (writable, bytes) => writable.write(new Blob([bytes])),
  'a write command': (writable, bytes) => writable.write({ type: 'write', data: bytes }),
  'write commands at positions, last part first': async (writable, bytes) => {
    await writable.write({ type: 'write', position: 400, data: bytes.subarray(400) });
    await writable.write({ type: 'write', position: 0, data: bytes.subarray(0, 400) });
  },
  'seek and overwrite': async (writable, bytes) => {
    await writable.write(new Uint8Array(bytes.length));
    await writable.seek(0);
    await writable.write(bytes.subarray(0, 300));
    await writable.write({ type: 'seek', position: 300 });
    await writable.write(bytes.subarray(300));
  },
  'truncate after too much was written': async (writable, bytes) => {
    await writable.write(bytes);
    await writable.write('and more than that');
    await writable.truncate(bytes.length);
  },
  'a truncate command, and the cursor following it': async (writable, bytes) => {
    await writable.write(bytes);
    await writable.write({ type: 'truncate', size: 100 });
    await writable.write(bytes.subarray(100));
  },
  'many small chunks': async (writable, bytes) => {
    for (let start = 0; start < bytes.length; start += 3) await writable.write(bytes.subarray(start, start + 3));
  },
  'chunks that are not waited for': async (writable, bytes) => {
    const writer = writable.getWriter();
    const writes = [];
    for (let start = 0; start < bytes.length; start += 50) writes.push(writer.write(bytes.subarray(start, start + 50)));
    await Promise.all(writes);
    writer.releaseLock();
  },
  'a buffer that changes after it was written': async (writable, bytes) => {
    const buffer = bytes.slice();
    await writable.write(buffer);
    buffer.fill(0);
  },
};

for (const [form, write] of Object.entries(FORMS)) {
  test(`bytes can be written as ${form}`, async () => {
    const bytes = bytesOf(`written as ${form}`);
    succeeded(await withCreateHandle(a, bytes, /** @type {any} */ (`async (handle, bytes) => {
      const writable = await handle.createWritable();
      await (${write})(writable, bytes);
      await writable.close();
    }`)));
    await finds(a, bytes);
  });
}

test('a string is written as UTF-8', async () => {
  const text = 'Zwölf Boxkämpfer jagen Viktor – 東京 🗼';
  const bytes = new Uint8Array(Buffer.from(text));
  succeeded(await withCreateHandle(a, bytes, async (handle, _data, given) => {
    const writable = await handle.createWritable();
    await writable.write(given);
    await writable.close();
  }, { extra: text }));
  await finds(a, bytes);
});

test('a gap, and what truncate adds, is filled with zeros', async () => {
  const bytes = new Uint8Array(3000);
  bytes.set([1, 2, 3], 1000);
  succeeded(await withCreateHandle(a, bytes, async (handle) => {
    const writable = await handle.createWritable();
    await writable.write({ type: 'write', position: 1000, data: new Uint8Array([1, 2, 3]) });
    await writable.truncate(3000);
    await writable.close();
  }));
  await finds(a, bytes);
});

test('a writable takes the body of a fetch through a pipe', async () => {
  const bytes = bytesOf('piped', 5_000_000);
  const path = world.sites.file(bytes);
  succeeded(await withCreateHandle(a, bytes, async (handle, _data, url) => {
    const response = await fetch(url);
    await response.body?.pipeTo(await handle.createWritable());
  }, { extra: world.server.url('b.test', path) }));
  await finds(a, bytes);
});

test('a pipe of wrong bytes fails with a DataError', async () => {
  const wanted = bytesOf('piped, right');
  const path = world.sites.file(bytesOf('piped, wrong'));
  failedWith(await withCreateHandle(a, wanted, async (handle, _data, url) => {
    const response = await fetch(url);
    await response.body?.pipeTo(await handle.createWritable());
  }, { extra: world.server.url('a.test', path) }), 'DataError');
  await misses(a, wanted);
});

test('twenty megabytes in chunks of 100 kB arrive whole', async () => {
  const bytes = bytesOf('large', 20_000_000);
  const path = world.sites.file(bytes);
  succeeded(await withCreateHandle(a, bytesOf('unused'), async (handle, _data, url) => {
    const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const writable = await handle.createWritable();
    for (let start = 0; start < body.length; start += 100_000) await writable.write(body.subarray(start, start + 100_000));
    await writable.close();
  }, { hash: hashOf(bytes), extra: path }));
  await finds(a, bytes);
});

test('an aborted write leaves nothing', async () => {
  const bytes = bytesOf('aborted');
  const outcome = await withCreateHandle(a, bytes, async (handle, data) => {
    const writable = await handle.createWritable();
    await writable.write(data);
    await writable.abort();
    return handle.getFile();
  });
  failedWith(outcome, 'NotAllowedError');
  await misses(a, bytes);
  await eventually(() => incoming(world.storeDir).length === 0, 'the unfinished file of an aborted write goes');
});

test('closing without a write is a DataError, also when existing data was to be kept', async () => {
  const bytes = bytesOf('kept');
  const close = async (/** @type {any} */ handle, /** @type {any} */ _data, /** @type {any} */ options) => {
    const writable = await handle.createWritable(options);
    await writable.close();
  };
  failedWith(await withCreateHandle(a, bytes, close), 'DataError');
  succeeded(await withCreateHandle(a, bytes, async (handle, data) => {
    const writable = await handle.createWritable();
    await writable.write(data);
    await writable.close();
  }));
  failedWith(await withCreateHandle(a, bytes, close, { extra: { keepExistingData: true } }), 'DataError');
  await finds(a, bytes);
});

test('a handle whose write failed can be written again', async () => {
  const bytes = bytesOf('second attempt');
  const names = succeeded(await withCreateHandle(a, bytes, async (handle, data) => {
    const names = [];
    for (const chunk of [new Uint8Array(5), data]) {
      const writable = await handle.createWritable();
      await writable.write(chunk);
      names.push(await writable.close().then(() => 'stored', (/** @type {Error} */ error) => error.name));
    }
    return names;
  }));
  assert.deepEqual(names, ['DataError', 'stored']);
  await finds(a, bytes);
});

test('a writable that ends by a chunk of a wrong type leaves no write session behind', async () => {
  // More than one origin may have open at a time.
  const names = succeeded(await withCreateHandle(a, bytesOf('chunks of a wrong type'), async (handle) => {
    const names = new Set();
    const kept = [];
    for (let round = 0; round < 40; round += 1) {
      const writer = (await handle.createWritable()).getWriter();
      kept.push(writer);
      names.add(await writer.write({ type: 'unknown' }).catch((/** @type {Error} */ error) => error.name));
    }
    return [...names];
  }));
  assert.deepEqual(names, ['TypeError']);
});

test('two writers of one hash both succeed', async () => {
  const bytes = bytesOf('two writers', 300_000);
  const results = succeeded(await withCreateHandle(a, bytes, async (first, data, hash) => {
    const second = await navigator.crossOriginStorage.getFileHandle(hash, { create: true });
    return Promise.all([first, second].map(async (handle) => {
      const writable = await handle.createWritable();
      await writable.write(data);
      await writable.close();
      return (await handle.getFile()).size;
    }));
  }, { extra: hashOf(bytes) }));
  assert.deepEqual(results, [bytes.length, bytes.length]);
});

/**
 * Leaves a page with a half-written file that the host has begun to keep.
 * @param {Uint8Array} bytes
 */
async function pageInMidWrite(bytes) {
  const page = await profile.open('a.test');
  const path = world.sites.file(bytes);
  succeeded(await withCreateHandle(page, new Uint8Array(), async (handle, _data, url) => {
    const body = await (await fetch(url)).arrayBuffer();
    const writable = await handle.createWritable();
    await writable.write(body);
    Object.assign(window, { keptAlive: writable });
  }, { hash: hashOf(bytes), extra: path }));
  await eventually(() => incoming(world.storeDir).length > 0, 'the host keeps what was written so far');
  return page;
}

/** @type {Record<string, (page: import('playwright-core').Page) => Promise<unknown>>} */
const ENDS = {
  'is closed': (page) => page.close(),
  'goes elsewhere': (page) => page.goto(world.server.url('b.test')),
  crashes: async (page) => {
    const session = await profile.context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    void session.send('Page.crash').catch(() => {});
    await crashed;
  },
};

for (const [end, carryOut] of Object.entries(ENDS)) {
  test(`a page that ${end} in the middle of a write leaves no file and no entry`, async () => {
    const bytes = bytesOf(`a page that ${end}`, 12_000_000);
    const page = await pageInMidWrite(bytes);
    await carryOut(page);
    await eventually(() => incoming(world.storeDir).length === 0, 'the unfinished file goes with its page');
    assert.ok(!exists(blobPath(world.storeDir, hashOf(bytes))));
    await misses(a, bytes);
    await page.close();
  });
}
