/** The background's side of the extension's own pages: who is one, what they may ask, what is put off, what is counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deletions, KeptDeletions } from '../../extension/background/deletions.js';
import { identify, isUserInterface } from '../../extension/background/identity.js';
import { addToDays, dayOf, readDays } from '../../extension/background/days.js';
import { badgeText, Tally } from '../../extension/background/tally.js';
import { parseCommand } from '../../extension/background/user-commands.js';

const ID = 'nfnjcpnlghcadaegalilihnljncmldfj';
const OWN = `chrome-extension://${ID}`;
/** @type {any} */ (globalThis).chrome = { runtime: { id: ID, getURL: (/** @type {string} */ path) => `${OWN}/${path}` } };

/** @param {object} sender */
const isUi = (sender) => isUserInterface(/** @type {any} */ (sender));

test("only the extension's own pages below ui/ are its user interface", () => {
  assert.equal(isUi({ id: ID, origin: OWN, url: `${OWN}/ui/settings.html` }), true);
  assert.equal(isUi({ id: ID, origin: OWN, url: `${OWN}/ui/popup.html?x#y` }), true);
  for (const sender of [
    { id: ID, origin: 'https://a.test', url: 'https://a.test/ui/settings.html' },
    { id: ID, origin: 'https://a.test', url: `${OWN}/ui/settings.html` },
    { id: ID, origin: OWN, url: 'https://a.test/' },
    { id: ID, origin: OWN, url: `${OWN}/manifest.json` },
    { id: ID, origin: OWN, url: `${OWN}/background.js` },
    { id: ID, origin: `${OWN}.evil.test`, url: `${OWN}.evil.test/ui/settings.html` },
    { id: 'a'.repeat(32), origin: OWN, url: `${OWN}/ui/settings.html` },
    { id: ID, origin: 'null', url: `${OWN}/ui/settings.html` },
    { id: ID, origin: OWN },
    { origin: OWN, url: `${OWN}/ui/settings.html` },
  ]) assert.equal(isUi(sender), false, JSON.stringify(sender));
  assert.equal(isUserInterface(undefined), false);
});

test('a document is who the browser says it is, and nobody else is a document', () => {
  const sender = { id: ID, origin: 'https://a.test', url: 'https://a.test/page', documentId: 'd', frameId: 0, tab: { id: 7 } };
  const of = (/** @type {object | undefined} */ other) => identify(/** @type {any} */ (other));
  assert.deepEqual(of(sender), { origin: 'https://a.test', url: 'https://a.test/page', documentId: 'd', frameId: 0, tabId: 7 });
  for (const other of [{ id: 'a'.repeat(32) }, { id: undefined }, { origin: undefined }, { documentId: undefined }, { frameId: undefined }, { tab: undefined }, { tab: {} }]) {
    assert.equal(of({ ...sender, ...other }), undefined, JSON.stringify(other));
  }
  assert.equal(of(undefined), undefined);
});

test('a command takes the members that it knows along, and no other', () => {
  const hash = { algorithm: 'SHA-256', value: 'ab'.repeat(32) };
  assert.deepEqual(parseCommand('remove', { hash, cmd: 'hello', id: 7 }), { cmd: 'ui.remove', fields: { hash } });
  assert.deepEqual(parseCommand('settings', undefined), { cmd: 'ui.settings', fields: {} });
});

test('what happened is asked for in pages, and erased as a whole', () => {
  const before = { at: 1, id: 2 };
  assert.deepEqual(parseCommand('activity', { before, limit: 50, realm: 'b' }), { cmd: 'ui.activity', fields: { before, limit: 50 } });
  assert.deepEqual(parseCommand('activity.forget', { site: 'a.test' }), { cmd: 'ui.activity.forget', fields: {} });
});

