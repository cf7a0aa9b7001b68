/**
 * An https server for tests: the files of a directory, and paths that misbehave. Prints its port.
 *   node tls_server.mjs DIRECTORY CERTIFICATE KEY
 */
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

const [directory, cert, key] = process.argv.slice(2);

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const { pathname } = new URL(request.url, 'https://server');
  const redirect = /^\/to\/(https?|file)\/(.*)$/.exec(pathname);
  if (redirect) {
    const place = { https: `/${redirect[2]}`, http: `http://127.0.0.1:9/${redirect[2]}`, file: `file:///${redirect[2]}` }[redirect[1]];
    response.writeHead(302, { location: place }).end();
  } else if (pathname === '/endless' || pathname.startsWith('/endless-checksum')) {
    response.writeHead(200);
    const more = () => { while (response.write('x'.repeat(65536))); };
    response.on('drain', more);
    more();
  } else if (pathname.startsWith('/cut/') && !pathname.endsWith('.sha256')) {
    response.writeHead(200, { 'content-length': 1_000_000 });
    response.write('// VERSION: cut\n');
    setTimeout(() => response.destroy(), 20);
  } else {
    const file = createReadStream(join(directory, pathname.replace('/cut/', '/')));
    file.on('error', () => response.writeHead(404).end('<!doctype html>'));
    file.pipe(response);
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
