/**
 * @file Entry of the page script: main world, every frame, before any script of the page.
 * Gives the page `navigator.crossOriginStorage` and holds no authority: whatever it sends, a
 * hostile page could send as well. It is a first part, as little as can be, for most pages have no use for it: what
 * must be there before a page can change what it is made of. The rest comes when it is needed (second-part.js).
 */

import { mayBeCarrier } from './carrier-name.js';
import { openChannel } from './channel.js';
import { declareFetch } from './declared-fetch.js';
import { standInForFiles } from './file-methods.js';
import { exposeManager } from './manager.js';
import { watchMarkup } from './markup-watch.js';
import { apply, argument, own, PromiseCtor, promiseThen } from './primordials.js';
import { offerReruns } from './rerun.js';
import { expectSecondPart } from './second-part.js';

/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {ReturnType<typeof expectSecondPart>} Second */

/**
 * A channel whose answers wait for the second part, which comes while the background looks for them. What is lost waits
 * for nothing: a frame that is removed gets no second part any more.
 * @param {Channel} channel
 * @param {Second} second
 * @returns {Channel}
 */
const patient = (channel, second) => ({
  call: (request, done) => channel.call(request, (reply) => (own(reply, 'lost') ? done(reply) : second.use(() => done(reply)))),
  notify: channel.notify,
});

/**
 * The page's first call also gives the API to the workers that it makes from then on; a page that
 * never calls keeps the browser's own constructor.
 * @param {Channel} channel
 * @param {Second} second
 */
function createWorkerEnabler(channel, second) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    second.bring();
    // Answered before the call that follows it: whoever waits for that finds workers ready.
    channel.call({ op: 'workers' }, (reply) => {
      const source = own(reply, 'source');
      if (typeof source === 'string') second.part?.wrapWorkers(source);
      else if (own(reply, 'lost')) asked = false;
    });
  };
}

/**
 * What methods of handles do while nobody knows any: only one that another window sent may be of ours.
 * @param {Second} second
 * @returns {import('./file-methods.js').Answer}
 */
const answerForHandle = (second) => (name, native, self, args) => {
  if (second.part !== undefined) return second.part.answerForHandle(name, native, self, args);
  const asEver = () => apply(native, self, args);
  const takesHandle = name === 'isSameEntry' || name === 'resolve';
  if (!mayBeCarrier(self) && !(takesHandle && mayBeCarrier(argument(args)))) return asEver();
  return new PromiseCtor((resolve, reject) => second.use((part) =>
    promiseThen(part === undefined ? asEver() : part.answerForHandle(name, native, self, args), resolve, reject)));
};

if (window.isSecureContext && typeof FileSystemFileHandle === 'function') {
  const channel = openChannel();
  const second = expectSecondPart(channel);
  const calls = patient(channel, second);
  exposeManager(calls, (state, done, fail) => {
    if (second.part === undefined) {
      fail();
      return;
    }
    // The file system of a frame that is removed never answers.
    const forget = channel.onLoss(fail);
    second.part.makeHandle(state, (handle) => {
      forget();
      done(handle);
    });
  }, createWorkerEnabler(calls, second));
  standInForFiles(answerForHandle(second), (name, native, self, args) =>
    (second.part === undefined ? apply(native, self, args) : second.part.answerForWritable(name, native, self, args)));
  declareFetch((declared) => second.use((part) => {
    if (part === undefined) promiseThen(declared.fetchAsEver(), declared.resolve, declared.reject);
    else part.serveFetch(declared);
  }));
  offerReruns();
  watchMarkup();
}
