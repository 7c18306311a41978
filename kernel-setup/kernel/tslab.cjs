'use strict';
// The parts of tslab that the kernel uses. tslab's converter and the compiler inside it are not loaded, because compile/ compiles the
// cells.

const Module = require('node:module');
const { ts } = require('./compile/typescript.cjs');

/** @returns the modules of tslab, under the names of their files */
function loadTslab() {
  const requireTslab = Module.createRequire(require.resolve('tslab/package.json'));
  const provide = (name, exports) => {
    const file = requireTslab.resolve(name);
    require.cache[file] = Object.assign(new Module(file, null), { filename: file, loaded: true, exports });
  };
  provide('@tslab/typescript-for-tslab', { version: ts.version });
  provide('./dist/converter.js', { createConverter: () => ({ close() {} }) });
  const load = (name) => requireTslab(`./dist/${name}.js`);
  const executor = load('executor');
  // tslab would start another tslab, if the notebook's folder or one above it has one, and that would not be this kernel
  executor.createRequire = () => () => load('main');
  return {
    zeromq: requireTslab('zeromq'),
    executor,
    jupyter: load('jupyter'),
    versions: { tslab: requireTslab('./package.json').version, typescript: ts.version },
  };
}

module.exports = { loadTslab };
