/**
 * @file Handles. What the page gets is a genuine FileSystemFileHandle (carriers.js), or where the origin
 * has no file system an object with its prototype; its state is kept here, out of the page's reach.
 *
 * The methods of the browser's prototypes come here (file-methods.js). Handles that are not named like a digest go
 * straight to the browser. May be imported by the entries of page/ only.
 */

import { mayBeCarrier } from '../carrier-name.js';
import { domError, errorOf, miss, storeUnavailable } from '../errors.js';
import { fileHandlePrototype, handleKind, handlePrototype } from '../file-primordials.js';
import {
  apply, argument, finalizationRegister, FinalizationRegistryCtor, own, PromiseCtor, promiseThen, TypeErrorCtor, weakMapGet, WeakMapCtor,
  weakMapSet,
} from '../primordials.js';
import { makeUnclonable } from '../unclonable.js';
import { toDictionary } from '../webidl.js';
import { createCarriers } from './carriers.js';
import { patchMember } from './patch.js';
import { createWritableFactory } from './writables.js';

/** @typedef {import('../channel.js').Channel} Channel */
/**
 * @typedef {import('../../shared/wire.js').HandleReference & {readable: boolean}} HandleState
 * `readable` is the handle's, never the entry's: an entry that somebody else stored meanwhile
 * must not show through a handle that was made to write it.
 * A copy's readability is the background's to judge. A state has no prototype: the page must not be asked for a member that it lacks.
 * @typedef {(state: HandleState, done: (handle: FileSystemFileHandle) => void) => void} HandleFactory
 */

const states = new WeakMapCtor();

/** @param {unknown} value @returns {HandleState | undefined} */
const stateOf = (value) => weakMapGet(states, /** @type {any} */ (value));

/** @param {HandleState} state @returns {import('../../shared/wire.js').HandleReference} */
const referenceTo = ({ id, hash, created, origins, copy }) => ({ id, hash, created, origins, copy });

/**
 * Taking the handle keeps it from being collected, and so released, before the reply to a call of it is there.
 * @param {object} handle
 * @param {any} reply
 */
