'use strict';
// Local modules that cells import: TypeScript, JavaScript with import and export, and JSON, from any folder. Knows which module imports
// which, so that after a change of a file everything that depends on it is loaded again.

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { awaits, moduleSyntax, requiredBy, withoutMapComment } = require('./emit.cjs');
const { Positions } = require('./positions.cjs');
const { ts } = require('./typescript.cjs');

/**
 * @typedef {{ kind: 'native' } | { kind: 'cells' } | { kind: 'json', path: string, text: string }
 *   | { kind: 'module', path: string, code: string, imports: string[], asynchronous: boolean }} Answer where a module comes from:
 *   Node's loader, a cell, or this text
 */

class LocalModules {
  /** path to the version that cells were given @type {Map<string, string>} */
  #given = new Map();
  /** path to the paths of the modules that import it @type {Map<string, Set<string>>} */
  #importers = new Map();
  /** path to the latest compiled code @type {Map<string, { version: string, answer: Answer }>} */
  #compiled = new Map();
  /** path to the positions of its code @type {Map<string, Positions>} */
  positions = new Map();

  /** @param {import('./service.cjs').Service} service */
  constructor(service) {
    this.service = service;
  }

  /** @param {string} name as it is imported @param {string} from the importing file @returns {Answer} */
  find(name, from) {
    const found = this.service.resolve(name, from);
    if (!found) return { kind: 'native' };
    const file = found.resolvedFileName;
    if (
      file.startsWith(this.service.cellFile(0).replace('0.ts', '')) &&
      this.service.version(file)?.startsWith('memory')
    ) {
      return { kind: 'cells' };
    }
    if (/\.d\.[cm]?ts$/.test(file)) return { kind: 'native' };
    const isSource = /\.[cm]?tsx?$/.test(file);
    if (found.isExternalLibraryImport && !isSource) return { kind: 'native' };
    if (!isSource && !file.endsWith('.json') && !this.#isEsModule(file)) return { kind: 'native' };
    const importers = this.#importers.get(file) ?? new Set();
    this.#importers.set(file, importers.add(from));
    return this.#give(file);
  }

  /** @returns {string[]} the modules that have changed since cells were given them, and all modules that import them, directly or indirectly */
  takeStale() {
    const stale = new Set();
    const add = (file) => {
      if (stale.has(file)) return;
      stale.add(file);
      for (const importer of this.#importers.get(file) ?? []) if (this.#given.has(importer)) add(importer);
    };
    for (const [file, version] of this.#given) if (this.service.version(file) !== version) add(file);
    for (const file of stale) this.#given.delete(file);
    return [...stale];
  }

  #give(file) {
    const version = this.service.version(file);
    this.#given.set(file, version);
    const known = this.#compiled.get(file);
    if (known?.version === version) return known.answer;
    const text = this.service.read(file) ?? '';
    const answer = file.endsWith('.json') ? { kind: 'json', path: file, text } : this.#compile(file, text);
    this.#compiled.set(file, { version, answer });
    return answer;
  }

  #compile(file, text) {
    const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
      fileName: file.replace(/\.[cm](?=[jt]s$)/, '.'), // Node would load an .mts file itself
      compilerOptions: { ...this.service.options, isolatedModules: true },
      transformers: { before: [moduleSyntax] },
      reportDiagnostics: true,
    });
    const broken = diagnostics?.find(({ category, code }) => category === ts.DiagnosticCategory.Error && code < 1200);
    if (broken) throw new SyntaxError(`${file}: ${ts.flattenDiagnosticMessageText(broken.messageText, ' ')}`);
    const code = withoutMapComment(outputText);
    if (sourceMapText) this.positions.set(file, new Positions(sourceMapText));
    const own = new Set(ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName));
    const imports = requiredBy(code).filter((name) => own.has(name));
    return { kind: 'module', path: file, code, imports, asynchronous: awaits(code) };
  }

  /** Whether a JavaScript file contains import or export. Node loads other files without compilation. */
  #isEsModule(file) {
    if (file.endsWith('.mjs')) return true;
    if (file.endsWith('.cjs')) return false;
    const source = ts.createSourceFile(
      file,
      this.service.read(file) ?? '',
      ts.ScriptTarget.Latest,
      false,
      ts.ScriptKind.JS,
    );
    if (ts.isExternalModule(source)) return true;
    for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
      try {
        return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).type === 'module';
      } catch {
        if (path.dirname(folder) === folder) return false;
      }
    }
  }
}

module.exports = { LocalModules };
