'use strict';
// The names that the code of cells and local modules can use, passed as parameters of the function that it is compiled to.

const { Script } = require('node:vm');
const path = require('node:path');
const { types } = require('node:util');
const { pathToFileURL } = require('node:url');
const tslib = require('tslib');
const { apply, take } = require('./kept.cjs');

const runInThisContext = take(Script.prototype.runInThisContext);

// A namespace of one of Node's own modules is passed on unchanged; TypeScript's helpers would treat it as CommonJS.
const helpers = {
  ...tslib,
  __importDefault: (module) => (types.isModuleNamespaceObject(module) ? module : tslib.__importDefault(module)),
  __importStar: (module) => (types.isModuleNamespaceObject(module) ? module : tslib.__importStar(module)),
};
const helperNames = Object.keys(helpers);
const helperValues = helperNames.map((name) => helpers[name]);
const own = ['exports', 'require', 'module', '__filename', '__dirname', '__import', '__importMeta'];
const parameters = [...own, ...helperNames].join(', ');
const ownCount = own.length;

/**
 * @param {string} code CommonJS
 * @param {object} options
 * @param {string} options.name shown in stacks
 * @param {boolean} options.asynchronous whether it may await
 * @returns {(values: unknown[]) => unknown} takes a value for each of exports, require, module, __filename, __dirname, __import
 */
function functionOf(code, { name, asynchronous }) {
  const prefix = `(${asynchronous ? 'async ' : ''}function (${parameters}) { `;
  const script = new Script(`${prefix}${code}\n})`, { filename: name, columnOffset: -prefix.length });
  const compiled = runInThisContext(script);
  return (values) => {
    const all = [];
    for (let i = 0; i < ownCount; i++) all[i] = values[i];
    for (let i = 0; i < helperValues.length; i++) all[ownCount + i] = helperValues[i];
    return apply(compiled, undefined, all);
  };
}

/** @param {string} file @param {(name: string) => string} resolve @returns {object} import.meta of a module */
function importMeta(file, resolve) {
  const url = pathToFileURL(file).href;
  return { dirname: path.dirname(file), filename: file, url, resolve: (name) => String(resolve(name)) };
}

module.exports = { functionOf, importMeta };
