/**
 * @file The built-ins of the browser's file system (see primordials.js). May be imported by page/ only.
 */

import { getPrototypeOf, getterOf, uncurry } from './primordials.js';

const globals = /** @type {any} */ (globalThis);

/** @param {string} name @returns {any} an empty object where the context has no such interface */
const prototypeOf = (name) => globals[name]?.prototype ?? {};

export const handlePrototype = prototypeOf('FileSystemHandle');
export const fileHandlePrototype = prototypeOf('FileSystemFileHandle');
export const directoryHandlePrototype = prototypeOf('FileSystemDirectoryHandle');
export const writablePrototype = prototypeOf('FileSystemWritableFileStream');

export const handleName = getterOf(handlePrototype, 'name');
export const handleKind = getterOf(handlePrototype, 'kind');
/** @type {(directory: FileSystemDirectoryHandle, name: string, options: object) => Promise<FileSystemDirectoryHandle>} */
export const getDirectoryHandle = uncurry(directoryHandlePrototype.getDirectoryHandle);
/** @type {(directory: FileSystemDirectoryHandle, name: string, options: object) => Promise<FileSystemFileHandle>} */
export const getFileHandle = uncurry(directoryHandlePrototype.getFileHandle);
/** @type {(directory: FileSystemDirectoryHandle, name: string, options: object) => Promise<void>} */
export const removeEntry = uncurry(directoryHandlePrototype.removeEntry);
/** @type {(directory: FileSystemDirectoryHandle, entry: FileSystemHandle) => Promise<string[] | null>} */
export const resolvePath = uncurry(directoryHandlePrototype.resolve);

const { navigator } = globalThis;
const storageOf = getterOf(/** @type {object} */ (getPrototypeOf(navigator)), 'storage');
const getDirectory = uncurry(prototypeOf('StorageManager').getDirectory);
/** @returns {Promise<FileSystemDirectoryHandle>} */
export const getRoot = () => getDirectory(storageOf(navigator));
