/**
 * @file Names and numbers that more than one world of the extension must agree on.
 * May be imported by page/, content/ and background/; imports nothing and runs nothing.
 */

/** The event with which the page script hands the content script a port. */
export const PORT_EVENT = 'cos-port';

/** The global in which the page script's second part finds the first, while that waits for it. */
export const SECOND_PART = '__cosSecondPart';

/** The page script tells the content script that the document's markup declares something. */
export const MARKUP_EVENT = 'cos-markup';

/** ... and, from then on, that the browser sends `DOMContentLoaded`, which the content script may keep back. */
export const PARSED_EVENT = 'cos-parsed';

/** ... and that it sends `load`. */
export const LOADED_EVENT = 'cos-loaded';

/** The attribute of scripts and style sheets that may come from the store. */
export const DECLARED_ATTRIBUTE = 'crossoriginstorage';

/** What a style sheet that declares no address does not have. */
export const DECLARED_URL_MARK = 'cross-origin-storage(';

/** The global of the content scripts' world in which its part for declared resources is found. */
export const DECLARED_PART = 'cosDeclared';

/** The content script has the page script set an element's address, or run a script that was held back. */
export const RERUN_EVENT = 'cos-rerun';

/** The global in which a worker's bootstrap finds what it is to run; gone before the worker's own script runs. */
export const WORKER_PLAN = '__cosWorkerPlan';

/** Name of the runtime port that a content script opens for its document. */
export const RUNTIME_PORT = 'cos';

/** Name of the port over which the settings page says what to delete once it can no longer be undone. */
export const DELETIONS_PORT = 'cos-deletions';

/** Name of the ports over which the settings page puts files into the store and takes them out. */
export const TRANSFERS_PORT = 'cos-transfers';

/** Name of the port over which a panel of the developer tools hears what the pages of a tab ask. */
export const CALLS_PORT = 'cos-calls';

/** First characters of the message with which a frame's content script shows itself to its parent's. */
export const NONCE_PREFIX = 'cos-frame-nonce:';

/** How long a frame may take to be asked how it is embedded: a page or frame that is busy answers when it has time. */
export const EMBEDDING_MS = 60_000;

/** Longest list of origins that a request may name. */
export const MAX_ORIGINS = 100;

/** Most bytes that small writes are gathered into before they leave the page. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

/** The one text of every miss: a second text would tell the reasons for a miss apart. */
export const MISS_MESSAGE = 'The requested file was not found in cross-origin storage.';

/** The one text of a context that may not use the API. */
export const BLOCKED_MESSAGE = 'Cross-origin storage is not allowed in this context.';
