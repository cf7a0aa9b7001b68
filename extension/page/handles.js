/**
 * @file Handles: objects whose prototype is FileSystemFileHandle.prototype and whose state is kept
 * here, out of the page's reach. May be imported by page/main.js only.
 */

import { domError, errorOf, miss, storeUnavailable } from './errors.js';
import { patchMember } from './patch.js';
import {
  create, finalizationRegister, FinalizationRegistryCtor, getterOf, own, PromiseCtor, TypeErrorCtor, weakMapGet, WeakMapCtor,
  weakMapSet,
} from './primordials.js';
import { toDictionary } from './webidl.js';
import { createWritableFactory } from './writables.js';

/** @typedef {import('./channel.js').Channel} Channel */
/**
 * @typedef {import('../shared/wire.js').HandleReference & {readable: boolean}} HandleState
 * `readable` is the handle's, never the entry's: an entry that somebody else stored meanwhile
 * must not show through a handle that was made to write it.
 * @typedef {(state: HandleState) => FileSystemFileHandle} HandleFactory
 */

const states = new WeakMapCtor();

/** @param {unknown} value @returns {HandleState | undefined} */
const stateOf = (value) => weakMapGet(states, /** @type {any} */ (value));

/** @param {HandleState} state @returns {import('../shared/wire.js').HandleReference} */
const referenceTo = ({ id, hash, created, origins }) => ({ id, hash, created, origins });

/** @param {HandleState} state @param {any} reply */
function noteId(state, reply) {
  const id = own(reply, 'handle');
  if (typeof id === 'string') state.id = id;
}

const notAllowed = (/** @type {string} */ message) => domError('NotAllowedError', message);

/** @param {() => unknown} body */
const promiseOf = (body) => new PromiseCtor((resolve) => resolve(body()));

/** @param {any} rawOptions */
function checkWritableOptions(rawOptions) {
  const options = toDictionary(rawOptions, 'The options argument');
  if (options === undefined) return;
  void options.keepExistingData;
  checkEnumeration(options.mode, 'siloed', 'exclusive');
}

/** @param {any} value @param {string} first @param {string} second @returns {string} */
function checkEnumeration(value, first, second) {
  if (value === undefined) return first;
  const text = `${value}`;
  if (text !== first && text !== second) throw new TypeErrorCtor(`'${text}' is not a valid mode.`);
  return text;
}

/** @param {HandleState} state @param {any} rawDescriptor */
function permissionState(state, rawDescriptor) {
  const descriptor = toDictionary(rawDescriptor, 'The descriptor');
  const mode = checkEnumeration(descriptor === undefined ? undefined : descriptor.mode, 'read', 'readwrite');
  return mode === 'readwrite' && !state.created ? 'denied' : 'granted';
}

/** @param {Channel} channel @param {HandleState} state */
function getFile(channel, state) {
  return new PromiseCtor((resolve, reject) => {
    if (!state.readable) {
      reject(notAllowed('This handle cannot be read until a write through it has succeeded.'));
      return;
    }
    channel.call({ op: 'open', handle: referenceTo(state) }, (reply) => {
      noteId(state, reply);
      if (own(reply, 'ok')) resolve(own(reply, 'file'));
      else reject(own(reply, 'lost') ? miss() : errorOf(reply));
    });
  });
}

/**
 * @param {Channel} channel
 * @param {ReturnType<typeof createWritableFactory>} makeWritable
 * @param {object} handle
 * @param {HandleState} state
 * @param {any} rawOptions
 */
function createWritable(channel, makeWritable, handle, state, rawOptions) {
  return new PromiseCtor((resolve, reject) => {
    checkWritableOptions(rawOptions);
    if (!state.created) {
      reject(notAllowed('This handle was not requested for writing.'));
      return;
    }
    channel.call({ op: 'write.open', handle: referenceTo(state) }, (reply) => {
      noteId(state, reply);
      if (own(reply, 'ok')) {
        const onPublished = () => {
          state.readable = true;
        };
        resolve(makeWritable(own(reply, 'session'), handle, onPublished));
      } else {
        reject(own(reply, 'lost') ? storeUnavailable() : errorOf(reply));
      }
    });
  });
}

/**
 * @param {(handle: unknown) => string} nativeKind throws for what is no FileSystemHandle at all
 * @param {unknown} receiver
 * @param {unknown} other
 * @param {() => unknown} original
 */
function isSameEntry(nativeKind, receiver, other, original) {
  const mine = stateOf(receiver);
  const theirs = stateOf(other);
  if (mine === undefined && theirs === undefined) return original();
  if (mine === undefined || theirs === undefined) {
    return promiseOf(() => {
      const stranger = mine === undefined ? receiver : other;
      nativeKind(stranger);
      throw notAllowed('Only two entries of cross-origin storage can be compared.');
    });
  }
  return promiseOf(() => mine.hash.algorithm === theirs.hash.algorithm && mine.hash.value === theirs.hash.value);
}

/**
 * @param {Channel} channel
 * @param {object[]} prototypes those of FileSystemFileHandle and FileSystemHandle
 * @param {ReturnType<typeof createWritableFactory>} makeWritable
 */
function patchPrototypes(channel, prototypes, makeWritable) {
  const nativeKind = getterOf(prototypes[1], 'kind');

  /** @param {string} name @param {(state: HandleState, args: any[], handle: object) => unknown} serve */
  const patch = (name, serve) =>
    patchMember(prototypes, name, (receiver, args, original) => {
      const state = stateOf(receiver);
      return state === undefined ? original() : serve(state, args, receiver);
    });
  const refuse = () => promiseOf(() => { throw notAllowed('Entries of cross-origin storage cannot be moved or removed.'); });

  patch('kind', () => 'file');
  patch('name', (state) => state.hash.value);
  patch('getFile', (state) => getFile(channel, state));
  patch('createWritable', (state, args, handle) => createWritable(channel, makeWritable, handle, state, args[0]));
  patch('queryPermission', (state, args) => promiseOf(() => permissionState(state, args[0])));
  patch('requestPermission', (state, args) => promiseOf(() => permissionState(state, args[0])));
  patch('move', refuse);
  patch('remove', refuse);
  // Exists in dedicated workers only.
  patch('createSyncAccessHandle', () =>
    promiseOf(() => { throw domError('InvalidStateError', 'Entries of cross-origin storage have no synchronous access.'); }));
  patchMember(prototypes, 'isSameEntry', (receiver, args, original) => isSameEntry(nativeKind, receiver, args[0], original));
}

/**
 * @param {Channel} channel
 * @returns {HandleFactory}
 */
export function createHandleFactory(channel) {
  // Taken now: the page may later give these names other meanings.
  const { prototype } = FileSystemFileHandle;
  const prototypes = [prototype, FileSystemHandle.prototype];
  const makeWritable = createWritableFactory(channel);
  let patched = false;
  const collected = new FinalizationRegistryCtor((state) => {
    channel.notify({ op: 'release', handles: [/** @type {HandleState} */ (state).id], sessions: [] });
  });

  return (state) => {
    if (!patched) {
      patched = true;
      patchPrototypes(channel, prototypes, makeWritable);
    }
    const handle = create(prototype);
    weakMapSet(states, handle, state);
    finalizationRegister(collected, handle, state);
    return handle;
  };
}
