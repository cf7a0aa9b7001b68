/** <script> and <link rel=stylesheet> with `crossoriginstorage`: served from the store, in the order of the document. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { hashOf } from './support/bytes.mjs';
import { hitsOf, integrityOf, noting, openDeclaring, utf8 } from './support/declared.mjs';
import { eventually, finds, misses } from './support/expect.mjs';
import { read } from './support/in-page.mjs';

const { world, profile, a, b, stored, script, sheetOf, open } = await openDeclaring();
after(() => world.close());

test('a script that is stored runs from the store, in its place and as itself', async () => {
  const text = noting('stored', 'window.where = document.currentScript.src; ran.push(document.currentScript.id);');
  await stored(text);
  const { tag, path } = script(text, 'id="mine" crossoriginstorage=""');
  const { page, ran } = await open(`${tag}<script>ran.push('inline')</script>`);
  assert.deepEqual(await ran(), ['stored', 'mine', 'inline', 'load']);
  assert.deepEqual(await hitsOf(page), ['stored']);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).where), world.server.url('a.test', path));
  const attributes = await page.evaluate(() => document.getElementById('mine')?.getAttributeNames().sort());
  assert.deepEqual(attributes, ['crossoriginstorage', 'id', 'integrity', 'src']);
  await page.close();
});

test('scripts run in the order of the document, those of the network and inline ones too', async () => {
  const texts = ['first', 'second', 'deferred', 'module'].map((word) => noting(word));
  await Promise.all(texts.map((text) => stored(text)));
  const [first, second, deferred, module] = texts.map((text, index) =>
    script(text, ['crossoriginstorage', 'crossoriginstorage', 'defer crossoriginstorage', 'type=module crossoriginstorage'][index]).tag);
  const plain = (/** @type {string} */ word, attributes = '') => `<script src="${world.sites.script(noting(word))}" ${attributes}></script>`;
  const inline = (/** @type {string} */ word, attributes = '') => `<script ${attributes}>${noting(word)}</script>`;
  const { page, ran } = await open([
    `<script>document.addEventListener('DOMContentLoaded', () => ran.push('parsed ' + document.readyState))</script>`,
    plain('early deferred', 'defer'), inline('before'), first, inline('between'), plain('network'), deferred, module, inline('inline module', 'type=module'),
    plain('late deferred', 'defer'), second, inline('after'), `<p>text</p>`.repeat(500), inline('end'),
  ].join('\n'));
  const order = await ran();
  assert.deepEqual(order.filter((/** @type {string} */ word) => !/early|parsed/.test(word)), ['before', 'first', 'between', 'network', 'second', 'after', 'end', 'deferred', 'module', 'inline module',
    'late deferred', 'load']);
  assert.ok(order.indexOf('early deferred') < order.indexOf('deferred'));
  assert.ok(order.findIndex((/** @type {string} */ word) => word.startsWith('parsed')) > order.indexOf('late deferred'));
  assert.deepEqual(await hitsOf(page), ['first', 'second', 'deferred', 'module']);
  await page.close();
});

test('whoever listens for the document’s events before it declares anything hears each of them once, when the scripts have run', async () => {
  const listening = `window.ran = []; const note = ({ type }) => ran.push(type);
    onload = note; for (const capture of [false, true]) for (const type of ['DOMContentLoaded', 'load']) addEventListener(type, note, capture);`;
  const { page, ran } = await open(`<script>${listening}</script>${script(noting('declared')).tag}<script>ran.push('inline')</script>`);
  assert.deepEqual(await ran(), ['declared', 'inline', ...Array(2).fill('DOMContentLoaded'), ...Array(4).fill('load')]);
  await page.close();
});

