/** Scripts and style sheets that move to another address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absoluteSheet, standsAlone } from '../../extension/content/declared/relocation.js';

const BASE = 'https://cdn.example/lib/1.0/style.css?v=2';

test('addresses in a style sheet still mean what they meant', () => {
  for (const [text, expected] of [
    ['a { b: url(x.png) }', 'a { b: url(https://cdn.example/lib/1.0/x.png) }'],
    ['a { b: url( "../x y.png" ) }', 'a { b: url( "https://cdn.example/lib/x%20y.png" ) }'],
    ["a { b: URL('/x.png#f') }", "a { b: URL('https://cdn.example/x.png#f') }"],
    ['@import "other.css" screen;', '@import "https://cdn.example/lib/1.0/other.css" screen;'],
    ["@import url('//other.example/o.css');", "@import url('https://other.example/o.css');"],
    ['a { b: url(?q) }', 'a { b: url(https://cdn.example/lib/1.0/style.css?q) }'],
  ]) {
    assert.equal(absoluteSheet(text, BASE), expected);
  }
});

test('a style sheet without relative addresses keeps its bytes', () => {
  for (const text of ['', 'a { color: red }', 'a { b: url(data:image/png;base64,AA==) }', 'a { b: url(#clip) }', 'a { b: url("") }',
    'a { b: url(https://x.example/y.png) }', '@import "https://x.example/y.css";', 'a { curl: x }', 'a { b: url(blob:https://x/1) }']) {
    assert.equal(absoluteSheet(text, BASE), text);
  }
});

test('a script that imports stays at its address, others may move', async () => {
  const alone = (/** @type {string} */ text, type = '') => standsAlone(new Blob([text]), type);
  assert.equal(await alone('var important = 1; // imports nothing'), true);
  assert.equal(await alone('import("./x.js")'), false);
  assert.equal(await alone('import ("./x.js")'), false);
  assert.equal(await alone('export const x = 1', 'module'), true);
  for (const text of ['import "./x.js"', 'import{x}from"./x.js"', 'export * from "./x.js"', 'use(import.meta.url)', 'import("./x.js")']) {
    assert.equal(await alone(text, ' Module '), false, text);
  }
});
