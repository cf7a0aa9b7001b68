/** What pages are not given: kept for the popup, explained when it opens, put together by reason; and ask mode's sign on the button. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AskSigns } from '../../extension/background/ask-signs.js';
import { Caller } from '../../extension/background/caller.js';
import { DocumentRefusals, explainRefusals, Refusals } from '../../extension/background/refusals.js';
import { REASONS, settingOf } from '../../extension/ui/miss-reasons.js';
import { groupRefusals, heldBackByAsking } from '../../extension/ui/popup/refusal-groups.js';

/** @typedef {import('../../extension/background/refusals.js').Refusal} Refusal */
/** @typedef {import('../../extension/background/refusals.js').ExplainedRefusal} ExplainedRefusal */

const ROOT = new URL('../../', import.meta.url);
const A = 'https://a.test';

class Area {
  /** @type {Record<string, unknown>} */ kept = {};
  /** @param {string} key */
  async get(key) {
    return key in this.kept ? { [key]: structuredClone(this.kept[key]) } : {};
  }
  /** @param {object} items */
  async set(items) {
    Object.assign(this.kept, structuredClone(items));
  }
  /** @param {string} key */
  async remove(key) {
    delete this.kept[key];
  }
}

/** @param {number} number */
const hashOf = (number) => ({ algorithm: 'SHA-256', value: number.toString(16).padStart(64, '0') });

/** @param {Area | null} area */
const refusalsIn = (area) => new Refusals(/** @type {any} */ (area));

/** @param {number} file @param {string} [origin] @returns {Refusal} */
const missOf = (file, origin = A) => ({ what: 'read', hash: hashOf(file), caller: { origin, topLevelOrigin: A, userActivation: false }, error: 'NotFoundError' });

const missed = { ok: false, error: { name: 'NotFoundError', message: '' } };

/** @param {number} tab @param {string} [page] */
const placeIn = (tab, page = 'page') => ({ tab, page, document: page });

/** @param {Refusals} refusals @returns {(request: any, answer: object) => Promise<Refusal | undefined>} */
function documentOf(refusals) {
  const document = new DocumentRefusals(refusals, Promise.resolve(placeIn(1)));
  const caller = new Caller(A, A);
  return (request, answer) => document.note(request, caller, answer);
}

/** Lets what was noted be kept. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {Refusals} refusals */
const filesOf = async (refusals) => (await refusals.of(1, 'page')).refusals.map(({ hash }) => hash?.value);

test('of what a tab was refused the latest fifty are known, each once, the latest first', async () => {
  const refusals = refusalsIn(null);
  for (let file = 0; file < 60; file += 1) await refusals.note(placeIn(1), missOf(file));
  await refusals.note(placeIn(1), missOf(20));
  const { refusals: known, more } = await refusals.of(1, 'page');
  assert.equal(known.length, 50);
  assert.equal(more, true);
  assert.deepEqual(known.slice(0, 2).map(({ hash }) => hash), [hashOf(20), hashOf(59)]);
  assert.deepEqual(known.at(-1)?.hash, hashOf(10));
  assert.deepEqual(await refusals.of(2, 'page'), { refusals: [], more: false });
});

test('a file that two documents missed is known of both', async () => {
  const refusals = refusalsIn(null);
  await refusals.note(placeIn(1), missOf(1));
  await refusals.note(placeIn(1), missOf(1, 'https://frame.test'));
  assert.equal((await refusals.of(1, 'page')).refusals.length, 2);
});

test('a background that was stopped meanwhile knows from the session; each page of a tab was refused its own', async () => {
  const session = new Area();
  const refusals = refusalsIn(session);
  await refusals.note(placeIn(1), missOf(1));
  await refusals.note(placeIn(1, 'other'), missOf(2));
  await refusals.flush();
  for (const one of [refusals, refusalsIn(session)]) {
    assert.deepEqual(await filesOf(one), [hashOf(1).value]);
    assert.deepEqual((await one.of(1, 'other')).refusals, [missOf(2)]);
    assert.deepEqual((await one.of(1, 'new')).refusals, []);
  }
  refusals.forget(1);
  assert.deepEqual([await filesOf(refusals), session.kept], [[], {}]);
});

