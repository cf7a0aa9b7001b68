/**
 * Has each client load its model on one site after another, and counts on the hub what each site downloaded. All sites
 * are visited in one browser profile, each in a page of its own.
 */
import { readFileSync } from 'node:fs';
import { contentType, startServer } from '../../../scripts/lib/https-server.mjs';
import { hashOf } from '../../browser/support/bytes.mjs';
import { eventually } from '../../browser/support/expect.mjs';
import { openWorld } from '../../browser/support/fixture.mjs';
import { blobPath, exists } from '../../browser/support/store-files.mjs';
import { HUB, hubHandler, hubPath } from './hub.mjs';

/** @typedef {import('./hub.mjs').HubFile & {label: string}} ModelFile */

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {string} version
 * @property {string} does in words
 * @property {'everyone' | 'same site'} scope whom it stores for
 * @property {ModelFile[]} files
 * @property {Record<string, string>} vendor the site's own copies of program code: path on the site → file
 * @property {Record<string, unknown>} argument
 * @property {(argument: any) => Promise<string>} visit runs in the page; gives what was computed
 * @property {RegExp} result
 */

/** The order of visits: one site stores, a stranger comes, then a sibling of the first. */
export const SITES = /** @type {const} */ ({ first: 'a.test', stranger: 'b.test', sibling: 'app.a.test' });
/** @typedef {keyof typeof SITES} Role */

/** @typedef {{result: string, sent: Map<ModelFile, number>}} Visit `sent`: bytes that the hub sent of each file */
/** @typedef {{client: Client, visits: Record<Role, Visit>}} Measurement */

/** One profile, its store, and the hub. */
class Lab {
  /**
   * @param {import('../../browser/support/fixture.mjs').World} world
   * @param {import('../../browser/support/fixture.mjs').Profile} profile
   * @param {import('../../../scripts/lib/https-server.mjs').WebServer} hub
   */
  constructor(world, profile, hub) {
    this.world = world;
    this.profile = profile;
    this.hub = hub;
  }

  /**
   * @param {Client} client
   * @param {Role} role
   * @returns {Promise<Visit>}
   */
  async visit(client, role) {
    const page = await this.profile.open(SITES[role]);
    const result = await page.evaluate(client.visit, { hub: this.hub.origin(HUB), ...client.argument });
    // Some clients store in the background.
    for (const { bytes, label } of client.files.filter(({ large }) => large)) {
      await eventually(() => exists(blobPath(this.world.storeDir, hashOf(bytes))), `${client.name}: ${label} is stored`, 60_000);
    }
    await page.close();
    const from = this.world.origin(SITES[role]);
    const sent = new Map(client.files.map((file) => [file, this.hub.traffic.bytes({ path: hubPath(file), from })]));
    return { result, sent };
  }
}

/**
 * @param {Client[]} clients
 * @returns {Promise<Measurement[]>}
 */
export async function measure(clients) {
  const files = clients.flatMap((client) => client.files);
  const world = await openWorld({ listed: files.filter(({ large }) => large).map(({ bytes }) => bytes) });
  const hub = await startServer({ hosts: { [HUB]: hubHandler(files) } });
  try {
    for (const [path, file] of clients.flatMap((client) => Object.entries(client.vendor))) {
      world.sites.place(path, contentType(file), readFileSync(file));
    }
    const lab = new Lab(world, await world.launch(), hub);
    const measurements = [];
    for (const client of clients) {
      const visits = /** @type {Record<Role, Visit>} */ ({});
      for (const role of /** @type {Role[]} */ (Object.keys(SITES))) visits[role] = await lab.visit(client, role);
      measurements.push({ client, visits });
    }
    return measurements;
  } finally {
    await hub.close();
    await world.close();
  }
}
