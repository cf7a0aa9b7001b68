/**
 * @file Stands in for the methods of the browser's handles and writables, from the start: a handle may come from another
 * window at any time, and a page may freeze their prototypes. May be imported by the entries of page/ only.
 */

import { directoryHandlePrototype, fileHandlePrototype, writablePrototype } from './file-primordials.js';
import { standInForGetter, standInForMethod } from './stand-in.js';

/** @typedef {(name: string, native: any, self: any, args: any[]) => any} Answer for ours; for others what `native` says */

// The last one exists in dedicated workers only.
const OF_FILE_HANDLES = [
  'getFile', 'createWritable', 'queryPermission', 'requestPermission', 'move', 'remove', 'isSameEntry', 'createSyncAccessHandle',
];
const OF_WRITABLES = ['write', 'seek', 'truncate'];

/**
 * Must be called before any script of the page runs.
 * @param {Answer} ofHandle a method of handles was called
 * @param {Answer} ofWritable a method of writables was called, or their `mode` read
 */
export function standInForFiles(ofHandle, ofWritable) {
  /** @param {object} prototype @param {string} name @param {Answer} answer */
  const put = (prototype, name, answer) =>
    standInForMethod(prototype, name, (native, self, args) => answer(name, native, self, args));
  for (let index = 0; index < OF_FILE_HANDLES.length; index += 1) put(fileHandlePrototype, OF_FILE_HANDLES[index], ofHandle);
  put(directoryHandlePrototype, 'resolve', ofHandle);
  for (let index = 0; index < OF_WRITABLES.length; index += 1) put(writablePrototype, OF_WRITABLES[index], ofWritable);
  standInForGetter(writablePrototype, 'mode', (native, self) => ofWritable('mode', native, self, []));
}
