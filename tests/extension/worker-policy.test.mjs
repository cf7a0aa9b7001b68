/** Which documents' workers may be started through a blob: script. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavesWorkersFree } from '../../extension/background/worker-policy.js';

test('a document without a policy leaves its workers free', () => {
  assert.equal(leavesWorkersFree(null, null), true);
  assert.equal(leavesWorkersFree('', ' ; , '), true);
});

test('a policy about other things leaves workers free', () => {
  assert.equal(leavesWorkersFree("frame-ancestors 'self'; UPGRADE-INSECURE-REQUESTS, img-src *;", null), true);
});

test('a policy that may concern workers does not, be it enforced or only reporting', () => {
  for (const directive of ['default-src *', "script-src 'self'", 'worker-src blob:', 'child-src blob:', 'connect-src *',
    'sandbox allow-scripts', "require-trusted-types-for 'script'", 'some-future-directive']) {
    assert.equal(leavesWorkersFree(`img-src *; ${directive}`, null), false, directive);
    assert.equal(leavesWorkersFree(null, `img-src *,${directive}`), false, directive);
  }
});
