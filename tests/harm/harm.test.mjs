/** Pages that know nothing of the API are the same with the extension and without it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PAGES } from './pages.mjs';
import { lookAt } from './support/look.mjs';
import { openHarmWorld } from './support/world.mjs';

const world = await openHarmWorld(PAGES);
after(() => world.close());

/** @param {string} report @param {string[]} added @returns {unknown} */
const without = (report, added) => (added.length === 0 ? report
  : JSON.parse(report, (_, value) => (Array.isArray(value) ? value.filter((each) => !added.includes(each)) : value)));

for (const subject of PAGES) {
  test(`${subject.name} is the same page with the extension`, async () => {
    const url = world.urlOf(subject);
    const bare = await lookAt(world.bare, subject, url);
    const extended = await lookAt(world.extended, subject, url);
    const { adds = [], knownConsole } = subject;
    for (const name of adds) assert.ok(extended.reports.some((report) => report.includes(JSON.stringify(name))), `${name} is missing`);
    assert.ok(!bare.reports.some((report) => report.startsWith('rejected')), bare.reports.join());
    const comparable = (/** @type {import('./support/look.mjs').Look} */ look) => ({
      ...look, reports: look.reports.map((report) => without(report, adds)), console: look.console.filter((line) => !knownConsole?.test(line)),
    });
    assert.deepEqual(comparable(extended), comparable(bare));
    // What is known to differ must still differ, or it is known no more.
    if (knownConsole) assert.notDeepEqual(extended.console, bare.console);
  });
}
