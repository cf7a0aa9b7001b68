/** The package cross-origin-storage: modules that come from Cross-Origin Storage. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../../scripts/lib/build.mjs';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, finds, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, read } from './support/in-page.mjs';

/** @param {string} text @param {string} [word] makes it large */
const moduleOf = (text, word) =>
  Buffer.from(`${text}\n// ${word ? Buffer.from(bytesOf(word, NEVER_GREASED)).toString('hex') : ''}`);

const popular = moduleOf('export const word = "popular"; export const from_ = 1;', 'a popular module');
const world = await openWorld({ listed: [popular] });
after(() => world.close());
for (const name of ['cos-fetch.js', 'cos-import.js', 'hashes.js', 'store-copy.js']) {
  world.sites.place(`/package/${name}`, 'text/javascript', readFileSync(join(ROOT, 'packages/cross-origin-storage', name)));
}
const HELPER = '/package/cos-import.js';
const profile = await world.launch();
const [a, b] = await Promise.all(['a.test', 'b.test'].map((host) => profile.page(host)));

/** @param {Uint8Array} bytes */
const integrityOf = (bytes) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;

/** @param {import('playwright-core').Page} page @param {Uint8Array} bytes */
const becomesReadable = (page, bytes) =>
  eventually(async () => (await read(page, hashOf(bytes))).error === undefined, 'the module is stored');

/** @param {import('playwright-core').Page} page @param {string} url @param {object} options */
const imported = (page, url, options) => attempt(page, async ({ helper, url: address, options: given }) => {
  const { cosImport } = await import(helper);
  return { ...(await cosImport(address, given)) };
}, { helper: HELPER, url, options });

test('a module that one site imported is imported by another without a request', async () => {
  const path = world.sites.script(popular.toString());
  const url = world.server.url('e.test', path);
  const options = { integrity: integrityOf(popular), crossOriginStorage: '*' };
  assert.equal(succeeded(await imported(a, url, options)).word, 'popular');
  await becomesReadable(a, popular);
  assert.equal(succeeded(await imported(b, url, options)).word, 'popular');
  assert.equal(world.server.traffic.requests({ path }), 1);
});

test('a module with imports of its own is stored, and imported from its own address', async () => {
  world.sites.place('/modules/part.js', 'text/javascript', 'export const part = 42;');
  const bytes = moduleOf("import { part } from './part.js'; export const word = [part, import.meta.url];");
  const path = world.sites.place('/modules/whole.js', 'text/javascript', bytes);
  const seen = succeeded(await imported(a, path, { integrity: integrityOf(bytes) }));
  assert.deepEqual(seen.word, [42, world.server.url('a.test', path)]);
  await becomesReadable(a, bytes);
});

test('static imports of a mapped specifier come from the store', async () => {
  const bytes = moduleOf('export const word = "mapped";');
  const path = world.sites.script(bytes.toString());
  const program = world.sites.script("export { word } from 'mapped';");
  const run = async () => {
    const page = await profile.open('a.test');
    const outcome = await attempt(page, async ({ helper, source, program: main }) => {
      const { cosImportMap } = await import(helper);
      await cosImportMap({ mapped: source });
      return (await import(main)).word;
    }, { helper: HELPER, source: { url: path, integrity: integrityOf(bytes) }, program });
    const word = succeeded(outcome);
    await becomesReadable(page, bytes);
    await page.close();
    return word;
  };
  assert.equal(await run(), 'mapped');
  assert.equal(await run(), 'mapped');
  assert.equal(world.server.traffic.requests({ path }), 1);
  await finds(a, bytes);
});

const COUNTING = 'globalThis.runs = (globalThis.runs ?? 0) + 1; export const token = {};';