function noteId(handle, reply) {
  const id = own(reply, 'handle');
  const state = stateOf(handle);
  if (typeof id === 'string' && state !== undefined) state.id = id;
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

/** @param {Channel} channel @param {object} handle @param {HandleState} state */
function getFile(channel, handle, state) {
  return new PromiseCtor((resolve, reject) => {
    if (!state.readable) {
      reject(notAllowed('This handle cannot be read until a write through it has succeeded.'));
      return;
    }
    channel.call({ op: 'open', handle: referenceTo(state) }, (reply) => {
      noteId(handle, reply);
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
      noteId(handle, reply);
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

/** @param {(message: string) => Error} error @param {string} message */
const refusal = (error, message) => promiseOf(() => { throw error(message); });

/**
 * @param {Channel} channel
 * @param {ReturnType<typeof createWritableFactory>} makeWritable
 * @param {string} name of a method
 * @param {HandleState} state
 * @param {any[]} args
 * @param {object} handle
 */
function serve(channel, makeWritable, name, state, args, handle) {
  switch (name) {
    case 'getFile':
      return getFile(channel, handle, state);
    case 'createWritable':
      return createWritable(channel, makeWritable, handle, state, argument(args));
    case 'queryPermission':
    case 'requestPermission':
      return promiseOf(() => permissionState(state, argument(args)));
    case 'createSyncAccessHandle':
      return refusal((message) => domError('InvalidStateError', message), 'Entries of cross-origin storage have no synchronous access.');
    default:
      return refusal(notAllowed, 'Entries of cross-origin storage cannot be moved or removed.');
  }
}

/** @param {HandleState | undefined} mine @param {HandleState | undefined} theirs @param {unknown[]} handles */
function isSameEntry(mine, theirs, handles) {
  if (mine === undefined || theirs === undefined) {
    handleKind(handles[mine === undefined ? 0 : 1]);
    throw notAllowed('Only two entries of cross-origin storage can be compared.');
  }
  return promiseOf(() => mine.hash.algorithm === theirs.hash.algorithm && mine.hash.value === theirs.hash.value);
}

/**
 * Whose a handle is.
 * @param {ReturnType<typeof createCarriers>} carriers
 */
function createIdentification(carriers) {
  const strangers = new WeakMapCtor();

  /** @param {unknown} value */
  const mayBeOurs = (value) =>
    stateOf(value) !== undefined || (mayBeCarrier(value) && weakMapGet(strangers, /** @type {any} */ (value)) === undefined);

  /** @param {any} value @param {(state: HandleState | undefined) => void} done */
  function identify(value, done) {
    const state = stateOf(value);
    if (state !== undefined || !mayBeOurs(value)) {
      done(state);
      return;
    }
    carriers.recognise(value, (carried) => {
      // Two calls at once must not give one handle two states.
      if (carried === undefined) weakMapSet(strangers, value, true);
      else if (stateOf(value) === undefined) weakMapSet(states, value, { __proto__: null, ...carried, origins: undefined, readable: true, copy: true });
      done(stateOf(value));
    });
  }

  /**
   * The promise of what `answer` gives once it is known whose the values are.
   * @param {unknown[]} values
   * @param {(states: (HandleState | undefined)[]) => unknown} answer may give a promise
   */
  const whenIdentified = (values, answer) =>
    new PromiseCtor((resolve, reject) => {
      identify(argument(values), (first) => identify(argument(values, 1), (second) => {
        try {
          promiseThen(/** @type {any} */ (answer([first, second])), resolve, reject);
        } catch (error) {
          reject(error);
        }
      }));
    });
  return { mayBeOurs, whenIdentified };
}

/**
 * What the methods of handles do, those of the browser's own included.
 * @param {Channel} channel
 * @param {ReturnType<typeof createCarriers>} carriers
 * @returns {import('../file-methods.js').Answer}
 */
function createAnswer(channel, carriers) {
  const makeWritable = createWritableFactory(channel);
  const { mayBeOurs, whenIdentified } = createIdentification(carriers);

  return (name, native, self, args) => {
    const asEver = () => apply(native, self, args);
    const other = argument(args);
    if (name === 'isSameEntry') {
      if (!mayBeOurs(self) && !mayBeOurs(other)) return asEver();
      return whenIdentified([self, other], (found) =>
        (found[0] === undefined && found[1] === undefined ? asEver() : isSameEntry(found[0], found[1], [self, other])));
    }
    // Of a directory. An entry is in none of the page's, wherever its carrier says it is.
    if (name === 'resolve') {
      if (!mayBeOurs(other)) return asEver();
      return whenIdentified([other], (found) => (found[0] === undefined ? asEver() : promiseOf(() => null)));
    }
    const state = stateOf(self);
    if (state !== undefined) return serve(channel, makeWritable, name, state, args, self);
    if (!mayBeOurs(self)) return asEver();
    return whenIdentified([self], (found) =>
      (found[0] === undefined ? asEver() : serve(channel, makeWritable, name, found[0], args, self)));
  };
}

/** The getters for handles without a carrier. A genuine handle answers by itself. */
function createAttributePatcher() {
  const prototypes = [fileHandlePrototype, handlePrototype];
  let patched = false;
  return () => {
    if (patched) return;
    patched = true;
    patchMember(prototypes, 'kind', (receiver, _args, original) => (stateOf(receiver) === undefined ? original() : 'file'));
    patchMember(prototypes, 'name', (receiver, _args, original) => stateOf(receiver)?.hash.value ?? original());
  };
}

/** @param {Channel} channel */
export function createHandles(channel) {
  const carriers = createCarriers();
  const patchAttributes = createAttributePatcher();
  const collected = new FinalizationRegistryCtor((state) => {
    channel.notify({ op: 'release', handles: [/** @type {HandleState} */ (state).id], sessions: [] });
  });

  /** @type {HandleFactory} */
  const make = (state, done) => {
    carriers.make(state, (carrier) => {
      if (carrier === undefined) patchAttributes();
      const handle = carrier ?? makeUnclonable(fileHandlePrototype);
      weakMapSet(states, handle, state);
      finalizationRegister(collected, handle, state);
      done(handle);
    });
  };
  return { make, answer: createAnswer(channel, carriers) };
}
