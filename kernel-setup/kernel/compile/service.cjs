'use strict';
// TypeScript's language service for the cells of a notebook. The current cell is one file; the cells that ran are modules next to it that
// exist only in memory. No file is watched: before each question the files are checked for changes, so that saving, renaming or installing
// takes effect at once.

const fs = require('node:fs');
const path = require('node:path');
const { nodeTypes, readOptions } = require('./options.cjs');
const { everywhere } = require('../process/nodeModules.cjs');
const { ts } = require('./typescript.cjs');

/** Comments are read when somebody asks for documentation: see comments.cjs. */
const jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeInfo;

const here = path.join(__dirname, 'cell.ts');

/** @param {string} file */
const isInPackage = (file) => file.includes('/node_modules/');

class Service {
  /** path to text of the files that exist in memory only @type {Map<string, { text: string, version: number }>} */
  #memory = new Map();
  #written = 0;
  #installed = '';
  #installedChanged = true;
  #configured = '';
  /** path to version of files in packages; emptied when something is installed @type {Map<string, string>} */
  #packageFiles = new Map();

  /** @param {string} folder the notebook's folder */
  constructor(folder) {
    this.folder = folder;
    this.current = path.join(folder, 'cell.ts');
    while (fs.existsSync(this.current)) this.current = this.current.replace(/\.ts$/, '_.ts');
    this.write(this.current, 'export {};');
    this.refresh();
    const registry = ts.createDocumentRegistry(true, folder, jsDocParsingMode);
    this.languageService = ts.createLanguageService(this.#host(), registry);
  }

  /** Adds a cell that ran as a module. @param {number} count */
  cellFile(count) {
    return path.join(this.folder, `cell ${count}.ts`);
  }

  /** @param {string} file @param {string} text */
  write(file, text) {
    if (this.#memory.get(file)?.text === text) return;
    this.#memory.set(file, { text, version: ++this.#written });
  }

  /** Forget all cells that ran, and the current one. */
  forgetCells() {
    this.#memory.clear();
    this.write(this.current, 'export {};');
  }

  /** @param {string} file @returns {string | undefined} */
  read(file) {
    return this.#memory.get(file)?.text ?? ts.sys.readFile(file);
  }

  /** @param {string} file @returns {string | undefined} undefined if the file does not exist */
  version(file) {
    const own = this.#memory.get(file);
    if (own) return `memory ${own.version}`;
    const known = this.#packageFiles.get(file);
    if (known !== undefined) return known;
    const found = fs.statSync(file, { throwIfNoEntry: false });
    if (!found) return undefined;
    const version = `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (isInPackage(file)) this.#packageFiles.set(file, version);
    return version;
  }

  /** Check what has changed since the last question: installed packages and tsconfig.json. */
  refresh() {
    const places = [];
    for (let at = this.folder; ; at = path.dirname(at)) {
      const packages = path.join(at, 'node_modules');
      places.push(
        packages,
        path.join(packages, '.package-lock.json'),
        path.join(packages, '@types'),
        path.join(at, 'package.json'),
      );
      if (path.dirname(at) === at) break;
    }
    const installed = places.map(stamp).join();
    this.#installedChanged = installed !== this.#installed;
    this.#installed = installed;
    if (this.#installedChanged) {
      this.#packageFiles.clear();
      this.resolutions = ts.createModuleResolutionCache(this.folder, (name) => name, {});
    }
    const configured = stamp(path.join(this.folder, 'tsconfig.json'));
    if (configured !== this.#configured || !this.options) {
      this.#configured = configured;
      ({ options: this.options, errors: this.configErrors, lenient: this.lenient } = readOptions(this.folder));
      this.resolutions = ts.createModuleResolutionCache(this.folder, (name) => name, this.options);
      this.#installedChanged = true;
    }
  }

  /** @returns {import('typescript').Program} with the current cell's latest text */
  program() {
    const program = this.languageService.getProgram();
    this.#installedChanged = false;
    return program;
  }

  /**
   * @param {string} name as it is imported
   * @param {string} from the importing file
   * @returns {import('typescript').ResolvedModuleFull | undefined}
   */
  resolve(name, from) {
    const cell = path.resolve(path.dirname(from), `${name}.ts`);
    if (name.startsWith('./') && this.#memory.has(cell)) {
      return { resolvedFileName: cell, extension: ts.Extension.Ts, isExternalLibraryImport: false };
    }
    // Only files in packages are cached, because the user's own files may come and go.
    const isOwn = (name.startsWith('.') || name.startsWith('/')) && !isInPackage(from);
    const cache = isOwn ? undefined : this.resolutions;
    const mode = ts.ModuleKind.ESNext;
    const find = (file) =>
      ts.resolveModuleName(name, file, this.options, ts.sys, cache, undefined, mode).resolvedModule;
    return find(from) ?? (everywhere.test(name) ? find(here) : undefined);
  }

  /** Whether a file's imports may change without an installation. TypeScript asks with its own spelling of paths. */
  #importsFiles(file) {
    if (isInPackage(file)) return false;
    const own = this.#memory.get(file);
    return own ? /['"](?:\.\.?\/(?!cell \d)|[@~#/])/.test(own.text) : !file.endsWith('.d.ts');
  }

  #host() {
    const types = nodeTypes();
    return {
      ...ts.sys,
      jsDocParsingMode,
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => [this.current],
      getScriptVersion: (file) => this.version(file) ?? '',
      getScriptSnapshot: (file) => {
        const text = this.read(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.folder,
      getModuleResolutionCache: () => this.resolutions, // otherwise every program would read every package's package.json again
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
      fileExists: (file) => this.#memory.has(file) || ts.sys.fileExists(file),
      readFile: (file) => this.read(file),
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      hasInvalidatedResolutions: (file) => this.#installedChanged || this.#importsFiles(file),
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => ({ resolvedModule: this.resolve(text, from) })),
      resolveTypeReferenceDirectiveReferences: (references, from, redirected, options) =>
        references.map((reference) => {
          const name = typeof reference === 'string' ? reference : reference.fileName;
          // Always use the types of the running Node, even if a package has its own copy of Node's types.
          if (name === 'node') {
            const resolvedFileName = path.join(types, 'index.d.ts');
            return {
              resolvedTypeReferenceDirective: { primary: true, resolvedFileName, isExternalLibraryImport: true },
            };
          }
          return ts.resolveTypeReferenceDirective(name, from, options, ts.sys, redirected);
        }),
    };
  }

  close() {
    this.languageService.dispose();
  }
}

/** @param {string} file */
function stamp(file) {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}:${found.size}` : '';
}

module.exports = { Service, isInPackage };