test('a module that is imported again, at once or later, by a map too, runs once and is the same', async () => {
  const bytes = moduleOf(COUNTING);
  const path = world.sites.script(bytes.toString());
  const program = world.sites.script("export { token } from 'counting';");
  const page = await profile.open('a.test');
  const outcome = await attempt(page, async ({ helper, source, program: main }) => {
    const { cosImport, cosImportMap } = await import(helper);
    const once = () => cosImport(source.url, source);
    const seen = [...await Promise.all([once(), once()]), await cosImport(new URL(source.url, location.href), source)];
    await cosImportMap({ counting: source });
    seen.push(await import(main), await once());
    return { runs: /** @type {any} */ (globalThis).runs, tokens: new Set(seen.map(({ token }) => token)).size };
  }, { helper: HELPER, source: { url: path, integrity: integrityOf(bytes) }, program });
  assert.deepEqual(succeeded(outcome), { runs: 1, tokens: 1 });
  await page.close();
});

test('a module that a map names is the same when it is imported afterwards', async () => {
  const bytes = moduleOf(`${COUNTING}// mapped first`);
  const program = world.sites.script("export { token } from 'counting';");
  const page = await profile.open('a.test');
  const outcome = await attempt(page, async ({ helper, source, program: main }) => {
    const { cosImport, cosImportMap } = await import(helper);
    await cosImportMap({ counting: source });
    const tokens = [await cosImport(source.url, source), await import(main)].map(({ token }) => token);
    return [/** @type {any} */ (globalThis).runs, tokens[0] === tokens[1]];
  }, { helper: HELPER, source: { url: world.sites.script(bytes.toString()), integrity: integrityOf(bytes) }, program });
  assert.deepEqual(succeeded(outcome), [1, true]);
  await page.close();
});

test('a module that could not be imported is tried again', async () => {
  const bytes = moduleOf('if (globalThis.ready !== true) throw new Error("not ready"); export const word = "ready";');
  const late = moduleOf('export const word = "late";');
  const path = world.sites.script(bytes.toString());
  const page = await profile.open('a.test');
  /** @param {string} url @param {Uint8Array} module */
  const wordOf = async (url, module) => {
    const { value, error } = await imported(page, url, { integrity: integrityOf(module) });
    return error?.message ?? value.word;
  };
  assert.equal(await wordOf(path, bytes), 'not ready');
  await page.evaluate(() => { Object.assign(globalThis, { ready: true }); });
  assert.equal(await wordOf(path, bytes), 'ready');
  assert.match(await wordOf('/modules/late.js', late), /could not be loaded/);
  world.sites.place('/modules/late.js', 'text/javascript', late);
  assert.equal(await wordOf('/modules/late.js', late), 'late');
  await page.close();
});

test('no blob: address outlives an import', async () => {
  const page = await profile.open('a.test');
  await page.evaluate(() => {
    const left = new Set();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => { const url = createObjectURL(blob); left.add(url); return url; };
    URL.revokeObjectURL = (url) => { left.delete(url); revokeObjectURL(url); };
    Object.assign(globalThis, { left });
  });
  for (const [index, text] of ['export const word = 1;', 'throw new Error();', 'export const word = 3;', 'no JavaScript'].entries()) {
    const bytes = moduleOf(`${text}// left ${index}`);
    await imported(page, world.sites.script(bytes.toString()), { integrity: integrityOf(bytes) });
  }
  assert.deepEqual(await page.evaluate(() => [.../** @type {any} */ (globalThis).left]), []);
  await page.close();
});

test('wrong bytes are not imported', async () => {
  const path = world.sites.script('globalThis.wrong = 1;');
  const { error } = await imported(a, path, { integrity: integrityOf(Buffer.from('others')) });
  assert.ok(error, 'The import should have failed.');
  assert.equal(await a.evaluate(() => /** @type {any} */ (globalThis).wrong), undefined);
});

