/**
 * @file Entry of what looks up and stores the resources that a document declares. The background brings it when the
 * document asks how they may be served (background/parts.js), so that the many documents that declare nothing need not
 * compile it. The content script finds it in a global that the scripts of this world share.
 */

import { DECLARED_PART } from '../../shared/names.js';
import { standsAlone } from './relocation.js';
import { resourceOf } from './resource.js';
import { moveSheet, serveUrls } from './urls.js';

const part = { resourceOf, moveSheet, serveUrls, standsAlone };

/** @typedef {typeof part} DeclaredPart */

// Another connection of the same document brings it again. An element called so is no sign of that.
if (!Object.hasOwn(globalThis, DECLARED_PART)) Object.defineProperty(globalThis, DECLARED_PART, { value: part });