test("what is no command of the user's does not reach the host", () => {
  for (const cmd of ['find', 'hello', 'ui.remove', 'write.open', 'add', 'add.close', 'read', '', 'constructor', undefined, {}, ['remove']]) {
    assert.equal(parseCommand(cmd, {}), undefined, String(cmd));
  }
});

/** What was begun without being waited for has been done. */
const flushed = () => new Promise((resolve) => { setImmediate(resolve); });

const removal = { cmd: 'remove', fields: { hash: 1 } };

/** @type {import('../../extension/background/user-commands.js').StoreAnswer} */
const OUT_OF_REACH = { ok: false, error: { name: 'HostUnavailable', message: '', mend: '' } };

/** @param {Area | null} [area] that the profile keeps @param {() => import('../../extension/background/user-commands.js').StoreAnswer} [answer] of the host */
function recorded(area = null, answer = () => ({ ok: true })) {
  /** @type {unknown[]} */
  const done = [];
  const kept = new KeptDeletions(/** @type {any} */ (area));
  const run = async (/** @type {unknown} */ deletion) => {
    done.push(deletion);
    return answer();
  };
  return { done, deletions: new Deletions(run, kept), finishLeft: () => kept.finishLeft(run) };
}

test('a deletion waits until it is time', async () => {
  const { done, deletions } = recorded();
  deletions.receive({ later: '1', ...removal });
  assert.deepEqual(done, []);
  await deletions.receive({ now: '1' });
  assert.deepEqual(done, [removal]);
  await deletions.receive({ now: '1' });
  await deletions.leave();
  assert.equal(done.length, 1, 'and happens once');
});

test('what happened is erased with a way back, too', async () => {
  const { done, deletions } = recorded();
  deletions.receive({ later: '1', cmd: 'activity.forget', fields: {} });
  assert.deepEqual(done, []);
  await deletions.leave();
  assert.deepEqual(done, [{ cmd: 'activity.forget', fields: {} }]);
});

test('a deletion that was undone never happens', async () => {
  const { done, deletions } = recorded();
  deletions.receive({ later: '1', ...removal });
  deletions.receive({ undo: '1' });
  await deletions.receive({ now: '1' });
  await deletions.leave();
  assert.deepEqual(done, []);
});

test('what was not undone when its page is left happens then', async () => {
  const { done, deletions } = recorded();
  deletions.receive({ later: '1', ...removal });
  deletions.receive({ later: '2', cmd: 'clear', fields: { what: 'all' } });
  await deletions.leave();
  assert.deepEqual(done, [removal, { cmd: 'clear', fields: { what: 'all' } }]);
});

test('what waits when the whole browser ends is deleted when it is started again, once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const area = new Area();
  const before = recorded(area);
  before.deletions.receive({ later: 'a', ...removal });
  before.deletions.receive({ later: 'b', cmd: 'clear', fields: { what: 'all' } });
  before.deletions.receive({ later: 'c', ...removal });
  before.deletions.receive({ undo: 'b' });
  await before.deletions.receive({ now: 'c' });
  await flushed();
  const left = async (/** @type {() => any} */ answer) => {
    const after = recorded(area, answer);
    const finished = after.finishLeft();
    await flushed();
    assert.deepEqual(after.done, [], 'a page that is still there tells first');
    t.mock.timers.tick(10_000);
    await finished;
    return after.done;
  };
  assert.deepEqual(await left(() => OUT_OF_REACH), [removal]);
  assert.deepEqual(await left(() => ({ ok: true })), [removal]);
  assert.deepEqual(await left(() => ({ ok: true })), []);
});

test('what a page still shows can be undone, though the background was stopped meanwhile', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const area = new Area();
  recorded(area).deletions.receive({ later: 'a', ...removal });
  await flushed();
  const { done, deletions, finishLeft } = recorded(area);
  const finished = finishLeft();
  deletions.receive({ later: 'a', ...removal });
  await flushed();
  t.mock.timers.tick(10_000);
  await finished;
  assert.deepEqual(done, []);
  deletions.receive({ undo: 'a' });
  await flushed();
  assert.deepEqual(area.kept, { deletions: {} });
});