test('what was noted of a tab that is gone is not written after it', async () => {
  const session = new Area();
  const refusals = refusalsIn(session);
  await refusals.note(placeIn(1), missOf(1));
  refusals.forget(1);
  await refusals.flush();
  assert.deepEqual(session.kept, {});
});

test('reads that miss, and requests and writes that fail, are refusals of their files; what succeeds is none', async () => {
  const refusals = refusalsIn(null);
  const note = documentOf(refusals);
  const handle = { id: 'x', hash: hashOf(3), created: true };
  assert.equal((await note({ op: 'find', hash: hashOf(1) }, missed))?.error, 'NotFoundError');
  assert.equal((await note({ op: 'create', hash: hashOf(2) }, { ok: false, error: { name: 'QuotaExceededError' } }))?.what, 'write');
  assert.equal(await note({ op: 'write.open', handle }, { ok: true, session: 's' }), undefined);
  const wrong = await note({ op: 'write.close', session: 's' }, { ok: false, error: { name: 'DataError' } });
  assert.deepEqual([wrong?.what, wrong?.hash], ['write', hashOf(3)]);
  assert.equal((await note(undefined, { ok: false, error: { name: 'TypeError' } }))?.hash, null);
  assert.equal((await note({ op: 'permission' }, { ok: true, allowed: false }))?.error, 'NotAllowedError');
  for (const request of [{ op: 'permission' }, { op: 'markup' }, { op: 'create', hash: hashOf(4) }]) assert.equal(await note(request, { ok: true }), undefined);
  await settled();
  assert.equal((await refusals.of(1, 'page')).refusals.length, 5);
});

test('what a page has in the end, found or stored, was not refused to it', async () => {
  const refusals = refusalsIn(null);
  const note = documentOf(refusals);
  for (const file of [1, 2, 3]) note({ op: 'find', hash: hashOf(file) }, missed);
  note({ op: 'find', hash: hashOf(1) }, { ok: true });
  note({ op: 'write.open', handle: { id: 'x', hash: hashOf(2), created: true } }, { ok: true, session: 's' });
  note({ op: 'write.close', session: 's' }, { ok: true });
  note({ op: 'create', hash: hashOf(3) }, { ok: true });
  await settled();
  assert.deepEqual(await filesOf(refusals), [hashOf(3).value], 'asking to store is not storing');
});

/** @param {(fields: any) => object} why @returns {any} a host that knows the reason of every miss */
const hostThatSays = (why) => ({
  /** @type {string[]} */ asked: [],
  /** @param {string} cmd @param {any} fields */
  async request(cmd, fields) {
    this.asked.push(cmd);
    return why(fields);
  },
});

test('what one site’s document has in the end was refused to another’s all the same', async () => {
  const refusals = refusalsIn(null);
  await refusals.note(placeIn(1), missOf(1));
  await refusals.note(placeIn(1), missOf(1, 'https://frame.test'));
  await refusals.settle(placeIn(1), hashOf(1), 'https://frame.test');
  assert.deepEqual((await refusals.of(1, 'page')).refusals, [missOf(1)]);
});

test('misses are explained by the host, with the caller as it was; other errors explain themselves', async () => {
  const host = hostThatSays(({ caller, hash }) => ({ found: hash.value === hashOf(2).value, reason: caller.origin === A ? 'no-grant' : 'other-page', sentence: 'Why.', name: 'D3' }));
  const write = /** @type {Refusal} */ ({ ...missOf(3), what: 'write', error: 'DataError' });
  const { refusals } = await explainRefusals(host, { refusals: [missOf(1), missOf(1, 'https://frame.test'), missOf(2), write], more: false });
  assert.deepEqual(refusals.map(({ reason }) => reason), ['no-grant', 'other-page', 'found', '']);
  assert.deepEqual(refusals.map(({ name }) => name), ['D3', 'D3', 'D3', '']);
  assert.equal(host.asked.length, 3);
});

test('without a host a miss has the reason that there is none', async () => {
  const host = hostThatSays(() => { throw new Error('gone'); });
  const { refusals } = await explainRefusals(host, { refusals: [missOf(1)], more: true });
  assert.equal(refusals[0].reason, 'unreachable');
});

