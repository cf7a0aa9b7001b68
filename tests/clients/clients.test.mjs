/** The clients that call the API already, unmodified, each on three origins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENTS } from './clients.mjs';
import { measure } from './support/measure.mjs';

const measurements = await measure(CLIENTS);

for (const { client: { name, scope, files, result }, visits } of measurements) {
  const large = files.filter((file) => file.large);
  const { first, stranger, sibling } = visits;

  test(`${name} works, with the same result whether its model was downloaded or stored`, () => {
    assert.match(first.result, result);
    assert.deepEqual([stranger.result, sibling.result], [first.result, first.result]);
  });

  test(`${name} downloads its model on the first site`, () => {
    for (const file of files) assert.equal(first.sent.get(file), file.bytes.length, file.label);
  });

  test(`${name} downloads nothing of its model on another origin of the same site`, () => {
    for (const file of large) assert.equal(sibling.sent.get(file), 0, file.label);
  });

  if (scope === 'everyone') {
    test(`${name} downloads nothing of its model on another site`, () => {
      for (const file of large) assert.equal(stranger.sent.get(file), 0, file.label);
    });
  } else {
    test(`${name}, which stores for its site alone, shares nothing with another site`, () => {
      for (const file of large) assert.equal(stranger.sent.get(file), file.bytes.length, file.label);
    });
  }

  for (const file of files.filter((each) => !each.large)) {
    test(`${name} downloads ${file.label}, whose hash it cannot know, on every origin`, () => {
      for (const { sent } of Object.values(visits)) assert.equal(sent.get(file), file.bytes.length);
    });
  }
}