test('under a policy without blob: a module is imported from its own address', async () => {
  const bytes = moduleOf('export const word = "under a policy";');
  const path = world.sites.script(bytes.toString());
  const page = await profile.openDocument('a.test', { headers: { 'content-security-policy': "script-src 'self' 'unsafe-eval'" } });
  assert.equal(succeeded(await imported(page, path, { integrity: integrityOf(bytes) })).word, 'under a policy');
  await page.close();
});

/** A server that gives a module to whom it takes for a check, and another one to who imports it. @param {string} good @returns {string} */
function twoFaced(good) {
  const path = `/two-faced-${createHash('sha256').update(good).digest('hex').slice(0, 8)}.js`;
  world.sites.serveAlso((req, res, url) => {
    if (url.pathname !== path) return undefined;
    res.setHeader('content-type', 'text/javascript').setHeader('cache-control', 'no-store');
    return res.end(req.headers['sec-fetch-dest'] === 'script' ? good.replace("'good'", "'evil'") : good);
  });
  return path;
}

const KEEPS_ITS_ADDRESS = "export const word = 'good'; export const where = import.meta.url;";

test('wrong bytes are not imported from the address of a module that has to keep it, nor by a map', async () => {
  const page = await profile.open('a.test');
  const { error } = await imported(page, twoFaced(KEEPS_ITS_ADDRESS), { integrity: integrityOf(Buffer.from(KEEPS_ITS_ADDRESS)) });
  assert.match(String(error?.message), /could not be loaded with the integrity/);
  const mapped = `${KEEPS_ITS_ADDRESS}// mapped`;
  const outcome = await attempt(page, async ({ helper, source }) => {
    const { cosImportMap } = await import(helper);
    try {
      await cosImportMap({ mapped: source });
      return (await import(/** @type {any} */ ('mapped'))).word;
    } catch (error) {
      return /** @type {Error} */ (error).message;
    }
  }, { helper: HELPER, source: { url: twoFaced(mapped), integrity: integrityOf(Buffer.from(mapped)) } });
  assert.match(succeeded(outcome), /could not be loaded with the integrity/);
  await page.close();
});

test('under a policy without blob: wrong bytes are not imported either', async () => {
  const good = "export const word = 'good';";
  const page = await profile.openDocument('a.test', { headers: { 'content-security-policy': "script-src 'self' 'unsafe-eval'" } });
  const { value, error } = await imported(page, twoFaced(good), { integrity: integrityOf(Buffer.from(good)) });
  assert.equal(value, undefined);
  assert.match(String(error?.message), /could not be loaded with the integrity/);
  await page.close();
});

test('bytes of another hash are not imported, whatever status the server gives them', async () => {
  const evil = "globalThis.evil = 'ran'; export const word = 'evil';";
  world.sites.serveAlso((_req, res, url) => {
    const status = Number(/^\/status-(\d+)\.js$/.exec(url.pathname)?.[1]);
    return status ? res.writeHead(status, { 'content-type': 'text/javascript', 'content-length': evil.length }).end(evil) : undefined;
  });
  for (const status of [201, 203, 206]) {
    const { error } = await imported(a, `/status-${status}.js`, { integrity: integrityOf(Buffer.from('something else')) });
    assert.ok(error, `${status}`);
  }
  assert.equal(await a.evaluate(() => /** @type {any} */ (globalThis).evil), undefined);
});

for (const [policy, word] of [["script-src 'self' 'unsafe-eval'", 'NotSupportedError'], ["script-src 'self' 'unsafe-eval' 'nonce-abc'", 'mapped']]) {
  test(`a map that the page does not take is an error, and a nonce of the page's is taken along: ${policy}`, async () => {
    const bytes = moduleOf(`export const word = "mapped"; // under ${policy}`);
    const path = world.sites.script(bytes.toString());
    const program = world.sites.script(`export { word } from 'mapped'; // ${policy}`);
    const page = await profile.openDocument('a.test', { html: '<script nonce=abc></script>', headers: { 'content-security-policy': policy } });
    const outcome = await attempt(page, async ({ helper, source, program: main }) => {
      const { cosImportMap } = await import(helper);
      try {
        await cosImportMap({ mapped: source });
      } catch (error) {
        return /** @type {Error} */ (error).name;
      }
      return (await import(main)).word;
    }, { helper: HELPER, source: { url: path, integrity: integrityOf(bytes) }, program });
    assert.equal(succeeded(outcome), word);
    await page.close();
  });
}

