/** Functions that a script calls at once are compiled with it: the build puts them in parentheses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compiledAtOnce } from '../../scripts/lib/compiled-at-once.mjs';

test('a function that is named is put in parentheses, declared or not, within another too, and does what it did', () => {
  const script = 'function twice(n){return add(n,n);function add(a,b){return a+b}}let half=n=>n/2;function other(){}globalThis.result=[twice(4),half(4),twice.name,other.name]';
  const built = compiledAtOnce(script, ['twice', 'half']);
  assert.equal(built, 'var twice=(function twice(n){return add(n,n);function add(a,b){return a+b}});let half=(n=>n/2);function other(){}globalThis.result=[twice(4),half(4),twice.name,other.name]');
  const realm = /** @type {any} */ ({});
  new Function('globalThis', built)(realm);
  assert.deepEqual(realm.result, [8, 2, 'twice', 'other']);
  assert.equal(compiledAtOnce('function out(){function one(){}function two(){}}', ['one', 'two']), 'function out(){var one=(function one(){});var two=(function two(){});}');
});

test('a name that the script does not have, or has twice, stops the build', () => {
  assert.throws(() => compiledAtOnce('function one(){}', ['one', 'two']), /no function two/);
  assert.throws(() => compiledAtOnce('function one(){}{function one(){}}', ['one']), /more than one function one/);
});
