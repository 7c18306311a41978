'use strict';
// `require` as a cell sees it: tslab by name, TypeScript files and module cells that tslab compiled in memory, and else what
// Node finds from the notebook's folder.

const Module = require('node:module');
const path = require('node:path');

class CellModules {
  /** path to the compiled code @type {Map<string, string>} */
  #compiled = new Map();
  /** path to the loaded module @type {Map<string, Module>} */
  #loaded = new Map();

  /** @param {unknown} tslab what a cell gets for 'tslab' */
  constructor(tslab) {
    this.tslab = tslab;
  }

  /** Take what the converter compiled beside a cell; a changed file is loaded anew. @param {{ path: string, data: string }[]} outputs */
  update(outputs = []) {
    for (let i = 0; i < outputs.length; i++) {
      const { path: file, data } = outputs[i];
      this.#loaded.delete(file);
      this.#compiled.set(file, data);
    }
  }

  /** @param {string} folder where relative names start @returns {NodeJS.Require} */
  requireFrom(folder) {
    return this.#wrap(Module.createRequire(path.join(folder, 'cell.js')), folder);
  }

  #wrap(require, folder) {
    const get = (name) => {
      if (name === 'tslab') return this.tslab;
      return this.#load(path.resolve(folder, path.extname(name) ? name : `${name}.js`)) ?? require(name);
    };
    return Object.assign(get, require, { resolve: require.resolve, cache: require.cache });
  }

  #load(file) {
    const loaded = this.#loaded.get(file);
    if (loaded) return loaded.exports;
    const code = this.#compiled.get(file);
    if (code === undefined) return undefined;
    const module = new Module(file, null);
    module.filename = file;
    module.paths = Module._nodeModulePaths(path.dirname(file));
    module.require = this.#wrap(Module.createRequire(file), path.dirname(file));
    this.#loaded.set(file, module); // before it runs, so that a circle of imports ends
    try {
      module._compile(code, file);
    } catch (error) {
      this.#loaded.delete(file);
      throw error;
    }
    return module.exports;
  }
}

module.exports = { CellModules };
