import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DocumentRecords, joinHeader } from '../../extension/background/document-records.js';

const URL_A = 'https://a.example/';

/** @param {string} value */
const ceilingHeader = (value) => [{ name: 'Cross-Origin-Storage-Allow-Origin', value }];

/** What chrome.storage.session does, as far as the records use it. @param {number} [quota] characters */
function makeArea(quota = Infinity) {
  /** @type {Record<string, unknown>} */
  const items = {};
  return {
    items,
    get: async () => structuredClone(items),
    set: async (/** @type {object} */ more) => {
      if (JSON.stringify({ ...items, ...more }).length > quota) throw new Error('Session storage quota bytes exceeded.');
      Object.assign(items, structuredClone(more));
    },
    remove: async (/** @type {string} */ key) => void delete items[key],
  };
}

/** @param {any} area */
const makeRecords = (area = makeArea()) => new DocumentRecords(area);

test('several lines of a header are joined in order', () => {
  const headers = [{ name: 'x', value: '1' }, { name: 'Y', value: '2' }, { name: 'X', value: '3' }];
  assert.equal(joinHeader(headers, 'x'), '1, 3');
  assert.equal(joinHeader(headers, 'z'), null);
  assert.equal(joinHeader([{ name: 'x' }], 'x'), '');
});

test('headers belong to the document that the frame then commits', async () => {
  const records = makeRecords();
  records.noteHeaders({ tabId: 1, frameId: 0, url: `${URL_A}#top`, responseHeaders: ceilingHeader('https://b.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  const record = await records.get('d');
  assert.equal(record?.seen, true);
  assert.equal(record?.ceiling, 'https://b.example');
});

test('of several responses from one address the last is the document’s', async () => {
  const records = makeRecords();
  for (const ceiling of ['https://b.example', 'https://c.example']) {
    records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader(ceiling) });
  }
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  assert.equal((await records.get('d'))?.ceiling, 'https://c.example');
});

test('a download or another frame lends its headers to nobody', async () => {
  const records = makeRecords();
  records.noteHeaders({ tabId: 1, frameId: 0, url: `${URL_A}file.zip`, responseHeaders: ceilingHeader('https://b.example') });
  records.noteHeaders({ tabId: 1, frameId: 7, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  const record = await records.get('d');
  assert.deepEqual([record?.seen, record?.ceiling], [false, null]);
});

test('a document that comes back keeps what its response said', async () => {
  const records = makeRecords();
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: [{ name: 'Permissions-Policy', value: 'cross-origin-storage=()' }] });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  assert.notEqual((await records.get('d'))?.policy, null);
});

test('an empty popup takes over what its opener’s response said, and so does a popup of that', async () => {
  const records = makeRecords();
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'opener', parentFrameId: -1 });
  records.noteOpened({ sourceTabId: 1, tabId: 2 });
  records.noteCommitted({ tabId: 2, frameId: 0, url: 'about:blank', documentId: 'popup', parentFrameId: -1 });
  records.forgetTab(1);
  records.noteOpened({ sourceTabId: 2, tabId: 3 });
  records.noteCommitted({ tabId: 3, frameId: 0, url: 'about:blank', documentId: 'second', parentFrameId: -1 });
  for (const id of ['popup', 'second']) {
    assert.deepEqual((await records.get(id))?.inherited, { origin: 'https://a.example', policy: null, ceiling: 'https://b.example' });
  }
});

test('an empty document takes over what the page that it replaces said, and not what its tab’s opener did', async () => {
  const records = makeRecords();
  for (const [tabId, ceiling] of /** @type {[number, string][]} */ ([[1, 'https://b.example'], [2, 'https://c.example']])) {
    if (tabId === 2) records.noteOpened({ sourceTabId: 1, tabId });
    records.noteHeaders({ tabId, frameId: 0, url: URL_A, responseHeaders: ceilingHeader(ceiling) });
    records.noteCommitted({ tabId, frameId: 0, url: URL_A, documentId: `page${tabId}`, parentFrameId: -1 });
  }
  records.noteCommitted({ tabId: 2, frameId: 0, url: 'about:blank', documentId: 'empty', parentFrameId: -1 });
  assert.equal((await records.get('empty'))?.inherited?.ceiling, 'https://c.example');
});

