/** The panel inside the browser's own developer tools: there, and told of the page that they are about. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openWorld } from './support/fixture.mjs';
import { read } from './support/in-page.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';

/** @typedef {import('playwright-core').CDPSession} CDPSession */
/** @typedef {{targetId: string, type: string, url: string}} Target */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch('profile', { devtools: true });
const browser = /** @type {import('playwright-core').Browser} */ (profile.context.browser());
const session = await browser.newBrowserCDPSession();

/** @param {(target: Target) => boolean} isWanted @returns {Promise<Target[]>} once there is one */
async function targets(isWanted) {
  for (;;) {
    const { targetInfos } = /** @type {{targetInfos: Target[]}} */ (await session.send('Target.getTargets', { filter: [{}] }));
    const found = targetInfos.filter(isWanted);
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** In a page that Playwright does not count as one. @param {Target} target @param {string} expression @returns {Promise<any>} */
async function evaluate({ targetId }, expression) {
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  /** @type {Promise<any>} */
  const answer = new Promise((resolve) => {
    session.on('Target.receivedMessageFromTarget', (event) => {
      if (event.sessionId === sessionId) resolve(JSON.parse(event.message));
    });
  });
  const params = { expression, awaitPromise: true, returnByValue: true };
  await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }) });
  const { result } = await answer;
  await session.send('Target.detachFromTarget', { sessionId });
  assert.equal(result.exceptionDetails, undefined, JSON.stringify(result.exceptionDetails));
  return result.result.value;
}

/** Opens our panel, once the extension has added it. In the developer tools. */
const OPEN_PANEL = `(async () => {
  const { InspectorView } = await import('./ui/legacy/legacy.js');
  const view = InspectorView.InspectorView.instance();
  for (;;) {
    const panel = view.tabbedPane.tabIds().find((id) => id.startsWith('chrome-extension://'));
    if (panel) return view.showPanel(panel).then(() => panel);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})()`;

test('the developer tools have the panel, and it lists what the inspected page asks', { timeout: 60_000 }, async () => {
  const page = await profile.page('a.test');
  const absent = hashOf(bytesOf('asked beside the developer tools'));
  /** @type {Set<string>} */
  const opened = new Set();
  // Each tab has developer tools of its own, which come when they come; only one page asks.
  for (let listed = ''; !listed.includes(absent.value.slice(0, 12)); ) {
    for (const tools of await targets(({ type, url }) => type === 'page' && url.startsWith('devtools://'))) {
      if (!opened.has(tools.targetId)) await evaluate(tools, OPEN_PANEL);
      opened.add(tools.targetId);
    }
    await read(page, absent);
    const panels = await targets(({ url }) => url.endsWith('/ui/panel.html'));
    listed = (await Promise.all(panels.map((panel) => evaluate(panel, "document.querySelector('#calls')?.innerText ?? ''")))).join('\n');
    if (listed.trim() !== '') assert.match(listed, /Not found[^]*a\.test/);
  }
});
