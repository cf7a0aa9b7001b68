/**
 * @file What the declarative forms have in common: look a hash up and take the file, or store what the network gave.
 * No errors: a store that cannot be had is an empty one. Calls no method of any built-in by name, so that it works in
 * the page's world whatever the page did to them. May be imported by page/ and content/.
 */

import { hasOwn } from './primordials.js';

/** @typedef {import('./wire.js').Channel} Channel */
/** @typedef {import('./wire.js').Hash} Hash */
/** @typedef {import('./wire.js').Origins} Origins */
/** @typedef {import('./wire.js').Surface} Surface */

/** @param {any} reply @param {string} name */
const own = (reply, name) => (hasOwn(reply, name) ? reply[name] : undefined);

/**
 * @param {Channel} channel
 * @param {any} reply
 */
function releaseHandle(channel, reply) {
  channel.notify({ op: 'release', handles: [own(reply, 'handle')], sessions: [] });
}

/**
 * @param {Channel} channel
 * @param {Surface} surface
 * @param {Hash} hash
 * @param {(file: File | undefined) => void} done undefined: not found
 * @param {() => void} onFound before it is read
 */
function take(channel, surface, hash, done, onFound) {
  channel.call({ op: 'find', hash, surface }, (found) => {
    if (!own(found, 'ok')) {
      done(undefined);
      return;
    }
    onFound();
    const handle = { id: own(found, 'handle'), hash, created: false };
    channel.call({ op: 'open', handle }, (opened) => {
      releaseHandle(channel, own(opened, 'ok') ? opened : found);
      done(own(opened, 'ok') ? own(opened, 'file') : undefined);
    });
  });
}

/**
 * The first of these hashes that is there.
 * @param {Channel} channel
 * @param {Surface} surface
 * @param {Hash[]} hashes
 * @param {(file: File | undefined) => void} done
 * @param {() => void} [onFound] before it is read
 * @param {number} [from]
 */
export function takeFirst(channel, surface, hashes, done, onFound = () => {}, from = 0) {
  if (from >= hashes.length) {
    done(undefined);
    return;
  }
  take(channel, surface, hashes[from], (file) => {
    if (file === undefined) takeFirst(channel, surface, hashes, done, onFound, from + 1);
    else done(file);
  }, onFound);
}

/**
 * Stores in the background; nobody learns whether it succeeded.
 * @param {Channel} channel
 * @param {Surface} surface
 * @param {Hash} hash
 * @param {Origins | undefined} origins
 * @param {Blob} bytes
 * @param {string} resource URL of the response that the bytes come from: its ceiling counts, and only the background knows it
 */
export function put(channel, surface, hash, origins, bytes, resource) {
  channel.call({ op: 'create', hash, origins, resource, surface }, (created) => {
    if (!own(created, 'ok')) return;
    const handle = { id: own(created, 'handle'), hash, created: true, origins };
    channel.call({ op: 'write.open', handle }, (opened) => {
      if (!own(opened, 'ok')) {
        releaseHandle(channel, created);
        return;
      }
      const session = own(opened, 'session');
      channel.call({ op: 'write', session, position: 0, data: bytes }, (written) => {
        const op = own(written, 'ok') ? 'write.close' : 'write.abort';
        channel.call({ op, session }, () => releaseHandle(channel, opened));
      });
    });
  });
}