test('of a document whose response was not seen nothing is assumed: neither workers nor markup are served', async () => {
  const records = makeRecords();
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  const record = await records.get('d');
  assert.deepEqual([record?.seen, record?.workers, record?.markup], [false, false, { scripts: false, styles: false, trusted: null }]);
});

test('an empty popup takes nothing over from a page that its opener prerenders', async () => {
  const records = makeRecords();
  const prerendered = { tabId: 1, frameId: 8, url: `${URL_A}next`, documentId: 'prerendered', parentFrameId: -1 };
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'opener', parentFrameId: -1 });
  records.noteHeaders({ tabId: 1, frameId: 8, url: prerendered.url, responseHeaders: [] });
  records.noteCommitted({ ...prerendered, documentLifecycle: 'prerender' });
  const openPopup = async (/** @type {number} */ tabId) => {
    records.noteOpened({ sourceTabId: 1, tabId });
    records.noteCommitted({ tabId, frameId: 0, url: 'about:blank', documentId: `popup${tabId}`, parentFrameId: -1 });
    return (await records.get(`popup${tabId}`))?.inherited?.ceiling;
  };
  assert.equal(await openPopup(2), 'https://b.example');
  records.noteCommitted({ ...prerendered, frameId: 0, documentLifecycle: 'active' });
  assert.equal(await openPopup(3), null);
});

test('records outlive the service worker, and end with their tab', async () => {
  const area = makeArea();
  const records = makeRecords(area);
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'd', parentFrameId: -1 });
  await sleep(50);
  const restarted = makeRecords(area);
  assert.equal((await restarted.get('d'))?.ceiling, 'https://b.example');
  restarted.forgetTab(1);
  assert.equal(await restarted.get('d'), undefined);
  assert.deepEqual(area.items, {});
});

test('neither addresses nor headers take much of the room that all tabs share', async () => {
  const area = makeArea();
  const records = makeRecords(area);
  const long = 'x'.repeat(1_000_000);
  const origins = Array.from({ length: 2000 }, (_, index) => `https://s${index}.example`);
  const responseHeaders = [
    ...ceilingHeader(origins.join(' ')),
    { name: 'Permissions-Policy', value: `cross-origin-storage=(${origins.map((origin) => `"${origin}"`).join(' ')})` },
    { name: 'Content-Security-Policy', value: `script-src 'strict-dynamic' ${origins.map((_, index) => `'nonce-${index}'`).join(' ')}` },
  ];
  const urls = [`data:text/html,${long}`, `${URL_A}?${long}`, `blob:${URL_A}${long}`];
  for (let index = 0; index < 30; index += 1) {
    const url = urls[index % 3];
    records.noteHeaders({ tabId: 1, frameId: index, url, responseHeaders });
    records.noteCommitted({ tabId: 1, frameId: index, url, documentId: `d${index}`, parentFrameId: index - 1 });
  }
  await sleep(100);
  assert.ok(JSON.stringify(area.items).length < 400_000);
  const whole = await records.get('d0');
  assert.equal(whole?.ceiling, origins.join(' '));
  const restarted = makeRecords(area);
  assert.deepEqual(await restarted.get('d29'), await records.get('d29'));
  const nobody = { all: false, self: false, source: false, origins: [] };
  const markup = { scripts: false, styles: false, trusted: [] };
  assert.deepEqual(await restarted.get('d0'), { ...whole, ceiling: '', policy: nobody, markup });
});