test('a page that replaced what it is watched with has its scripts served, and sees nothing of it', async () => {
  const text = noting('unseen');
  await stored(text);
  const replacing = `window.ran = []; window.seen = []; const methods = [[MutationObserver, ['observe', 'disconnect', 'takeRecords']], [NodeList, ['item']],
      [Element, ['hasAttribute']], [EventTarget, ['dispatchEvent', 'addEventListener', 'removeEventListener']], [Event, ['stopImmediatePropagation']]];
    for (const [{ prototype }, names] of methods) for (const name of names) prototype[name] = () => { seen.push(name); };
    const getters = [[MutationRecord, 'addedNodes'], [Node, 'nodeName'], [Node, 'firstChild'], [Node, 'nextSibling'], [Node, 'textContent'], [Document, 'readyState']];
    for (const [{ prototype }, name] of getters) Object.defineProperty(prototype, name, { get() { seen.push(name); } });
    onload = () => { document.title = JSON.stringify([ran, hits, seen]); };`;
  const page = await profile.openDocument('a.test', { html: `<script>${replacing}</script>${script(text).tag}<style>p { color: red }</style><script>ran.push('inline')</script>` });
  await eventually(async () => (await page.title()).startsWith('['), 'the page is loaded');
  assert.deepEqual(JSON.parse(await page.title()), [['unseen', 'inline'], ['unseen'], []]);
  await page.close();
});

test('a script that is missing comes from the network and is stored, with the scope that it declares', async () => {
  const text = noting('missing');
  const path = world.sites.script(text, { 'cross-origin-storage-allow-origin': world.origin('b.test') });
  const scope = `${world.origin('b.test')} ${world.origin('c.test')}`;
  const { page, ran } = await open(`<script src="${path}" integrity="${integrityOf(text)}" crossoriginstorage="${scope}"></script>`);
  assert.deepEqual([await ran(), await hitsOf(page)], [['missing', 'load'], []]);
  await eventually(async () => (await read(a, hashOf(utf8(text)))).error === undefined, 'the script is stored');
  await finds(b, utf8(text));
  await misses(await profile.page('c.test'), utf8(text));
  await page.close();
});

test('a script that the browser may cache is asked for once, whoever stores it', async () => {
  const text = noting('cacheable');
  const path = world.sites.script(text, { 'cache-control': 'max-age=600' });
  // The browser caches nothing that came with a certificate that it does not trust.
  const server = await world.serve(false);
  const tag = `<script src="${path}" integrity="${integrityOf(text)}" crossoriginstorage></script>`;
  const page = await profile.context.newPage();
  await page.goto(server.url('localhost', world.sites.document({ html: tag })));
  await eventually(async () => (await read(page, hashOf(utf8(text)))).error === undefined, 'the script is stored');
  assert.equal(server.traffic.requests({ path }), 1);
  await page.close();
});

test('async scripts and handlers of elements get their events', async () => {
  const text = noting('async');
  await stored(text);
  const wrong = world.sites.script(noting('never'));
  const { page, ran } = await open([
    script(text, `async crossoriginstorage onload="ran.push('loaded')"`).tag,
    `<script src="${wrong}" integrity="${integrityOf('something else')}" crossoriginstorage onerror="(window.ran ??= []).push('refused')"></script>`,
  ].join(''));
  const order = await ran();
  assert.ok(order.indexOf('async') < order.indexOf('loaded'));
  assert.deepEqual([...order].sort(), ['async', 'load', 'loaded', 'refused']);
  assert.deepEqual(await hitsOf(page), ['async']);
  await page.close();
});

test('what a script writes into the document lands after it, and the document stays', async () => {
  const text = noting('before the writer');
  await stored(text);
  const written = world.sites.script(noting('written'));
  const { page, ran } = await open(
    `<p id=kept>${script(text).tag}<script id=writer>document.write('<b id=b>bold</b><script src="${written}"><' + '/script>'); ran.push(!!document.getElementById('kept'))</script><i id=i></i>`);
  await page.waitForFunction(() => /** @type {any} */ (window).ran.includes('written'));
  assert.deepEqual((await ran()).slice(0, 2), ['before the writer', true]);
  assert.equal(await page.evaluate(() => document.getElementById('writer')?.nextElementSibling?.id), 'b');
  assert.equal(await page.evaluate(() => String(document.write).includes('[native code]')), true);
  await page.close();
});

