'use strict';
// Loads the modules that cells import. The kernel resolves names and provides the code of local modules. A module is loaded once, after its
// imports, until it or one of its imports changes.

const { createRequire } = require('node:module');
const path = require('node:path');
const { types } = require('node:util');
const { __importStar } = require('tslib');
const { ask } = require('./channel.cjs');
const { assign } = require('./kept.cjs');
const { interruptible } = require('./interruptible.cjs');
const { forgetChanged, importFrom, requireFrom } = require('./nodeModules.cjs');
const { functionOf, importMeta } = require('./scope.cjs');

/** @typedef {{ module: { exports: unknown }, loaded: boolean, ready?: Promise<void> }} Loaded */

class Modules {
  /** path to the module @type {Map<string, Loaded>} */
  #loaded = new Map();

  /** @param {object} tslab the module 'tslab' @param {object} cells the variables of all cells */
  constructor(tslab, cells) {
    this.tslab = tslab;
    this.cells = cells;
    // own methods, so that changes to the prototype do not affect them
    for (const name of ['get', 'set', 'delete']) this.#loaded[name] = this.#loaded[name];
  }

  /** Remove modules that are out of date. @param {string[]} stale paths */
  forget(stale) {
    for (let i = 0; i < stale.length; i++) this.#loaded.delete(stale[i]);
    forgetChanged();
  }

  /**
   * Load the imports of a file's code, by name.
   *
   * @param {string} file
   * @param {readonly string[]} names the modules to import
   * @param {readonly string[]} [path] the modules that are waiting for it, so that circular imports end
   * @returns {Promise<Record<string, unknown>>}
   */
  async loadAll(file, names, waiting = []) {
    const loaded = Object.create(null);
    for (let i = 0; i < names.length; i++) loaded[names[i]] = await this.load(names[i], file, waiting);
    return loaded;
  }

  /** @param {string} name @param {string} from the importing file @param {readonly string[]} [waiting] @returns {Promise<unknown>} */
  async load(name, from, waiting = []) {
    if (name === 'tslab') return this.tslab;
    const found = ask({ name, from });
    if (found.kind === 'native') return await importFrom(name, from);
    if (found.kind !== 'module') return this.#simple(found);
    const known = this.#loaded.get(found.path);
    if (known) {
      if (!known.loaded && !waiting.includes(found.path)) await known.ready;
      return known.module.exports;
    }
    const own = this.#begin(found);
    own.ready = this.#run(found, own, [...waiting, found.path]);
    own.ready.catch(() => {}); // every module that waits for it gets the error
    await own.ready;
    return own.module.exports;
  }

  async #run(found, own, waiting) {
    try {
      const imports = await this.loadAll(found.path, found.imports, waiting);
      const result = interruptible(() => this.#call(found, own, imports));
      if (found.asynchronous) await result;
      own.loaded = true;
    } catch (error) {
      this.#loaded.delete(found.path);
      throw error;
    }
  }

  /** `require`, which is synchronous. @param {string} name @param {string} from @returns {unknown} */
  require(name, from) {
    if (name === 'tslab') return this.tslab;
    const found = ask({ name, from });
    if (found.kind === 'native') return requireFrom(name, from);
    if (found.kind !== 'module') return this.#simple(found);
    const known = this.#loaded.get(found.path);
    if (known) return known.module.exports;
    if (found.asynchronous) throw new Error(`'${name}' uses await at its top level: import it instead of requiring it`);
    const own = this.#begin(found);
    try {
      const imports = Object.create(null);
      for (const needed of found.imports) imports[needed] = this.require(needed, found.path);
      this.#call(found, own, imports);
      own.loaded = true;
      return own.module.exports;
    } catch (error) {
      this.#loaded.delete(found.path);
      throw error;
    }
  }

  #begin({ path: file }) {
    const own = { module: { exports: {} }, loaded: false };
    this.#loaded.set(file, own); // registered before it runs, so that circular imports end
    return own;
  }

  #call({ path: file, code, asynchronous }, own, imports) {
    const run = functionOf(code, { name: file, asynchronous });
    return run(this.surroundings(file, own.module, imports));
  }

  /** Values for the parameters of a file's function. @param {string} file @param {{ exports: unknown }} module @param {Record<string, unknown>} imports */
  surroundings(file, module, imports) {
    const node = createRequire(file);
    const require = assign((name) => (name in imports ? imports[name] : this.require(name, file)), {
      resolve: node.resolve,
      cache: node.cache,
    });
    const dynamic = async (name) => asNamespace(await this.load(String(name), file));
    return [module.exports, require, module, file, path.dirname(file), dynamic, importMeta(file, node.resolve)];
  }

  #simple(found) {
    if (found.kind === 'cells') return this.cells;
    const known = this.#loaded.get(found.path);
    if (known) return known.module.exports;
    const own = { module: { exports: JSON.parse(found.text) }, loaded: true };
    this.#loaded.set(found.path, own);
    return own.module.exports;
  }
}

/** The result of `import()`: a namespace, also for CommonJS and JSON. */
function asNamespace(module) {
  if (types.isModuleNamespaceObject(module) || module?.__esModule) return module;
  return __importStar(module);
}

module.exports = { Modules };
