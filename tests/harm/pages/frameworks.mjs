/** Small apps of the libraries that pages are made with. */
import { compile } from 'svelte/compiler';
import { bundled, packagedText, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

/** @param {string} name @param {string} source a module that sets `globalThis.app` to a promise of what it shows @param {Partial<HarmPage> & {html?: string}} [more] */
const built = async (name, source, more = {}) =>
  scripted(name, () => /** @type {any} */ (globalThis).app, { html: '<div id="root"></div>', scripts: [await bundled(source)], ...more });

const COUNTER = compile(`<script>let { start } = $props(); let count = $state(start); const double = $derived(count * 2);</script>
  <button onclick={() => count++}>{count}</button>{#each [1, 2] as item}<li>{item * double}</li>{/each}<style>li { color: red }</style>`,
{ generate: 'client', css: 'injected', name: 'Counter' }).js.code;

const TICK = 'const tick = () => new Promise((resolve) => setTimeout(resolve, 20)); const place = document.getElementById("root");';

/** @type {HarmPage[]} */
export const FRAMEWORKS = [
  scripted('A page with jQuery', async () => {
    const { $ } = /** @type {any} */ (globalThis);
    /** @type {string[]} */
    const clicks = [];
    $('#list').on('click', 'li', (/** @type {any} */ event) => clicks.push($(event.target).text())).append('<li>two</li>').find('li').addClass('item').trigger('click');
    const data = await $.getJSON('data.json');
    await $('#list').animate({ opacity: 0.5 }, 20).promise();
    return [clicks, data, $('#list').html(), $('#list').css('opacity'), $.fn.jquery];
  }, { html: '<ul id="list"><li>one</li></ul>', scripts: [packagedText('jquery/dist/jquery.min.js')], files: { 'data.json': { body: '{"a":1}' } } }),
  scripted('A page with React', async () => {
    const { React, ReactDOM } = /** @type {any} */ (globalThis);
    const { createElement: h, useState, useEffect, useMemo } = React;
    const App = () => {
      const [count, setCount] = useState(0);
      const square = useMemo(() => count * count, [count]);
      useEffect(() => { document.title = `count ${count}`; }, [count]);
      return h('section', null, h('button', { onClick: () => setCount(count + 1) }, count), h('p', null, square), ['a', 'b'].map((key) => h('i', { key }, key)));
    };
    const root = document.getElementById('root');
    ReactDOM.createRoot(root).render(h(React.StrictMode, null, h(App)));
    const shows = async (/** @type {string} */ title) => { while (document.title !== title) await new Promise((resolve) => { setTimeout(resolve, 10); }); };
    for (let index = 0; index < 3; index += 1) {
      await shows(`count ${index}`);
      root?.querySelector('button')?.click();
    }
    await shows('count 3');
    return [root?.innerHTML, document.title, React.version];
  }, { html: '<div id="root"></div>', scripts: [packagedText('react/umd/react.development.js'), packagedText('react-dom/umd/react-dom.development.js')] }),
  scripted('A page with Vue', async () => {
    const { createApp, ref, computed, nextTick } = /** @type {any} */ (globalThis).Vue;
    const root = document.getElementById('root');
    createApp({
      setup() { const name = ref('x'); return { name, shout: computed(() => name.value.toUpperCase()), items: [1, 2] }; },
      template: '<input v-model="name"><b>{{ shout }}</b><li v-for="item in items" :key="item">{{ item }}</li>',
    }).mount(root);
    const input = /** @type {HTMLInputElement} */ (root?.querySelector('input'));
    input.value = 'typed';
    input.dispatchEvent(new Event('input'));
    await nextTick();
    return [root?.innerHTML];
  }, { html: '<div id="root"></div>', scripts: [packagedText('vue/dist/vue.global.prod.js')] }),
  await built('A page with Svelte', `import { mount, flushSync } from 'svelte'; ${TICK}
    ${COUNTER.replace('export default', '')}
    mount(Counter, { target: place, props: { start: 3 } }); flushSync(); place.querySelector('button').click(); flushSync(); globalThis.app = place.innerHTML;`),
  await built('A page with Preact', `import { h, render } from 'preact'; import { useState } from 'preact/hooks'; import htm from 'htm'; const html = htm.bind(h); ${TICK}
    function App() { const [n, set] = useState(1); return html\`<button onClick=\${() => set(n * 2)}>\${n}</button>\`; }
    render(html\`<\${App} />\`, place); globalThis.app = (async () => { place.querySelector('button').click(); await tick(); return place.innerHTML; })();`),
  await built('A page with Lit', `import { LitElement, html, css } from 'lit'; ${TICK}
    class Greeting extends LitElement { static properties = { name: {} }; static styles = css\`b { color: green }\`; render() { return html\`<b>Hello \${this.name}</b><slot></slot>\`; } }
    customElements.define('x-greeting', Greeting); const element = document.createElement('x-greeting'); element.name = 'you'; place.append(element);
    globalThis.app = element.updateComplete.then(() => [element.shadowRoot.textContent, element.shadowRoot.adoptedStyleSheets.length]);`),
  await built('A page with three.js', `import { BoxGeometry, Mesh, MeshBasicMaterial, PerspectiveCamera, Raycaster, Scene, Vector2 } from 'three';
    const scene = new Scene(); const mesh = new Mesh(new BoxGeometry(), new MeshBasicMaterial()); mesh.rotation.y = 0.5; scene.add(mesh);
    const camera = new PerspectiveCamera(50, 1); camera.position.z = 5; camera.updateMatrixWorld(); scene.updateMatrixWorld();
    const ray = new Raycaster(); ray.setFromCamera(new Vector2(0.05, 0.02), camera); const [hit] = ray.intersectObject(mesh);
    globalThis.app = [hit.distance.toFixed(6), hit.faceIndex, scene.toJSON().object.children.length];`),
  scripted('A page with D3', async () => {
    const { d3 } = /** @type {any} */ (globalThis);
    const data = await d3.csv('data.csv', d3.autoType);
    const x = d3.scaleBand(data.map((/** @type {any} */ row) => row.name), [0, 100]);
    d3.select('svg').selectAll('rect').data(data).join('rect').attr('x', (/** @type {any} */ row) => x(row.name)).attr('height', (/** @type {any} */ row) => row.value);
    await d3.select('svg').transition().duration(20).attr('opacity', 0.5).end();
    return [document.querySelector('svg')?.innerHTML, d3.sum(data, (/** @type {any} */ row) => row.value)];
  }, { html: '<svg width="100" height="50"></svg>', scripts: [packagedText('d3/dist/d3.min.js')], files: { 'data.csv': { body: 'name,value\na,1\nb,2\n' } } }),
  scripted('A page with Alpine.js', async () => {
    const until = async (/** @type {() => unknown} */ check) => { while (!check()) await new Promise((resolve) => { setTimeout(resolve, 10); }); };
    await until(() => document.querySelectorAll('i').length === 2);
    document.querySelector('button')?.click();
    await until(() => document.querySelector('p')?.checkVisibility());
    return document.getElementById('root')?.innerText;
  }, {
    html: '<div id="root" x-data="{ open: false, list: [1, 2] }"><button @click="open = !open">x</button><p x-show="open">shown</p><template x-for="item in list"><i x-text="item"></i></template></div>',
    scripts: [packagedText('alpinejs/dist/cdn.min.js')] }),
  scripted('A page with htmx', async () => {
    const swapped = new Promise((resolve) => { document.body.addEventListener('htmx:afterSettle', resolve); });
    document.querySelector('button')?.click();
    await swapped;
    return document.getElementById('root')?.innerHTML;
  }, {
    html: '<button hx-get="part.html" hx-target="#root">x</button><div id="root"></div>', scripts: [packagedText('htmx.org/dist/htmx.min.js')],
    files: { 'part.html': { body: '<p hx-on:click="x()">part</p>' } } }),
  scripted('A page with Chart.js', () => {
    const { Chart } = /** @type {any} */ (globalThis);
    const canvas = document.querySelector('canvas');
    const chart = new Chart(canvas, { type: 'bar', data: { labels: ['a', 'b'], datasets: [{ data: [1, 2] }] }, options: { animation: false, responsive: false } });
    return [chart.getDatasetMeta(0).data.map((/** @type {any} */ bar) => Math.round(bar.height)), chart.toBase64Image().length > 1000];
  }, { html: '<canvas width="300" height="150"></canvas>', scripts: [packagedText('chart.js/dist/chart.umd.js')] }),
];
