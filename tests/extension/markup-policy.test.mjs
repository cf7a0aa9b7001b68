/** What a document's Content-Security-Policy means for the scripts and styles of its markup. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeMarkup } from '../../extension/background/markup-policy.js';

test('without a policy, and under one about other things, scripts and styles may come from the store', () => {
  for (const policy of [null, '', 'img-src *; upgrade-insecure-requests', "frame-ancestors 'none', worker-src 'self'"]) {
    assert.deepEqual(judgeMarkup(policy, null), { scripts: true, styles: true, trusted: null });
  }
});

test('a policy that says where scripts come from leaves styles free, and the other way round', () => {
  assert.deepEqual(judgeMarkup("script-src 'self' blob:", null), { scripts: false, styles: true, trusted: null });
  assert.deepEqual(judgeMarkup('img-src *, STYLE-SRC blob:', null), { scripts: true, styles: false, trusted: null });
  assert.deepEqual(judgeMarkup("require-trusted-types-for 'script'", null), { scripts: false, styles: true, trusted: null });
});

test('a default, an unknown directive or a sandbox binds both, be it enforced or only reporting', () => {
  for (const policy of ["default-src 'self'", 'some-future-directive', 'sandbox allow-scripts']) {
    assert.deepEqual(judgeMarkup(policy, null), { scripts: false, styles: false, trusted: null }, policy);
    assert.deepEqual(judgeMarkup(null, policy), { scripts: false, styles: false, trusted: null }, policy);
  }
});

test("under 'strict-dynamic' only what every such policy names is trusted", () => {
  const { trusted } = judgeMarkup("default-src 'none'; script-src 'Strict-Dynamic' 'nonce-aB' 'sha256-Zz=' https:", null);
  assert.deepEqual(trusted, ['nonce-aB', 'sha256-Zz=']);
  assert.deepEqual(judgeMarkup("script-src 'strict-dynamic' 'nonce-a' 'nonce-b', script-src-elem 'strict-dynamic' 'nonce-b'", null).trusted, ['nonce-b']);
  assert.deepEqual(judgeMarkup("script-src 'strict-dynamic'", null).trusted, []);
  assert.deepEqual(judgeMarkup("default-src 'strict-dynamic' 'nonce-a'", null).trusted, ['nonce-a'], 'a default is the policy of scripts, too');
  assert.deepEqual(judgeMarkup("SCRIPT-SRC 'strict-dynamic' 'nonce-a'", null).trusted, ['nonce-a']);
  assert.equal(judgeMarkup(null, "script-src 'strict-dynamic' 'nonce-a'").trusted, null, 'a policy that only reports blocks nothing');
  assert.deepEqual(judgeMarkup("script-src 'strict-dynamic' 'nonce-a'; script-src-elem https:", null).trusted, null, 'the nearest directive counts');
});
