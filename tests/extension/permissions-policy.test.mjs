import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isEnabled, isTrustworthyOrigin, matches, parseAllow, parseHeader,
} from '../../extension/background/permissions-policy.js';

const A = 'https://a.example';
const B = 'https://b.example';
const C = 'https://c.example';

/** @param {string} origin @param {{header?: string, allow?: string | null, source?: string}} [more] */
const link = (origin, { header, allow = null, source = origin } = {}) => ({
  origin,
  declared: parseHeader(header ?? null),
  allow,
  source,
});

const FEATURE = 'cross-origin-storage';

test('a header that does not name the feature declares nothing', () => {
  assert.equal(parseHeader(null), null);
  assert.equal(parseHeader(''), null);
  assert.equal(parseHeader('geolocation=(), camera=*'), null);
});

test('a header that cannot be parsed is ignored as a whole', () => {
  assert.equal(parseHeader('cross-origin-storage=(), ===='), null);
});

test('an empty list excludes everyone, the document itself included', () => {
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=()` })]), false);
});

test('a value that is neither a token nor an origin excludes everyone', () => {
  for (const header of [FEATURE, `${FEATURE}=1`, `${FEATURE}=none`, `${FEATURE}=("nonsense")`, `${FEATURE}="self"`]) {
    assert.equal(isEnabled([link(A, { header })]), false, header);
  }
});

test('only addresses of http and https name an origin', () => {
  for (const text of [`blob:${A}/x`, 'data:,x', 'file:///x', `wss://a.example`]) {
    assert.deepEqual(parseHeader(`${FEATURE}=("${text}")`)?.origins, [], text);
    assert.deepEqual(parseAllow(`${FEATURE} ${text}`)?.origins, [], text);
  }
});

test('self, * and the own origin keep the feature', () => {
  for (const value of ['self', '*', '(self)', '(*)', `("${A}")`, `"${A}"`]) {
    assert.equal(isEnabled([link(A, { header: `${FEATURE}=${value}` })]), true, value);
  }
});

test('the last of several declarations counts, also across joined lines', () => {
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=*, ${FEATURE}=()` })]), false);
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=(), ${FEATURE}=(self)` })]), true);
});

test('parameters are of no account', () => {
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=(self);report-to=x` })]), true);
});

test('a subdomain pattern matches subdomains only, scheme and port included', () => {
  const list = parseHeader(`${FEATURE}=("https://*.b.example")`);
  assert.ok(list);
  assert.equal(matches(list, 'https://x.b.example', A), true);
  assert.equal(matches(list, B, A), false);
  assert.equal(matches(list, 'https://xb.example', A), false);
  assert.equal(matches(list, 'http://x.b.example', A), false);
  assert.equal(matches(list, 'https://x.b.example:8443', A), false);
});

test('an opaque origin matches no list but *', () => {
  const list = parseHeader(`${FEATURE}=(self)`);
  assert.ok(list);
  assert.equal(matches(list, 'null', 'null'), false);
});

test('allow: other features and empty directives are passed over', () => {
  assert.equal(parseAllow(null), null);
  assert.equal(parseAllow(''), null);
  assert.equal(parseAllow(' ; camera *; ;microphone'), null);
  assert.equal(parseAllow('cross-origin-storage-x'), null);
});

test('allow: without a list it names the origin that the element declares', () => {
  assert.deepEqual(parseAllow(`camera; ${FEATURE}`), { all: false, self: false, source: true, origins: [] });
});

test('allow: the last of several directives counts', () => {
  assert.deepEqual(parseAllow(`${FEATURE} *; ${FEATURE} 'none'`), { all: false, self: false, source: false, origins: [] });
  assert.equal(parseAllow(`${FEATURE} 'none'; camera; ${FEATURE} *`)?.all, true);
});

test('allow: keywords in quotes, origins and * are understood, nonsense is dropped', () => {
  assert.deepEqual(parseAllow(`${FEATURE}\t'SELF' 'src'  ${B}/path nonsense self`), {
    all: false,
    self: true,
    source: true,
    origins: [B],
  });
  assert.equal(parseAllow(`${FEATURE} *`)?.all, true);
  assert.deepEqual(parseAllow(`${FEATURE} 'none'`), { all: false, self: false, source: false, origins: [] });
});

test('a same-origin frame inherits, a cross-origin one does not', () => {
  assert.equal(isEnabled([link(A), link(A)]), true);
  assert.equal(isEnabled([link(A), link(B)]), false);
  assert.equal(isEnabled([link(A), link('null')]), false);
  assert.equal(isEnabled([link('null'), link('null')]), false);
});

test('allow delegates to the declared origin, not to where the frame went', () => {
  assert.equal(isEnabled([link(A), link(B, { allow: FEATURE })]), true);
  assert.equal(isEnabled([link(A), link(C, { allow: FEATURE, source: B })]), false);
  assert.equal(isEnabled([link(A), link(C, { allow: `${FEATURE} *`, source: B })]), true);
});

test("allow='none' takes the feature from a same-origin frame too", () => {
  assert.equal(isEnabled([link(A), link(A, { allow: `${FEATURE} 'none'` })]), false);
});

test("the parent's header must include the child it delegates to", () => {
  const child = link(B, { allow: FEATURE });
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=(self)` }), child]), false);
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=("${B}")` }), child]), false);
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=(self "${B}")` }), child]), true);
  assert.equal(isEnabled([link(A, { header: `${FEATURE}=()` }), link(A)]), false);
});

test('every ancestor must allow', () => {
  const b = link(B, { allow: FEATURE });
  const c = link(C, { allow: FEATURE });
  assert.equal(isEnabled([link(A), b, c]), true);
  assert.equal(isEnabled([link(A), link(B), c]), false);
  assert.equal(isEnabled([link(A), b, link(C)]), false);
  assert.equal(isEnabled([link(A), link(B), link(A, { allow: FEATURE })]), false);
});

test("a frame's own header can only take away", () => {
  assert.equal(isEnabled([link(A), link(B, { header: `${FEATURE}=*` })]), false);
  assert.equal(isEnabled([link(A), link(B, { allow: FEATURE, header: `${FEATURE}=()` })]), false);
});

test('no chain, no feature', () => {
  assert.equal(isEnabled([]), false);
});

test('https and loopback are trustworthy, nothing else', () => {
  for (const origin of [A, 'http://localhost:8000', 'http://x.localhost', 'http://127.0.0.1:1', 'http://[::1]:80']) {
    assert.equal(isTrustworthyOrigin(origin), true, origin);
  }
  for (const origin of ['null', '', 'http://a.example', 'http://localhost.a.example', 'http://127.0.0.1.a.example', 'file://']) {
    assert.equal(isTrustworthyOrigin(origin), false, origin);
  }
});
