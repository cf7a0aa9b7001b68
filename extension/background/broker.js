/**
 * @file Serves one document over its port: judges whether it may use the API, checks each message,
 * keeps its handles and write sessions, and answers. The single owner of authority towards pages.
 * May be imported by background/main.js only.
 */

import { BLOCKED_MESSAGE, MISS_MESSAGE } from '../shared/names.js';
import { DocumentCalls } from './call-log.js';
import { Caller } from './caller.js';
import { judgeDocument } from './document-policy.js';
import { HandleTable } from './handle-table.js';
import { HostError, hostErrorLike, HostUnavailable, wireErrorOf } from './host-errors.js';
import { removeLeftCarriers } from './left-carriers.js';
import { UNKNOWN_MARKUP } from './markup-policy.js';
import { parseEnvelope } from './messages.js';
import { bringDeclaredPart, bringSecondPart } from './parts.js';
import { placeOf } from './pages.js';
import { DocumentRefusals } from './refusals.js';
import { DocumentTally } from './tally.js';
import { droppedByCeiling, droppedByFullList, notListed } from './warnings.js';
import { workerSource } from './worker-source.js';
import { WriteSessions } from './write-sessions.js';

/** @typedef {import('../shared/wire.js').Request} Request */
/** @typedef {import('../shared/wire.js').HandleReference} HandleReference */
/**
 * @typedef {{caller: Caller, handles: HandleTable, sessions: WriteSessions, workers: boolean}} Tables
 */

/**
 * @typedef {object} Services
 * @property {import('./host-connection.js').HostConnection} host
 * @property {import('./bytes.js').Bytes} bytes
 * @property {import('./document-records.js').DocumentRecords} records
 * @property {import('./handle-registry.js').HandleRegistry} registry
 * @property {import('./resource-ceilings.js').ResourceCeilings} ceilings
 * @property {import('./tally.js').Tally} tally
 * @property {import('./call-log.js').CallLog} calls
 * @property {import('./site-switch.js').SiteSwitch} sites
 * @property {import('./refusals.js').Refusals} refusals
 * @property {import('./pages.js').FrontPages} fronts
 * @property {import('./ask-signs.js').AskSigns} signs
 */

/** Is this an answer for the page, not a sign that the store is out of reach? @param {unknown} error */
const isVerdict = (error) =>
  error instanceof HostError && ['NotAllowedError', 'TypeError', 'NotFoundError', 'QuotaExceededError'].includes(error.name);

/** @param {unknown} error */
const isOutOfReach = (error) =>
  error instanceof HostUnavailable || (error instanceof HostError && !isVerdict(error));

export class DocumentSession {
  #port;
  #services;
  #documentId;
  #tab;
  #calls;
  #place;
  #refusals;
  #tally;
  /** @type {Promise<Tables | null>} null: this document may not use the API */ #tables;
  #gone = false;
  /** @type {Promise<boolean> | null} */ #secondPart = null;
  /** @type {Promise<unknown> | null} */ #declaredPart = null;
  /** @type {Promise<void> | null} */ #tidied = null;
  /**
   * Settled when the document has the script for workers that it asked for. Other answers wait for
   * that: whoever has the answer to its first call may count on workers with the API.
   * @type {Promise<void> | null}
   */
  #workersReady = null;

