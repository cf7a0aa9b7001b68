/** Documents of every kind, most of them without a script. */
import { htmlDocument, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="teal"/></svg>';
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const ARTICLE = `<link rel="stylesheet" href="style.css"><link rel="icon" href="data:,">
<header><h1>On keeping files once</h1><nav><a href="#one">One</a> <a href="#two">Two</a></nav></header>
<main><article id="one"><p>${'A paragraph of an article. '.repeat(40)}</p><figure><img src="picture.svg" alt="A circle"><figcaption>A circle</figcaption></figure></article>
<table><caption>Sizes</caption><tr><th>File<th>Bytes<tr><td>model<td>1,000</table>
<details open><summary>More</summary><ul><li>one<li>two</ul></details><picture><source srcset="pixel.png"><img src="pixel.png" alt=""></picture>
<form action="#"><label>Name <input name="name" required></label><select><option>a<option>b</select><button>Send</button></form></main>`;

/** The smallest PDF with a page. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF`;

/** @type {HarmPage[]} */
export const DOCUMENTS = [
  {
    name: 'A static article', document: htmlDocument('A static article', ARTICLE),
    files: { 'style.css': { body: 'body { font: 16px/1.5 serif } table { border-collapse: collapse } :root { --x: 1px }' }, 'picture.svg': { body: SVG }, 'pixel.png': { body: PIXEL, type: 'image/png' } },
  },
  scripted('A page in quirks mode', () => [document.compatMode, document.body.clientHeight > 0, document.scrollingElement?.tagName], {
    document: { body: '<title>Quirks</title><body bgcolor=silver><center><font size=5>Old</font></center><script src=main.js></script>' } }),
  {
    name: 'An SVG document', document: { type: 'image/svg+xml', body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="5">Text</text><script>
      console.log('REPORT ' + JSON.stringify([document.contentType, document.documentElement.namespaceURI, typeof navigator.storage.getDirectory]));</script></svg>` }, reports: 1,
  },
  {
    name: 'An XHTML document', reports: 1, document: { type: 'application/xhtml+xml', body: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>XHTML</title></head>
      <body><p id="p">Text</p><script><![CDATA[console.log('REPORT ' + JSON.stringify([document.contentType, document.querySelector('p').localName, document.head.children.length]));]]></script></body></html>` },
  },
  { name: 'An XML document', document: { type: 'application/xml', body: '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title><entry><id>1</id></entry></feed>' } },
  { name: 'A text document', document: { type: 'text/plain; charset=utf-8', body: 'Nothing but text.\n'.repeat(50) } },
  { name: 'A JSON document', document: { type: 'application/json', body: JSON.stringify({ list: [1, 2, 3], nested: { value: null } }) } },
  { name: 'An image', document: { type: 'image/png', body: PIXEL } },
  { name: 'A PDF document', document: { type: 'application/pdf', body: PDF } },
  {
    name: 'A frameset', document: { type: 'text/html', body: '<html><head><title>Frames</title></head><frameset cols="50%,50%"><frame src="one.html"><frame src="two.html"></frameset></html>' },
    files: { 'one.html': { body: '<title>One</title><p>One' }, 'two.html': { body: '<title>Two</title><p>Two' } },
  },
  scripted('A page of twenty thousand elements', () => {
    const list = /** @type {HTMLElement} */ (document.querySelector('ol'));
    for (let index = 0; index < 5000; index += 1) list.append(Object.assign(document.createElement('li'), { textContent: `${index}` }));
    for (const item of [...list.children].slice(0, 5000)) item.remove();
    return [document.querySelectorAll('*').length, document.scripts.length, document.styleSheets.length, list.lastElementChild?.textContent];
  }, { html: `<ol>${'<li><b>x</b> <i>y</i></li>'.repeat(6600)}</ol>${'<style>p { margin: 0 }</style><script>var n = 1</script>'.repeat(100)}` }),
  scripted('A page in another encoding', () => [document.characterSet, document.body.firstElementChild?.textContent], {
    document: { type: 'text/html; charset=shift_jis', body: Buffer.concat([
      Buffer.from('<!doctype html><title>Encoding</title><body><p>'), Buffer.from([0x93, 0xfa, 0x96, 0x7b]), Buffer.from('</p><script src="main.js"></script>')]) } }),
  scripted('A page over plain http', () => [isSecureContext, 'storage' in navigator, typeof FileSystemFileHandle, Object.keys(Navigator.prototype).sort(), 'crossOriginStorage' in navigator], { over: 'http' }),
  scripted('A page on the machine itself', async () => {
    const root = await navigator.storage.getDirectory();
    return [isSecureContext, location.protocol, Object.prototype.toString.call(root)];
  }, { over: 'loopback' }),
];
