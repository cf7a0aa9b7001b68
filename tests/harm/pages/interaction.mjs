/** Pages that are used: elements, events, history. */
import { eventually } from '../../browser/support/expect.mjs';
import { htmlDocument, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

const VISIT = `<script>const say = (...what) => console.log('REPORT ' + JSON.stringify([document.title, ...what]));
  addEventListener('pageshow', ({ persisted }) => say('pageshow', persisted)); addEventListener('popstate', ({ state }) => say('popstate', state)); addEventListener('hashchange', () => say('hashchange', location.hash));</script>`;

/** @type {HarmPage[]} */
export const INTERACTION = [
  scripted('A page of custom elements', async () => {
    /** @type {string[]} */
    const log = [];
    customElements.define('x-field', class extends HTMLElement {
      static formAssociated = true;
      static observedAttributes = ['value'];
      #internals = this.attachInternals();
      connectedCallback() { log.push('connected'); this.attachShadow({ mode: 'closed' }).innerHTML = '<slot></slot>'; }
      attributeChangedCallback(/** @type {string} */ name, /** @type {string} */ _, /** @type {string} */ value) { log.push(`${name}=${value}`); this.#internals.setFormValue(value); }
    });
    const form = document.forms[0];
    const declared = document.querySelector('article')?.shadowRoot?.innerHTML;
    document.querySelector('x-field')?.setAttribute('value', 'two');
    return [log, [...new FormData(form)], declared, document.querySelector('x-field:defined') !== null];
  }, { html: '<article><template shadowrootmode="open"><style>p { color: red }</style><p>shadow</p></template></article><form><x-field name="field" value="one">x</x-field></form>' }),
  scripted('A page that listens', async () => {
    /** @type {string[]} */
    const heard = [];
    for (const type of ['click', 'keydown', 'input', 'focusin', 'pointerdown', 'wheel']) addEventListener(type, (event) => heard.push(`${type} ${event.isTrusted} ${/** @type {any} */ (event.target).tagName}`), true);
    console.log('REPORT "ready"');
    await new Promise((resolve) => { document.querySelector('button')?.addEventListener('click', resolve); });
    return [heard, document.activeElement?.tagName, navigator.userActivation.hasBeenActive];
  }, {
    html: '<input><button>Go</button>', reports: 2,
    act: async (page) => { await page.locator('input').pressSequentially('ab'); await page.locator('button').click(); } }),
  {
    name: 'A page with a history', reports: 9, document: htmlDocument('History', VISIT),
    act: async (page) => {
      await page.evaluate(() => { history.pushState({ at: 1 }, '', '?one'); history.pushState({ at: 2 }, '', '?two'); location.hash = 'three'; });
      for (let step = 0; step < 3; step += 1) await page.goBack();
      await page.reload();
      await page.goForward();
    },
  },
  {
    name: 'A page that is left and come back to', document: htmlDocument('Left', '<script>shown = []; onpageshow = ({ persisted }) => shown.push(persisted)</script>'),
    files: { 'next.html': htmlDocument('Next', '<p>Next</p>') },
    act: async (page) => {
      await page.goto(new URL('next.html', page.url()).href);
      await page.evaluate(() => history.back());
      // Contexts come and go while the page returns from the back/forward cache.
      let shown = /** @type {boolean[] | undefined} */ (undefined);
      await eventually(async () => {
        shown = await page.evaluate(() => /** @type {any} */ (globalThis).shown).catch(() => undefined);
        return shown && shown.length > 1;
      }, 'the page is back');
      return shown;
    },
  },
  scripted('A page that observes', async () => {
    const box = /** @type {HTMLElement} */ (document.querySelector('div'));
    const sizes = new Promise((resolve) => { new ResizeObserver(([{ contentRect }]) => resolve([contentRect.width, contentRect.height])).observe(box); });
    const seen = new Promise((resolve) => { new IntersectionObserver(([{ isIntersecting }]) => resolve(isIntersecting)).observe(box); });
    const changes = new Promise((resolve) => { new MutationObserver((records) => resolve(records.map(({ type }) => type))).observe(box, { attributes: true, childList: true }); });
    box.id = 'x';
    box.append('text');
    const style = getComputedStyle(box);
    await box.animate([{ opacity: 0 }, { opacity: 1 }], 20).finished;
    return [await sizes, await seen, await changes, style.width, matchMedia('(min-width: 1px)').matches, CSS.supports('color', 'red'), document.getAnimations().length];
  }, { html: '<div style="width: 50px; height: 20px"></div>' }),
  scripted('A page that draws', async () => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('canvas'));
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    pen.fillStyle = 'rgb(10 20 30)';
    pen.fillRect(0, 0, 20, 20);
    const bitmap = await createImageBitmap(canvas, 0, 0, 10, 10);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve); });
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    await image.decode();
    return [[...pen.getImageData(5, 5, 1, 1).data], bitmap.width, blob.type, image.naturalWidth, typeof WebGLRenderingContext];
  }, { html: '<canvas width="20" height="20"></canvas>' }),
  scripted('A page that computes', async () => {
    const bytes = new TextEncoder().encode('a message');
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes));
    async function* numbers() { for (let index = 0; index < 5; index += 1) yield index; }
    const collected = await Array.fromAsync(numbers());
    const streamed = [];
    const source = new ReadableStream({ start: (controller) => { collected.forEach((value) => controller.enqueue(value)); controller.close(); } });
    for await (const chunk of /** @type {any} */ (source.pipeThrough(new TransformStream({ transform: (value, controller) => controller.enqueue(value * 2) })))) streamed.push(chunk);
    return [[...signature.slice(0, 4)], streamed, new Intl.NumberFormat('de').format(1234.5), [...'a👍b'].length, structuredClone({ date: new Date(0), error: new RangeError('x') }).error.name, 'aBc'.replace(/(?<upper>[A-Z])/v, '<$<upper>>')];
  }),
];