for (const [what, policy] of [
  ['names where scripts may come from', "script-src 'self' 'unsafe-inline'"], ['only reports', "default-src 'self' 'unsafe-inline'"],
  ['asks for Trusted Types', "require-trusted-types-for 'script'"], ['trusts nonces', "script-src 'nonce-n' 'nonce-end'"],
]) {
  test(`under a policy that ${what}, scripts come from the network, in order and without a violation`, async () => {
    const text = noting(`policy ${what}`);
    await stored(text);
    const name = what === 'only reports' ? 'content-security-policy-report-only' : 'content-security-policy';
    const { page, ran } = await open([
      `<script nonce=n>window.ran = []; document.addEventListener('securitypolicyviolation', (event) => ran.push(event.blockedURI))</script>`,
      script(text, 'nonce=n crossoriginstorage').tag, `<script nonce=n>${noting('inline')}</script>`,
    ].join(''), { [name]: policy });
    assert.deepEqual([await ran(), await hitsOf(page)], [[`policy ${what}`, 'inline', 'load'], []]);
    await page.close();
  });
}

test("under 'strict-dynamic' only those scripts run that the policy itself trusts", async () => {
  const [trusted, digest, injected] = ['trusted', 'by digest', 'injected'].map((word) => noting(word));
  await Promise.all([trusted, digest, injected].map((text) => stored(text)));
  const { page, ran } = await open([
    script(trusted, 'nonce=n crossoriginstorage').tag, script(injected).tag, script(injected, 'nonce=wrong crossoriginstorage').tag,
    script(digest).tag,
  ].join(''), { 'content-security-policy': `script-src 'strict-dynamic' 'nonce-n' 'nonce-end' '${integrityOf(digest)}'` });
  assert.deepEqual(await ran(), ['trusted', 'by digest', 'load']);
  await page.close();
});

test("under 'strict-dynamic' a script that waits is trusted for all of its integrity, and not for none", async () => {
  const [trusted, digest, none, half] = ['trusted before others', 'by its only digest', 'without any', 'by half'].map((word) => noting(word));
  await stored(trusted);
  const external = (/** @type {string} */ text, /** @type {string} */ integrity) => `<script src="${world.sites.script(text)}" ${integrity}></script>`;
  const { page, ran } = await open([
    script(trusted, 'nonce=n crossoriginstorage').tag, external(none, ''), external(half, `integrity="${integrityOf(half)} ${integrityOf(digest)}"`),
    external(digest, `integrity="${integrityOf(digest)}"`),
  ].join(''), { 'content-security-policy': `script-src 'strict-dynamic' 'nonce-n' 'nonce-end' '${integrityOf(digest)}'` });
  assert.deepEqual(await ran(), ['trusted before others', 'by its only digest', 'load']);
  await page.close();
});

test('a document that a service worker gave is left to the browser, whatever policy it gave it', async () => {
  const [trusted, injected] = ['trusted by a worker', 'injected into a worker’s page'].map((word) => noting(word));
  await Promise.all([trusted, injected].map((text) => stored(text)));
  const html = `<!doctype html><title>Given</title>${script(trusted, 'nonce=n crossoriginstorage').tag}${script(injected).tag}<script nonce=n>onload = () => ran.push('load');</script>`;
  const headers = { 'content-type': 'text/html', 'content-security-policy': "script-src 'strict-dynamic' 'nonce-n'" };
  const worker = world.sites.place('/given/worker.js', 'text/javascript', `addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => {
      if (event.request.mode === 'navigate') event.respondWith(new Response(${JSON.stringify(html)}, ${JSON.stringify({ headers })}));
    });`);
  const page = await profile.context.newPage();
  await page.goto(world.server.url('a.test', world.sites.place('/given/', 'text/html', '<title>First</title>')));
  await page.evaluate(async (url) => {
    const controlled = new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
    await navigator.serviceWorker.register(url);
    await controlled;
  }, worker);
  await page.reload();
  await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('load'));
  assert.equal(await page.title(), 'Given');
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).ran), ['trusted by a worker', 'load']);
  assert.deepEqual(await hitsOf(page), []);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).unregister());
  await page.close();
});

test('a policy in the markup leaves everything to the browser', async () => {
  const text = noting('under markup');
  await stored(text);
  const { page, ran } = await open(`<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">${script(text).tag}`);
  assert.deepEqual([await ran(), await hitsOf(page)], [['under markup', 'load'], []]);
  await page.close();
});

