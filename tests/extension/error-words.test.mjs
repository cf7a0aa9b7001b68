/** What went wrong, in the language of the page, as far as it has words for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorWords } from '../../extension/ui/error-words.js';

/** @type {any} */ (globalThis).chrome = {
  i18n: { getMessage: (/** @type {string} */ key, /** @type {string[]} */ values) => [`<${key}>`, ...values].join(' ') },
};

const said = { message: 'It is so.', mend: 'Do this.' };

test("an error of a known kind is told in the page's own words", () => {
  assert.equal(errorWords({ ...said, code: 'busy' }), '<errorBusy>');
  assert.equal(errorWords({ ...said, code: 'not-found' }), '<errorNotFound>');
});

test("where there are many causes, the program's own sentences follow", () => {
  assert.equal(errorWords({ ...said, code: 'io' }), '<errorDetailed> <errorIo> It is so. Do this.');
  assert.equal(errorWords({ ...said, mend: '', code: 'quota-exceeded' }), '<errorDetailed> <errorNoRoom> It is so.');
  assert.equal(errorWords({ message: '', mend: '', code: 'io' }), '<errorIo>');
});

test('the place where it happened knows better what it means', () => {
  assert.equal(errorWords({ ...said, code: 'not-found' }, { 'not-found': 'There is no list.' }), 'There is no list.');
  assert.equal(errorWords({ ...said, code: 'io' }, { io: 'No network.' }), '<errorDetailed> No network. It is so. Do this.');
});

test("what there are no words for is told in the program's, of an older host's too", () => {
  for (const code of ['type', 'aborted', 'constructor', '']) assert.equal(errorWords({ ...said, code }), 'It is so. Do this.', code);
  assert.equal(errorWords({ message: '', mend: '', code: '' }), '');
});