/** @param {number} file @param {Partial<ExplainedRefusal>} [rest] @returns {ExplainedRefusal} */
const explained = (file, rest) => ({ what: 'read', hash: hashOf(file), origin: A, error: 'NotFoundError', reason: 'not-stored', sentence: '', name: '', ...rest });

test('refusals for one reason are one group, in which each file counts once; the largest is first', () => {
  const { groups, rest } = groupRefusals([
    explained(1, { reason: 'no-grant' }), explained(2, { name: 'D3' }), explained(3), explained(3, { origin: 'https://frame.test' }),
    explained(4, { what: 'write', error: 'DataError', reason: '' }), explained(5, { what: 'other', error: 'TypeError', reason: '', hash: null }),
  ], 6);
  assert.deepEqual(groups.map(({ reason, error, files }) => [reason || error, files]), [['not-stored', 2], ['no-grant', 1], ['DataError', 1], ['TypeError', 0]]);
  assert.deepEqual(groups[0].names, ['D3']);
  assert.equal(rest, 0);
});

test('of more groups than there is room for the files are counted', () => {
  const { groups, rest } = groupRefusals([explained(1), explained(2), explained(3, { reason: 'a' }), explained(4, { reason: 'b' }), explained(5, { reason: 'b' })], 1);
  assert.deepEqual([groups.length, groups[0].files, rest], [1, 2, 3]);
});

test('sites that ask mode held back are known by their reasons', () => {
  const frame = 'https://frame.test';
  assert.deepEqual(heldBackByAsking([explained(1), explained(2, { reason: 'ask-undecided', origin: frame }), explained(3, { reason: 'ask-blocked', origin: frame })]), [frame]);
});

test('there are words for every reason that the host has, and a setting behind one is a setting of the page', () => {
  const source = readFileSync(new URL('src/rules/explain.cc', ROOT), 'utf8');
  const reasons = [...source.matchAll(/\{MissReason::k\w+,\s*"([a-z-]+)"/g)].map(([, name]) => name).filter((name) => name !== 'none');
  assert.ok(reasons.length >= 15, `only ${reasons.length} were found`);
  assert.deepEqual(Object.keys(REASONS).sort(), [...reasons, 'found', 'unreachable'].sort());
  const messages = JSON.parse(readFileSync(new URL('extension/_locales/en/messages.json', ROOT), 'utf8'));
  const controls = readFileSync(new URL('extension/ui/settings/controls.js', ROOT), 'utf8');
  for (const [reason, { words }] of Object.entries(REASONS)) {
    assert.ok(words in messages, words);
    if (settingOf(reason) !== '') assert.ok(controls.includes(`'${settingOf(reason)}'`), reason);
  }
  assert.equal(settingOf('constructor'), '');
});

test('what the user is told of refusals is known to the background and the popup alone', () => {
  // A document's port is answered by these; none of them knows a reason.
  for (const file of readdirSync(new URL('extension/content/', ROOT), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))) {
    assert.doesNotMatch(readFileSync(new URL(`extension/content/${file}`, ROOT), 'utf8'), /refusals|ui\.why/);
  }
  const broker = readFileSync(new URL('extension/background/broker.js', ROOT), 'utf8');
  assert.doesNotMatch(broker, /ui\.why|explainRefusals/);
});

/** @param {any} host @param {Area} [area] of the session */
function signsWith(host, area = new Area()) {
  /** @type {[number, boolean][]} */
  const shown = [];
  const all = { get: async () => area.kept, set: async (/** @type {object} */ items) => area.set(items) };
  const signs = new AskSigns(host, (tab, waits) => shown.push([tab, waits]), /** @type {any} */ (all), async () => {});
  return { signs, shown };
}

test('outside ask mode nobody asks why a read missed', async () => {
  const host = hostThatSays(() => ({ found: false, reason: 'ask-undecided' }));
  const { signs, shown } = signsWith(host);
  await signs.consider(1, missOf(1));
  assert.deepEqual([host.asked, shown], [[], []]);
});

