'use strict';
// What a cell gets for `import 'tslab'`: tslab's own `display` and `newDisplay`, whose output goes to the kernel. The compiler and
// the messaging library that tslab would load along stay out of this process; in their place are what it asks of them.

const Module = require('node:module');
const { send } = require('./channel.cjs');
const { currentCell } = require('./currentCell.cjs');

/** tunebook's `show` finds this among the loaded modules, too. */
const jupyter = {
  get lastWriteDisplayData() {
    if (currentCell() === undefined) return null;
    return (content, update) => send({ type: 'display', id: currentCell(), update: Boolean(update), content });
  },
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
