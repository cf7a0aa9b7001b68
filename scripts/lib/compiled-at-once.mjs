/**
 * Has the browser compile with a script what the script calls as soon as it runs. Of a function that is declared the engine reads
 * only where it ends, and reads it again when it is first called; one in parentheses it compiles at once. Scripts that
 * run in every page pay for that in the first page of each process of the browser.
 */

import ts from 'typescript';

/** What every page calls, by the script. tests/browser/compiled-at-once.test.mjs compares it with what a page really calls. */
export const CALLED_AT_START = {
  'page.js': [
    'answerForHandle', 'createChannel', 'createInterface', 'createRequester', 'createWorkerEnabler', 'dataDescriptor', 'declareFetch',
    'expectSecondPart', 'exposeManager', 'getterOf', 'look', 'makeUnclonable', 'offerReruns', 'onParsed', 'onRecords', 'openChannel', 'patient',
    'prototypeOf', 'put', 'see', 'standInForFiles', 'standInForGetter', 'standInForMethod', 'tell', 'uncurry', 'watch', 'watchMarkup',
  ],
  'content.js': ['hearMessages', 'listenForNonces'],
};

/**
 * @param {string} script as it was built
 * @param {string[]} names of functions in it, each of which it has once
 * @returns {string}
 */
export function compiledAtOnce(script, names) {
  const missing = new Set(names);
  /** @type {{at: number, text: string}[]} in the order of the script */
  const edits = [];
  /** @param {string} name @param {import('typescript').Node} node @param {string} before @param {string} after @param {() => void} visit */
  function wrap(name, node, before, after, visit) {
    if (!missing.delete(name)) throw new Error(`There is more than one function ${name}.`);
    edits.push({ at: node.getStart(), text: before });
    visit();
    edits.push({ at: node.getEnd(), text: after });
  }
  /** @param {import('typescript').Node} node */
  function visit(node) {
    const inside = () => ts.forEachChild(node, visit);
    const name = ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) ? node.name?.getText() ?? '' : '';
    if (!names.includes(name)) inside();
    else if (ts.isFunctionDeclaration(node)) wrap(name, node, `var ${name}=(`, ');', inside);
    else if (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isArrowFunction(node.initializer)) {
      wrap(name, node.initializer, '(', ')', inside);
    } else inside();
  }
  visit(ts.createSourceFile('script.js', script, ts.ScriptTarget.Latest, true));
  if (missing.size > 0) throw new Error(`There is no function ${[...missing].join(', ')}.`);
  let result = '';
  let from = 0;
  for (const { at, text } of edits) {
    result += script.slice(from, at) + text;
    from = at;
  }
  return result + script.slice(from);
}