test('in ask mode a tab has the sign from the first file that an answer would give it', async () => {
  const host = hostThatSays(({ hash }) => ({ found: false, reason: hash.value === hashOf(1).value ? 'not-stored' : 'ask-undecided' }));
  const { signs, shown } = signsWith(host);
  signs.asking = true;
  await signs.consider(1, missOf(1));
  assert.equal(signs.waits(1), false);
  for (const file of [2, 3, 4]) await signs.consider(1, missOf(file));
  assert.deepEqual(shown, [[1, true]]);
});

test('a background that was stopped knows that ask mode is on, before a host tells it', async () => {
  const host = hostThatSays(() => ({ found: false, reason: 'ask-undecided' }));
  const area = new Area();
  signsWith(host, area).signs.asking = true;
  const { signs, shown } = signsWith(host, area);
  await signs.consider(1, missOf(1));
  assert.deepEqual(shown, [[1, true]]);
  signs.asking = false;
  const after = signsWith(host, area);
  await after.signs.consider(1, missOf(1));
  assert.deepEqual(after.shown, []);
});

test('which files are asked about does not hang on the answers, and ends somewhere', async () => {
  const askedWith = async (/** @type {string} */ reason) => {
    const host = hostThatSays(() => ({ found: false, reason }));
    const { signs } = signsWith(host);
    signs.asking = true;
    for (const file of [1, 1, ...Array.from({ length: 100 }, (_, index) => index)]) await signs.consider(1, missOf(file));
    return host.asked.length;
  };
  assert.deepEqual([await askedWith('ask-undecided'), await askedWith('not-stored'), await askedWith('no-grant')], [50, 50, 50]);
});

test('in ask mode nobody asks about what is no miss, nor about more than fifty origins of a tab', async () => {
  const host = hostThatSays(() => ({ found: false, reason: 'ask-undecided' }));
  const { signs, shown } = signsWith(host);
  signs.asking = true;
  await signs.consider(1, { ...missOf(1), error: 'NotAllowedError' });
  await signs.consider(1, { ...missOf(1), what: 'write' });
  await signs.consider(1, { ...missOf(1), caller: null });
  assert.deepEqual([host.asked, shown], [[], []]);
  for (let index = 0; index < 60; index += 1) await signs.consider(1, missOf(1, `https://frame${index}.test`));
  await signs.consider(1, missOf(2, 'https://frame0.test'));
  assert.equal(host.asked.length, 51, 'an origin that is known may miss more files');
});

test('nobody asks about a page that the tab shows no more', async () => {
  const host = hostThatSays(() => ({ found: false, reason: 'ask-undecided' }));
  /** @type {AskSigns} */
  const signs = new AskSigns(host, () => {}, /** @type {any} */ (new Area()), async () => signs.forget(1));
  signs.asking = true;
  await signs.consider(1, missOf(1));
  assert.deepEqual(host.asked, []);
});

test('the sign goes with the answer, with the document and with ask mode', async () => {
  let decision = /** @type {string | null} */ (null);
  const host = hostThatSays(({ site }) => (site === undefined ? { found: false, reason: 'ask-undecided' } : { ask: true, decision }));
  const { signs, shown } = signsWith(host);
  signs.asking = true;
  await signs.consider(1, missOf(1));
  await signs.recheck();
  assert.equal(signs.waits(1), true, 'another site was decided about');
  decision = 'blocked';
  await signs.recheck();
  assert.deepEqual(shown, [[1, true], [1, false]]);
  await signs.consider(2, missOf(1));
  signs.forget(2);
  assert.equal(signs.waits(2), false);
  await signs.consider(3, missOf(1));
  signs.asking = false;
  assert.deepEqual(shown.at(-1), [3, false]);
});

test('an answer that comes when the tab shows another page puts no sign on it', async () => {
  let answer = /** @type {(reply: object) => void} */ (() => {});
  const { signs, shown } = signsWith({ request: () => new Promise((resolve) => { answer = resolve; }) });
  signs.asking = true;
  const considered = signs.consider(1, missOf(1));
  await settled();
  signs.forget(1);
  answer({ found: false, reason: 'ask-undecided' });
  await considered;
  assert.deepEqual(shown, []);
});
