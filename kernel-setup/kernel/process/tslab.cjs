'use strict';
// What a cell gets for `import 'tslab'`: tslab's own `display` and `newDisplay`, whose output goes to the kernel. tslab would also load a
// compiler and a messaging library; the few functions that it calls of them are replaced here.

const Module = require('node:module');
const { send } = require('./channel.cjs');
const { currentCell } = require('./currentCell.cjs');
const { clearOutput } = require('./streams.cjs');

/** tunebook's `show` finds tslab among the loaded modules by this name, too. */
const jupyter = {
  get lastWriteDisplayData() {
    if (currentCell() === undefined) return null;
    return (content, update) => send({ type: 'display', id: currentCell(), update: Boolean(update), content });
  },
  clearOutput,
};

/** @param {string} file @param {unknown} exports */
function provide(file, exports) {
  const module = new Module(file, null);
  Object.assign(module, { filename: file, loaded: true, exports });
  require.cache[file] = module;
}

/** @returns {object} the module 'tslab' */
function loadTslab() {
  const requireTslab = Module.createRequire(require.resolve('tslab/package.json'));
  const { version } = require('typescript-for-cells/package.json');
  provide(requireTslab.resolve('@tslab/typescript-for-tslab'), { version });
  provide(requireTslab.resolve('./dist/jupyter.js'), jupyter);
  return requireTslab('./dist/public.js');
}

module.exports = { loadTslab };
