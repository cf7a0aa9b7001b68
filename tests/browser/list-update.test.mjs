/** The settings page updates the Public Hash List from a server, and says what came of it. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hasNothingInTheWay } from './support/accessibility.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { openWorld } from './support/fixture.mjs';
import { openSettings } from './support/ui.mjs';

const directory = mkdtempSync(join(tmpdir(), 'cos-list-'));
const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => join(directory, name));
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test',
  '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
const server = spawn(process.execPath, [new URL('../host/tls_server.mjs', import.meta.url).pathname, directory, certificate, key], { stdio: ['ignore', 'pipe', 'inherit'] });
const [port] = await once(server.stdout, 'data');
// The hosts that browsers start trust it.
process.env.SSL_CERT_FILE = certificate;
const world = await openWorld();
after(async () => {
  await world.close();
  server.kill();
  rmSync(directory, { recursive: true });
});
// Nothing but what the page asks for.
await world.cos('config', 'set', 'phl.update-days', '0');
const profile = await world.launch();

/** With its checksum beside it. @param {string} version @param {string} checksum */
function publish(version, checksum = '') {
  const text = `// VERSION: ${version}\n// ===BEGIN SHA-256===\n${hashOf(bytesOf(`list ${version}`)).value}\n// ===END SHA-256===\n`;
  writeFileSync(join(directory, 'list'), text);
  writeFileSync(join(directory, 'list.sha256'), `${checksum || hashOf(new TextEncoder().encode(text)).value}  list\n`);
}

test('without an address that lists come from, the page says how to set one', async () => {
  const page = await openSettings(profile);
  assert.match(await page.locator('#list-no-address').innerText(), /No address is set.*cos config set phl\.url/);
  assert.equal(await page.locator('#list-update').isVisible(), false);
  await page.close();
});

test('a list that is published is installed, the same one is not, and one that is not what its checksum says is refused', async () => {
  await world.cos('config', 'set', 'phl.url', `https://127.0.0.1:${String(port).trim()}/list`);
  publish('one');
  const page = await openSettings(profile);
  assert.equal(await page.locator('#list-no-address').isVisible(), false);
  const update = page.getByRole('button', { name: 'Update now' });
  await update.press('Enter');
  await page.locator('#list-said', { hasText: /Updated: version one is installed, with \d+ files\./ }).waitFor();
  await page.locator('#list-update:focus').waitFor();
  assert.match(await page.locator('#list-facts').innerText(), /A published list is installed[^]*Version\s+one[^]*Last looked for a newer one\s+now/);
  assert.equal(JSON.parse(await world.cos('phl', 'status', '--json')).version, 'one');
  await hasNothingInTheWay(page, 'after an update');
  await update.press('Enter');
  await page.locator('#list-said', { hasText: 'The newest list is installed already.' }).waitFor();
  publish('two', '0'.repeat(64));
  await update.press('Enter');
  await page.locator('#list-error', { hasText: 'does not match its checksum' }).waitFor();
  await hasNothingInTheWay(page, 'after an update that failed');
  assert.equal(await page.locator('#list-said').innerText(), '');
  assert.match(await page.locator('#list-facts').innerText(), /Version\s+one/);
  await page.reload();
  await page.waitForSelector('main[aria-busy=false]');
  assert.match(await page.locator('#list-facts').innerText(), /now, without success: .*does not match its checksum/);
  await page.close();
});