  /**
   * @param {chrome.runtime.Port} port
   * @param {import('./identity.js').Identity} identity
   * @param {Services} services
   */
  constructor(port, identity, services) {
    this.#port = port;
    this.#services = services;
    this.#documentId = identity.documentId;
    this.#tab = identity.tabId;
    this.#calls = new DocumentCalls(services.calls, services.host, identity);
    this.#place = placeOf(identity);
    this.#refusals = new DocumentRefusals(services.refusals, this.#place);
    this.#tally = new DocumentTally(services.tally, this.#place);
    this.#tables = this.#judge(identity);
    services.host.retain();
    port.onMessage.addListener((message) => void this.#receive(message));
    port.onDisconnect.addListener(() => void this.#leave());
  }

  /** @param {import('./identity.js').Identity} identity @returns {Promise<Tables | null>} */
  async #judge(identity) {
    const { host, bytes, records, registry, sites } = this.#services;
    try {
      const verdict = await judgeDocument(records, identity);
      const allowed = verdict.allowed && !(await sites.isOff(verdict.topLevelOrigin));
      void this.#tally.noteVerdict(allowed, allowed && verdict.workers);
      if (!allowed) return null;
      const caller = new Caller(identity.origin, verdict.topLevelOrigin);
      return {
        caller,
        handles: new HandleTable(host, caller, verdict.ceiling, registry),
        sessions: new WriteSessions(host, bytes, caller),
        workers: verdict.workers,
      };
    } catch (error) {
      console.error('cos: a document could not be judged', error);
      return null;
    }
  }

  /** @param {unknown} envelope */
  async #receive(envelope) {
    const { active, call, content } = parseEnvelope(envelope);
    if (content?.op === 'second' && call !== undefined) {
      // At once: it takes its time beside the verdict and the requests that come after it.
      void this.#bringSecondPart(call);
      return;
    }
    if (content?.op === 'markup' && call !== undefined) {
      void this.#giveMarkup(call);
      return;
    }
    // Waited for by every message alike, so requests reach the host in the order of the calls.
    const tables = await this.#tables;
    if (active) tables?.caller.noteActivation();
    if (content?.op === 'release') {
      tables?.handles.release(content.handles);
      tables?.sessions.releaseSome(content.sessions);
    }
    if (call === undefined) return;
    if (content?.op === 'workers') {
      this.#workersReady = this.#giveWorkerScript(call, tables);
      return;
    }
    const request = content?.op === 'release' ? undefined : content;
    const answer = await this.#calls.observe(request, tables?.caller, () => this.#answer(content, tables));
    await this.#workersReady;
    this.#reply({ call, ...answer });
    void this.#noteRefusal(request, tables, answer);
    if (this.#gone) this.#releaseAll(tables);
  }

  /** For the user, when the page has its answer. @param {Request | undefined} request @param {Tables | null} tables @param {object} answer */
  async #noteRefusal(request, tables, answer) {
    // It has no answer.
    if (this.#gone) return;
    const refusal = await this.#refusals.note(request, tables?.caller, answer);
    if (refusal === undefined) return;
    const { tab, page } = await this.#place;
    // What another page was refused is considered when the tab shows it.
    if (page === (await this.#services.fronts.of(tab))) await this.#services.signs.consider(tab, refusal);
  }

  /**
   * @param {ReturnType<typeof parseEnvelope>['content']} content
   * @param {Tables | null} tables
   * @returns {Promise<object>}
   */
  async #answer(content, tables) {
    try {
      if (content === undefined || content.op === 'release') throw hostErrorLike('TypeError', 'Malformed request.');
      if (content.op === 'permission') return { ok: true, allowed: tables !== null };
      if (tables === null) throw hostErrorLike('NotAllowedError', BLOCKED_MESSAGE);
      return { ok: true, ...(await this.#serve(content, tables)) };
    } catch (error) {
      return { ok: false, error: wireErrorOf(error) };
    }
  }

  /** @param {number} call */
  async #bringSecondPart(call) {
    // A page without a place for it may ask for it at each call.
    this.#secondPart ??= bringSecondPart(this.#tab, this.#documentId);
    const ok = await this.#secondPart;
    if (!ok) this.#secondPart = null;
    this.#reply(ok ? { call, ok } : { call, ok, error: wireErrorOf(undefined) });
    if (ok) this.#tidied ??= removeLeftCarriers(this.#tab, this.#documentId);
  }

  /**
   * How scripts are to be run that are held back, at once: the document may not be allowed to use the API, and the verdict
   * may have to wait for a page around it that is busy.
   * @param {number} call
   */
  async #giveMarkup(call) {
    // Once: a page may ask as often as it likes.
    this.#declaredPart ??= bringDeclaredPart(this.#tab, this.#documentId);
    const { records } = this.#services;
    if ((await records.get(this.#documentId)) === undefined) await this.#tables;
    const markup = (await records.get(this.#documentId))?.markup ?? UNKNOWN_MARKUP;
    await this.#declaredPart;
    this.#reply({ call, ok: true, ...markup });
  }

  /** @param {number} call @param {Tables | null} tables */
  async #giveWorkerScript(call, tables) {
    this.#reply({ call, ok: true, source: tables?.workers ? await workerSource() : null });
  }

  /**
   * @param {Request} request
   * @param {Tables} tables
   * @returns {Promise<object | void>}
   */
  #serve(request, tables) {
    const { sessions } = tables;
    switch (request.op) {
      case 'find':
        return this.#find(request.hash, tables);
      case 'create':
        return this.#create(request, tables);
      case 'watch':
        return this.#watch();
      case 'open':
        return this.#open(request.handle, tables);
      case 'write.open':
        return this.#openForWriting(request.handle, tables);
      case 'write':
        return sessions.write(request.session, request.position, request.data);
      case 'write.truncate':
        return sessions.truncate(request.session, request.size);
      case 'write.close':
        return sessions.close(request.session).then((dropped) => ({ warnings: dropped.map(droppedByFullList) }));
      case 'write.abort':
        return sessions.abort(request.session);
      default:
        throw hostErrorLike('TypeError', 'Malformed request.');
    }
  }

  /** @param {import('../shared/wire.js').Hash} hash @param {Tables} tables */
  async #find(hash, { handles }) {
    // A store out of reach is an empty store: why a read misses is nobody's business.
    const found = await handles.find(hash).catch((error) => {
      if (isOutOfReach(error)) return null;
      throw error;
    });
    if (found === null) throw hostErrorLike('NotFoundError', MISS_MESSAGE);
    void this.#tally.noteFound(hash.value);
    return { handle: found.handle };
  }

  /** @param {Extract<Request, {op: 'create'}>} request @param {Tables} tables */
  async #create({ hash, origins, resource }, { handles }) {
    const ceiling = resource === undefined ? undefined : this.#services.ceilings.of(this, resource);
    try {
      const { handle, dropped, unlisted } = await handles.create(hash, origins, ceiling);
      return { handle, warnings: [...dropped.map((origin) => droppedByCeiling(origin, resource)), ...(unlisted ? [notListed(hash)] : [])] };
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
      return { handle: handles.createDetached(hash, origins) };
    }
  }

  async #watch() {
    this.#services.ceilings.watch(this, this.#documentId);
  }

  /** @param {HandleReference} reference @param {Tables} tables */
  async #open(reference, { handles }) {
    const { bytes } = this.#services;
    const { id, hash, result: file } = await handles.useForReading(reference, bytes.read.bind(bytes)).catch((error) => {
      throw isOutOfReach(error) ? hostErrorLike('NotFoundError', MISS_MESSAGE) : error;
    });
    if (!reference.created) void this.#tally.noteRead(hash.value, file.size);
    return { handle: id, file };
  }

  /** @param {HandleReference} reference @param {Tables} tables */
  async #openForWriting(reference, { handles, sessions }) {
    try {
      const { id, result: session } = await handles.useForWriting(reference, (hostId, handle) =>
        sessions.open(hostId, (size) => this.#noteWritten(handles, handle, size)));
      return { handle: id, session };
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
      return { handle: reference.id, session: sessions.openDetached() };
    }
  }

  /** @param {HandleTable} handles @param {string} id @param {number} size */
  #noteWritten(handles, id, size) {
    handles.noteWritten(id);
    void this.#tally.noteStored(size);
  }

  /** @param {object} reply */
  #reply(reply) {
    if (!this.#gone) this.#port.postMessage(reply);
  }

  async #leave() {
    void chrome.runtime.lastError;
    this.#gone = true;
    this.#services.host.release();
    this.#services.ceilings.forget(this);
    const tables = await this.#tables;
    tables?.handles.leave();
    this.#releaseAll(tables);
  }

  /** @param {Tables | null} tables */
  #releaseAll(tables) {
    tables?.sessions.releaseAll();
    tables?.handles.releaseAll();
  }
}