test('what cannot be deleted when its page is left is deleted later, and what its user was told of is not', async () => {
  const area = new Area();
  const { deletions } = recorded(area, () => OUT_OF_REACH);
  deletions.receive({ later: 'told', ...removal });
  deletions.receive({ later: 'left', ...removal });
  await deletions.receive({ now: 'told' });
  await deletions.leave();
  assert.deepEqual(area.kept, { deletions: { left: removal } });
});

test('nothing but deleting can be put off', async () => {
  const { done, deletions } = recorded();
  for (const message of [{ later: '1', cmd: 'set', fields: {} }, { later: 1, ...removal }, null, 'later', { later: '1' }]) deletions.receive(message);
  await deletions.leave();
  assert.deepEqual(done, []);
});

class Area {
  /** @type {Record<string, unknown>} */ kept = {};
  /** @param {string | string[]} keys */
  async get(keys) {
    return Object.fromEntries([keys].flat().filter((key) => key in this.kept).map((key) => [key, structuredClone(this.kept[key])]));
  }
  /** @param {object} items */
  async set(items) {
    Object.assign(this.kept, structuredClone(items));
  }
  /** @param {string | string[]} keys */
  async remove(keys) {
    for (const key of [keys].flat()) delete this.kept[key];
  }
}

/** @param {Area | null} session @param {Area | null} local @param {(tab: number, page: string, found: number) => void} [show] */
const tallyOf = (session, local, show) => new Tally(/** @type {any} */ (session), /** @type {any} */ (local), show);

/** @param {number} tab @param {string} [page] @param {string} [document] */
const placeIn = (tab, page = 'page', document = page) => ({ tab, page, document });

test('what a page found and stored is counted, and told to a background that was stopped meanwhile', async () => {
  const session = new Area();
  const local = new Area();
  /** @type {unknown[]} */
  const shown = [];
  const tally = tallyOf(session, local, (...found) => shown.push(found));
  const [one, two] = [placeIn(1), placeIn(2)];
  await Promise.all([
    tally.noteFound(one, 'a'), tally.noteRead(one, 'a', 100), tally.noteFound(one, 'b'), tally.noteStored(one, 7), tally.noteFound(two, 'a'), tally.noteVerdict(one, true, false),
  ]);
  assert.deepEqual(shown, [[1, 'page', 1], [1, 'page', 2], [2, 'page', 1]]);
  await tally.savings();
  const later = tallyOf(session, local);
  assert.deepEqual(await later.of(1, 'page'), { found: 2, foundBytes: 100, stored: 1, storedBytes: 7, allowed: true, workers: false });
});

test('each page of a tab counts for itself, and one that comes back is as it was', async () => {
  const session = new Area();
  const tally = tallyOf(session, new Area());
  await tally.noteFound(placeIn(1, 'first'), 'a');
  for (const digest of ['a', 'b']) await tally.noteFound(placeIn(1, 'second'), digest);
  const found = async () => Promise.all(['first', 'second', 'third'].map(async (page) => (await tally.of(1, page)).found));
  assert.deepEqual(await found(), [1, 2, 0]);
  await tally.savings();
  tally.forget(1);
  assert.deepEqual(await found(), [0, 0, 0]);
  assert.deepEqual(session.kept, {});
});

test('of a tab the pages are kept in which something happened last', async () => {
  const session = new Area();
  const tally = tallyOf(session, null);
  for (let page = 0; page < 100; page += 1) {
    await tally.noteFound(placeIn(1, String(page)), 'a');
    await tally.noteStored(placeIn(1, 'busy'), 1);
  }
  await tally.savings();
  for (const one of [tally, tallyOf(session, null)]) {
    assert.deepEqual([(await one.of(1, 'busy')).stored, (await one.of(1, '99')).found, (await one.of(1, '0')).found], [100, 1, 0]);
  }
  assert.ok(JSON.stringify(session.kept).length < 4000);
});