test('a script that would look for others beside itself comes from its own address', async () => {
  const part = world.sites.script('export const word = "part";');
  const text = noting('with a part', `import('.${part.slice('/resource'.length)}').then(({ word }) => ran.push(word));`);
  await stored(text);
  const { page } = await open(script(text).tag);
  await page.waitForFunction(() => /** @type {any} */ (window).ran.includes('part'));
  assert.deepEqual(await hitsOf(page), []);
  await page.close();
});

test('where the document may not use the API its scripts come from the network', async () => {
  const text = noting('not allowed');
  await stored(text);
  const { page, ran } = await open(script(text).tag, { 'permissions-policy': 'cross-origin-storage=()' });
  assert.deepEqual([await ran(), await hitsOf(page)], [['not allowed', 'load'], []]);
  await page.close();
});

test('a script that a script makes runs once, from the network', async () => {
  const text = noting('made');
  await stored(text);
  const path = world.sites.script(text);
  const { page, ran } = await open(`<script>
    const made = Object.assign(document.createElement('script'), { src: '${path}', integrity: '${integrityOf(text)}', async: false });
    made.setAttribute('crossoriginstorage', '');
    document.head.append(made);
    </script>`);
  assert.deepEqual([await ran(), await hitsOf(page)], [['made', 'load'], []]);
  await page.close();
});

test('nodes that are called like scripts and links, but are none, disturb neither the page nor what is declared', async () => {
  const text = noting('beside others');
  await stored(text);
  const { page, ran } = await open(`<script>
    window.ran = [];
    window.onerror = (message) => { ran.push(message); };
    for (const name of ['SCRIPT', 'LINK', 'STYLE']) {
      document.head.append(document.createProcessingInstruction(name, ''), document.createElementNS('urn:other', name));
    }
    </script>${script(text).tag}<script>ran.push('inline')</script>`);
  assert.deepEqual([await ran(), await hitsOf(page)], [['beside others', 'inline', 'load'], ['beside others']]);
  await page.close();
});

const stopping = (/** @type {string} */ type) =>
  `<script>for (const target of [window, document]) target.addEventListener('${type}', (event) => {
    if (event.target instanceof Element) event.stopImmediatePropagation();
  }, true)</script>`;
for (const [word, before, after] of [
  ['a script of an event that no browser sends', '', `<script for=window event=onfoo src="${world.sites.script(noting('never'))}"></script>`],
  ['a script in another language', '', `<script language=vbscript src="${world.sites.script(noting('never'))}"></script>`],
  ['a script that its page makes inline while it waits', '', '<script src="/missing.js" id=changed></script><script async src="data:,changed.removeAttribute(\'src\')"></script>'],
  ['a script that is missing, of which a listener then tells nobody', '', `${stopping('error')}<script src="/missing.js"></script>`],
  ['a script that is missing, of which a listener from before tells nobody', stopping('error'), '<script src="/missing.js"></script>'],
  ['a script of whose end a listener tells nobody', '', `${stopping('load')}<script src="${world.sites.script('')}"></script>`],
  ['a listener from before that tells nobody what has loaded', stopping('load'), `<script src="${world.sites.script('')}"></script>`],
  ['a style sheet of which a listener from before tells nobody', stopping('load'), sheetOf('p { color: red }')],
]) {
  test(`scripts and events do not wait for ever where a declared script meets ${word}`, async () => {
    const text = noting('declared', `// ${word}`);
    await stored(text);
    const { page, ran } = await open(`${before}${script(text).tag}${after}<script>ran.push('inline')</script>`);
    assert.deepEqual([await ran(), await hitsOf(page)], [['declared', 'inline', 'load'], ['declared']]);
    await page.close();
  });
}

test('scripts run in their order whatever a listener keeps from others, if it came after the first that is declared', async () => {
  const slow = `/slow/${encodeURIComponent('kept from others')}`;
  world.sites.serveAlso(async (req, res) => {
    if (req.url === slow) await new Promise((resolve) => setTimeout(resolve, 1500));
    res.writeHead(req.url === slow ? 200 : 404, { 'content-type': 'text/javascript' }).end(noting('slow'));
  });
  const { page, ran } = await open(
    `${script(noting('first')).tag}${stopping('load')}${stopping('error')}<script src="${slow}"></script><script src="/missing.js"></script><script>ran.push('inline')</script>`);
  assert.deepEqual(await ran(), ['first', 'slow', 'inline', 'load']);
  await page.close();
});

