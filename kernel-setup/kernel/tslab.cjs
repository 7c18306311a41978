'use strict';
// The parts of tslab that the kernel uses, with its compiler repaired.

const { createRequire } = require('node:module');
const path = require('node:path');
const { repairCompiler } = require('./compiler.cjs');

/** @returns the modules of tslab, under the names of their files, and `ts`, the compiler inside it */
function loadTslab() {
  const requireTslab = createRequire(require.resolve('tslab/package.json'));
  const compiler = requireTslab.resolve('@tslab/typescript-for-tslab');
  const ts = requireTslab(compiler);
  // tslab's converter takes the compiler from here when it is loaded, below.
  require.cache[compiler].exports = repairCompiler(ts);
  const load = (name) => requireTslab(`./dist/${name}.js`);
  return {
    ts,
    folder: path.dirname(requireTslab.resolve('./package.json')),
    zeromq: requireTslab('zeromq'),
    converter: load('converter'),
    executor: load('executor'),
    inspect: load('inspect'),
    jupyter: load('jupyter'),
    metadata: load('metadata'),
    public: load('public'),
  };
}

module.exports = { loadTslab };
