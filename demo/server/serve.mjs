/** Starts the demo's three hosts on one port: two sites and the hub. */
import { startServer } from '../../scripts/lib/https-server.mjs';
import { hubHandler, hubPath } from './hub.mjs';
import { GLUE, HUB_HOST, VENDOR } from './plan.mjs';
import { siteHandler } from './site.mjs';

/**
 * @param {import('./plan.mjs').Plan} plan
 * @param {{cos: boolean, bytesPerSecond?: number}} options
 * @returns {Promise<import('../../scripts/lib/https-server.mjs').WebServer>}
 */
export async function serveDemo(plan, { cos, bytesPerSecond }) {
  /** @type {import('../../scripts/lib/https-server.mjs').WebServer} */
  let server;
  const hubUrl = (/** @type {import('./hub.mjs').HubFile} */ file) => server.url(HUB_HOST, hubPath(file));
  const runtime = plan.files.find((file) => file.kind === 'runtime');
  if (!runtime) throw new Error('The plan has no runtime.');

  const sites = plan.sites.map((site, index) => [site.host, siteHandler({
    host: site.host, input: site.input, vendor: VENDOR, hubHost: HUB_HOST,
    origin: () => server.origin(site.host),
    traffic: () => server.traffic,
    config: () => ({
      ...site.texts, task: plan.task, cos, model: plan.model, second: index > 0,
      otherName: plan.sites[index > 0 ? 0 : 1].texts.name,
      modelHub: plan.externalHub ?? server.origin(HUB_HOST),
      countsKnown: plan.externalHub === null,
      runtime: { glue: GLUE, wasm: hubUrl(runtime) },
      files: plan.files.map((file) => ({ url: hubUrl(file), label: file.label, size: file.size, sha256: file.sha256, kind: file.kind })),
    }),
  })]);
  server = await startServer({
    hosts: { [HUB_HOST]: hubHandler(plan.files), ...Object.fromEntries(sites) }, bytesPerSecond,
  });
  return server;
}