test('a module that keeps its address is loaded under a policy that asks for a nonce', async () => {
  const bytes = moduleOf('export const word = import.meta.url; // under a nonce');
  const path = world.sites.script(bytes.toString());
  for (const policy of ["script-src 'nonce-abc' 'strict-dynamic' 'unsafe-eval'", "script-src 'nonce-abc' 'unsafe-eval'"]) {
    const page = await profile.openDocument('a.test', { html: '<script nonce=abc></script>', headers: { 'content-security-policy': policy } });
    // Put into the page's own script, as under such a policy only what a trusted script imports is trusted.
    const word = await page.evaluate(async ({ helper, url, integrity }) => {
      const script = Object.assign(document.createElement('script'), { type: 'module', nonce: 'abc' });
      script.textContent = `import { cosImport } from '${helper}';
        window.imported = cosImport('${url}', { integrity: '${integrity}' }).then(({ word }) => word, String);
        dispatchEvent(new Event('begun'));`;
      const begun = new Promise((resolve) => addEventListener('begun', resolve));
      document.head.append(script);
      await begun;
      return /** @type {any} */ (window).imported;
    }, { helper: HELPER, url: path, integrity: integrityOf(bytes) });
    assert.equal(word, world.server.url('a.test', path), policy);
    await page.close();
  }
});

for (const specifier of ['./chart.js', '/lib/chart.js']) {
  test(`a map may name a module by an address relative to the document: ${specifier}`, async () => {
    const text = `export const word = 'mapped'; // ${specifier}`;
    const path = world.sites.script(text);
    const page = await profile.open('a.test');
    const outcome = await attempt(page, async ({ helper, source, name }) => {
      const { cosImportMap } = await import(helper);
      const refused = await cosImportMap({ [name]: source }).then(() => null, String);
      const script = Object.assign(document.createElement('script'), { type: 'module', textContent: `import { word } from '${name}'; window.word = word;` });
      await new Promise((resolve) => { script.onload = script.onerror = resolve; document.head.append(script); setTimeout(resolve, 1000); });
      return [/** @type {any} */ (window).word, refused];
    }, { helper: HELPER, source: { url: path, integrity: integrityOf(Buffer.from(text)) }, name: specifier });
    assert.deepEqual(succeeded(outcome), ['mapped', null]);
    await page.close();
  });
}

const digest = (/** @type {string} */ text) => createHash('sha256').update(text);
/** @type {[string, (text: string) => string][]} */
const FORMS = [
  ['hexadecimal', (text) => digest(text).digest('hex')],
  ['base64 without padding', (text) => `sha256-${digest(text).digest('base64').replace('=', '')}`],
  ['base64url', (text) => `sha256-${digest(text).digest('base64url')}`],
  ['base64url with padding', (text) => `sha256-${digest(text).digest('base64url')}=`],
];
for (const [form, write] of FORMS) {
  test(`wrong bytes are not imported with an integrity in ${form}, and right ones are`, async () => {
    const good = `${KEEPS_ITS_ADDRESS}// ${form}`;
    const page = await profile.open('a.test');
    const { value, error } = await imported(page, twoFaced(good), { integrity: write(good) });
    assert.equal(value, undefined);
    assert.match(String(error?.message), /could not be loaded with the integrity/);
    assert.equal(succeeded(await imported(page, world.sites.script(`${good}!`), { integrity: write(`${good}!`) })).word, 'good');
    await page.close();
  });
}
