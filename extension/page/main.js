/**
 * @file Entry of the page script: main world, every frame, before any script of the page.
 * Gives the page `navigator.crossOriginStorage` and holds no authority: whatever it sends, a
 * hostile page could send as well.
 */

import { openChannel } from './channel.js';
import { createHandleFactory } from './handles.js';
import { exposeManager } from './manager.js';

if (window.isSecureContext && typeof FileSystemFileHandle === 'function') {
  const channel = openChannel();
  exposeManager(channel, createHandleFactory(channel));
}