test('a file counts once for each document, after the background was stopped, too', async () => {
  const [session, local] = [new Area(), new Area()];
  for (let start = 0; start < 2; start += 1) {
    const tally = tallyOf(session, local);
    for (const document of ['page', 'frame', 'page', 'frame']) {
      await tally.noteFound(placeIn(1, 'page', document), 'a');
      await tally.noteRead(placeIn(1, 'page', document), 'a', 10);
    }
    const { found, foundBytes } = await tally.of(1, 'page');
    const savings = await tally.savings();
    assert.deepEqual([found, foundBytes, savings?.files, savings?.bytes], [2, 20, 2, 20]);
  }
});

test('which files were counted takes little room, however many they are', async () => {
  const session = new Area();
  const tally = tallyOf(session, null);
  for (let file = 0; file < 5000; file += 1) await tally.noteFound(placeIn(1, 'd'.repeat(32)), file.toString(16).padStart(64, '0'));
  assert.equal((await tally.of(1, 'd'.repeat(32))).found, 5000);
  await tally.savings();
  assert.ok(JSON.stringify([...Object.values(session.kept)]).length < 8000, 'the policies of all tabs are kept in the same room');
});

test('what was saved adds up over restarts until it is erased', async () => {
  const local = new Area();
  const first = tallyOf(new Area(), local);
  await first.noteRead(placeIn(1), 'a', 100);
  await first.noteRead(placeIn(2), 'a', 50);
  assert.equal((await first.savings())?.bytes, 150);
  const second = tallyOf(new Area(), local);
  await second.noteRead(placeIn(1), 'a', 1);
  const savings = await second.savings();
  assert.deepEqual({ files: savings?.files, bytes: savings?.bytes }, { files: 3, bytes: 151 });
  await second.forgetSavings();
  assert.equal((await second.savings())?.bytes, 0);
  assert.deepEqual(local.kept, {});
});

test('each day has what was stored and not downloaded again on it', async () => {
  const local = new Area();
  const first = tallyOf(new Area(), local);
  await first.noteRead(placeIn(1), 'a', 100);
  await first.noteStored(placeIn(1), 7);
  await first.savings();
  const second = tallyOf(new Area(), local);
  await second.noteStored(placeIn(2), 3);
  const savings = await second.savings();
  assert.deepEqual(savings?.days, [{ day: savings?.today, saved: 100, stored: 10 }]);
});

test('days are kept in order for a year, and what is damaged counts as nothing', () => {
  const old = { day: 100, saved: 1, stored: 1 };
  const kept = addToDays([old, { day: 200, saved: 2, stored: 0 }], { day: 150, saved: 5, stored: 0 });
  assert.deepEqual(kept.map(({ day }) => day), [100, 150, 200]);
  assert.deepEqual(addToDays([old], { day: 466, saved: 0, stored: 1 }).map(({ day }) => day), [466]);
  assert.deepEqual(readDays([old, { day: 'x', saved: 1, stored: 1 }, null]), [old]);
  assert.deepEqual(readDays('nothing'), []);
  assert.equal(dayOf(86_400_000 - 1, 0), 0);
  assert.equal(dayOf(86_400_000 - 1, -60), 1, 'an hour ahead of UTC it is tomorrow');
});

test('a private window counts for itself and writes nothing down', async () => {
  const tally = tallyOf(null, null);
  await tally.noteRead(placeIn(1), 'a', 100);
  assert.equal((await tally.of(1, 'page')).foundBytes, 100);
  assert.equal(await tally.savings(), null);
});

test('the number on the button fits the button', () => {
  assert.deepEqual([0, 1, 999, 1000, 1e6].map(badgeText), ['', '1', '999', '999+', '999+']);
});
