/**
 * @file Types of the messages between page script and background. The content script carries
 * them unread. They are clones of plain objects; `call` numbers a request of one document and
 * its answer. Nothing in a message says who sent it: the background knows that from the browser.
 *
 * @typedef {{algorithm: string, value: string}} Hash
 *
 * @typedef {'*' | string[]} Origins
 *   What a create request asks for beyond same-site: everyone, or these serialized origins.
 *
 * @typedef {{id: string, hash: Hash, created: boolean, origins?: Origins, copy?: boolean}} HandleReference
 *   A handle as the page knows it. `id` means something on one port only; the rest lets the
 *   background ask again, under the normal rules, for a handle that it no longer knows. A `copy` came
 *   by structured clone, perhaps from another document of the origin: its `id` is that of the original.
 *
 * @typedef {'fetch' | 'markup'} Surface
 *   How it was asked for when not by a method; the page's own word, for the developer's eyes.
 *
 * @typedef {{op: 'permission'}
 *   | {op: 'second'}
 *   | {op: 'workers'}
 *   | {op: 'find', hash: Hash, surface?: Surface}
 *   | {op: 'watch'}
 *   | {op: 'markup'}
 *   | {op: 'create', hash: Hash, origins?: Origins, resource?: string, surface?: Surface}
 *   | {op: 'open', handle: HandleReference}
 *   | {op: 'write.open', handle: HandleReference}
 *   | {op: 'write', session: string, position: number, data: Blob}
 *   | {op: 'write.truncate', session: string, size: number}
 *   | {op: 'write.close', session: string}
 *   | {op: 'write.abort', session: string}} Request
 *
 * `create` with a `resource` is bounded by the ceiling of that response instead of the document's; `watch` asks
 * for such responses to be looked at from now on.
 * `markup` asks how scripts and styles of the document's markup may be served: see MarkupPolicy in
 * background/markup-policy.js.
 * `second` asks for the page script's second part, which is there when this is answered with `ok`.
 * `workers` asks for the script that gives the API to a worker (`{source}`), null where the
 * document's workers must be left as they are.
 *
 * @typedef {{op: 'release', handles: string[], sessions: string[]}} Notice
 *
 * @typedef {object} Channel what requests go out through
 * @property {(request: Request, done: (reply: any) => void) => void} call
 * @property {(notice: Notice) => void} notify
 *
 * @typedef {{name: string, message: string}} WireError
 *
 * @typedef {{call: number, ok: true, warnings?: string[]} & Record<string, unknown>} Success
 *   `warnings` are for the console and end at the content script.
 * @typedef {{call: number, ok: false, error: WireError, lost?: boolean}} Failure
 *   `lost`: the content script's own answer when the background went away under a call.
 * @typedef {Success | Failure} Reply
 */

export {};