test('a tab for which there is no room keeps no other from being saved, and is saved when there is room again', async () => {
  const area = makeArea(20_000);
  const records = makeRecords(area);
  for (const tabId of [1, 2, 3]) {
    for (let index = 0; index < (tabId === 2 ? 1 : 45); index += 1) {
      records.noteHeaders({ tabId, frameId: index, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
      records.noteCommitted({ tabId, frameId: index, url: URL_A, documentId: `d${tabId}-${index}`, parentFrameId: index - 1 });
    }
  }
  await sleep(50);
  assert.deepEqual(Object.keys(area.items), ['documents:1', 'documents:2']);
  records.forgetTab(1);
  await sleep(50);
  assert.deepEqual(Object.keys(area.items), ['documents:2', 'documents:3']);
  assert.equal((await makeRecords(area).get('d3-0'))?.ceiling, 'https://b.example');
});

test('a page is still denied after the service worker has stopped when other tabs have filled the room', async () => {
  const area = makeArea(1_000_000);
  const records = makeRecords(area);
  const policy = { name: 'Permissions-Policy', value: 'cross-origin-storage=()' };
  const open = (/** @type {number} */ tabId, /** @type {string} */ ceiling) => {
    records.noteHeaders({ tabId, frameId: 0, url: URL_A, type: 'main_frame', responseHeaders: [policy, ...ceilingHeader(ceiling)] });
    records.noteCommitted({ tabId, frameId: 0, url: URL_A, documentId: `page${tabId}`, parentFrameId: -1 });
  };
  for (let tabId = 1; tabId <= 10; tabId += 1) open(tabId, 'x'.repeat(250_000));
  open(11, 'y'.repeat(260_000));
  await sleep(100);
  const record = await makeRecords(area).get('page11');
  assert.deepEqual([record?.policy?.all, record?.policy?.self, record?.policy?.origins, record?.ceiling?.length], [false, false, [], 0]);
  for (let tabId = 1; tabId <= 10; tabId += 1) records.forgetTab(tabId);
  await sleep(100);
  assert.equal((await makeRecords(area).get('page11'))?.ceiling?.length, 260_000, 'there is room again');
});

test('a tab cannot fill the memory with documents', async () => {
  const records = makeRecords();
  for (let index = 0; index < 1000; index += 1) {
    records.noteCommitted({ tabId: 1, frameId: index, url: URL_A, documentId: `d${index}`, parentFrameId: 0 });
  }
  assert.equal(await records.get('d0'), undefined);
  assert.notEqual(await records.get('d999'), undefined);
});

/** @param {DocumentRecords} records @param {number} count */
function commitFrames(records, count) {
  for (let index = 0; index < count; index += 1) {
    records.noteHeaders({ tabId: 1, frameId: index + 1, url: URL_A, responseHeaders: [] });
    records.noteCommitted({ tabId: 1, frameId: index + 1, url: URL_A, documentId: `f${index}`, parentDocumentId: 'page', parentFrameId: 0 });
  }
}

test('a page keeps its record however many frames it has, and is marked when theirs are forgotten', async () => {
  const records = makeRecords();
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page', parentFrameId: -1 });
  commitFrames(records, 300);
  assert.deepEqual([(await records.get('page'))?.crowded, (await records.get('f0'))?.seen], [undefined, true]);
  commitFrames(records, 1000);
  const page = await records.get('page');
  assert.deepEqual([page?.ceiling, page?.crowded], ['https://b.example', true]);
  assert.deepEqual([(await records.get('f0'))?.seen, (await records.get('f999'))?.seen], [undefined, true]);
});

test('a frame whose headers were forgotten is not taken for one without headers when it comes back', async () => {
  const records = makeRecords();
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page', parentFrameId: -1 });
  commitFrames(records, 1000);
  const again = { tabId: 1, frameId: 1, documentId: 'f0', parentDocumentId: 'page', parentFrameId: 0 };
  records.noteCommitted({ ...again, url: URL_A });
  assert.equal(await records.get('f0'), undefined);
  records.noteCommitted({ ...again, url: 'about:blank', documentId: 'blank' });
  assert.equal((await records.get('blank'))?.seen, false);
});

/** Responses that no frame ever shows. @param {DocumentRecords} records @param {number} count @param {string} [text] */
function neverShown(records, count, text = '') {
  for (let index = 0; index < count; index += 1) {
    records.noteHeaders({ tabId: 1, frameId: 100 + index, url: `${URL_A}${index}`, type: 'sub_frame', responseHeaders: ceilingHeader(text) });
  }
}

for (const [what, flood] of /** @type {[string, (records: DocumentRecords) => void][]} */ ([
  ['many', (records) => neverShown(records, 1000)],
  ['large', (records) => neverShown(records, 100, 'x'.repeat(200_000))],
])) test(`of responses that are never shown, ${what} ones, the oldest are forgotten, and taken for none without headers`, async () => {
  const area = makeArea();
  const records = makeRecords(area);
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, type: 'main_frame', responseHeaders: [] });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page', parentFrameId: -1 });
  records.noteHeaders({ tabId: 1, frameId: 0, url: `${URL_A}next`, type: 'main_frame', responseHeaders: ceilingHeader('https://b.example') });
  records.noteHeaders({ tabId: 1, frameId: 1, url: `${URL_A}frame`, type: 'sub_frame', responseHeaders: ceilingHeader('https://b.example') });
  flood(records);
  const frame = { tabId: 1, parentDocumentId: 'page', parentFrameId: 0 };
  records.noteCommitted({ ...frame, frameId: 1, url: `${URL_A}frame`, documentId: 'early' });
  records.noteCommitted({ ...frame, frameId: 199, url: `${URL_A}99`, documentId: 'late' });
  assert.equal(await records.get('early'), undefined, 'what is not known of a crowded page gets nothing');
  assert.equal((await records.get('page'))?.crowded, true);
  if (what === 'large') assert.equal((await records.get('late'))?.seen, true);
  records.noteCommitted({ tabId: 1, frameId: 0, url: `${URL_A}next`, documentId: 'next', parentFrameId: -1 });
  const next = await records.get('next');
  assert.deepEqual([next?.ceiling, next?.crowded], ['https://b.example', undefined], 'no frame pushes a page out');
});

