'use strict';
// Loads what cells import. Where a name leads to, and the code of the person's own modules, the kernel says; a module is loaded
// once, its imports before it, until it or something it imports changes.

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

  /** @param {object} tslab what is imported as 'tslab' @param {object} cells the variables of all cells */
  constructor(tslab, cells) {
    this.tslab = tslab;
    this.cells = cells;
    // methods of its own, so that a change of the prototype's does not reach them
    for (const name of ['get', 'set', 'delete']) this.#loaded[name] = this.#loaded[name];
  }

  /** Forget modules that are out of date. @param {string[]} stale paths */
  forget(stale) {
    for (let i = 0; i < stale.length; i++) this.#loaded.delete(stale[i]);
    forgetChanged();
  }

  /**
   * What a file's code gets: imports loaded beforehand, by name.
   *
   * @param {string} file
   * @param {readonly string[]} names what it imports
   * @param {readonly string[]} [path] the modules that are waiting for it, so that a circle of imports ends
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
    own.ready.catch(() => {}); // whoever waits for it gets the error
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

  /** `require`, which cannot wait. @param {string} name @param {string} from @returns {unknown} */
  require(name, from) {
    if (name === 'tslab') return this.tslab;
    const found = ask({ name, from });
    if (found.kind === 'native') return requireFrom(name, from);
    if (found.kind !== 'module') return this.#simple(found);
    const known = this.#loaded.get(found.path);
    if (known) return known.module.exports;
    if (found.asynchronous) throw new Error(`'${name}' awaits at its top level: import it instead of requiring it`);
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
    this.#loaded.set(file, own); // before it runs, so that a circle of imports ends
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

/** What `import()` resolves to: a namespace, also of CommonJS and JSON. */
function asNamespace(module) {
  if (types.isModuleNamespaceObject(module) || module?.__esModule) return module;
  return __importStar(module);
}

module.exports = { Modules };
