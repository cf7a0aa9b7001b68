/**
 * @file Entry of the service worker. All listeners are added while this script first runs: the
 * browser wakes a stopped service worker only for events that it listens to from the start.
 */

import { RUNTIME_PORT } from '../shared/names.js';
import { DocumentSession } from './broker.js';
import { Bytes } from './bytes.js';
import { watchCookieSwitch } from './cookie-switch.js';
import { DocumentRecords, observeDocuments } from './document-records.js';
import { HandleRegistry } from './handle-registry.js';
import { HostConnection } from './host-connection.js';
import { identify, isOwnPage } from './identity.js';
import { ResourceCeilings } from './resource-ceilings.js';
import { gatherStatus, showBadge } from './status.js';

const isPrivate = chrome.extension.inIncognitoContext;
const host = new HostConnection(showBadge);
const bytes = new Bytes(host);
const registry = new HandleRegistry();
const ceilings = new ResourceCeilings();
// Split mode shares storage areas with normal windows: what a private window visits stays out of them.
const records = new DocumentRecords(isPrivate ? null : chrome.storage.session);

observeDocuments(records);
watchCookieSwitch();
// A content script runs beside the page and has no use for the profile's id.
void chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });

chrome.runtime.onConnect.addListener((port) => {
  const identity = identify(port.sender);
  if (port.name !== RUNTIME_PORT || identity === undefined) port.disconnect();
  else new DocumentSession(port, identity, { host, bytes, records, registry, ceilings });
});

chrome.runtime.onMessage.addListener((question, sender, answer) => {
  if (!isOwnPage(sender) || question?.ask !== 'status') return undefined;
  void gatherStatus(host, bytes, question.retry === true).then(answer);
  return true;
});