test('a page whose frames’ headers were forgotten is still known as such after the service worker has stopped', async () => {
  const area = makeArea();
  const records = makeRecords(area);
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, type: 'main_frame', responseHeaders: [] });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page', parentFrameId: -1 });
  await sleep(50);
  neverShown(records, 1000);
  await sleep(50);
  assert.equal((await makeRecords(area).get('page'))?.crowded, true);
});

test('what happens before the stored records are read counts more than they do', async () => {
  const area = makeArea();
  const before = makeRecords(area);
  for (const tabId of [1, 2]) {
    before.noteHeaders({ tabId, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
    before.noteCommitted({ tabId, frameId: 0, url: URL_A, documentId: `page${tabId}`, parentFrameId: -1 });
  }
  await sleep(50);
  const records = makeRecords(area);
  records.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://c.example') });
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page1', parentFrameId: -1 });
  records.noteHeaders({ tabId: 2, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://d.example') });
  records.noteCommitted({ tabId: 2, frameId: 0, url: URL_A, documentId: 'next', parentFrameId: -1 });
  assert.equal((await records.get('page1'))?.ceiling, 'https://c.example');
  records.noteOpened({ sourceTabId: 2, tabId: 3 });
  records.noteCommitted({ tabId: 3, frameId: 0, url: 'about:blank', documentId: 'popup', parentFrameId: -1 });
  assert.equal((await records.get('popup'))?.inherited?.ceiling, 'https://d.example', 'the page that the tab shows now opened it');
});

test('a document that comes back before the stored records are read keeps what its response said', async () => {
  const area = makeArea();
  const before = makeRecords(area);
  before.noteHeaders({ tabId: 1, frameId: 0, url: URL_A, responseHeaders: ceilingHeader('https://b.example') });
  before.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page', parentFrameId: -1 });
  await sleep(50);
  const records = makeRecords(area);
  records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: 'page', parentFrameId: -1 });
  const record = await records.get('page');
  assert.deepEqual([record?.seen, record?.ceiling], [true, 'https://b.example']);
});

test('pages that are long gone are forgotten', async () => {
  const records = makeRecords();
  for (let index = 0; index < 200; index += 1) {
    records.noteCommitted({ tabId: 1, frameId: 0, url: URL_A, documentId: `page${index}`, parentFrameId: -1 });
  }
  assert.equal(await records.get('page0'), undefined);
  assert.notEqual(await records.get('page199'), undefined);
});
