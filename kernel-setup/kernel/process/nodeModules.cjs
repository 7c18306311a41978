'use strict';
// Modules that Node's own loader loads: packages, built-in modules, and the user's CommonJS files.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { interruptible } = require('./interruptible.cjs');

/** CommonJS files outside of packages that cells have loaded by a path, with the time of their last change @type {Map<string, number>} */
const files = new Map();
/** files that were loaded as part of a package are never reloaded @type {Set<string>} */
const ofPackages = new Set();

/** Packages that a cell can import wherever the notebook is: also the one for tables, as the course's notebooks import it. */
const everywhere = /^(tslab|tunebook|arquero)(\/|$)/;

/** `require` of a file; for a package that can be imported everywhere, and that the file's project does not have, that of the kernel. */
function requireOf(name, from) {
  const own = Module.createRequire(from);
  if (!everywhere.test(name)) return own;
  try {
    own.resolve(name);
    return own;
  } catch {
    return Module.createRequire(__filename);
  }
}

/** @param {string} name @param {string} from the importing file @returns {unknown} */
function requireFrom(name, from) {
  const before = new Set(Object.keys(require.cache));
  try {
    return interruptible(() => requireOf(name, from)(name));
  } finally {
    const isPath = /^[./]/.test(name);
    for (const file of Object.keys(require.cache)) {
      if (before.has(file)) continue;
      if (!isPath || file.includes('/node_modules/')) ofPackages.add(file);
      else if (!ofPackages.has(file)) files.set(file, changed(file));
    }
  }
}

/**
 * Import a module in the way that TypeScript expects: the CommonJS version if the package has one, so that it exists only once, whether
 * required or imported; otherwise the ES module.
 *
 * @param {string} name @param {string} from the importing file @returns {unknown} the module, or a promise of it
 */
function importFrom(name, from) {
  let file;
  try {
    file = requireOf(name, from).resolve(name);
  } catch {
    return withoutWarning(() => importer(from)(name));
  }
  return path.isAbsolute(file) && isEsModule(file) ? import(pathToFileURL(file).href) : requireFrom(name, from);
}

/** `import()` relative to a file. */
const importers = new Map();
function importer(from) {
  if (!importers.has(from)) {
    const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    importers.set(
      from,
      withoutWarning(() => vm.runInThisContext('(name) => import(name)', { filename: from, importModuleDynamically })),
    );
  }
  return importers.get(from);
}

/**
 * Call `work` without Node's warning that this option is experimental, which is of no use to the user.
 *
 * @template T @param {() => T} work
 */
function withoutWarning(work) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** @param {string} file */
function isEsModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (!file.endsWith('.js')) return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
    if (path.dirname(folder) === folder) return false;
  }
}

/** Remove files that have changed, and all files that require them. @returns {boolean} whether there were any */
function forgetChanged() {
  if (files.size === 0) return false;
  const stale = new Set([...files].filter(([file, time]) => changed(file) !== time).map(([file]) => file));
  if (stale.size === 0) return false;
  for (let before = -1; before !== stale.size; ) {
    before = stale.size;
    for (const module of Object.values(require.cache)) {
      if (files.has(module?.filename) && module.children.some(({ filename }) => stale.has(filename)))
        stale.add(module.filename);
    }
  }
  for (const file of stale) {
    delete require.cache[file];
    files.delete(file);
  }
  return true;
}

function changed(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

module.exports = { everywhere, requireFrom, importFrom, forgetChanged };