test('scripts whose type or language the browser knows wait for a declared one, and others are left alone', async () => {
  const text = noting('with types');
  await stored(text);
  const attributes = ['type=" TEXT/JavaScript "', 'language=JavaScript', 'language=""', 'type="" language=vbscript', 'type="text/javascript" language=vbscript',
    'for=" WINDOW " event=" OnLoad() "', 'for=button', 'event=onclick'];
  const never = ['type=" "', 'language=" "', 'language=javascript1.6', 'type=text/plain', 'type=" module "', 'for=window event=onclick', 'for="" event=""'];
  const tags = [...attributes, ...never].map((one) => `<script ${one}>ran.push(${JSON.stringify(one)})</script>`);
  const { page, ran } = await open(`${script(text).tag}${tags.join('')}`);
  assert.deepEqual(await ran(), ['with types', ...attributes, 'load']);
  assert.deepEqual(await page.evaluate(() => [...document.scripts].filter(({ type }) => type.includes('held')).length), 0);
  await page.close();
});

test('scripts and style sheets that a page takes out while they wait, and puts back, run and hold as ever', async () => {
  const sheet = 'body { color: rgb(9, 8, 7) }';
  /** @type {(value?: unknown) => void} */ let asked = () => {};
  /** @type {(value?: unknown) => void} */ let answer = () => {};
  const request = new Promise((resolve) => { asked = resolve; });
  const answered = new Promise((resolve) => { answer = resolve; });
  world.sites.serveAlso(async (req, res) => {
    asked();
    await answered;
    res.writeHead(200, { 'content-type': 'text/css' }).end();
  });
  const page = await profile.context.newPage();
  await page.goto(world.server.url('a.test', world.sites.document({
    html: `<link rel=stylesheet href="/slow" integrity="${integrityOf('')}" crossoriginstorage>${sheetOf(sheet)}${script(noting('put back')).tag}
      <script>${noting('inline')}</script>`,
  })), { waitUntil: 'commit' });
  await request;
  await eventually(() => page.evaluate(() => document.readyState !== 'loading'), 'the document is parsed');
  const out = await page.evaluateHandle(() => {
    const taken = [...document.querySelectorAll('link:nth-of-type(2), script')];
    for (const element of taken) element.remove();
    addEventListener('load', () => { Object.assign(window, { loaded: true }); });
    return taken;
  });
  answer();
  await page.waitForFunction(() => /** @type {any} */ (window).loaded);
  await page.evaluate((taken) => document.head.append(.../** @type {any} */ (taken)), out);
  await page.waitForFunction(() => /** @type {any} */ (window).ran?.length === 2);
  await eventually(() => page.evaluate(() => getComputedStyle(/** @type {any} */ (document.body ?? document.documentElement)).color === 'rgb(9, 8, 7)'), 'the style sheet holds');
  await page.close();
});

test('in a document that was opened anew declared scripts run, in order', async () => {
  const text = noting('opened');
  await stored(text);
  const page = await profile.open('a.test');
  await page.evaluate((html) => {
    document.open();
    document.write(html);
    document.close();
  }, `${script(text).tag}<script>${noting('after')}</script>`);
  await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('after'));
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).ran), ['opened', 'after']);
  await page.close();
});

for (const host of /** @type {('missing' | 'broken')[]} */ (['missing', 'broken'])) {
  test(`with a ${host} host scripts and style sheets come from the network`, async () => {
    const other = await world.launch(`with a ${host} host`, { host });
    await extensionServiceWorker(other.context);
    const page = await other.openDocument('a.test', {
      html: `${sheetOf('body { color: rgb(4, 4, 4) }')}${script(noting('first')).tag}<script>${noting('second')}</script><body>`,
    });
    await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('second'));
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).ran), ['first', 'second']);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(4, 4, 4)');
    await other.close();
  });
}
