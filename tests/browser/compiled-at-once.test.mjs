/** What the build has compiled with the scripts of every page (scripts/lib/compiled-at-once.mjs) is what every page calls. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CALLED_AT_START } from '../../scripts/lib/compiled-at-once.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();

test('the functions that are compiled at once are those that a page calls which does not use the API', async () => {
  const page = await profile.open('a.test');
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: true });
  await page.goto(world.server.url('a.test', world.sites.document({ html: '<title>plain</title><script>1</script><p>text' })));
  const { result } = await session.send('Profiler.takePreciseCoverage');
  for (const [file, names] of Object.entries(CALLED_AT_START)) {
    // The first call is the script itself; what has no name cannot be asked for.
    const called = result.filter(({ url }) => url === `chrome-extension://${EXTENSION_ID}/${file}`)
      .flatMap(({ functions }) => functions.filter(({ functionName, ranges }) => functionName !== '' && ranges[0].count > 0).map(({ functionName }) => functionName));
    assert.deepEqual([...new Set(called)].sort(), names.toSorted(), file);
  }
  await page.close();
});
